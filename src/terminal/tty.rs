//! The terminal of Unix: a device, with modes and a foreground.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Write as _};
use std::os::fd::AsFd;

use rustix::termios::{
    LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetpgrp, tcgetwinsize, tcsetattr,
};

pub(super) type Input = BufReader<File>;

pub(super) fn open() -> Option<(Input, File)> {
    let output = output().ok()?;
    let input = BufReader::new(output.try_clone().ok()?);
    output.is_terminal().then_some((input, output))
}

/// The terminal, for a program that draws on it.
pub(super) fn output() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

pub(super) fn write(output: &mut File, bytes: &[u8]) -> io::Result<usize> {
    output.write(bytes)
}

pub(super) fn read_line(input: &mut Input) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    let read = input.read_until(b'\n', &mut line)?;
    // What is no text is an answer that nothing matches.
    Ok((read > 0).then(|| String::from_utf8_lossy(&line).into_owned()))
}

pub(super) fn discard(input: &mut Input) {
    input.consume(input.buffer().len());
    let _ = tcflush(input.get_ref(), QueueSelector::IFlush);
}

/// The number of its device. On macOS, without `/proc`, that of the session: each has a terminal of its own.
pub(super) fn identity() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The seventh field. Counted from the closing bracket, since the program's name in front of it may hold spaces.
    let after_name = status.rsplit(')').next().unwrap_or_default();
    let device = after_name.split_whitespace().nth(4);
    let device = device.filter(|device| device.bytes().all(|b| b.is_ascii_digit())).map(str::to_owned);
    let session = || rustix::process::getsid(None).ok().map(|id| format!("session-{}", id.as_raw_nonzero()));
    device.or_else(session)
}

/// The columns and rows, where the terminal says them.
pub(super) fn size(terminal: &impl AsFd) -> Option<(usize, usize)> {
    let size = tcgetwinsize(terminal).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0)?;
    Some((size.ws_col.into(), size.ws_row.into()))
}

/// Whether keys are in the terminal's queue. While it hands out lines, it counts whole ones alone.
pub(super) fn has_input(input: &Input) -> bool {
    let terminal = input.get_ref();
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

/// Whether this is the terminal of this process, and belongs to the group of other processes. Where the system does not
/// say, it is ours.
pub(super) fn is_in_background(terminal: &impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|foreground| foreground != rustix::process::getpgrp())
}

/// Whether the system stops a process of the background that writes here: only if `stty tostop` is set.
pub(super) fn stops_writer(terminal: &impl AsFd) -> bool {
    // What is no terminal has no mode.
    tcgetattr(terminal).is_ok_and(|modes| modes.local_modes.contains(LocalModes::TOSTOP)) && is_in_background(terminal)
}

/// Every terminal shows colors that is not said to show none.
pub(super) fn shows_colors() -> bool {
    true
}

pub(crate) fn note_mode() {}

/// Nothing is left changed.
pub fn restore() {}

/// The terminal's modes while a program draws on it, which restores them itself unless it is killed.
pub(crate) struct Modes(Option<(File, Termios)>);

/// Lets go of the keyboard, leaves the alternate screen, lets go of the mouse and of pasted text, and shows the cursor.
const LEAVE: &[u8] = b"\x1b[<1u\x1b[?1049l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?25h";

impl Modes {
    pub(crate) fn now() -> Self {
        let modes = |terminal: File| tcgetattr(&terminal).ok().map(|modes| (terminal, modes));
        Self(output().ok().and_then(modes))
    }

    /// Does nothing after a program that has restored them.
    pub(crate) fn restore(self) {
        let Some((mut terminal, modes)) = self.0 else { return };
        if tcgetattr(&terminal).is_ok_and(|left| left.local_modes != modes.local_modes) {
            let _ = tcsetattr(&terminal, OptionalActions::Now, &modes);
            let _ = terminal.write_all(LEAVE);
        }
    }
}
