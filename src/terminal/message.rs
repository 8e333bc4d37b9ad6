//! How errors and warnings look on stderr.

use super::style::{Palette, command_at};
use super::table::wrapped_words;
use crate::error::{Error, Kind};
use crate::untrusted::clean;

/// What every message of ours begins with.
const NAME: &str = "aws-sso:";

/// The text of an error: what happened, and what to do about it.
pub(crate) fn of_error(error: &Error, palette: Palette, width: Option<usize>) -> String {
    let report = broken(&error.report(), width);
    let paint = |line: &str| match line.strip_prefix(NAME) {
        // What the user cancelled did not fail.
        Some(what) if error.kind() != Kind::Cancelled => palette.error(NAME) + what + "\n",
        Some(_) => line.to_owned() + "\n",
        None => palette.advice(line) + "\n",
    };
    report.lines().map(paint).collect()
}

/// The text of a warning.
pub(super) fn of_warning(text: &str, palette: Palette, width: Option<usize>) -> String {
    let start = format!("{NAME} warning:");
    let text = broken(&format!("{start} {}\n", clean(text)), width);
    let (_, text) = text.split_at(start.len());
    let lines: String = text.lines().map(|line| palette.advice(line) + "\n").collect();
    palette.warning(&start) + &lines
}

/// The text in lines of at most `width` columns, where that is known: a terminal would break them within words. A
/// command at the end of a line stays whole, so that it can be copied.
pub(super) fn broken(text: &str, width: Option<usize>) -> String {
    match width {
        Some(width) => text.lines().map(|line| broken_line(line, width)).collect(),
        None => text.to_owned(),
    }
}

/// One line of that. Those after the first begin below its start, or behind its `aws-sso:`.
fn broken_line(line: &str, width: usize) -> String {
    let word_before = |at: usize| line[..at].trim_end().rfind(' ').map_or(0, |blank| blank + 1);
    let command = command_at(line).map_or(line.len(), word_before);
    let start = line.len() - line.trim_start_matches(' ').len();
    let label = line[start..].find(": ").map(|at| start + at + 2).filter(|end| !line[start..end - 1].contains(' '));
    let (first, rest) = line.split_at(label.unwrap_or(start).min(command));
    let (text, command) = rest.split_at(command - first.len());
    let text = text.strip_suffix(' ').unwrap_or(text);
    let words = (!text.is_empty()).then(|| text.split(' ')).into_iter().flatten();
    wrapped_words(first, words.chain((!command.is_empty()).then_some(command)), width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_colors_is_the_report_of_the_error() {
        let error = Error::failed("a\x1b[31mb").with_remedy("do this\nor run: aws-sso doctor");
        assert_eq!(of_error(&error, Palette::PLAIN, None), error.report());
        assert_eq!(of_warning("a\x1bb", Palette::PLAIN, None), "aws-sso: warning: a\u{fffd}b\n");
    }

    #[test]
    fn lines_break_at_blanks_and_never_in_a_command() {
        for (text, expected) in [
            ("aws-sso: one two three four\n", "aws-sso: one two\n         three four\n"),
            ("  one two three four five\n", "  one two three four\n  five\n"),
            ("  run: aws-sso login -p corp --force\n", "  run: aws-sso login -p corp --force\n"),
            ("  to see all, run: aws-sso list -p a\n", "  to see all,\n  run: aws-sso list -p a\n"),
            ("  or choose one: awsso pick it\n", "  or choose\n  one: awsso pick it\n"),
            ("aws-sso: a, run: aws-sso login -p corp\n", "aws-sso: a,\n         run: aws-sso login -p corp\n"),
            (
                "error: \x1b[1mone\x1b[0m \x1b[1mtwo\x1b[0m 34567\n",
                "error: \x1b[1mone\x1b[0m \x1b[1mtwo\x1b[0m 34567\n",
            ),
            ("a_name_that_is_longer_than_a_line x\n\n  y\n", "a_name_that_is_longer_than_a_line\nx\n\n  y\n"),
        ] {
            assert_eq!(broken(text, Some(20)), expected);
            assert_eq!(broken(text, None), text);
        }
    }
}
