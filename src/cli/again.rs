//! This run's own command line, for errors that say how to run it again.

use std::ffi::OsString;

use crate::programs::profile_option;
use crate::quote;

/// This run with `-p NAME`, as the user would type it.
pub(crate) fn with_profile(name: &str) -> String {
    line(std::env::args_os().skip(1), name)
}

/// This run with an option at its end.
pub(crate) fn with_option(option: &str) -> String {
    let words = std::env::args_os().skip(1).map(|word| quote::word(&word.to_string_lossy()));
    ["aws-sso".to_owned()].into_iter().chain(words).chain([option.to_owned()]).collect::<Vec<_>>().join(" ")
}

fn line(arguments: impl Iterator<Item = OsString>, name: &str) -> String {
    /// The verbs that the shell function runs for itself; it adds which shell it is in.
    const OF_FUNCTION: [&str; 4] = ["use", "pick", "clear", "refresh"];
    let mut words: Vec<_> = arguments.map(|word| word.to_string_lossy().into_owned()).collect();
    let end = words.iter().position(|word| word == "--").unwrap_or(words.len());
    let is_of_function = words[..end].iter().any(|word| OF_FUNCTION.contains(&word.as_str()));
    let shell = words[..end].iter().position(|word| word == "--shell" || word.starts_with("--shell="));
    let program = match shell.filter(|_| is_of_function) {
        Some(at) => {
            let last = if words[at] == "--shell" { (at + 2).min(end) } else { at + 1 };
            words.drain(at..last);
            "awsso"
        }
        None => "aws-sso",
    };
    let words = words.iter().map(|word| quote::word(word));
    [program.to_owned(), profile_option(name)].into_iter().chain(words).collect::<Vec<_>>().join(" ")
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
        ];
        for (typed, expected) in cases {
            assert_eq!(line(typed.split(' ').map(OsString::from), "corp"), expected, "{typed}");
        }
    }
}
