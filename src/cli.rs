//! The command line, and the original tool's spelling translated into it.

#![allow(clippy::doc_markdown, reason = "these comments are what --help shows")]
#![allow(clippy::struct_excessive_bools, reason = "a flag is a bool")]

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::engine::ArgValueCompleter;

use crate::completion;
use crate::profiles::Template;
use crate::session::LoginPolicy;
use crate::shell::{Hook, Shell};

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

ROLE is an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile of the AWS config, or an alias of the settings.

Exit status: 0 done, 1 failed, 2 wrong usage, 3 sign-in needed, 4 access denied or no such role, \
5 the service failed or is unreachable, 130 given up.";

/// Options of every verb.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// The profile or sso-session to sign in with
    #[arg(short, long, global = true, value_name = "PROFILE", add = ArgValueCompleter::new(completion::directories))]
    pub profile: Option<String>,
    /// Whether a missing sign-in may be asked for
    #[arg(long, global = true, value_name = "WHEN", value_enum)]
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
    #[arg(short = 'r', long = "rolearn", value_name = "ROLE", alias = "role", add = ArgValueCompleter::new(completion::roles))]
    pub role: Option<String>,
    /// -env: print the credentials as shell exports
    #[arg(long = "env-vars", alias = "env_vars", conflicts_with_all = ["external_source", "discover_roles"])]
    pub env_vars: bool,
    /// -ext: print the credentials as credential_process JSON
    #[arg(
        long = "external-source",
        alias = "external_source",
        requires = "role",
        conflicts_with = "discover_roles"
    )]
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
    Clear(InShell),
    /// Renew this shell's credentials (through the awsso function)
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
    /// Sign in
    Login(Login),
    /// Sign out: revoke the session and delete what came from it
    Logout,
    /// Show the session: which directory, until when, and this shell's role
    Status(Status),
    /// Answer by exit status alone whether credentials can be had without a person
    Check(Check),
    /// Write a named profile for every account and role
    Discover(Discover),
    /// List the accounts and roles that you can use
    List(List),
    /// Run a local Identity Center, to try, to test, to demonstrate
    #[cfg(feature = "sandbox")]
    Sandbox(crate::commands::sandbox::Args),
}

#[derive(Debug, Args)]
#[command(after_help = "For your start-up file:\n  \
    bash  ~/.bashrc                    eval \"$(aws-sso init bash)\"\n  \
    zsh   ~/.zshrc                     eval \"$(aws-sso init zsh)\"\n  \
    fish  ~/.config/fish/config.fish   aws-sso init fish | source\n  \
    PowerShell  $PROFILE               aws-sso init powershell | Out-String | Invoke-Expression")]
pub(crate) struct Init {
    /// The shell that will read the code
    #[arg(value_enum)]
    pub shell: Shell,
    /// The function's name
    #[arg(long = "cmd", value_name = "NAME", default_value = "awsso")]
    pub command: String,
    /// What the prompt does when the shell's credentials have five minutes left
    #[arg(long, value_enum, default_value_t)]
    pub hook: Hook,
    /// Leave out the completion of arguments
    #[arg(long)]
    pub no_completion: bool,
}

