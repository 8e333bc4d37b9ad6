//! What every command line may hold: the global options, and the original tool's spelling.

#![allow(clippy::doc_markdown, reason = "these comments are what --help shows")]
#![allow(clippy::struct_excessive_bools, reason = "a flag is a bool")]

pub(crate) mod again;
pub(crate) mod completers;
pub(crate) mod corrected;
pub(crate) mod evaluated;
pub(crate) mod exec_line;
pub(crate) mod one_verb;
pub(crate) mod other_tool;
pub(crate) mod patterns;
pub(crate) mod shared;
pub(crate) mod sign_in;
pub(crate) mod static_script;

use std::ffi::OsString;

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::session::LoginPolicy;

/// The options of every verb.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The profile or sso-session to sign in with
    #[arg(short, long, global = true, value_name = "PROFILE", add = ArgValueCompleter::new(completers::directories))]
    pub profile: Option<String>,
    /// Whether to sign in when needed: auto, if you can see the link, or never
    #[arg(long, global = true, value_name = "WHEN", value_enum, hide_possible_values = true)]
    pub login: Option<LoginPolicy>,
    /// Show on stderr what is done, and the cause of an error
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Say only what went wrong, and what you are asked
    #[arg(short, long, global = true)]
    pub quiet: bool,
}

/// The original tool's options, which stand for verbs.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The original spelling")]
pub(crate) struct Original {
    /// The role [without one you choose]
    #[arg(
        short = 'r',
        long = "rolearn",
        value_name = "ROLE",
        alias = "role",
        add = ArgValueCompleter::new(completers::roles)
    )]
    pub role: Option<String>,
    /// -env: print the credentials as shell exports
    #[arg(long = "env-vars", alias = "env_vars", conflicts_with_all = ["external_source", "discover_roles"])]
    pub env_vars: bool,
    /// -ext: print the credentials as credential_process JSON
    #[arg(long = "external-source", alias = "external_source", requires = "role", conflicts_with = "discover_roles")]
    pub external_source: bool,
    /// Write a profile for every account and role
    #[arg(short = 'd', long = "discover-roles", alias = "discover_roles", conflicts_with = "role")]
    pub discover_roles: bool,
}

impl Original {
    pub(crate) fn is_empty(&self) -> bool {
        self.role.is_none() && !self.env_vars && !self.external_source && !self.discover_roles
    }
}

/// The original's `-env` and `-ext`, which clap would take for clusters of one-letter options.
pub(crate) fn long_spelling(argument: OsString) -> OsString {
    match argument.to_str() {
        Some("-env") => "--env-vars".into(),
        Some("-ext") => "--external-source".into(),
        _ => argument,
    }
}
