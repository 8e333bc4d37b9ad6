//! Questions to the person at the terminal.

use std::io::{self, Write as _};

use crate::error::{Error, Result, reason};
use crate::terminal::{Palette, Terminal, message_of};

/// The terminal to ask on, if there is one and the user wants to be asked.
#[derive(Debug)]
pub(super) struct Questions(Option<Terminal>);

impl Questions {
    pub(super) fn new(takes_defaults: bool) -> Self {
        Self(if takes_defaults { None } else { Terminal::open() })
    }

    /// Whether somebody is asked at all.
    pub(super) fn are_asked(&self) -> bool {
        self.0.is_some()
    }

    /// Asks until the answer is one; `None` if nobody is asked. `read` says what is wrong with an answer.
    pub(super) fn ask<T>(&mut self, question: &str, read: impl Fn(&str) -> Result<T>) -> Result<Option<T>> {
        let Some(terminal) = &mut self.0 else { return Ok(None) };
        // Enter that was pressed while the sign-in took its time is no answer.
        terminal.discard_input();
        loop {
            let answer = line(terminal, question).map_err(|error| {
                Error::failed(format!("cannot use the terminal: {}", reason(&error))).with_source(error)
            })?;
            match read(&answer.ok_or_else(|| Error::cancelled("cancelled"))?) {
                Ok(answer) => return Ok(Some(answer)),
                Err(error) => {
                    let message = message_of(&error, Palette::of_terminal(), Some(terminal.size().0));
                    let _ = write!(terminal, "{message}");
                }
            }
        }
    }

    /// A question to which Enter says yes; `None` if nobody is asked.
    pub(super) fn yes(&mut self, question: &str) -> Result<Option<bool>> {
        self.ask(&format!("{question} [Y/n] "), |answer| match answer.to_ascii_lowercase().as_str() {
            "" | "y" | "yes" => Ok(true),
            "n" | "no" => Ok(false),
            _ => Err(Error::usage("y or n?").with_remedy("Enter means yes")),
        })
    }
}

fn line(terminal: &mut Terminal, question: &str) -> io::Result<Option<String>> {
    write!(terminal, "{question}")?;
    terminal.flush()?;
    let answer = terminal.read_line()?;
    if answer.is_none() {
        writeln!(terminal)?;
    }
    Ok(answer)
}
