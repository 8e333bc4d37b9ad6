//! `exec`: a command under one role, or under several.

mod arguments;
mod assume;
mod beside;
mod ending;
mod filled;
mod forgotten;
mod in_code;
mod input;
mod job;
mod json;
mod kept;
mod limits;
mod many;
mod matched;
mod outcome;
mod output;
mod plan;
mod printer;
mod reading;
mod replace;
mod requests;
mod shell_words;
mod shortage;
mod size;
mod start;
mod typed;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use crate::context::Context;
use crate::context::enter::change;
use crate::context::find::names_role;
use crate::environment;
use crate::error::{Error, Result};
pub(crate) use arguments::ExecArgs;
use start::{missing_program, user_command};
use typed::Line;

pub(crate) fn run(context: &Context, arguments: &ExecArgs) -> Result<ExitCode> {
    for region in arguments.many.regions().chain(&arguments.target.region) {
        forgotten::check_region(region)?;
    }
    if arguments.many.is_asked() {
        return many::run(context, arguments);
    }
    if arguments.role.is_none() && arguments.command.is_empty() {
        return Err(no_role(None));
    }
    if arguments.many.stdin {
        return Err(Error::usage("--stdin is for several roles: with one ROLE the command reads stdin itself")
            .with_remedy("leave out --stdin"));
    }
    let words = command_or_shell(context, arguments)?;
    let is_shell = arguments.command.is_empty();
    let line = || Line::typed(false).with_role(arguments.role.as_deref().filter(|role| !names_role(role)));
    if let Some(mut missing) = missing_program(&words, (!is_shell).then(line)) {
        if let Some(role) = arguments.role.as_deref().filter(|role| !is_shell && !context.remembers(role))
            && let Some(line) = forgotten::line(context, role)
        {
            return Err(Error::usage(format!("{role} is no role that is known here")).with_remedy(line));
        }
        if is_shell {
            missing.error = missing.error.with_remedy("set SHELL to the path of a shell, without options");
        }
        return Ok(missing.said());
    }
    let mut command = user_command(&words[0]);
    command.args(&words[1..]);
    let assume = &arguments.target.assume;
    let found = if let Some(role) = &arguments.role {
        let found = context.find_assuming(std::slice::from_ref(role), assume);
        found.map_err(|error| forgotten::explain(context, role, error))?
    } else {
        let of_shell = context.find_of_shell("aws-sso exec ROLE -- CMD")?;
        of_shell.ok_or_else(|| no_role(context.unknown_profile()))?.assuming(assume)?
    };
    let mut change = if arguments.server {
        beside::start(context, &found, arguments.target.region.as_deref())?
    } else {
        change(context, &found, &arguments.target)?
    };
    if !is_shell {
        // The record is for awsso clear, which only a shell can run. It holds the keys that the role replaces.
        change = change.without_record();
    }
    change.apply(&mut command);
    replace::with(command, &words)
}

fn no_role(why: Option<String>) -> Error {
    let why = why.map(|why| format!("; {why}")).unwrap_or_default();
    Error::usage(format!("which role? exec needs one{why}"))
        .with_remedy("run: aws-sso exec ROLE -- CMD\nfor several roles: aws-sso exec --match PATTERN -- CMD")
}

/// The command, else the user's shell, unless this shell has a role already.
fn command_or_shell(context: &Context, arguments: &ExecArgs) -> Result<Vec<OsString>> {
    if !arguments.command.is_empty() {
        return Ok(arguments.command.clone());
    }
    if !arguments.nest
        && let Some((role, _)) = environment::shell_role()
    {
        let command = arguments.role.as_deref().and_then(|role| forgotten::line(context, role));
        let command = command.map(|line| line + "\n").unwrap_or_default();
        return Err(Error::usage(format!("this shell has a role already: {role}")).with_remedy(format!(
            "{command}leave it first: exit, or awsso clear\nor start a shell inside this one: --nest"
        )));
    }
    Ok(vec![environment::shell_program()])
}
