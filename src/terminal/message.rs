//! How errors and warnings look on stderr.

use super::style::Palette;
use crate::error::{Error, Kind};
use crate::untrusted::clean;

/// What every message of ours begins with.
const NAME: &str = "aws-sso:";

/// The text of an error: what happened, and what to do about it.
pub(crate) fn of_error(error: &Error, palette: Palette) -> String {
    let report = error.report();
    let Some((first, remedy)) = report.split_once('\n') else { return report };
    let first = match first.strip_prefix(NAME) {
        // What the user cancelled did not fail.
        Some(what) if error.kind() != Kind::Cancelled => palette.error(NAME) + what,
        _ => first.to_owned(),
    };
    let remedy: String = remedy.lines().map(|line| palette.advice(line) + "\n").collect();
    format!("{first}\n{remedy}")
}

/// The text of a warning.
pub(super) fn of_warning(text: &str, palette: Palette) -> String {
    format!("{} {}\n", palette.warning(&format!("{NAME} warning:")), palette.advice(&clean(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_without_colors_is_the_report_of_the_error() {
        let error = Error::failed("a\x1b[31mb").with_remedy("do this\nor run: aws-sso doctor");
        assert_eq!(of_error(&error, Palette::PLAIN), error.report());
        assert_eq!(of_warning("a\x1bb", Palette::PLAIN), "aws-sso: warning: a\u{fffd}b\n");
    }
}
