//! The verbs that give other programs a role.

use std::ffi::OsString;
use std::num::NonZero;

use clap::{ArgGroup, Args};
use clap_complete::engine::ArgValueCompleter;

use super::completers;
use super::shared::{self, Target};

/// The options that only make sense for many roles.
const MANY: &str = "Many roles at once";

#[derive(Debug, Args)]
#[command(
    override_usage = "aws-sso exec [OPTIONS] ROLE [-- CMD [ARGS]...]\n       \
        aws-sso exec [OPTIONS] --match PATTERN -- CMD [ARGS]...\n       \
        aws-sso exec [OPTIONS] --pick -- CMD [ARGS]...",
    after_help = EXEC_HELP,
    group = ArgGroup::new("many").args(["matches", "pick"]).multiple(true)
)]
pub(crate) struct Exec {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    #[arg(add = ArgValueCompleter::new(completers::roles), conflicts_with = "many")]
    pub role: Option<String>,
    /// The command and its arguments
    #[arg(last = true, value_name = "CMD")]
    pub command: Vec<OsString>,
    #[command(flatten)]
    pub target: Target,
    /// Give it a credential server in place of keys, so that it may run for longer than they last
    #[arg(long, conflicts_with_all = ["as_profile", "keys", "many"])]
    pub server: bool,
    /// Start a shell although this one has a role already
    #[arg(long, conflicts_with = "many")]
    pub nest: bool,
    #[command(flatten)]
    pub many: Many,
}

/// Which roles, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = MANY)]
pub(crate) struct Many {
    /// Every role whose name, or whose account's name or id, holds this; or all of it with * and ?; or ACCOUNT/ROLE
    #[arg(long = "match", value_name = "PATTERN", conflicts_with_all = ["as_profile", "keys"])]
    pub matches: Vec<String>,
    /// None of these
    #[arg(long, value_name = "PATTERN", requires = "matches", conflicts_with = "role")]
    pub exclude: Vec<String>,
    /// Choose the roles from a list
    #[arg(long, conflicts_with_all = ["matches", "as_profile", "keys"])]
    pub pick: bool,
    /// Run it in each of these regions
    #[arg(
        long,
        value_name = "REGION,…",
        value_delimiter = ',',
        value_parser = shared::region,
        requires = "many",
        conflicts_with = "region"
    )]
    pub regions: Vec<String>,
    /// How many at a time
    #[arg(short, long, value_name = "N", default_value = "8", value_parser = jobs, conflicts_with = "role")]
    pub jobs: NonZero<usize>,
    /// lines: each with its account and role. json: an object per run. dir DIR: files in DIR
    #[arg(long, value_names = ["FORM", "DIR"], num_args = 1..=2, default_value = "lines", requires = "many")]
    pub output: Vec<String>,
    /// Start no more once one has failed
    #[arg(long, requires = "many")]
    pub fail_fast: bool,
    /// Do not ask before it runs under several roles with a name like admin
    #[arg(short, long, requires = "many")]
    pub yes: bool,
}

fn jobs(text: &str) -> Result<NonZero<usize>, &'static str> {
    text.parse().map_err(|_| "give a number from 1 on")
}

impl Many {
    /// Whether it is about several roles at all.
    pub(crate) fn is_asked(&self) -> bool {
        self.pick || !self.matches.is_empty()
    }
}

const EXEC_HELP: &str = "\
With a ROLE this process becomes the command, in the environment that awsso use would set, so status and signals are \
the command's own. Without a command it is your shell.

With --match or --pick the command runs once for each of the roles, several at a time. In arguments, {account_id} {account_name} {role} {region} stand for those of each run, without a shell in between. \
Account names are whatever the directory's administrator typed. The status is 0 if every run succeeded, 1 if one did not, 3 if the \
sign-in ended meanwhile, 126 or 127 if the command cannot be run, and 130 after Ctrl-C.

Examples:
  aws-sso exec payments-dev/ReadOnlyAccess -- aws s3 ls
  aws-sso exec --match 'prod-*/ReadOnly' -- aws s3 ls";