/// What a shell's completion function asks.
#[derive(Debug, Args)]
pub(crate) struct Complete {
    /// The shell that asks
    #[arg(long, value_enum)]
    pub shell: Shell,
    /// The line up to the cursor, for a shell whose words are not ours
    #[arg(long, allow_hyphen_values = true)]
    pub line: Option<String>,
    /// The characters at which that shell ends a word
    #[arg(long, allow_hyphen_values = true, default_value = "")]
    pub breaks: String,
    /// The words up to the cursor
    #[arg(last = true)]
    pub words: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell that will read the script
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The mark by which the function says that its shell will evaluate what is printed.
#[derive(Clone, Debug, Args)]
pub(crate) struct InShell {
    #[arg(long, hide = true, value_enum)]
    pub shell: Option<Shell>,
}

#[derive(Debug, Args)]
pub(crate) struct Use {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    // Optional so that a shell without the function gets to hear how to load it.
    #[arg(add = ArgValueCompleter::new(completion::roles))]
    pub role: Option<String>,
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub in_shell: InShell,
}

#[derive(Debug, Args)]
pub(crate) struct Pick {
    #[command(flatten)]
    pub target: Target,
    #[command(flatten)]
    pub in_shell: InShell,
}

/// What a shell is given.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// The region to work in
    #[arg(long)]
    pub region: Option<String>,
    /// Name the discovered profile in AWS_PROFILE, for programs that outlive the credentials
    #[arg(long, conflicts_with = "keys")]
    pub as_profile: bool,
    /// Export keys even where ROLE is a profile
    #[arg(long)]
    pub keys: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Env {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    #[arg(add = ArgValueCompleter::new(completion::roles))]
    pub role: String,
    /// The shell that will read the exports
    #[arg(long, value_enum, default_value = "posix")]
    pub shell: Shell,
    /// The region to work in
    #[arg(long)]
    pub region: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Process {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    #[arg(add = ArgValueCompleter::new(completion::roles))]
    pub role: String,
}

#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Answer to a browser on this machine even where none is seen: over SSH, in a container, without a display
    #[arg(long, conflicts_with = "device_code")]
    pub browser: bool,
    /// Show a code to enter on any device, instead of answering to a browser on this machine
    #[arg(long)]
    pub device_code: bool,
    /// Show the link without opening a browser
    #[arg(long)]
    pub no_browser: bool,
    /// Sign in anew although the session is still good
    #[arg(long)]
    pub force: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Status {
    /// For programs
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Ask for this role's credentials too
    #[arg(add = ArgValueCompleter::new(completion::roles))]
    pub role: Option<String>,
}

#[derive(Debug, Default, Args)]
#[command(after_help = DISCOVER_HELP)]
pub(crate) struct Discover {
    /// How profiles are named [default: {account_id}-{role}, or the settings]
    #[arg(long, value_name = "TEMPLATE")]
    pub name: Option<Template>,
    /// Only roles whose name, or whose account's name or id, holds this; or all of it with * and ?; or ACCOUNT/ROLE
    #[arg(long = "match", value_name = "PATTERN")]
    pub matches: Vec<String>,
    /// None of these
    #[arg(long, value_name = "PATTERN")]
    pub exclude: Vec<String>,
    /// How profiles get their credentials
    #[arg(long, value_enum, default_value_t)]
    pub style: Style,
    /// Name this program by its path in credential_process, for programs with another PATH
    #[arg(long)]
    pub absolute: bool,
    /// The region of new profiles
    #[arg(long)]
    pub region: Option<String>,
    /// The output format of new profiles
    #[arg(long, value_name = "FORMAT")]
    pub output: Option<String>,
    /// Remove discovered profiles whose role is no longer offered
    #[arg(long)]
    pub prune: bool,
    /// Show the difference and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Give back the file from before the last run
    #[arg(long, exclusive = true)]
    pub undo: bool,
    /// Go on where the last run stopped, even if that is more than an hour ago
    #[arg(long, conflicts_with = "fresh")]
    pub resume: bool,
    /// Ask for everything anew, although the last run stopped less than an hour ago
    #[arg(long)]
    pub fresh: bool,
    /// Say nothing but errors
    #[arg(short, long)]
    pub quiet: bool,
}

/// How a discovered profile gets its credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Style {
    /// credential_process, with this program
    #[default]
    Process,
    /// The sso_ keys that the AWS CLI v2 and the SDKs read themselves
    Sso,
}

const DISCOVER_HELP: &str = "\
New profiles go into a marked block at the end of the AWS config; whatever else is in that file stays as it is.

TEMPLATE has fields {account_id} {account_name} {role} {session} {email} and filters lower, slug, trim_prefix:TEXT, \
as in {account_name|trim_prefix:acme-|slug}-{role}.";

#[derive(Debug, Args)]
pub(crate) struct List {
    /// For programs
    #[arg(long)]
    pub json: bool,
    /// Comma-separated, with a header
    #[arg(long, conflicts_with = "json")]
    pub csv: bool,
    /// Tab-separated, with a header
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    pub tsv: bool,
    /// Only roles whose name, or whose account's name or id, holds this; or all of it with * and ?; or ACCOUNT/ROLE
    #[arg(long = "match", value_name = "PATTERN")]
    pub matches: Vec<String>,
    /// Ask the service, although the answer is remembered
    #[arg(long)]
    pub refresh: bool,
}

/// Parses the arguments; help, the version and wrong usage come back as clap's error.
pub(crate) fn parse(arguments: Vec<OsString>) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(arguments.into_iter().map(long_spelling))
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
    Cli::command().render_help().to_string()
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
        for line in
            ["aws-sso -p P -env -ext -r R", "aws-sso -p P -ext", "aws-sso -p P -d -r R", "aws-sso nonsense"]
        {
            assert_eq!(parsed(line).unwrap_err().exit_code(), 2, "{line}");
        }
    }
}
