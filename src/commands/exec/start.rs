//! The user's command, and why it did not start, with the status that a shell gives it.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io;
use std::io::ErrorKind;
use std::process::{Command, ExitCode};

use super::size;
use super::typed::{Advice, Line};
use crate::environment;
use crate::error::{Error, reason, system};
use crate::programs::startable;
#[cfg(unix)]
use crate::programs::unstarted::Start;
use crate::programs::unstarted::{Problem, Unstarted};
#[cfg(windows)]
use crate::programs::with_extension;
use crate::terminal;

/// What runs a script that names no interpreter.
#[cfg(unix)]
const SHELL: &str = "/bin/sh";

/// The user's own command, which gets the environment of this process, and a role's credentials in it.
#[allow(clippy::disallowed_methods, reason = "it is not a helper of this program")]
pub(super) fn user_command(program: &OsStr) -> Command {
    #[cfg(unix)]
    if let Ok(Start::Shell(file)) = startable::check(program) {
        let mut shell = Command::new(SHELL);
        shell.arg(file);
        return shell;
    }
    #[cfg(windows)]
    if let Some(file) = with_extension::find(program) {
        return Command::new(file);
    }
    Command::new(program)
}

/// The same command for a system whose `exec` gives any file to a shell that it cannot run itself, as glibc's does: a
/// program for another processor would be read as a script.
#[cfg(unix)]
#[allow(clippy::disallowed_methods, reason = "it is not a helper of this program")]
pub(super) fn not_as_script(command: Command) -> Command {
    let Ok(Start::Doubtful(file, cause)) = startable::check(command.get_program()) else { return command };
    if cfg!(not(target_env = "gnu")) {
        return command;
    }
    let mut shell = Command::new(SHELL);
    // The shell begins its own error, which has the right status, with this name of it.
    let name = format!("aws-sso: cannot run {}: {}", command.get_program().display(), cause.what);
    shell.args(["-c", "exec \"$@\"", &name]).arg(file).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => shell.env(name, value),
            None => shell.env_remove(name),
        };
    }
    shell
}

/// A program that did not start.
pub(super) struct NotStarted {
    pub(super) error: Error,
    /// The exit status that a shell has then: 126 or 127.
    pub(super) status: u8,
    /// Whether another attempt, under any role, would fail in the same way.
    pub(super) is_permanent: bool,
}

impl NotStarted {
    /// Says so, and returns the exit status.
    pub(super) fn said(&self) -> ExitCode {
        terminal::complain(&self.error);
        ExitCode::from(self.status)
    }
}

/// What the error of the system means for a command, by its words.
pub(super) fn not_started(words: &[OsString], error: io::Error) -> NotStarted {
    let program = words.first().map(OsString::as_os_str).unwrap_or_default();
    // One name may be too long for an argument, or have a character that none can have.
    let in_one_run = match error.kind() {
        ErrorKind::ArgumentListTooLong => Some(size::remedy(words, &environment::sizes())),
        // What Windows says of a line of more than 32,767 letters.
        ErrorKind::InvalidFilename if cfg!(windows) => Some(size::remedy(words, &[])),
        #[cfg(windows)]
        ErrorKind::InvalidInput if with_extension::is_batch(program) => {
            Some("a batch file takes no argument with a line break: pass it in a file, or in a variable".to_owned())
        }
        ErrorKind::InvalidInput => Some("in place of {account_name}, take {account_id}".to_owned()),
        // It was waited for until no other run could free anything.
        _ => system::shortage(&error),
    };
    if let Some(remedy) = in_one_run {
        let cannot_run = Error::failed(format!("cannot run {}: {}", named(program), reason(&error)));
        return NotStarted {
            error: cannot_run.with_remedy(remedy).with_source(error),
            status: 126,
            is_permanent: false,
        };
    }
    let is_permanent = error.kind() != ErrorKind::ExecutableFileBusy;
    let NotStarted { error: refusal, status, .. } = refused(program, startable::explain(program, &error), None);
    NotStarted { error: refusal.with_source(error), status, is_permanent }
}

/// The error for a program that does not exist or cannot be run, so that no run has to find out. `None` in
/// place of a line: nobody has typed the command.
pub(super) fn missing_program(words: &[OsString], typed: Option<Line>) -> Option<NotStarted> {
    let program = words.first()?;
    let cause = startable::check(program).err()?;
    let line = typed.filter(|_| cause.problem == Problem::Missing);
    Some(refused(program, cause, line.and_then(|line| line.advice(words))))
}

fn refused(program: &OsStr, cause: Unstarted, advice: Option<Advice>) -> NotStarted {
    let (name, status) = (named(program), cause.status());
    let (why, remedy) = match advice {
        Some(Advice { what, remedy }) => (what, Some(remedy)),
        None => (None, cause.remedy),
    };
    let is_name = cause.problem == Problem::Missing && !name.contains('/');
    let message = match why {
        Some(why) => format!("{name}: command not found: {why}"),
        None if is_name => format!("{name}: {}", cause.what),
        None => format!("cannot run {name}: {}", cause.what),
    };
    let remedy = remedy.or_else(|| (cause.problem == Problem::Missing).then(|| "check its name".to_owned()));
    let error = Error::failed(message);
    let error = match remedy {
        Some(remedy) => error.with_remedy(remedy),
        None => error,
    };
    NotStarted { error, status, is_permanent: true }
}

fn named(program: &OsStr) -> Cow<'_, str> {
    match program.to_string_lossy() {
        name if name.is_empty() => "\"\"".into(),
        name => name,
    }
}
