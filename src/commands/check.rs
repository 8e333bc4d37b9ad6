//! `check`: whether credentials can be had without a person, by exit status alone.

use std::process::ExitCode;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;
use crate::context::Context;
use crate::context::find::Found;
use crate::error::{Error, Result};
use crate::provider::Provider;

#[derive(Debug, Args)]
#[command(after_help = "\
The exit status is 0 if credentials are available, 1 if the sign-in cannot be renewed because its file cannot be \
written, 3 if a sign-in is needed, 4 if the role is denied, and 5 if the service fails. It is 2 without ROLE if \
programs of this shell take other credentials than those of the role that the shell entered, or if AWS_PROFILE is no \
profile.

Examples:
  aws-sso check || aws-sso login
  aws-sso check 123456789012/ReadOnlyAccess")]
pub(crate) struct CheckArgs {
    /// Ask for this role's credentials too
    #[arg(value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    role: Vec<String>,
}

/// The status is 0 if there is a valid sign-in, or one that can be renewed, and it grants the role; else 3 where the
/// sign-in is missing and 4 where the role is. `commands::dispatch` sees to it that nobody is asked to sign in.
pub(crate) fn run(context: &Context, arguments: &CheckArgs) -> ExitCode {
    match check(context, &arguments.role) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::info!("{error}");
            error.exit_code()
        }
    }
}

/// The role that programs of this shell take, where that is not the one that the shell entered.
fn taken_instead(context: &Context) -> Result<Option<Found>> {
    let Some(role) = context.shell_role()? else {
        return context.unknown_profile_alone().map_or(Ok(None), |why| Err(Error::usage(why)));
    };
    if role.instead.is_none() && role.profile.is_none() {
        return Ok(None);
    }
    context.find_of_shell("aws-sso check ROLE")
}

fn check(context: &Context, role: &[String]) -> Result<()> {
    let found = match role {
        [] => taken_instead(context)?,
        words => Some(context.find_words(words)?),
    };
    let directory = match &found {
        Some(found) => found.directory.clone(),
        None => context.directory()?,
    };
    let client = context.client(&directory)?;
    let session = context.session(&directory, &client)?;
    match found {
        Some(found) => {
            let provider = Provider::new(&session).warning_to(&|warning| tracing::info!("{warning}"));
            provider.renewed(found.wanted()).map(|_| ()).map_err(|error| context.refused(&found, error))
        }
        None => session.token().and_then(|_| session.check_not_ended()),
    }
}
