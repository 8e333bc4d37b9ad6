//! A command of the person's own that opens a link, for browsers with containers or profiles.

use std::process::Command;
use std::str::FromStr;

use crate::address::quote;
use crate::error::{Error, Result};
use crate::terminal::clean;

/// `firefox 'ext+container:name={account_name}&url={url}'`: words as a shell would cut them, without a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowserCommand {
    words: Vec<String>,
}

/// What the placeholders stand for.
#[derive(Clone, Copy, Debug)]
pub struct Opened<'a> {
    /// The link.
    pub url: &'a str,
    /// The account's name, its id where that is not known.
    pub account_name: &'a str,
    /// Twelve digits.
    pub account_id: &'a str,
    /// The role's name.
    pub role: &'a str,
}

const FIELDS: [&str; 4] = ["{url}", "{account_name}", "{account_id}", "{role}"];

impl FromStr for BrowserCommand {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |why: &str| {
            Error::usage(format!("the browser command {text} cannot be used: {why}"))
                .with_remedy("for example: firefox 'ext+container:name={account_name}&url={url}'")
        };
        let words = shlex::split(text).ok_or_else(|| invalid("a quote is not closed"))?;
        if let Some(unknown) = words.iter().find_map(|word| unknown_field(word)) {
            return Err(invalid(&format!("there is no placeholder {unknown}")));
        }
        if !words.iter().skip(1).any(|word| word.contains("{url}")) {
            return Err(invalid("no argument has {url}"));
        }
        Ok(Self { words })
    }
}

fn unknown_field(word: &str) -> Option<&str> {
    let begins = word.match_indices('{').map(|(at, _)| &word[at..]);
    let mut fields = begins.filter_map(|rest| rest.get(..=rest.find('}')?));
    fields.find(|field| !FIELDS.contains(field))
}

impl BrowserCommand {
    /// The command that opens this.
    #[must_use]
    pub fn command(&self, opened: &Opened<'_>) -> Command {
        let mut words = self.words.iter();
        // The program is what the person wrote: no name of the directory is part of it.
        let mut command = Command::new(words.next().map_or("", String::as_str));
        command.args(words.map(|word| opened.fill(word)));
        command
    }
}

impl Opened<'_> {
    /// The word with its placeholders replaced. In a word that is a link itself, such as `ext+container:…`, values are
    /// percent-encoded, so that none can end or add a parameter.
    fn fill(&self, word: &str) -> String {
        let encode = is_link(word);
        let mut filled = String::new();
        let mut rest = word;
        while let Some(at) = rest.find('{') {
            filled.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some(field) = FIELDS.iter().find(|field| rest.starts_with(**field)) {
                let value = self.value(field);
                filled += &if encode { quote(&value) } else { value };
                rest = &rest[field.len()..];
            } else {
                filled.push('{');
                rest = &rest[1..];
            }
        }
        filled + rest
    }

    fn value(&self, field: &str) -> String {
        match field {
            "{url}" => self.url.to_owned(),
            "{account_id}" => self.account_id.to_owned(),
            "{role}" => self.role.trim_start_matches('-').to_owned(),
            // Whoever names an account shall not give the browser an option.
            _ => clean(self.account_name).trim_start_matches(['-', '/']).to_owned(),
        }
    }
}

/// Whether a word, or the value of an option, begins with a scheme; that of one letter is a drive of Windows.
fn is_link(word: &str) -> bool {
    let value = if word.starts_with('-') { word.split_once('=').map_or(word, |(_, value)| value) } else { word };
    value.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_without_a_shell_and_encoded_in_links() {
        let opened = Opened {
            url: "http://127.0.0.1:1/a?b=c&d=e",
            account_name: "R&D $(id) 50%",
            account_id: "123456789012",
            role: "Admin",
        };
        let cases: [(&str, &[&str]); 6] = [
            (
                "firefox '--open=ext+container:name={account_name}&id={account_id}' {url}",
                &[
                    "firefox",
                    "--open=ext+container:name=R%26D%20%24%28id%29%2050%25&id=123456789012",
                    "http://127.0.0.1:1/a?b=c&d=e",
                ],
            ),
            ("firefox {url}", &["firefox", "http://127.0.0.1:1/a?b=c&d=e"]),
            (
                "firefox 'ext+container:name={account_name}&url={url}'",
                &[
                    "firefox",
                    "ext+container:name=R%26D%20%24%28id%29%2050%25&url=http%3A%2F%2F127.0.0.1%3A1%2Fa%3Fb%3Dc%26d%3De",
                ],
            ),
            (
                "chrome --profile-directory='{account_name}' -x{account_id}-{role} {url}",
                &[
                    "chrome",
                    "--profile-directory=R&D $(id) 50%",
                    "-x123456789012-Admin",
                    "http://127.0.0.1:1/a?b=c&d=e",
                ],
            ),
            (r"'C:\a b\x.exe' 'C:\{role}' {url}", &[r"C:\a b\x.exe", r"C:\Admin", "http://127.0.0.1:1/a?b=c&d=e"]),
            ("open '{' {url}", &["open", "{", "http://127.0.0.1:1/a?b=c&d=e"]),
        ];
        for (template, expected) in cases {
            let command = template.parse::<BrowserCommand>().unwrap().command(&opened);
            let words: Vec<_> = std::iter::once(command.get_program())
                .chain(command.get_args())
                .map(|word| word.to_str().unwrap())
                .collect();
            assert_eq!(words, expected, "{template}");
        }
    }

    #[test]
    fn a_name_cannot_become_an_option_or_another_placeholder() {
        let opened = Opened { url: "u", account_name: "--load-extension={url}\x1b", account_id: "1", role: "-r" };
        assert_eq!(opened.fill("{account_name}"), "load-extension={url}\u{FFFD}");
        assert_eq!(opened.fill("{role}"), "r");
    }

    #[test]
    fn what_opens_nothing_is_refused() {
        for text in ["", "firefox", "{url}", "firefox '{url}", "firefox {link} {url}"] {
            assert!(text.parse::<BrowserCommand>().is_err(), "{text}");
        }
    }
}
