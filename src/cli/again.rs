//! This run's own command line, for errors that say how to run it again.

use std::ffi::OsString;
use std::sync::OnceLock;

use crate::programs::profile_option;
use crate::quote;
use crate::shell::VERBS_OF_FUNCTION;

/// This run with `-p NAME`, as the user would type it.
pub(crate) fn with_profile(name: &str) -> String {
    line(typed(), Some(name))
}

/// This run with an option at its end.
pub(crate) fn with_option(option: &str) -> String {
    line([typed(), vec![option.to_owned()]].concat(), None)
}

/// This run with another ROLE in place of the words that name it, and with `-p NAME`; `None` if it was not named on the
/// command line.
pub(crate) fn with_role(words: &[String], role: &str, name: Option<&str>) -> Option<String> {
    Some(line(replaced(typed(), words, role)?, name))
}

/// This run with another value in place of this one.
pub(crate) fn with_value(value: &str, other: &str) -> String {
    line(typed().into_iter().map(|word| with_part(&word, value, other)).collect(), None)
}

/// This run without this word, and with `-p NAME`.
pub(crate) fn without(word: &str, name: Option<&str>) -> String {
    let mut words = typed();
    if let Some(at) = words.iter().rposition(|typed| typed == word) {
        words.remove(at);
    }
    line(words, name)
}

/// The word with another part, if it is `VALUE`, `--OPTION=VALUE`, or a list of values.
fn with_part(word: &str, part: &str, other: &str) -> String {
    match word.split_once('=') {
        _ if word == part => other.to_owned(),
        Some((option, value)) if option.starts_with("--") => format!("{option}={}", with_part(value, part, other)),
        _ => word.split(',').map(|one| if one == part { other } else { one }).collect::<Vec<_>>().join(","),
    }
}

/// This run's line, whose command stands after `--`.
static LINE: OnceLock<Vec<OsString>> = OnceLock::new();

/// Keeps this run's line, to be repeated.
pub(crate) fn keep(line: &[OsString]) {
    // There is one line in each run.
    let _ = LINE.set(line.to_vec());
}

/// The words behind the program's name. Where `exec` has a command, that stands after `--`.
pub(crate) fn words() -> &'static [OsString] {
    LINE.get().and_then(|line| line.get(1..)).unwrap_or_default()
}

fn typed() -> Vec<String> {
    words().iter().map(|word| word.to_string_lossy().into_owned()).collect()
}

/// The line with `role` in place of these words, which stand somewhere behind the verb.
fn replaced(line: Vec<String>, words: &[String], role: &str) -> Option<Vec<String>> {
    /// Options whose value may be the same word as a role.
    const TAKES_VALUE: [&str; 12] = [
        "-p",
        "--profile",
        "--login",
        "--shell",
        "--region",
        "--format",
        "--external-id",
        "--session-name",
        "--duration",
        "--assume-duration",
        "--tag",
        "--source-identity",
    ];
    const TAKES_ROLE: [&str; 3] = ["-r", "--rolearn", "--role"];
    let (mut left, mut kept) = (words.iter().peekable(), Vec::new());
    let (mut has_verb, mut is_over, mut before) = (false, words.is_empty(), String::new());
    for word in line {
        is_over |= word == "--";
        let is_role = TAKES_ROLE.contains(&before.as_str());
        let is_value = TAKES_VALUE.contains(&before.as_str()) || word.starts_with('-');
        before.clone_from(&word);
        if is_over || is_value || left.peek() != Some(&&word) || !(has_verb || is_role) {
            has_verb |= !is_value && !is_role;
            kept.push(word);
            continue;
        }
        if left.len() == words.len() {
            kept.push(role.to_owned());
        }
        left.next();
        is_over |= left.peek().is_none();
    }
    (left.peek().is_none() && !words.is_empty()).then_some(kept)
}

fn line(mut words: Vec<String>, name: Option<&str>) -> String {
    if name.is_some() {
        remove_option(&mut words, &["-p", "--profile"]);
    }
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let is_of_function = words[..end].iter().any(|word| VERBS_OF_FUNCTION.contains(&word.as_str()));
    let program = if is_of_function && remove_option(&mut words, &["--shell"]) { "awsso" } else { "aws-sso" };
    let words = words.iter().map(|word| quote::word(word));
    std::iter::once(program.to_owned()).chain(name.map(profile_option)).chain(words).collect::<Vec<_>>().join(" ")
}

/// Removes an option of these names with its value; whether it was there.
fn remove_option(words: &mut Vec<String>, names: &[&str]) -> bool {
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let has_value = |word: &str| names.iter().any(|name| word.strip_prefix(name).is_some_and(|it| it.starts_with('=')));
    let is_it = |word: &String| names.contains(&word.as_str()) || has_value(word);
    let Some(at) = words[..end].iter().position(is_it) else { return false };
    let last = if has_value(&words[at]) { at + 1 } else { (at + 2).min(end) };
    words.drain(at..last);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_repeated_with_an_sso_session_and_as_the_user_typed_it() {
        let cases = [
            ("process a/b", "aws-sso -p corp process a/b"),
            ("use a/b --shell bash", "awsso -p corp use a/b"),
            ("use --shell=fish a/b", "awsso -p corp use a/b"),
            ("env a/b --shell fish", "aws-sso -p corp env a/b --shell fish"),
            ("exec a/b -- use --shell x", "aws-sso -p corp exec a/b -- use --shell x"),
            ("use R&D/b --shell bash", "awsso -p corp use 'R&D/b'"),
            ("-p crop exec a/b -- x -p y", "aws-sso -p corp exec a/b -- x -p y"),
            ("list --profile=crop", "aws-sso -p corp list"),
        ];
        for (typed, expected) in cases {
            assert_eq!(line(words(typed), Some("corp")), expected, "{typed}");
        }
    }

    #[test]
    fn a_value_is_replaced_wherever_an_option_has_it() {
        let cases = [
            ("eu-wset-1", "eu-west-1"),
            ("--region=eu-wset-1", "--region=eu-west-1"),
            ("--regions=us-east-1,eu-wset-1", "--regions=us-east-1,eu-west-1"),
            ("us-east-1,eu-wset-1", "us-east-1,eu-west-1"),
            ("eu-wset-10", "eu-wset-10"),
            ("a=eu-wset-1", "a=eu-wset-1"),
        ];
        for (word, expected) in cases {
            assert_eq!(with_part(word, "eu-wset-1", "eu-west-1"), expected, "{word}");
        }
    }

    fn words(line: &str) -> Vec<String> {
        line.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn a_line_is_repeated_with_another_role() {
        let cases = [
            ("use a/b --shell bash", "a/b", Some("awsso use R/r")),
            ("use --shell=zsh --region r a/b", "a/b", Some("awsso use --region r R/r")),
            ("use a b --keys", "a b", Some("aws-sso use R/r --keys")),
            ("use a -p c b", "a b", Some("aws-sso use R/r -p c")),
            ("-p use use use", "use", Some("aws-sso -p use use R/r")),
            ("exec a/b --region c -- a/b a", "a/b", Some("aws-sso exec R/r --region c -- a/b a")),
            ("-p a -r a -env", "a", Some("aws-sso -p a -r R/r -env")),
            ("exec x -- a/b", "a/b", None),
            ("use a", "a b", None),
            ("console", "", None),
        ];
        for (typed, role, expected) in cases {
            let role: Vec<_> = role.split_whitespace().map(str::to_owned).collect();
            let line = replaced(words(typed), &role, "R/r").map(|words| line(words, None));
            assert_eq!(line.as_deref(), expected, "{typed}");
        }
    }
}
