//! The command line, and the original tool's spelling translated into it.

#![allow(clippy::doc_markdown, reason = "these comments are what --help shows")]
#![allow(clippy::struct_excessive_bools, reason = "a flag is a bool")]

pub(crate) mod completers;
mod console;
mod doctor;
mod exec;
mod inventory;
mod session;
mod settings;
mod shell;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::engine::ArgValueCompleter;

use crate::partition::{InvalidRegion, Region};
use crate::session::LoginPolicy;

pub(crate) use console::Console;
pub(crate) use doctor::Doctor;
pub(crate) use exec::{Exec, Many, Serve};
pub(crate) use inventory::{Discover, List, Style};
pub(crate) use session::{Check, Login, Status};
pub(crate) use settings::Settings;
pub(crate) use shell::{Complete, Completions, Env, InShell, Init, Packaging, Pick, Process, Target, Use};

/// Short-lived AWS credentials from IAM Identity Center, in your shells and in every program that uses an AWS SDK.
#[derive(Debug, Parser)]
#[command(
    name = "aws-sso",
    version,
    args_conflicts_with_subcommands = false,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    override_usage = "aws-sso <COMMAND>\n       aws-sso -p PROFILE [-r ROLE] [-env | -ext | -d]",
    after_help = ROLE_HELP
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(flatten)]
    pub(crate) original: Original,
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

const ROLE_HELP: &str = "\
PROFILE is a profile or sso-session of the AWS config that says which directory to sign in to. \
Without -p: AWS_SSO_PROFILE, the settings, or the only directory in the config.

ROLE is an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile of the AWS config, or an alias of the settings; \
a resource's ARN or an address of the console stands for a role of its account.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 sign-in needed, 4 access denied or no such role, \
5 the service failed or is unreachable, 130 given up.

Examples:
  aws-sso login -p corp
  awsso use 123456789012/ReadOnlyAccess";

/// Options of every verb.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The profile or sso-session to sign in with
    #[arg(short, long, global = true, value_name = "PROFILE", add = ArgValueCompleter::new(completers::directories))]
    pub profile: Option<String>,
    /// Whether a missing sign-in may be asked for: auto, where a person can see the link, or never
    #[arg(long, global = true, value_name = "WHEN", value_enum, hide_possible_values = true)]
    pub login: Option<LoginPolicy>,
    /// Say on stderr what is done
    #[arg(short, long, global = true)]
    pub verbose: bool,
}

/// The original tool's options, which stand for verbs.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "The original spelling")]
pub(crate) struct Original {
    /// The role; without one you choose
    #[arg(short = 'r', long = "rolearn", value_name = "ROLE", alias = "role", add = ArgValueCompleter::new(completers::roles))]
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
    /// Whether none of them was given.
    pub(crate) fn is_empty(&self) -> bool {
        self.role.is_none() && !self.env_vars && !self.external_source && !self.discover_roles
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Print the shell code that defines the awsso function
    Init(Init),
    /// Change this shell to a role (through the awsso function)
    Use(Use),
    /// Choose a role for this shell (through the awsso function)
    Pick(Pick),
    /// Give this shell back what it had before (through the awsso function)
    #[command(after_help = "Examples:\n  awsso clear\n  awsso clear && env | grep AWS_")]
    Clear(InShell),
    /// Renew this shell's credentials (through the awsso function)
    #[command(after_help = "Examples:\n  awsso refresh\n  awsso refresh --login never")]
    Refresh(InShell),
    /// Print a role's credentials as shell exports
    Env(Env),
    /// Print a role's credentials as credential_process JSON
    Process(Process),
    /// Answer a shell's completion function
    #[command(hide = true)]
    Complete(Complete),
    /// Print a completion script for verbs and options, for packagers (init has the one that knows your roles)
    Completions(Completions),
    /// Write the manual and the completion scripts that a package has besides the program
    #[command(hide = true)]
    Packaging(Packaging),
    /// Sign in
    Login(Login),
    /// Sign out: revoke the session and delete what came from it
    #[command(after_help = "Examples:\n  aws-sso logout\n  aws-sso logout -p corp")]
    Logout,
    /// Show the session: which directory, until when, and this shell's role
    Status(Status),
    /// Answer by exit status alone whether credentials can be had without a person
    Check(Check),
    /// Write a named profile for every account and role
    Discover(Discover),
    /// List the accounts and roles that you can use
    List(List),
    /// Open the AWS console in your browser, signed in to a role
    Console(Console),
    /// Show each setting, and where its value came from
    Settings(Settings),
    /// Find out what is wrong on this machine, and what to do about it
    Doctor(Doctor),
    /// Run a command under a role, or under many roles at once
    Exec(Exec),
    /// Serve a role's credentials on this machine to programs that run for long
    Serve(Serve),
    /// Run a local Identity Center, to try, to test, to demonstrate
    #[cfg(feature = "sandbox")]
    Sandbox(crate::commands::sandbox::Args),
}

/// Parses the arguments; help, the version and wrong usage come back as clap's error.
pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    let mut is_ours = true;
    let ours: Vec<_> = arguments
        .into_iter()
        .map(|argument| {
            // What follows is another command's.
            is_ours &= argument != "--";
            (if is_ours { long_spelling(argument) } else { argument }, is_ours)
        })
        .collect();
    let asks_for_help = ours.iter().any(|(argument, ours)| *ours && (argument == "-h" || argument == "--help"));
    let forgot_dashes = ours.iter().all(|(_, ours)| *ours) && ours.iter().any(|(word, _)| word == "exec");
    let arguments = ours.into_iter().map(|(argument, _)| argument);
    if !asks_for_help {
        let parsed = Cli::try_parse_from(arguments);
        return parsed.map_err(|error| if forgot_dashes { with_dashes(error) } else { error });
    }
    let matches = crate::commands::help::grouped(Cli::command()).try_get_matches_from(arguments)?;
    Cli::from_arg_matches(&matches)
}

