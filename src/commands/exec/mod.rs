//! `exec`: a command under a role, or under many.

mod beside;
mod many;
mod outcome;
mod output;
mod plan;
mod printer;
mod replace;

use std::ffi::{OsStr, OsString};
use std::io::ErrorKind;
use std::process::{Command, ExitCode};

use crate::cli;
use crate::context::Context;
use crate::context::enter::change;
use crate::environment;
use crate::error::{Error, Result, reason};

pub(crate) fn run(context: &Context, arguments: &cli::Exec) -> Result<ExitCode> {
    if arguments.many.is_asked() {
        return many::run(context, arguments);
    }
    let Some(role) = arguments.role.as_deref() else {
        return Err(Error::usage("which role? exec takes one")
            .with_remedy("run: aws-sso exec ROLE -- CMD\nor for several: aws-sso exec --match PATTERN -- CMD"));
    };
    let mut command = command_or_shell(arguments)?;
    let found = context.find(role)?;
    let change = if arguments.server {
        beside::start(context, &found, arguments.target.region.as_deref())?
    } else {
        change(context, &found, &arguments.target)?
    };
    let is_shell = arguments.command.is_empty();
    let change = if is_shell { change } else { change.without_record() };
    change.apply(&mut command);
    replace::with(command)
}

/// What was asked for; a shell only where there is none with a role yet.
fn command_or_shell(arguments: &cli::Exec) -> Result<Command> {
    if let Some((program, rest)) = arguments.command.split_first() {
        let mut command = Command::new(program);
        command.args(rest);
        return Ok(command);
    }
    if let Some((role, _)) = environment::shell_role().filter(|_| !arguments.nest) {
        return Err(Error::usage(format!("this shell has a role already: {role}"))
            .with_remedy("leave it first: exit, or awsso clear\nor start a shell in it all the same: --nest"));
    }
    Ok(Command::new(environment::shell().unwrap_or_else(|| OsString::from(DEFAULT_SHELL))))
}

#[cfg(unix)]
const DEFAULT_SHELL: &str = "/bin/sh";
#[cfg(not(unix))]
const DEFAULT_SHELL: &str = "cmd.exe";

/// Why a program did not start.
struct NotStarted {
    error: Error,
    /// The status by which a shell says so.
    status: u8,
    /// Whether it would be the same another time.
    is_for_good: bool,
}

fn not_started(program: &OsStr, error: &std::io::Error) -> NotStarted {
    let program = match program.to_string_lossy() {
        name if name.is_empty() => "\"\"".into(),
        name => name,
    };
    let cannot = Error::failed(format!("cannot run {program}: {}", reason(error)));
    if error.kind() == ErrorKind::NotFound {
        let error = Error::failed(format!("{program}: command not found")).with_remedy("check its name, and PATH");
        return NotStarted { error, status: 127, is_for_good: true };
    }
    let is_for_good = !is_shortage(error);
    let remedy = if is_for_good {
        "check that it is a program, and that you may execute it"
    } else {
        "run fewer at a time, with -j, or raise the limit: see ulimit -a"
    };
    NotStarted { error: cannot.with_remedy(remedy), status: 126, is_for_good }
}

/// Whether it is for want of processes, open files or memory, which passes.
#[cfg(unix)]
fn is_shortage(error: &std::io::Error) -> bool {
    use rustix::io::Errno;
    let shortages = [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM];
    Errno::from_io_error(error).is_some_and(|error| shortages.contains(&error))
}

#[cfg(not(unix))]
fn is_shortage(error: &std::io::Error) -> bool {
    error.kind() == ErrorKind::OutOfMemory
}
