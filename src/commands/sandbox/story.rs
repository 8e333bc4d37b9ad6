//! How the tour tells what it does: a step, what it shows, the command, and what came of it.

use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::process::{Command, Stdio};

use crate::error::{Error, Result};
use crate::output::print;
use crate::terminal::clean;

/// Longer output is cut: a tour shows, it does not list.
const LINES: usize = 6;
const COLUMNS: usize = 120;

/// Tells the steps one after the other.
pub(super) struct Story {
    step: usize,
    title: &'static str,
    colours: bool,
}

/// What a command printed, after it succeeded.
pub(super) struct Told {
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Story {
    pub(super) fn new() -> Self {
        Self { step: 0, title: "", colours: io::stdout().is_terminal() }
    }

    /// Begins a step.
    pub(super) fn step(&mut self, title: &'static str, shows: &str) -> Result<()> {
        self.step += 1;
        self.title = title;
        let heading = self.painted("1", &format!("{} · {title}", self.step));
        print(&format!("\n{heading}\n  {shows}\n")).map(drop)
    }

    /// Runs a command that is shown as `shown`, and shows nothing of its output yet.
    pub(super) fn run(&self, shown: &str, mut command: Command) -> Result<Told> {
        print(&format!("  {} {}\n", self.painted("36", "$"), self.painted("1", &clean(shown))))?;
        let output = command
            .stdin(Stdio::null())
            .output()
            .map_err(|error| self.failed(&format!("`{shown}` could not be run: {error}")))?;
        let told = Told {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        if output.status.success() {
            Ok(told)
        } else {
            let failed = self.failed(&format!("`{shown}` ended with {}", output.status));
            Err(match told.stderr.trim() {
                "" => failed,
                reason => failed.with_remedy(reason),
            })
        }
    }

    /// Why the tour ends here.
    pub(super) fn failed(&self, reason: &str) -> Error {
        Error::failed(format!("step {} of the tour, {}, failed: {reason}", self.step, self.title))
    }

    /// An error of one of the tour's own parts, told as the step's.
    pub(super) fn blame(&self, error: &Error) -> Error {
        self.failed(&error.to_string())
    }

    fn painted(&self, style: &str, text: &str) -> String {
        if self.colours { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Shows output, trimmed.
pub(super) fn show(output: &str) -> Result<()> {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut text = String::new();
    for line in lines.iter().take(LINES) {
        let line = clean(line);
        text.push_str("    ");
        text.extend(line.chars().take(COLUMNS));
        text.push_str(if line.chars().count() > COLUMNS { "…\n" } else { "\n" });
    }
    if lines.len() > LINES {
        let _ = writeln!(text, "    … and {} lines more", lines.len() - LINES);
    }
    print(&text).map(drop)
}
