//! The controlling terminal, which works even where stdin, stdout and stderr are redirected.

use std::fs::File;
use std::io::{self, IsTerminal, Write};

#[cfg(windows)]
use super::console as system;
#[cfg(unix)]
use super::tty as system;

/// The columns and rows of the first terminals, where one does not say.
const USUAL_SIZE: (usize, usize) = (80, 24);

/// The controlling terminal, opened for a question and its answer.
#[derive(Debug)]
pub struct Terminal {
    output: File,
    input: system::Input,
}

impl Terminal {
    /// Opens the controlling terminal; `None` where there is none, as under cron, or where this process is in the
    /// background: the system would stop it as soon as it reads an answer.
    #[must_use]
    pub fn open() -> Option<Self> {
        Self::open_anywhere().filter(|terminal| !system::is_in_background(&terminal.output))
    }

    /// Opens it for text alone; `None` also where the system would stop this process if it wrote there.
    #[must_use]
    pub fn open_to_write() -> Option<Self> {
        Self::open_anywhere().filter(|terminal| !system::stops_writer(&terminal.output))
    }

    fn open_anywhere() -> Option<Self> {
        system::open().map(|(input, output)| Self { output, input })
    }

    /// Its columns and rows; those of the first terminals where it does not say.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        system::size(&self.output).unwrap_or(USUAL_SIZE)
    }

    /// Forgets what was typed so far: it answers nothing that is asked from now on.
    pub fn discard_input(&mut self) {
        system::discard(&mut self.input);
    }

    /// Whether something was typed that nobody has read yet, be it a part of a line. It stays there.
    #[must_use]
    pub fn is_typed_ahead(&self) -> bool {
        system::has_input(&self.input)
    }

    /// Reads one line; `None` at the end of input (Ctrl-D).
    pub fn read_line(&mut self) -> io::Result<Option<String>> {
        Ok(system::read_line(&mut self.input)?.map(|line| line.trim().to_owned()))
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        system::write(&mut self.output, bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The terminal, for a program that draws on it.
pub fn to_draw_on() -> io::Result<File> {
    system::output()
}

/// Whether the terminal shows colors, if the environment says nothing of it.
pub(super) fn shows_colors() -> bool {
    system::shows_colors()
}

/// The columns of the terminal that stdout is, if it is one.
#[must_use]
pub fn stdout_width() -> Option<usize> {
    let stdout = io::stdout();
    stdout.is_terminal().then(|| system::size(&stdout).unwrap_or(USUAL_SIZE).0)
}

/// The columns of the terminal that stderr is, if it is one.
pub(super) fn stderr_columns() -> Option<usize> {
    is_stderr().then(stderr_width)
}

/// The same, or those of the first terminals.
pub(super) fn stderr_width() -> usize {
    stderr_size().0
}

/// The columns and lines of the terminal on which a program draws through stderr.
#[must_use]
pub fn stderr_size() -> (usize, usize) {
    system::size(&io::stderr()).unwrap_or(USUAL_SIZE)
}

/// Whether stderr is a terminal.
#[must_use]
pub fn is_stderr() -> bool {
    io::stderr().is_terminal()
}

/// Whether stdin is a terminal.
#[must_use]
pub fn is_stdin() -> bool {
    io::stdin().is_terminal()
}

/// Whether there is a controlling terminal, also one to which this process must not write.
#[must_use]
pub fn is_there() -> bool {
    Terminal::open_anywhere().is_some()
}

/// Whether the system would stop this process if it wrote to its terminal.
#[must_use]
pub fn is_write_stopped() -> bool {
    Terminal::open_anywhere().is_some_and(|terminal| system::stops_writer(&terminal.output))
}

/// Whether the system would stop this process if it wrote to stderr.
pub(super) fn is_stderr_stopped() -> bool {
    system::stops_writer(&io::stderr())
}

/// A name for this process's terminal, so that a message can be shown once on each; `None` if it has none.
#[must_use]
pub fn identity() -> Option<String> {
    system::identity()
}
