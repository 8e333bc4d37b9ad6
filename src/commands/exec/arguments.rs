//! The arguments of `exec`, and its help.

use std::ffi::{OsStr, OsString};
use std::num::NonZero;
use std::time::Duration;

use clap::builder::TypedValueParser;
use clap::{Arg, ArgGroup, Args, Command};
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;
use crate::cli::patterns::{exclude, pattern};
use crate::cli::shared::{self, Target};
use crate::partition::means_several_regions;
use crate::role::IamRole;

#[derive(Debug, Args)]
#[command(
    override_usage = "aws-sso exec [OPTIONS] ROLE [[--] CMD [ARGS]...]\n       \
        aws-sso exec [OPTIONS] --match PATTERN [--] CMD [ARGS]...\n       \
        aws-sso exec [OPTIONS] --pick [--] CMD [ARGS]...",
    after_help = EXEC_HELP,
    mut_arg("assume", |argument| argument.value_name("ARN|NAME").value_parser(role).help(ASSUME_HELP)),
    group = ArgGroup::new("many").args(["matches", "pick"]).multiple(true)
)]
pub(crate) struct ExecArgs {
    /// The role: an ARN, ACCOUNT/ROLE, a profile, or an alias [default with CMD: this shell's]
    #[arg(add = ArgValueCompleter::new(completers::roles), conflicts_with = "many")]
    pub(super) role: Option<String>,
    /// The command and its arguments
    #[arg(last = true, value_name = "CMD")]
    pub(super) command: Vec<OsString>,
    #[command(flatten)]
    pub(super) target: Target,
    /// Give the command a credential server instead of keys, so that it can run longer than keys last
    #[arg(long, conflicts_with_all = ["as_profile", "keys", "many"])]
    pub(super) server: bool,
    /// Start a shell even if this one has a role already
    #[arg(long, conflicts_with = "many")]
    pub(super) nest: bool,
    #[command(flatten)]
    pub(super) many: ManyArgs,
}

/// The options for several roles.
#[derive(Debug, Args)]
#[command(next_help_heading = "Many roles at once")]
pub(super) struct ManyArgs {
    /// Roles whose name, or whose account's name or id, contains PATTERN, or equals it with * and ?; or ACCOUNT/ROLE
    #[arg(
        long = "match",
        value_name = "PATTERN",
        value_parser = pattern,
        conflicts_with_all = ["as_profile", "keys"],
        add = ArgValueCompleter::new(completers::patterns)
    )]
    pub(super) matches: Vec<String>,
    /// But not these roles
    #[arg(
        long,
        value_name = "PATTERN",
        value_parser = exclude,
        requires = "matches",
        conflicts_with = "role",
        add = ArgValueCompleter::new(completers::patterns)
    )]
    pub(super) exclude: Vec<String>,
    /// Go on if an --exclude matches nothing
    #[arg(long, requires = "matches", conflicts_with = "role")]
    pub(super) exclude_missing_ok: bool,
    /// Choose the roles from a list
    #[arg(long, conflicts_with_all = ["matches", "as_profile", "keys"])]
    pub(super) pick: bool,
    /// Run the command in each of these regions
    #[arg(
        long,
        value_name = "REGION,…",
        value_parser = RegionsParser,
        requires = "many",
        conflicts_with = "region"
    )]
    regions: Vec<Regions>,
    /// How many run at a time
    #[arg(short, long, value_name = "N", default_value = "8", value_parser = jobs, conflicts_with = "role")]
    pub(super) jobs: NonZero<usize>,
    /// Read stdin to its end, once, and give all of it to each run
    #[arg(long)]
    pub(super) stdin: bool,
    /// lines: each with its account and role. json: an object per run. dir DIR: files in DIR
    #[arg(
        long,
        value_names = ["FORM", "DIR"],
        num_args = 1..=2,
        default_value = "lines",
        requires = "many",
        add = ArgValueCompleter::new(completers::outputs)
    )]
    pub(super) output: Vec<String>,
    /// Start no more runs once one has failed
    #[arg(long, requires = "many")]
    pub(super) fail_fast: bool,
    /// Kill what still runs so long after Ctrl-C or SIGTERM [default: wait without limit]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, requires = "many")]
    pub(super) kill_after: Option<Duration>,
    /// Do not ask before running under several roles with a name like admin
    #[arg(short, long, requires = "many")]
    pub(super) yes: bool,
}

