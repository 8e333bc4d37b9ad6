//! `complete`: answers the shells' completion functions.

use std::ffi::OsString;

use clap::Args;
use clap_complete::engine;

use crate::cli::completers::{is_plain, narrow_to};
use crate::cli::long_spelling;
use crate::error::Result;
use crate::output::print;
use crate::shell::Shell;
use crate::terminal;

#[derive(Debug, Args)]
pub(crate) struct CompleteArgs {
    /// The shell that asks
    #[arg(long, value_enum)]
    shell: Shell,
    /// The line up to the cursor, for a shell whose words are not ours
    #[arg(long, allow_hyphen_values = true)]
    line: Option<String>,
    /// The characters at which that shell ends a word
    #[arg(long, allow_hyphen_values = true, default_value = "")]
    breaks: String,
    /// The words up to the cursor
    #[arg(last = true)]
    words: Vec<String>,
}

/// Prints one candidate per line, followed by a tab and its description for shells that show one.
pub(crate) fn run(arguments: &CompleteArgs, command: clap::Command) -> Result<()> {
    let words = match &arguments.line {
        Some(line) => words_of_line(line),
        None => arguments.words.clone(),
    };
    let typed = words.last().cloned().unwrap_or_default();
    let lines = candidates(&words, command).into_iter().map(|candidate| match arguments.shell {
        Shell::Bash => format!("{}\n", after_break(&candidate.value, &typed, &arguments.breaks)),
        _ => format!("{}\t{}\n", candidate.value, candidate.description),
    });
    print(&lines.collect::<String>())
}

/// A word that completes the line, and a description of it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Candidate {
    /// What is inserted.
    value: String,
    /// What is shown beside it; may be empty.
    description: String,
}

/// The candidates for the last of `words`; the first is the command itself.
fn candidates(words: &[String], mut command: clap::Command) -> Vec<Candidate> {
    if words.len() < 2 {
        return Vec::new();
    }
    if let Some(profile) = profile_of(words) {
        narrow_to(profile);
    }
    let words = without_profile(words);
    let index = words.len() - 1;
    let words = words.into_iter().map(|word| long_spelling(OsString::from(word))).collect();
    // Tab shows nothing rather than an error.
    let found = engine::complete(&mut command, words, index, None).unwrap_or_default();
    found
        .into_iter()
        .filter_map(|candidate| {
            let value = candidate.get_value().to_str().filter(|value| is_plain(value))?.to_owned();
            let help = candidate.get_help().map(ToString::to_string).unwrap_or_default();
            let description = help.lines().next().map(|line| terminal::name(line).into_owned()).unwrap_or_default();
            Some(Candidate { value, description })
        })
        .collect()
}

/// The value of `-p` before the last word.
fn profile_of(words: &[String]) -> Option<String> {
    let last = words.len() - 1;
    let ours = &words[..words.iter().position(|word| word == "--").unwrap_or(last).min(last)];
    let attached = |word: &String| word.strip_prefix("--profile=").map(str::to_owned);
    let is_option = |pair: &&[String]| is_profile_option(&pair[0]);
    let apart = ours.windows(2).rfind(is_option).map(|pair| pair[1].clone());
    apart.or_else(|| ours.iter().rev().find_map(attached))
}

fn is_profile_option(word: &str) -> bool {
    matches!(word, "-p" | "--profile")
}

/// The words without `-p PROFILE`: clap's engine would take a profile that is named like a verb for that verb.
fn without_profile(words: &[String]) -> Vec<String> {
    let last = words.len() - 1;
    let is_option = |at: usize| at + 1 < last && is_profile_option(&words[at]);
    let is_ours = words.iter().position(|word| word == "--").unwrap_or(last);
    let is_kept = |at: &usize| *at > is_ours || !(is_option(*at) || *at > 0 && is_option(*at - 1));
    (0..=last).filter(is_kept).map(|at| words[at].clone()).collect()
}

/// The words of a command line up to the cursor; the last one is being typed. For bash, whose own words end at each
/// colon.
fn words_of_line(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut in_word) = (Vec::new(), String::new(), None, false);
    let mut letters = line.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '\'' | '"') => quote = Some(letter),
            (None | Some('"'), '\\') => word.extend(letters.next()),
            (None, letter) if letter.is_whitespace() => {
                if in_word {
                    words.push(std::mem::take(&mut word));
                }
                in_word = false;
                continue;
            }
            (_, letter) => word.push(letter),
        }
        in_word = true;
    }
    words.push(word);
    words
}

/// The part of a value that bash inserts: what follows the last character of the typed word at which bash ends a word.
fn after_break<'a>(value: &'a str, typed: &str, breaks: &str) -> &'a str {
    let kept = typed.rfind(|c| (c == ':' || c == '=') && breaks.contains(c)).map_or(0, |at| at + 1);
    value.get(kept..).filter(|_| value.starts_with(&typed[..kept])).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_cut_into_words_as_a_shell_cuts_it() {
        let cases: [(&str, &[&str]); 7] = [
            ("awsso use arn:aws:iam::1", &["awsso", "use", "arn:aws:iam::1"]),
            ("awsso use ", &["awsso", "use", ""]),
            ("awsso use 'a b", &["awsso", "use", "a b"]),
            ("awsso use \"a\\\"b\" c\\ d", &["awsso", "use", "a\"b", "c d"]),
            ("awsso  --login=n", &["awsso", "--login=n"]),
            ("awsso use ''", &["awsso", "use", ""]),
            ("", &[""]),
        ];
        for (line, expected) in cases {
            assert_eq!(words_of_line(line), expected, "{line}");
        }
    }

    #[test]
    fn bash_inserts_what_follows_its_own_break() {
        let arn = "arn:aws:iam::123456789012:role/x";
        assert_eq!(after_break(arn, "arn:aws:iam::1", " :="), "123456789012:role/x");
        assert_eq!(after_break(arn, "arn:aws:iam::1", " "), arn);
        assert_eq!(after_break("--login=never", "--login=n", ":="), "never");
        assert_eq!(after_break("use", "u", ":="), "use");
    }
}
