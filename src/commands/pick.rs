//! `pick`: choose a role for this shell.

use std::process::ExitCode;

use crate::cli;
use crate::commands::context::{Context, Found};
use crate::commands::r#use::{enter, through_function};
use crate::error::Result;
use crate::picker;

pub(crate) fn run(context: &Context, arguments: &cli::Pick) -> Result<ExitCode> {
    let shell = through_function(arguments.in_shell.shell, "pick")?;
    let found = choose(context, "use: awsso use ROLE")?;
    enter(context, shell, &found, &arguments.target)
}

/// Asks for the account, then for the role in it.
pub(crate) fn choose(context: &Context, instead: &str) -> Result<Found> {
    let directory = context.directory()?;
    let inventory = context.inventory(&directory)?;
    let account = picker::choose(
        "account",
        &inventory.accounts,
        |account| format!("{}  {}", account.id, account.name),
        instead,
    )?;
    let role = picker::choose("role", &account.roles, Clone::clone, instead)?;
    let role = inventory.arn(account, role);
    let region = context.config()?.region_of(&directory.name).map(str::to_owned);
    Ok(Found { role, directory, profile: None, region })
}

/// The role that was named, else the one that the person chooses.
pub(crate) fn named_or_chosen(context: &Context, role: Option<&str>) -> Result<Found> {
    match role {
        Some(role) => context.find(role),
        None => choose(context, "name the role with -r ROLE"),
    }
}