fn jobs(text: &str) -> Result<NonZero<usize>, &'static str> {
    text.parse().map_err(|_| "give a number from 1 on")
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.ok_or("give a number of seconds, such as 30")
}

/// Regions that stand in one argument: between commas, or between white space as in the output of the AWS CLI.
#[derive(Clone, Debug)]
struct Regions(Vec<String>);

/// Reads [`Regions`], and of several names the one that it refuses.
#[derive(Clone)]
struct RegionsParser;

impl TypedValueParser for RegionsParser {
    type Value = Regions;

    fn parse_ref(&self, command: &Command, argument: Option<&Arg>, value: &OsStr) -> Result<Regions, clap::Error> {
        let text = value.to_string_lossy();
        let names = text.split([',', ' ', '\t', '\r', '\n']).filter(|name| !name.is_empty());
        let regions: Vec<_> =
            names.map(|name| region.parse_ref(command, argument, OsStr::new(name))).collect::<Result<_, _>>()?;
        if regions.is_empty() {
            (|_: &str| Err::<(), _>("it names no region")).parse_ref(command, argument, value)?;
        }
        Ok(Regions(regions))
    }
}

fn region(text: &str) -> Result<String, String> {
    if means_several_regions(text) {
        return Err(format!("which regions are enabled differs between accounts; name each\n{LIST_REGIONS}"));
    }
    shared::region(text)
}

/// How to take those of one account. The output can be the option's value.
const LIST_REGIONS: &str = "  for those of one account: --regions \"$(aws-sso exec ROLE --region us-east-1 -- \
    aws ec2 describe-regions --query 'Regions[].RegionName' --output text)\"";

impl ManyArgs {
    /// The regions to run in.
    pub(super) fn regions(&self) -> impl Iterator<Item = &String> {
        self.regions.iter().flat_map(|Regions(names)| names)
    }

    /// Whether the command runs under several roles.
    pub(super) fn is_asked(&self) -> bool {
        self.pick || !self.matches.is_empty()
    }
}

const ASSUME_HELP: &str = "\
The role, by its ARN, to assume with the credentials of ROLE; with --match or --pick by its name, in the account of \
each role";

/// Reads a role that is to be assumed: its ARN, or its name in each account.
fn role(text: &str) -> Result<String, &'static str> {
    let is_name = IamRole::new("aws", "123456789012", text.trim_start_matches('/')).is_some();
    let is_role = is_name || text.parse::<IamRole>().is_ok();
    is_role.then(|| text.to_owned()).ok_or("it is neither the ARN nor the name of a role")
}

const EXEC_HELP: &str = "\
With a ROLE this process becomes the command, in the environment that awsso use sets, so its status and signals are \
those of the command. Without a command it starts your shell.

Options of exec stand before CMD: what follows CMD belongs to it. With --match or --pick there is no ROLE, and the \
first word begins the command. A command under this shell's own role comes after --.

If ROLE is a profile, the command gets AWS_PROFILE; if that assumes a role, keys. For a program that knows no \
credential_process, add --keys or write ACCOUNT/ROLE.

With --match or --pick the command runs once for each role, several at a time. Without -p these are roles of all \
sso-sessions of the AWS config; you are asked for one sign-in at most. {account_id}, {account_name}, {role} \
and {region} in its arguments are replaced for each run. In the code of a shell (sh -c) none is, and in other \
code (python -c, awk, ssh HOST) {account_name} is not, since an administrator chooses the names: the command is \
refused. Read $AWS_SSO_ACCOUNT_ID, $AWS_SSO_ACCOUNT_NAME and $AWS_SSO_ROLE_NAME there, and $AWS_REGION, \
which is set where a region is known. A run reads nothing: input that is there is refused, unless --stdin gives all \
of it to each run. Ctrl-C is passed on to all runs, which may take any time to end; a second one is passed on again, a \
third one kills them. Ctrl-Z stops all runs, and fg continues them. A run that asks on the terminal is ended.

The status is 0 if every run succeeded, 1 if one failed, 3 if the sign-in ended, 4 if a pattern matches nothing or an \
account that could match is refused, 5 if its roles could not be fetched, 126 or 127 if the command cannot be run, and \
after a signal 128 and its number: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.

Examples:
  aws-sso exec payments-dev/ReadOnlyAccess -- aws s3 ls
  aws-sso exec --match 'prod-*/ReadOnly' -- aws s3 ls
  aws-sso exec --match '*/Audit' --stdin -- python3 - <audit.py
  aws-sso exec --match '*/ReadOnly' --assume Deploy -- ./deploy.sh";
