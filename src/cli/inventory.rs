//! The verbs about all accounts and roles.

use clap::Args;

use crate::discovery::Template;

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
    #[arg(long, value_parser = super::region)]
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
    #[arg(long, conflicts_with_all = [
        "name", "matches", "exclude", "style", "absolute", "region", "output", "prune", "dry_run", "resume", "fresh",
    ])]
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
as in {account_name|trim_prefix:acme-|slug}-{role}.

Examples:
  aws-sso discover -p corp --dry-run
  aws-sso discover -p corp --match prod --name '{account_name|slug}-{role}'";

#[derive(Debug, Args)]
#[command(after_help = "\
What was fetched last is remembered, for Tab and the picker as well; --refresh asks anew.

Examples:
  aws-sso list --match 'prod*/ReadOnlyAccess'
  aws-sso list -p corp --refresh --json")]
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
    /// On behalf of a program that has the terminal
    #[arg(long, hide = true)]
    pub background: bool,
}
