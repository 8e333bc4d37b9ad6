//! A command that the user writes to open a link, for browsers with containers or profiles.

use std::process::Command;
use std::str::FromStr;

use super::words;
use crate::address::quote;
use crate::credential_chain::helper;
use crate::error::{Error, Result};
use crate::placeholders;
use crate::programs::inserted::could_run;
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

const URL: &str = "{url}";
const NAME: &str = "{account_name}";
const FIELDS: [&str; 4] = [URL, NAME, "{account_id}", "{role}"];

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
        if !words.iter().skip(1).any(|word| word.contains(URL)) {
            return Err(invalid("no argument has {url}"));
        }
        // An administrator chooses the names of accounts. A shell may run what is behind its code: `sh -c '$0' NAME`.
        let program = words::program_whose_code(&words, |code| {
            let behind = if code.is_of_shell { code.rest } else { &[] };
            code.words.iter().chain(behind).any(|word| word.contains(NAME))
        });
        if let Some(program) = program {
            return Err(invalid(&format!("{program} could run a name as code; take {{account_id}}")));
        }
        Ok(Self { words })
    }
}

impl BrowserCommand {
    /// The command that opens this link.
    ///
    /// Errors: it would run a part of the link or of the account's name as code.
    pub(crate) fn command(&self, opened: &Opened<'_>) -> Result<Command> {
        let plain = |word: &String| FIELDS[1..].iter().fold(word.clone(), |word, field| word.replace(field, ""));
        let without_others: Vec<_> = self.words.iter().map(plain).collect();
        if let Some(program) = words::running_part(&without_others, URL, opened.url) {
            return Err(Error::usage(format!(
                "{program} in the browser command could run a part of this link as code"
            ))
            .with_remedy("give it {url} as a word of its own, such as: sh -c 'firefox \"$1\"' _ {url}"));
        }
        // In a link the name is percent-encoded.
        let named = self.words.iter().zip(&without_others).filter(|(word, _)| word.contains(NAME) && !is_link(word));
        for (word, rest) in named {
            if could_run(&rest.replace(URL, ""), opened.account_name) {
                let name = clean(opened.account_name);
                return Err(Error::usage(format!(
                    "the account is called {name}, which could run as code in the browser command's {word}"
                ))
                .with_remedy(format!("take {{account_id}}, or {NAME} as a word of its own")));
            }
        }
        let mut words = self.words.iter();
        // No placeholder is filled in the program's own name: an account's name must not choose a program.
        let mut command = helper(words.next().map_or("", String::as_str));
        command.args(words.map(|word| opened.fill(word)));
        Ok(command)
    }
}

