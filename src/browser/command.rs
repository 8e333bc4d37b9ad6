//! A command that the user writes to open a link, for browsers with containers or profiles.

use std::process::Command;
use std::str::FromStr;

use super::openers::is_shell;
use super::words;
use crate::address::quote;
use crate::credential_chain::helper;
use crate::error::{Error, Result};
use crate::placeholders;
use crate::terminal::clean;

/// Words such as `firefox 'ext+container:name={account_name}&url={url}'`, split as a shell splits them. No shell runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BrowserCommand {
    words: Vec<String>,
}

/// A link to open, and the values of the placeholders.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opened<'a> {
    /// An address that is no secret: every user can read a program's arguments.
    pub url: &'a str,
    /// The account's name, or its id if the name is not known.
    pub account_name: &'a str,
    /// Twelve digits.
    pub account_id: &'a str,
    /// The role's name.
    pub role: &'a str,
}

const NAME: &str = "{account_name}";
const FIELDS: [&str; 4] = ["{url}", NAME, "{account_id}", "{role}"];

impl FromStr for BrowserCommand {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let invalid = |why: &str| {
            Error::usage(format!("the browser command {text} cannot be used: {why}"))
                .with_remedy("for example: firefox 'ext+container:name={account_name}&url={url}'")
        };
        let words = words::split(text).ok_or_else(|| invalid("a quote is not closed"))?;
        if let Some(unknown) = words.iter().find_map(|word| placeholders::unknown(word, &FIELDS)) {
            return Err(invalid(&format!("there is no placeholder {unknown}")));
        }
        if !words.iter().skip(1).any(|word| word.contains("{url}")) {
            return Err(invalid("no argument has {url}"));
        }
        // An administrator chooses the names of accounts.
        let shell = words.iter().find(|word| is_shell(word)).filter(|_| words.iter().any(|word| word.contains(NAME)));
        if let Some(shell) = shell {
            return Err(invalid(&format!("{} could run a name as code; take {{account_id}}", clean(shell))));
        }
        Ok(Self { words })
    }
}

impl BrowserCommand {
    /// The command that opens this link.
    #[must_use]
    pub(crate) fn command(&self, opened: &Opened<'_>) -> Command {
        let mut words = self.words.iter();
        // No placeholder is filled in the program's own name: an account's name must not choose a program.
        let mut command = helper(words.next().map_or("", String::as_str));
        command.args(words.map(|word| opened.fill(word)));
        command
    }
}

impl Opened<'_> {
    /// The word with its placeholders filled. In a word that is a link itself, such as `ext+container:…`, values are
    /// percent-encoded, so that none can end or add a parameter.
    fn fill(&self, word: &str) -> String {
        // An administrator chooses the names of accounts and roles: none may give the browser an option.
        let account_name = clean(self.account_name);
        let values = [
            ("{url}", self.url),
            (NAME, account_name.trim_start_matches(['-', '/'])),
            ("{account_id}", self.account_id),
            ("{role}", self.role.trim_start_matches('-')),
        ];
        if is_link(word) {
            placeholders::fill(word, &values.map(|(name, value)| (name, quote(value))))
        } else {
            placeholders::fill(word, &values)
        }
    }
}

/// Whether a word, or the value of an option, begins with a scheme. A scheme of one letter is a drive of Windows.
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
    fn a_command_that_could_not_open_a_link_is_refused() {
        for text in ["", "firefox", "{url}", "firefox '{url}", "firefox {link} {url}"] {
            assert!(text.parse::<BrowserCommand>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_shell_gets_a_name() {
        for (shell, arguments) in [
            ("sh", "-c ': {url}; echo {account_name}'"),
            ("/bin/bash", "-c '$0' {account_name} {url}"),
            ("env", "sh -c 'firefox --name={account_name} {url}'"),
            ("CMD.EXE", "/c start \"\" {url} {account_name}"),
            ("pwsh", "-Command start {account_name} {url}"),
        ] {
            let text = format!("{shell} {arguments}");
            let error = text.parse::<BrowserCommand>().unwrap_err().to_string();
            assert!(error.contains("could run a name as code"), "{error}");
            let _ = text.replace("{account_name}", "{account_id}").parse::<BrowserCommand>().unwrap();
        }
        let _ = "firefox --name={account_name} {url}".parse::<BrowserCommand>().unwrap();
    }
}
