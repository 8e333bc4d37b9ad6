//! What other tools for Identity Center have configured, and how to go on with it here.

mod aws_sso_cli;
mod browser_command;
mod file;
mod left_out;
mod plan;
mod planner;
mod profile_format;
mod roles;
#[cfg(test)]
mod tests;
pub(crate) mod tools;
mod yaml;

pub(crate) use file::{TheirFile, path};
pub(crate) use plan::Plan;
pub(crate) use planner::{Files, plan};
