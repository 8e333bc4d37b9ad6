//! The user's command, and why it did not start, with the status that a shell gives it.

use std::ffi::OsStr;
use std::io;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use crate::environment;
use crate::error::{Error, reason};

/// The user's own command, which gets the environment of this process, and a role's credentials in it.
#[allow(clippy::disallowed_methods, reason = "it is not a helper of this program")]
pub(super) fn user_command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

/// A program that did not start.
pub(super) struct NotStarted {
    pub(super) error: Error,
    /// The exit status that a shell has then: 126 or 127.
    pub(super) status: u8,
    /// Whether another attempt, under any role, would fail in the same way.
    pub(super) is_permanent: bool,
}

pub(super) fn not_started(program: &OsStr, error: io::Error) -> NotStarted {
    let program = match program.to_string_lossy() {
        name if name.is_empty() => "\"\"".into(),
        name => name,
    };
    if error.kind() == ErrorKind::NotFound {
        let not_found = Error::failed(format!("{program}: command not found"));
        let error = not_found.with_remedy("check its name, and PATH").with_source(error);
        return NotStarted { error, status: 127, is_permanent: true };
    }
    // One name may be too long for an argument, or have a character that none can have.
    let is_argument = matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::ArgumentListTooLong);
    let (is_permanent, remedy) = if is_argument {
        (false, "in place of {account_name}, take {account_id}")
    } else if is_shortage(&error) {
        (false, "run fewer at a time, with -j, or raise the limit: see ulimit -a")
    } else {
        (true, "check that it is a program, and that you may execute it")
    };
    let cannot_run = Error::failed(format!("cannot run {program}: {}", reason(&error)));
    NotStarted { error: cannot_run.with_remedy(remedy).with_source(error), status: 126, is_permanent }
}

/// The error for a program that does not exist, so that no run has to find out.
pub(super) fn missing_program(program: &OsStr) -> Option<NotStarted> {
    let is_path = Path::new(program).components().count() > 1 || program.is_empty();
    // What else would be found is for the system to say: without PATH it looks in folders of its own choice.
    let folders = environment::search_path().filter(|_| cfg!(unix))?;
    let exists = if is_path {
        Path::new(program).exists()
    } else {
        std::env::split_paths(&folders).any(|folder| folder.join(program).exists())
    };
    (!exists).then(|| not_started(program, ErrorKind::NotFound.into()))
}

/// Whether there were too few processes, open files or memory, which other runs may free.
#[cfg(unix)]
fn is_shortage(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let shortages = [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|error| shortages.contains(&error))
}

#[cfg(not(unix))]
fn is_shortage(error: &io::Error) -> bool {
    error.kind() == ErrorKind::OutOfMemory
}
