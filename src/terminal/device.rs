//! The controlling terminal, which works even where stdin, stdout and stderr are redirected.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, IsTerminal, Write};

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
    /// background: there nobody waits for what it says, and the system would stop it as soon as it reads an answer.
    #[must_use]
    pub fn open() -> Option<Self> {
        Self::open_anywhere().filter(|terminal| !is_in_background(&terminal.output))
    }

    fn open_anywhere() -> Option<Self> {
        let output = OpenOptions::new().read(true).write(true).open(DEVICE).ok()?;
        let input = BufReader::new(output.try_clone().ok()?);
        output.is_terminal().then_some(Self { output, input })
    }

    /// Its columns and rows; those of the first terminals where it does not say.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        #[cfg(unix)]
        if let Ok(size) = rustix::termios::tcgetwinsize(&self.output)
            && size.ws_col > 0
            && size.ws_row > 0
        {
            return (size.ws_col.into(), size.ws_row.into());
        }
        (80, 24)
    }

    /// Forgets what was typed so far: it answers nothing that is asked from now on.
    pub fn discard_input(&mut self) {
        self.input.consume(self.input.buffer().len());
        #[cfg(unix)]
        let _ = rustix::termios::tcflush(&self.output, rustix::termios::QueueSelector::IFlush);
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

/// Whether stdin is a terminal.
#[must_use]
pub fn is_stdin() -> bool {
    io::stdin().is_terminal()
}

/// Whether this process has a controlling terminal, but is a job in its background, as after `&` in a shell.
#[must_use]
pub fn is_background_job() -> bool {
    Terminal::open_anywhere().is_some_and(|terminal| is_in_background(&terminal.output))
}

/// Whether the terminal belongs to the group of other processes. Where the system does not tell, it is ours.
#[cfg(unix)]
fn is_in_background(terminal: &File) -> bool {
    rustix::termios::tcgetpgrp(terminal).is_ok_and(|foreground| foreground != rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn is_in_background(_terminal: &File) -> bool {
    false
}

/// Whether the system would stop this process if it wrote to stderr: it is in the background of a terminal for which
/// `stty tostop` is set.
pub(super) fn stops_writers() -> bool {
    #[cfg(unix)]
    {
        use rustix::termios::{LocalModes, tcgetattr};
        // Without a terminal there is no mode, and no job control.
        let stderr = io::stderr();
        tcgetattr(&stderr).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP)) && is_background_job()
    }
    #[cfg(not(unix))]
    false
}

/// A name for this process's terminal, so that a message can be shown once on each.
///
/// It is the same for all terminals on systems without `/proc`.
#[must_use]
pub fn identity() -> String {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The seventh field. Counted from the closing bracket, since the program's name in front of it may hold spaces.
    let after_name = status.rsplit(')').next().unwrap_or_default();
    let device = after_name.split_whitespace().nth(4);
    device.filter(|device| device.bytes().all(|b| b.is_ascii_digit())).unwrap_or("any").to_owned()
}
