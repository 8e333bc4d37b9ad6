//! What a person reads: messages on stderr, the terminal itself, tables.

mod bar;
mod columns;
#[cfg(windows)]
mod console;
mod device;
mod message;
pub(crate) mod style;
mod table;
#[cfg(unix)]
mod tty;

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use indicatif::{ProgressBar, ProgressDrawTarget};

pub(crate) use self::bar::bar_line;
pub use self::columns::Columns;
#[cfg(windows)]
pub use self::console::restore;
#[cfg(windows)]
pub(crate) use self::console::{Modes, note_mode};
pub use self::device::{
    Terminal, identity, is_stderr, is_stdin, is_there, is_write_stopped, stderr_size, stdout_width, to_draw_on,
};
pub(crate) use self::message::of_error as message_of;
pub(crate) use self::style::Palette;
pub use self::table::{aligned, aligned_within, described, wrapped};
#[cfg(unix)]
pub use self::tty::restore;
#[cfg(unix)]
pub(crate) use self::tty::{Modes, note_mode};
use crate::error::Error;
pub use crate::untrusted::{clean, inert, name};

/// The bar that is on the terminal's last line, if one is.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Says which bar is shown, or that none is. Messages are then written above it.
pub(crate) fn set_bar(bar: Option<&ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar.cloned();
}

/// Takes the bar off the screen, for something that a person is to read in peace. It comes back with the next progress.
fn remove_bar() {
    if let Some(bar) = BAR.lock().unwrap_or_else(PoisonError::into_inner).take() {
        bar.finish_and_clear();
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
}

/// Stderr for what is written at any time, such as logs.
#[derive(Debug, Default)]
pub(crate) struct BesideBar;

impl io::Write for BesideBar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        without_bar(|| io::stderr().write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// Writes while the bar is off the screen.
fn without_bar<T>(write: impl FnOnce() -> T) -> T {
    let bar = BAR.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match bar {
        Some(bar) => bar.suspend(write),
        None => write(),
    }
}

/// Whether a program has started this process: then its messages never stop the job that both belong to.
static IS_FOR_PROGRAM: AtomicBool = AtomicBool::new(false);

/// Says that a program has started this process. Where a job in the background must not write to the terminal, it is
/// silent. A person's job is stopped there instead, as the person has asked for with `stty tostop`.
pub(crate) fn be_silent_in_background() {
    IS_FOR_PROGRAM.store(true, Ordering::Relaxed);
}

/// Writes to stderr. A message that cannot be written is lost: the result on stdout matters more.
pub fn say(text: &str) {
    if IS_FOR_PROGRAM.load(Ordering::Relaxed) && device::is_stderr_stopped() {
        return;
    }
    let _ = without_bar(|| io::stderr().write_all(text.as_bytes()));
}

/// Whether what is for the terminal goes to a stderr that is none as well.
static IS_FOR_STDERR_TOO: AtomicBool = AtomicBool::new(false);

/// Says that a program may show its user what this process writes to stderr, and may cover the terminal itself, as an
/// agent does.
pub(crate) fn show_on_stderr_too() {
    IS_FOR_STDERR_TOO.store(true, Ordering::Relaxed);
}

/// Writes to the controlling terminal; to stderr if there is none, or if the system would stop this process for it.
/// Text from the service must be clean already.
pub(crate) fn show(text: &str) {
    let _ = is_shown(text);
}

/// Does the same, and returns whether the text stands on the terminal alone.
pub(crate) fn is_shown(text: &str) -> bool {
    let write = |mut terminal: Terminal| terminal.write_all(text.as_bytes()).and_then(|()| terminal.flush()).is_ok();
    remove_bar();
    let shown = Terminal::open_to_write().is_some_and(write);
    let is_for_stderr = IS_FOR_STDERR_TOO.load(Ordering::Relaxed) && !io::stderr().is_terminal();
    // What is for the eyes of a person alone is not worth that the job is stopped.
    if (!shown || is_for_stderr) && !device::is_stderr_stopped() {
        say(text);
    }
    shown && !is_for_stderr
}

/// Ends this process, with the terminal as it was.
pub(crate) fn exit(status: i32) -> ! {
    restore();
    std::process::exit(status)
}

/// Writes a warning to stderr: the command worked, but the user should know this.
pub fn warn(text: &str) {
    say(&warning(text));
}

/// Writes an error to stderr.
pub fn complain(error: &Error) {
    say(&complaint(error));
}

/// The text of an error on stderr.
pub(crate) fn complaint(error: &Error) -> String {
    message::of_error(error, Palette::of_stderr(), device::stderr_columns())
}

/// A text of several lines for stderr, as errors are broken there.
pub(crate) fn broken(text: &str) -> String {
    message::broken(text, device::stderr_columns())
}

/// The text of a warning on stderr.
pub(crate) fn warning(text: &str) -> String {
    message::of_warning(text, Palette::of_stderr(), device::stderr_columns())
}
