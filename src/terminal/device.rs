//! The controlling terminal, which works even where stdin, stdout and stderr are redirected.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};
#[cfg(unix)]
use std::os::fd::AsFd;

#[cfg(unix)]
const DEVICE: &str = "/dev/tty";
#[cfg(windows)]
const DEVICE: &str = "CON";

/// The controlling terminal, opened for a question and its answer.
#[derive(Debug)]
pub struct Terminal {
    output: File,
    input: BufReader<File>,
}

impl Terminal {
    /// Opens the controlling terminal; `None` where there is none, as under cron, or where this process is in the
    /// background: the system would stop it as soon as it reads an answer.
    #[must_use]
    pub fn open() -> Option<Self> {
        Self::open_anywhere().filter(|terminal| !is_in_background(&terminal.output))
    }

    /// Opens it for text alone; `None` also where the system would stop this process if it wrote there.
    #[must_use]
    pub fn open_to_write() -> Option<Self> {
        Self::open_anywhere().filter(|terminal| !stops_writer(&terminal.output))
    }

    fn open_anywhere() -> Option<Self> {
        let output = OpenOptions::new().read(true).write(true).open(DEVICE).ok()?;
        let input = BufReader::new(output.try_clone().ok()?);
        output.is_terminal().then_some(Self { output, input })
    }

    /// Its columns and rows; those of the first terminals where it does not say.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        size(&self.output)
    }

    /// Forgets what was typed so far: it answers nothing that is asked from now on.
    pub fn discard_input(&mut self) {
        self.input.consume(self.input.buffer().len());
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(&self.output, rustix::termios::QueueSelector::IFlush);
    }

    /// Whether something was typed that nobody has read yet, be it a part of a line. It stays there.
    #[must_use]
    pub fn is_typed_ahead(&self) -> bool {
        has_input(&self.output)
    }

    /// Reads one line; `None` at the end of input (Ctrl-D).
    pub fn read_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line)?;
        Ok((read > 0).then(|| line.trim().to_owned()))
    }
}

impl Write for Terminal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.output.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

/// The columns and rows of a terminal; those of the first terminals where it does not say.
#[cfg(unix)]
fn size(terminal: &impl AsFd) -> (usize, usize) {
    match rustix::termios::tcgetwinsize(terminal) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.into(), size.ws_row.into()),
        _ => (80, 24),
    }
}

#[cfg(not(unix))]
fn size<T>(_terminal: &T) -> (usize, usize) {
    (80, 24)
}

/// Whether keys are in the terminal's queue. While it hands out lines, it counts whole ones alone.
#[cfg(unix)]
fn has_input(terminal: &impl AsFd) -> bool {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let is_some = || rustix::io::ioctl_fionread(terminal).is_ok_and(|count| count > 0);
    if is_some() {
        return true;
    }
    let Ok(modes) = tcgetattr(terminal) else { return false };
    let mut by_key = modes.clone();
    by_key.local_modes.remove(LocalModes::ICANON);
    if tcsetattr(terminal, OptionalActions::Now, &by_key).is_err() {
        return false;
    }
    let has_part = is_some();
    let _ = tcsetattr(terminal, OptionalActions::Now, &modes);
    has_part
}

#[cfg(not(unix))]
fn has_input<T>(_terminal: &T) -> bool {
    false
}

/// The columns of the terminal that stdout is, if it is one.
#[must_use]
pub fn stdout_width() -> Option<usize> {
    let stdout = io::stdout();
    stdout.is_terminal().then(|| size(&stdout).0)
}

/// The columns of the terminal that stderr is.
pub(super) fn stderr_width() -> usize {
    size(&io::stderr()).0
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
    Terminal::open_anywhere().is_some_and(|terminal| stops_writer(&terminal.output))
}

/// Whether the system would stop this process if it wrote to stderr.
pub(super) fn is_stderr_stopped() -> bool {
    stops_writer(&io::stderr())
}

/// Whether this is the terminal of this process, and belongs to the group of other processes. Where the system does not
/// tell, it is ours.
#[cfg(unix)]
fn is_in_background(terminal: &impl AsFd) -> bool {
    rustix::termios::tcgetpgrp(terminal).is_ok_and(|foreground| foreground != rustix::process::getpgrp())
}

/// Whether the system stops a process of the background that writes here: only if `stty tostop` is set.
#[cfg(unix)]
fn stops_writer(terminal: &impl AsFd) -> bool {
    use rustix::termios::{LocalModes, tcgetattr};
    // What is no terminal has no mode.
    tcgetattr(terminal).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP)) && is_in_background(terminal)
}

#[cfg(not(unix))]
fn is_in_background<T>(_terminal: &T) -> bool {
    false
}

#[cfg(not(unix))]
fn stops_writer<T>(_terminal: &T) -> bool {
    false
}

/// A name for this process's terminal, so that a message can be shown once on each. On macOS, without `/proc`, it is
/// that of the session: each has a terminal of its own.
#[must_use]
pub fn identity() -> String {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The seventh field. Counted from the closing bracket, since the program's name in front of it may hold spaces.
    let after_name = status.rsplit(')').next().unwrap_or_default();
    let device = after_name.split_whitespace().nth(4);
    let device = device.filter(|device| device.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned);
    device.or_else(session).unwrap_or_else(|| "any".to_owned())
}

#[cfg(unix)]
fn session() -> Option<String> {
    rustix::process::getsid(None).ok().map(|session| format!("session-{}", session.as_raw_nonzero()))
}

#[cfg(not(unix))]
fn session() -> Option<String> {
    None
}
