//! `check`: whether credentials can be had without a person, by exit status alone.

use std::process::ExitCode;

use crate::cli;
use crate::context::Context;
use crate::error::Result;
use crate::provider::Provider;

/// 0 if there is a sign-in that serves, or serves once renewed, and grants the role; else the status of what is
/// missing: 3 for a sign-in, 4 for the role. Nobody is asked to sign in: the dispatcher sees to that.
pub(crate) fn run(context: &Context, arguments: &cli::Check) -> ExitCode {
    match check(context, arguments.role.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::info!("{error}");
            error.exit_code()
        }
    }
}

fn check(context: &Context, role: Option<&str>) -> Result<()> {
    let found = role.map(|role| context.find(role)).transpose()?;
    let directory = match &found {
        Some(found) => found.directory.clone(),
        None => context.directory()?,
    };
    let client = context.client(&directory)?;
    let session = context.session(&directory, &client)?;
    match found {
        Some(found) => Provider::new(&directory, &client, &session)?.credentials(&found.role).map(|_| ()),
        None => session.token().map(|_| ()),
    }
}
