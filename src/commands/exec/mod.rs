//! `exec`: a command under a role, or under many.

mod beside;
mod many;
mod outcome;
mod output;
mod placeholder;
mod plan;
mod replace;
mod stop;

use std::ffi::{OsStr, OsString};
use std::process::{Command, ExitCode};

use crate::cli;
use crate::commands::context::Context;
use crate::commands::r#use::change;
use crate::environment;
use crate::error::{Error, Result};

pub(crate) fn run(context: &Context, arguments: &cli::Exec) -> Result<ExitCode> {
    if arguments.many.is_asked() {
        return many::run(context, arguments);
    }
    let Some(role) = arguments.role.as_deref() else {
        return Err(Error::usage("which role? exec takes one")
            .remedy("run: aws-sso exec ROLE -- CMD\nor for several: aws-sso exec --match PATTERN -- CMD"));
    };
    let mut command = command_or_shell(arguments)?;
    let found = context.find(role)?;
    let change = if arguments.server {
        beside::start(context, &found, arguments.target.region.as_deref())?
    } else {
        change(context, &found, &arguments.target)?
    };
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
            .remedy("leave it first: exit, or awsso clear\nor start a shell in it all the same: --nest"));
    }
    Ok(Command::new(environment::shell().unwrap_or_else(|| OsString::from(DEFAULT_SHELL))))
}

#[cfg(unix)]
const DEFAULT_SHELL: &str = "/bin/sh";
#[cfg(not(unix))]
const DEFAULT_SHELL: &str = "cmd.exe";

/// A program that cannot be started, in the words and with the status of a shell.
fn not_started(program: &OsStr, error: &std::io::Error) -> (Error, u8) {
    let program = program.to_string_lossy();
    match error.kind() {
        std::io::ErrorKind::NotFound => {
            (Error::failed(format!("{program}: command not found")).remedy("check its name, and PATH"), 127)
        }
        _ => (
            Error::failed(format!("cannot run {program}: {}", crate::aws_files::store::reason(error)))
                .remedy("check that it is a program, and that you may execute it"),
            126,
        ),
    }
}
