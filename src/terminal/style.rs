//! The palette: how text looks by what it means, and which streams show it.

use std::io::{self, IsTerminal as _};

use clap::builder::styling::{AnsiColor, Style, Styles};

use super::device::shows_colors;
use crate::environment;

// Colors of the terminal's own sixteen, and of these no yellow, white or blue: each is hard to read on a light or on a
// dark background. The words say all that the colors say.
const HEADING: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const WARNING: Style = AnsiColor::Magenta.on_default().bold();
const ERROR: Style = AnsiColor::Red.on_default().bold();
const COMMAND: Style = AnsiColor::Cyan.on_default().bold();
const PLACEHOLDER: Style = AnsiColor::Cyan.on_default();
const DIM: Style = Style::new().dimmed();
/// To tell several of a kind apart, without red, which means an error.
const LABELS: [Style; 6] = [
    AnsiColor::Cyan.on_default(),
    AnsiColor::Green.on_default(),
    AnsiColor::Magenta.on_default(),
    AnsiColor::Cyan.on_default().bold(),
    AnsiColor::Green.on_default().bold(),
    AnsiColor::Magenta.on_default().bold(),
];

/// The same for the help and the errors that clap writes.
pub(crate) const OF_CLAP: Styles = Styles::styled()
    .header(HEADING)
    .usage(HEADING)
    .literal(COMMAND)
    .placeholder(PLACEHOLDER)
    .valid(COMMAND)
    .invalid(WARNING)
    .error(ERROR);

/// Paints text for one stream, or leaves it as it is where that has no colors.
///
/// What it paints is clean already: of text from elsewhere, nothing but the colors may drive the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Palette {
    has_colors: bool,
}

impl Palette {
    /// The palette of text that programs read.
    pub(crate) const PLAIN: Self = Self { has_colors: false };

    /// The palette that paints everything, for what clap shows as its stream needs it.
    pub(crate) const COLORED: Self = Self { has_colors: true };

    pub(crate) fn of_stdout() -> Self {
        Self { has_colors: environment::colors().unwrap_or_else(|| io::stdout().is_terminal() && shows_colors()) }
    }

    pub(crate) fn of_stderr() -> Self {
        Self { has_colors: environment::colors().unwrap_or_else(|| io::stderr().is_terminal() && shows_colors()) }
    }

    /// The palette of the controlling terminal.
    pub(crate) fn of_terminal() -> Self {
        Self { has_colors: environment::colors().unwrap_or_else(shows_colors) }
    }

    pub(crate) fn has_colors(self) -> bool {
        self.has_colors
    }

    pub(crate) fn heading(self, text: &str) -> String {
        self.painted(HEADING, text)
    }

    /// What is as it should be.
    pub(crate) fn good(self, text: &str) -> String {
        self.painted(GOOD, text)
    }

    pub(crate) fn warning(self, text: &str) -> String {
        self.painted(WARNING, text)
    }

    pub(crate) fn error(self, text: &str) -> String {
        self.painted(ERROR, text)
    }

    /// A command that can be typed.
    pub(crate) fn command(self, text: &str) -> String {
        self.painted(COMMAND, text)
    }

    /// What matters less than the rest.
    pub(crate) fn dim(self, text: &str) -> String {
        self.painted(DIM, text)
    }

    /// The name of one of several of a kind, by its number.
    pub(crate) fn label(self, number: usize, text: &str) -> String {
        self.painted(LABELS[number % LABELS.len()], text)
    }

    /// Paints the command that a line of advice ends with, as in `to fix it, run: aws-sso doctor`.
    pub(crate) fn advice(self, line: &str) -> String {
        let (text, command) = line.split_at(command_at(line).unwrap_or(line.len()));
        text.to_owned() + &self.command(command)
    }

    fn painted(self, style: Style, text: &str) -> String {
        if self.has_colors && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}

/// Where the command begins that a line of advice ends with.
pub(crate) fn command_at(line: &str) -> Option<usize> {
    let starts = ["run: ", "see: ", ": aws-sso ", ": awsso "];
    let at = starts.iter().filter_map(|start| Some(line.find(start)? + start.find(": ")? + ": ".len()));
    at.min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_at_the_end_of_a_line_of_advice_is_painted() {
        let cases = [
            ("run: aws-sso login -p corp", "run: <aws-sso login -p corp>"),
            ("correct it, or run: unset BIG", "correct it, or run: <unset BIG>"),
            ("or choose one: awsso pick", "or choose one: <awsso pick>"),
            ("see: aws-sso settings", "see: <aws-sso settings>"),
            ("ask your administrator", "ask your administrator"),
            ("", ""),
        ];
        let (on, off) = (COMMAND.render().to_string(), COMMAND.render_reset().to_string());
        for (line, expected) in cases {
            assert_eq!(Palette::COLORED.advice(line), expected.replace('<', &on).replace('>', &off));
            assert_eq!(Palette::PLAIN.advice(line), line);
        }
    }
}
