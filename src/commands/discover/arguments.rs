//! What `discover` is given on the command line.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;
use crate::cli::patterns::Patterns;
use crate::cli::shared;
use crate::discovery::Template;
use crate::programs::installed;
use crate::role::{Assume, IamRole, is_account_id};

#[derive(Debug, Default, Args)]
#[command(after_help = DISCOVER_HELP, mut_arg("assume", |argument| argument
    .value_name("NAME")
    .value_parser(role_name)
    .requires("via")
    .help("For the accounts in which you have no role: their role NAME, to be assumed with the role of --via")))]
pub(crate) struct DiscoverArgs {
    /// How profiles are named [default: {account_id}-{role}, or the settings]
    #[arg(long, value_name = "TEMPLATE")]
    pub(super) name: Option<Template>,
    #[command(flatten)]
    pub(super) patterns: Patterns,
    /// How profiles get their credentials
    #[arg(long, value_enum, default_value_t)]
    pub(super) style: CredentialStyle,
    /// Name this program by its path in credential_process, for programs with another PATH
    #[arg(long)]
    pub(super) absolute: bool,
    /// The region of new profiles, and of discovered ones that have none or one from an earlier run [default: that of
    /// the settings]
    #[arg(long, value_parser = shared::region)]
    pub(super) region: Option<String>,
    /// The output format of the same profiles
    #[arg(long, value_name = "FORMAT")]
    pub(super) output: Option<String>,
    /// Remove discovered profiles whose role you no longer have, or whose role has a profile of another name now
    #[arg(long)]
    pub(super) prune: bool,
    /// Take over the profiles that were discovered with -p NAME, whatever NAME means now
    #[arg(long, value_name = "NAME")]
    pub(super) adopt: Option<String>,
    /// Show the difference and write nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Restore the file as it was before the last run
    #[arg(long, conflicts_with_all = [
        "name", "matches", "exclude", "exclude_missing_ok", "style", "absolute", "region", "output", "prune", "adopt",
        "dry_run", "resume", "fresh", "assume",
    ])]
    pub(super) undo: bool,
    /// Continue the last run where it stopped, even if that was more than an hour ago
    #[arg(long, conflicts_with_all = ["fresh", "assume"])]
    pub(super) resume: bool,
    /// Fetch everything again, although the last run stopped less than an hour ago
    #[arg(long, conflicts_with = "assume")]
    pub(super) fresh: bool,
    #[command(flatten)]
    pub(super) assumed: AssumedArgs,
}

impl DiscoverArgs {
    /// Those of `setup`: names like these, and a program that is found.
    pub(crate) fn of_setup(name: Template) -> Self {
        Self { name: Some(name), absolute: installed::look().problem(PROGRAM).is_some(), ..Self::default() }
    }
}

/// How a discovered profile gets its credentials.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum CredentialStyle {
    /// credential_process, with this program
    #[default]
    Process,
    /// The sso_ keys that the AWS CLI v2 and the SDKs read themselves
    Sso,
}

const DISCOVER_HELP: &str = "\
New profiles go into a marked block at the end of the AWS config. Everything else in that file stays as it is. An \
Identity Center has one block: if you rename its sso-session or use another name of it, the next run updates the block.

TEMPLATE has fields {account_id} {account_name} {role} {session} {email} and filters lower, slug, trim_prefix:TEXT, \
as in {account_name|trim_prefix:acme-|slug}-{role}. What would need quotes in a shell becomes -, and no name begins \
with -. Dashes of TEMPLATE and of role names stay; several in the name of an account become one. Where two roles would \
have the same name, the one that has it already keeps it, and the other gets digits.

A pattern that matches nothing is an error with status 4, and nothing is written.

With --assume and --via, profiles are written for the accounts of the organization in which you have no role: ROLE of \
--via lists them, and assumes the role NAME in each. With --style sso they have role_arn and source_profile, which is \
a profile of ROLE. No discovery removes or changes profiles of the other kind, or of another NAME.

Examples:
  aws-sso discover -p corp --dry-run
  aws-sso discover -p corp --match prod --name '{account_name|slug}-{role}'
  aws-sso discover --assume Operations --via 123456789012/AdministratorAccess";

/// What `credential_process` lines call this program.
pub(super) const PROGRAM: &str = "aws-sso";

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Role chaining")]
pub(super) struct AssumedArgs {
    /// The role to assume the others with
    #[arg(long, value_name = "ROLE", requires = "assume", add = ArgValueCompleter::new(completers::roles))]
    pub(super) via: Option<String>,
    /// The accounts, in place of those of the organization [default: those that ROLE lists]
    #[arg(long, value_name = "ID,…", value_delimiter = ',', value_parser = account_id, requires = "assume")]
    pub(super) accounts: Vec<String>,
    #[command(flatten)]
    pub(super) options: Assume,
}

fn account_id(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if is_account_id(text) { Ok(text.to_owned()) } else { Err("it is not the id of an account: twelve digits") }
}

/// Reads the name of a role, with its path.
fn role_name(text: &str) -> Result<String, String> {
    let path = text.trim_start_matches('/');
    if let Ok(role) = text.parse::<IamRole>() {
        return Err(format!("each account has its own: write {} without what stands before it", role.name()));
    }
    let is_name = IamRole::new("aws", "123456789012", path).is_some();
    if is_name { Ok(path.to_owned()) } else { Err("it is not the name of a role".to_owned()) }
}

impl AssumedArgs {
    /// The options of a run that would do the same.
    pub(super) fn words(&self) -> Vec<String> {
        let Some(via) = &self.via else { return Vec::new() };
        let mut words = self.options.words();
        words.extend([format!("--via={via}")]);
        if !self.accounts.is_empty() {
            words.push(format!("--accounts={}", self.accounts.join(",")));
        }
        words
    }
}
