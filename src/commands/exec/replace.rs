//! Replaces this process with another program, so that signals and the exit status are the program's own.

use std::process::{Command, ExitCode};

use super::start::{NotStarted, not_started};
use crate::error::Result;
use crate::programs::core_dumps;
use crate::terminal;

/// Replaces this process. Returns only if the program cannot be started.
#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "on other systems it can fail")]
pub(super) fn with(mut command: Command) -> Result<ExitCode> {
    let error = core_dumps::with_own_limit(|| std::os::unix::process::CommandExt::exec(&mut command));
    Ok(failed(&command, error))
}

/// Starts the program and waits for it, on a system where a process cannot be replaced.
#[cfg(not(unix))]
pub(super) fn with(mut command: Command) -> Result<ExitCode> {
    crate::programs::signals::block_on(async {
        let mut signals = crate::programs::signals::Signals::new()?;
        let mut child = match core_dumps::start(&mut command) {
            Ok(child) => child,
            Err(error) => return Ok(failed(&command, error)),
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

fn failed(command: &Command, error: std::io::Error) -> ExitCode {
    let NotStarted { error, status, .. } = not_started(command.get_program(), error);
    terminal::say(&error.report());
    ExitCode::from(status)
}
