//! `env` and `-env`: a role's credentials as the exports of a shell.

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use crate::cli::{completers, shared};
use crate::context::Context;
use crate::context::choose::named_or_chosen;
use crate::context::find::Found;
use crate::context::labels;
use crate::credentials;
use crate::error::Result;
use crate::output::print;
use crate::shell::{Change, Grant, Shell};

#[derive(Debug, Args)]
#[command(after_help = "\
The output holds secrets: let a shell evaluate it, and keep it out of files.

Examples:
  aws-sso env payments-dev/ReadOnlyAccess --shell fish | source
  aws-sso env 123456789012/ReadOnlyAccess --region eu-west-1
  aws-sso env payments-dev/ReadOnlyAccess --format aws-credentials")]
pub(crate) struct EnvArgs {
    /// The role: an ARN, ACCOUNT/ROLE (or in two words), a profile, or an alias; ACCOUNT is a name or an id
    #[arg(required = true, value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    role: Vec<String>,
    /// The shell that will read the exports
    #[arg(long, value_enum, default_value = "posix")]
    shell: Shell,
    /// The region to work in
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    /// Print another form than exports, for a program
    #[arg(long, value_enum, conflicts_with_all = ["shell", "region"])]
    format: Option<Format>,
}

/// A form of credentials that other programs read.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// JSON as STS answers: {"Credentials":{…}}
    AwsCredentials,
}

impl EnvArgs {
    /// Whether a program reads what is printed: no shell and no person does.
    pub(super) fn is_for_program(&self) -> bool {
        self.format.is_some()
    }
}

pub(crate) fn run(context: &Context, arguments: &EnvArgs) -> Result<()> {
    let found = context.find_words(&arguments.role)?;
    if let Some(Format::AwsCredentials) = arguments.format {
        return print(&credentials::as_of_sts(&context.credentials(&found)?)?);
    }
    exports(context, &found, arguments.shell, arguments.region.as_deref())
}

/// `-env`: without a role, the user chooses one.
pub(crate) fn run_original(context: &Context, role: Option<&str>) -> Result<()> {
    exports(context, &named_or_chosen(context, role)?, Shell::Posix, None)
}

fn exports(context: &Context, found: &Found, shell: Shell, region: Option<&str>) -> Result<()> {
    let credentials = context.credentials(found)?;
    let labels = labels::of(context, found)?;
    let region = region.or(found.region.as_deref());
    let change = Change::to_role(&Grant { labels: &labels, credentials: &credentials, region });
    print(&change.render(shell)?)
}
