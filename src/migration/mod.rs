//! What other tools for Identity Center have configured, and how to go on with it here.

mod aws_sso_cli;
mod browser_command;
mod file;
mod left_out;
mod names;
mod own_names;
mod plan;
mod planner;
mod profile_format;
mod roles;
#[cfg(test)]
mod tests;
pub(crate) mod tools;
mod yaml;

use std::path::PathBuf;

pub(crate) use file::TheirFile;
pub(crate) use plan::{Files, Plan};
pub(crate) use planner::plan;

/// The config of aws-sso-cli, if something of it could be taken over, or if it cannot be read.
pub(crate) fn pending(files: Files<'_>) -> Option<PathBuf> {
    let path = file::path().ok()??;
    let is_done = TheirFile::read().is_ok_and(|theirs| plan(&theirs.config, files).is_empty());
    (!is_done).then_some(path)
}

/// The command that takes it over.
pub(crate) const TAKE_OVER: &str = "aws-sso setup --from aws-sso-cli";