impl Opened<'_> {
    /// The word with its placeholders filled. In a word that is a link itself, such as `ext+container:…`, values are
    /// percent-encoded, so that none can end or add a parameter.
    fn fill(&self, word: &str) -> String {
        // An administrator chooses the names of accounts and roles: none may give the browser an option.
        let account_name = clean(self.account_name);
        let values = [
            (URL, self.url),
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
        let cases: [(&str, &[&str]); 9] = [
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
            (
                "open -x 'c:{role}' '1a:{url}' 'a_b:{url}'",
                &["open", "-x", "c:Admin", "1a:http://127.0.0.1:1/a?b=c&d=e", "a_b:http://127.0.0.1:1/a?b=c&d=e"],
            ),
            ("open 'c:{url}'", &["open", "c:http://127.0.0.1:1/a?b=c&d=e"]),
            ("open 'a+b-1.c:{url}'", &["open", "a+b-1.c:http%3A%2F%2F127.0.0.1%3A1%2Fa%3Fb%3Dc%26d%3De"]),
            ("open '{' {url}", &["open", "{", "http://127.0.0.1:1/a?b=c&d=e"]),
        ];
        for (template, expected) in cases {
            let command = template.parse::<BrowserCommand>().unwrap().command(&opened).unwrap();
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
        assert_eq!(Opened { account_name: "/c", ..opened }.fill("{account_name}"), "c");
    }

    #[test]
    fn a_command_that_could_not_open_a_link_is_refused() {
        for text in ["", "firefox", "{url}", "firefox '{url}", "firefox {link} {url}"] {
            assert!(text.parse::<BrowserCommand>().is_err(), "{text}");
        }
    }

    #[test]
    fn no_code_gets_a_name() {
        for (shell, arguments) in [
            ("sh", "-c ': {url}; echo {account_name}'"),
            ("/bin/bash", "-c '$0' {account_name} {url}"),
            ("env", "sh -c 'firefox --name={account_name} {url}'"),
            ("CMD.EXE", "/c start \"\" {url} {account_name}"),
            ("pwsh", "-Command start {account_name} {url}"),
            ("nice", "bash -c 'firefox --name={account_name} {url}'"),
            ("xargs", "-a f sh -c 'firefox --name={account_name} {url}'"),
            ("find", "f -exec sh -c 'firefox --name={account_name} {url}' ';'"),
            ("wsl", "firefox --name={account_name} {url}"),
            ("ssh", "box firefox --name={account_name} {url}"),
            ("python3", r#"-c 'open("{account_name}")' {url}"#),
            ("systemd-run", r#"--user -u x python3 -c 'open("{account_name}")' {url}"#),
            ("timeout", r#"5 python3 -c 'open("{account_name}")' {url}"#),
            ("perl", "-e 'system q({account_name})' {url}"),
            ("ruby", r#"-e 'puts "{account_name}"' {url}"#),
            ("node", r#"-e '"{account_name}"' {url}"#),
            ("awk", r#"'"{account_name}"' {url}"#),
            ("find", r#"f -exec perl -e '"{account_name}"' {url} ';'"#),
            ("osascript", r#"-e 'open location "{url}" -- {account_name}'"#),
            ("emacsclient", r#"-e '(eww "{url}" "{account_name}")'"#),
            ("qutebrowser", "':open {url} ;; message-info {account_name}'"),
            ("xterm", "-T x -e 'w3m -T {account_name} {url}'"),
            ("open-it", "--exec 'firefox --name={account_name} {url}'"),
        ] {
            let text = format!("{shell} {arguments}");
            let error = text.parse::<BrowserCommand>().unwrap_err().to_string();
            assert!(error.contains("could run a name as code"), "{error}");
            let _ = text.replace("{account_name}", "{account_id}").parse::<BrowserCommand>().unwrap();
        }
        for plain in [
            "firefox --name={account_name} {url}",
            "env A=b nice -n 5 firefox --name={account_name} {url}",
            "bash open.sh {account_name} {url}",
            "python3 -c 'import sys' {account_name} {url}",
            "python3 -m webbrowser {url} {account_name}",
            "open -na 'Google Chrome' --args '--profile-directory={account_name}' {url}",
            "wsl -e firefox --name={account_name} {url}",
            "xterm -T {account_name} -e w3m {url}",
            "qutebrowser --target window {url} {account_name}",
        ] {
            let _ = plain.parse::<BrowserCommand>().unwrap();
        }
    }

    #[test]
    fn no_word_that_reads_like_a_command_line_gets_a_name_that_could_run() {
        for (template, name, is_refused) in [
            ("open --title='Audit of {account_name}' {url}", "R&D", true),
            ("open --title='Audit of {account_name}' {url}", "Data Platform", false),
            ("open --title={account_name}{url}", "R&D", false),
            ("open 'ext+container:name=Audit of {account_name}&url={url}'", "R&D", false),
        ] {
            let command: BrowserCommand = template.parse().unwrap();
            let opened = Opened { url: "https://x/y", account_name: name, account_id: "123456789012", role: "Admin" };
            assert_eq!(command.command(&opened).is_err(), is_refused, "{template} {name}");
        }
    }

    #[test]
    fn no_program_gets_a_link_of_more_than_one_word_in_its_code() {
        let opened = |url| Opened { url, account_name: "dev", account_id: "123456789012", role: "Admin" };
        for (command, is_code) in [
            ("sh -c 'firefox {url}'", true),
            ("env sh -c 'firefox {url}'", true),
            (r#"python3 -c 'open("{url}")'"#, true),
            ("cmd /c start {url}", true),
            ("wsl firefox {url}", true),
            (r#"sh -c 'firefox "$1"' _ {url}"#, false),
            ("python3 -m webbrowser {url}", false),
            ("firefox {url}", false),
        ] {
            let command: BrowserCommand = command.parse().unwrap();
            assert!(command.command(&opened("http://127.0.0.1:8400/sign-in/aB3-_x")).is_ok(), "{command:?}");
            for url in ["https://x/?a=1&b=2", "https://x/'b", "https://x/#/$(id)", "https://x/%22"] {
                assert_eq!(command.command(&opened(url)).is_err(), is_code, "{command:?} {url}");
            }
        }
    }
}
