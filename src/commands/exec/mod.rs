//! `exec`: a command under one role, or under several.

mod arguments;
mod beside;
mod code;
mod ending;
mod input;
mod job;
mod json;
mod kept;
mod languages;
mod limits;
mod many;
mod outcome;
mod output;
mod plan;
mod printer;
mod reading;
mod replace;
mod requests;
mod shortage;
mod start;
mod words;

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::context::Context;
use crate::context::enter::change;
use crate::environment;
use crate::error::{Error, Result};
pub(crate) use arguments::ExecArgs;
use start::user_command;

pub(crate) fn run(context: &Context, arguments: &ExecArgs) -> Result<ExitCode> {
    if arguments.many.is_asked() {
        return many::run(context, arguments);
    }
    let Some(role) = arguments.role.as_deref() else {
        return Err(Error::usage("which role? exec needs one")
            .with_remedy("run: aws-sso exec ROLE -- CMD\nfor several roles: aws-sso exec --match PATTERN -- CMD"));
    };
    if arguments.many.stdin {
        return Err(Error::usage("--stdin is for several roles: with one ROLE the command reads stdin itself")
            .with_remedy("leave out --stdin"));
    }
    let mut command = command_or_shell(arguments)?;
    let found = context.find(role)?;
    let mut change = if arguments.server {
        beside::start(context, &found, arguments.target.region.as_deref())?
    } else {
        change(context, &found, &arguments.target)?
    };
    let is_shell = arguments.command.is_empty();
    if !is_shell {
        // The record is for awsso clear, which only a shell can run. It holds the keys that the role replaces.
        change = change.without_record();
    }
    change.apply(&mut command);
    replace::with(command)
}

/// The command, else the user's shell, unless this shell has a role already.
fn command_or_shell(arguments: &ExecArgs) -> Result<Command> {
    if let Some((program, rest)) = arguments.command.split_first() {
        let mut command = user_command(program);
        command.args(rest);
        return Ok(command);
    }
    if !arguments.nest
        && let Some((role, _)) = environment::shell_role()
    {
        return Err(Error::usage(format!("this shell has a role already: {role}"))
            .with_remedy("leave it first: exit, or awsso clear\nor start a shell inside this one: --nest"));
    }
    Ok(user_command(environment::shell().unwrap_or_else(|| OsString::from(DEFAULT_SHELL))))
}

#[cfg(unix)]
const DEFAULT_SHELL: &str = "/bin/sh";
#[cfg(not(unix))]
const DEFAULT_SHELL: &str = "cmd.exe";