fn region(text: &str) -> Result<String, InvalidRegion> {
    text.parse::<Region>().map(|region| region.to_string())
}

/// Says where the command of `exec` goes to who may have put it elsewhere.
fn with_dashes(mut error: clap::Error) -> clap::Error {
    use clap::error::{ContextKind, ContextValue, ErrorKind};
    if matches!(error.kind(), ErrorKind::UnknownArgument | ErrorKind::ArgumentConflict) {
        let tip = "the command comes after --, as in: aws-sso exec ROLE -- aws s3 ls";
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.to_owned().into()]));
    }
    error
}

/// The original's `-env` and `-ext`, which clap would take for clusters of one-letter options.
pub(crate) fn long_spelling(argument: OsString) -> OsString {
    match argument.to_str() {
        Some("-env") => "--env-vars".into(),
        Some("-ext") => "--external-source".into(),
        _ => argument,
    }
}

/// The definition itself, for completion.
pub(crate) fn command() -> clap::Command {
    Cli::command()
}

/// The help that `aws-sso` shows without arguments.
#[must_use]
pub(crate) fn help() -> String {
    crate::commands::help::grouped(Cli::command()).render_help().to_string()
}

/// The program's own path, for shell code.
pub(crate) fn program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Cli, clap::Error> {
        parse(line.split(' ').map(OsString::from).collect())
    }

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_originals_spelling_is_kept() {
        for line in [
            "aws-sso -p P -r R -ext",
            "aws-sso --profile P --rolearn R --external-source",
            "aws-sso --profile=P --rolearn=R -ext",
            "aws-sso -ext -r R -p P",
        ] {
            let cli = parsed(line).unwrap();
            assert!(cli.original.external_source, "{line}");
            assert_eq!(cli.original.role.as_deref(), Some("R"), "{line}");
            assert_eq!(cli.global.profile.as_deref(), Some("P"), "{line}");
        }
        for line in ["aws-sso -p P -env", "aws-sso -p P --env_vars", "aws-sso -p P --env-vars"] {
            assert!(parsed(line).unwrap().original.env_vars, "{line}");
        }
        for line in ["aws-sso -p P -d", "aws-sso -p P --discover-roles"] {
            assert!(parsed(line).unwrap().original.discover_roles, "{line}");
        }
    }

    #[test]
    fn contradictions_are_wrong_usage() {
        for line in ["aws-sso -p P -env -ext -r R", "aws-sso -p P -ext", "aws-sso -p P -d -r R", "aws-sso nonsense"] {
            assert_eq!(parsed(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
