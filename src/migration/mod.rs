//! What other tools for Identity Center have configured, and how to go on with it here.

#![allow(dead_code)]

mod aws_sso_cli;
mod browser_command;
mod left_out;
mod plan;
mod planner;
mod profile_format;
mod roles;
pub(crate) mod tools;
mod yaml;

pub(crate) use aws_sso_cli::TheirConfig;
pub(crate) use plan::Plan;
pub(crate) use planner::{Files, plan};
