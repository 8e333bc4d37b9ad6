//! The tour's output: each step's heading, its command, and the result.

use std::fmt::Write as _;
use std::process::{Child, Command, Stdio};

use crate::error::{Error, Result};
use crate::output::print;
use crate::programs::core_dumps;
use crate::terminal::{Palette, clean};

/// Longer output is cut.
const LINES: usize = 6;
const COLUMNS: usize = 120;

/// Prints the steps and numbers them.
pub(super) struct Story {
    step: usize,
    title: &'static str,
    palette: Palette,
}

/// The output of a command that succeeded.
pub(super) struct Printed {
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Story {
    pub(super) fn new() -> Self {
        Self { step: 0, title: "", palette: Palette::of_stdout() }
    }

    /// Prints the heading of the next step.
    pub(super) fn step(&mut self, title: &'static str, shows: &str) -> Result<()> {
        self.step += 1;
        self.title = title;
        let heading = self.palette.heading(&format!("{} · {title}", self.step));
        print(&format!("\n{heading}\n  {shows}\n"))
    }

    /// Prints `shown` and runs the command; the caller decides what of its output to print.
    pub(super) fn run(&self, shown: &str, mut command: Command) -> Result<Printed> {
        print(&format!("  {} {}\n", self.palette.dim("$"), self.palette.command(&clean(shown))))?;
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let output = core_dumps::start(&mut command)
            .and_then(Child::wait_with_output)
            .map_err(|error| self.failed(&format!("cannot run `{shown}`: {error}")))?;
        let printed = Printed {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        if output.status.success() {
            Ok(printed)
        } else {
            let failed = self.failed(&format!("`{shown}` ended with {}", output.status));
            Err(match printed.stderr.trim() {
                "" => failed,
                reason => failed.with_remedy(reason),
            })
        }
    }

    /// The error that ends the tour in this step.
    pub(super) fn failed(&self, reason: &str) -> Error {
        Error::failed(format!("step {} of the tour, {}, failed: {reason}", self.step, self.title))
    }

    /// An error of the tour's own code, as an error of this step.
    pub(super) fn failed_with(&self, error: &Error) -> Error {
        self.failed(&error.to_string())
    }
}

/// Prints output, cut to a few lines.
pub(super) fn show(output: &str) -> Result<()> {
    print(&cut(output))
}

fn cut(output: &str) -> String {
    let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut text = String::new();
    for line in lines.iter().take(LINES) {
        let line = clean(line);
        text.push_str("    ");
        text.extend(line.chars().take(COLUMNS));
        text.push_str(if line.chars().count() > COLUMNS { "…\n" } else { "\n" });
    }
    if lines.len() > LINES {
        let more = lines.len() - LINES;
        let _ = writeln!(text, "    … and {more} more {}", if more == 1 { "line" } else { "lines" });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_output_is_cut_and_the_rest_is_counted() {
        for (lines, end) in [(6, "line\n"), (7, "… and 1 more line\n"), (8, "… and 2 more lines\n")] {
            assert!(cut(&"line\n".repeat(lines)).ends_with(end), "{lines}");
        }
    }
}
