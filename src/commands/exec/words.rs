//! The words of a run's command, whose placeholders are replaced.

use std::ffi::{OsStr, OsString};

use super::in_code::VARIABLES;
use super::plan::Run;
use crate::error::{Error, Result};
use crate::placeholders::fill;
use crate::programs::inserted::could_run;
use crate::terminal::clean;

/// What an administrator chooses.
const NAME: &str = VARIABLES[0].0;

/// What makes programs read a file in place of the text: `@` and `<` for curl and others, a scheme in any case for the
/// AWS CLI and others.
const FILES: [&str; 6] = ["@", "<", "file://", "fileb://", "file:", "fileb:"];

/// What makes a word an option. PowerShell takes long dashes too.
const OPTIONS: [&str; 5] = ["-", "+", "\u{2013}", "\u{2014}", "\u{2015}"];

/// Refuses a word in which the name of a run's account could run as code.
pub(super) fn refuse_names(command: &[OsString], runs: &[Run]) -> Result<()> {
    for word in command.iter().filter_map(|word| word.to_str()).filter(|word| word.contains(NAME)) {
        let rest = VARIABLES.iter().fold(word.to_owned(), |rest, (placeholder, _)| rest.replace(placeholder, ""));
        if let Some(run) = runs.iter().find(|run| could_run(&rest, &run.account_name)) {
            let (id, name) = (run.found.account_id(), clean(&run.account_name));
            return Err(Error::usage(format!("the account {id} is called {name}, which could run as code in: {word}"))
                .with_remedy(format!(
                    "write {{account_id}} there, or {NAME} as a word of its own; each run has the name in {} too",
                    VARIABLES[0].1
                )));
        }
    }
    Ok(())
}

impl Run {
    /// The word with its placeholders replaced. One that is not UTF-8 has none.
    ///
    /// An administrator chooses the names: at the beginning of a word, none may give an option or name a file. Behind
    /// `--name=` or `-d`, an option is harmless, but a file is not.
    pub(super) fn fill(&self, word: &OsStr) -> OsString {
        let Some(text) = word.to_str() else { return word.to_owned() };
        let values = self.values();
        let mut filled = String::new();
        for (number, part) in text.split_inclusive('=').enumerate() {
            let is_letter = |c: char| c.is_ascii_alphabetic();
            let letters = part.strip_prefix('-').filter(|_| number == 0).map(|part| part.trim_start_matches(is_letter));
            let part = letters.map_or(part, |rest| {
                filled.push_str(&part[..part.len() - rest.len()]);
                rest
            });
            let first = values.iter().find_map(|(name, value)| Some((value, part.strip_prefix(name)?)));
            let Some((value, rest)) = first else {
                filled.push_str(&fill(part, &values));
                continue;
            };
            let options = if filled.is_empty() { &OPTIONS[..] } else { &[] };
            let mut value = *value;
            while let Some(stripped) = FILES.iter().chain(options).find_map(|start| without(value, start)) {
                value = stripped;
            }
            filled.push_str(if value.is_empty() { self.found.account_id() } else { value });
            filled.push_str(&fill(rest, &values));
        }
        filled.into()
    }

    fn values(&self) -> [(&'static str, &str); 4] {
        // A name that is not known leaves no gap.
        let name = Some(self.account_name.as_str()).filter(|name| !name.is_empty());
        [
            ("{account_id}", self.found.account_id()),
            ("{account_name}", name.unwrap_or(self.found.account_id())),
            ("{role}", self.found.role_name()),
            ("{region}", self.region.as_deref().unwrap_or_default()),
        ]
    }
}

/// The text without its beginning, in any case.
fn without<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let is_start = text.get(..start.len())?.eq_ignore_ascii_case(start);
    is_start.then(|| &text[start.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws_config::config::Config;
    use crate::context::find::Found;

    fn filled(account_name: &str, word: &str) -> String {
        let config = Config::parse(b"[sso-session corp]\nsso_start_url = https://x/start\nsso_region = us-east-1\n");
        let role = "arn:aws:iam::123456789012:role/Read".parse().unwrap();
        let run = Run {
            found: Found::new(role, config.directory("corp").unwrap()),
            of: 0,
            has_namesake: false,
            account_name: account_name.to_owned(),
            known_as: None,
            region: Some("eu-west-1".to_owned()),
            label: String::new(),
        };
        run.fill(OsStr::new(word)).into_string().unwrap()
    }

    #[test]
    fn a_name_is_no_option_and_no_file_and_leaves_no_gap() {
        let cases = [
            ("--help", "{account_name}", "help"),
            ("-rf", "{account_name}/x", "rf/x"),
            ("--help", "--name={account_name}", "--name=--help"),
            ("--help", "x{account_name}", "x--help"),
            ("+x", "{account_name}", "x"),
            ("\u{2014}x", "{account_name}", "x"),
            ("-@-file://x", "{account_name}", "x"),
            ("@/etc/passwd", "--data={account_name}", "--data=/etc/passwd"),
            ("fileb://x", "a=b,c={account_name}", "a=b,c=x"),
            ("<secret.txt", "{account_name}", "secret.txt"),
            ("FileB://x", "{account_name}", "x"),
            ("FILE:/x", "{account_name}", "/x"),
            ("@x", "-d{account_name}", "-dx"),
            ("-@x", "-sd{account_name}", "-sd-@x"),
            ("<secret.txt", "-Faccount={account_name}", "-Faccount=secret.txt"),
            ("<secret.txt", "account={account_name}", "account=secret.txt"),
            ("@x", "-{account_name}", "-x"),
            ("@x", "--{account_name}", "--@x"),
            ("é", "-d{account_name}", "-dé"),
            ("--", "{account_name}", "123456789012"),
            ("", "{account_name}", "123456789012"),
            ("", "a-{account_name}-b", "a-123456789012-b"),
            ("{role}", "{account_name}{role} {region}", "{role}Read eu-west-1"),
            ("a=b", "{account_name}={account_name}", "a=b=a=b"),
            ("R&D $(id)", "{account_name}", "R&D $(id)"),
        ];
        for (name, word, expected) in cases {
            assert_eq!(filled(name, word), expected, "{name} {word}");
        }
    }
}
