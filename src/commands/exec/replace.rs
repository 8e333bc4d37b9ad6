//! Replaces this process with another program, so that signals and the exit status are the program's own.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

#[cfg(unix)]
use super::start::not_as_script;
use super::start::not_started;
use crate::error::Result;
#[cfg(windows)]
use crate::error::{Error, reason};
use crate::programs::core_dumps;
#[cfg(windows)]
use crate::programs::{group::EndWithUs, signals::Signals};
#[cfg(windows)]
use crate::terminal;

/// Replaces this process. Returns only if the program cannot be started.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "on other systems it can fail")]
pub(super) fn with(command: Command, words: &[OsString]) -> Result<ExitCode> {
    let mut command = not_as_script(command);
    let error = core_dumps::with_own_limit(|| std::os::unix::process::CommandExt::exec(&mut command));
    Ok(not_started(words, error).said())
}

/// Starts the program and waits for it, since a process of Windows cannot be replaced. It ends with this one.
#[cfg(windows)]
pub(super) fn with(mut command: Command, words: &[OsString]) -> Result<ExitCode> {
    // Ctrl-C and Ctrl-Break reach the program too, which decides what they do.
    let _received = Signals::new()?;
    let together = EndWithUs::begin();
    let mut child = match core_dumps::start(&mut command) {
        Ok(child) => child,
        Err(error) => return Ok(not_started(words, error).said()),
    };
    let status = child.wait().map_err(|error| {
        Error::failed(format!("cannot wait for the command: {}", reason(&error))).with_source(error)
    })?;
    drop(together);
    // All 32 bits of it: a program that Ctrl-C has ended has -1073741510.
    terminal::exit(status.code().unwrap_or(1))
}
