//! Replaces this process with another program, so that signals and the exit status are the program's own.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

#[cfg(unix)]
use super::start::not_as_script;
use super::start::not_started;
use crate::error::Result;
use crate::programs::core_dumps;

/// Replaces this process. Returns only if the program cannot be started.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "on other systems it can fail")]
pub(super) fn with(command: Command, words: &[OsString]) -> Result<ExitCode> {
    let mut command = not_as_script(command);
    let error = core_dumps::with_own_limit(|| std::os::unix::process::CommandExt::exec(&mut command));
    Ok(not_started(words, error).said())
}

/// Starts the program and waits for it, on a system where a process cannot be replaced.
#[cfg(not(unix))]
pub(super) fn with(mut command: Command, words: &[OsString]) -> Result<ExitCode> {
    crate::programs::signals::block_on(async {
        let mut signals = crate::programs::signals::Signals::new()?;
        let mut child = match core_dumps::start(&mut command) {
            Ok(child) => child,
            Err(error) => return Ok(not_started(words, error).said()),
        };
        let ended = tokio::task::spawn_blocking(move || child.wait());
        // Ctrl-C reaches the program too, which decides what it does.
        let status = tokio::select! {
            ended = ended => ended.ok().and_then(std::io::Result::ok),
            () = signals.but_interrupt() => None,
        };
        let code = status.and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
        Ok(ExitCode::from(code.unwrap_or(1)))
    })
}
