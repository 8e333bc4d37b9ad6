//! `env` and `-env`: a role's credentials as the exports of a shell, or in a form that other programs read.

use std::path::Path;

use clap::{Args, ValueEnum};
use clap_complete::engine::ArgValueCompleter;

use crate::aws_config::config::Config;
use crate::cli::shared::Assume;
use crate::cli::{completers, shared};
use crate::context::Context;
use crate::context::choose::named_or_chosen;
use crate::context::find::Found;
use crate::context::labels;
use crate::credentials;
use crate::error::{Error, Result};
use crate::output::print;
use crate::shell::{Change, Grant, ROLE_ARN, ROLE_LINE, Shell, VariablesFile};
use crate::{environment, quote, terminal};

#[derive(Debug, Args)]
#[command(after_help = "\
The output holds secrets: let a shell or a program read it, and keep it out of files that others can read.

Set AWS_SHARED_CREDENTIALS_FILE to the file that --format ini writes, and AWS_CONFIG_FILE to an empty file or \
/dev/null: from a [default] of the AWS config that has an sso_session or a role_arn, programs take that role.

Only the exports of a shell, and JSON, also remove the variables by which a program would find other credentials.

Examples:
  aws-sso env payments-dev/ReadOnlyAccess --shell fish | source
  aws-sso env 123456789012/ReadOnlyAccess --region eu-west-1
  aws-sso env payments-dev/ReadOnlyAccess --format github >> \"$GITHUB_ENV\"
  aws-sso env payments-dev/ReadOnlyAccess --format aws-credentials")]
pub(crate) struct EnvArgs {
    /// The role: an ARN, ACCOUNT/ROLE (or in two words), a profile, or an alias; ACCOUNT is a name or an id
    #[arg(required = true, value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    role: Vec<String>,
    /// The shell that will read the exports
    #[arg(long, value_enum, default_value_t = Shell::by_default())]
    shell: Shell,
    /// The region to work in
    #[arg(long, value_parser = shared::region)]
    region: Option<String>,
    #[command(flatten)]
    assume: Assume,
    /// Print another form than exports, for a program
    #[arg(long, value_enum, conflicts_with = "shell")]
    format: Option<Format>,
}

/// A form that other programs read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A .env file, for docker compose, node --env-file, python-dotenv and others
    Dotenv,
    /// An object of all variables; null is one to remove
    Json,
    /// A credentials file of the AWS CLI and SDKs, whose default profile is the role
    Ini,
    /// Lines for the file that GITHUB_ENV names
    Github,
    /// JSON as a credential_process answers
    Process,
    /// JSON as STS answers: {"Credentials":{…}}
    AwsCredentials,
}

impl EnvArgs {
    /// Whether a program reads what is printed, and asks again and again: no shell and no person does.
    pub(super) fn is_for_program(&self) -> bool {
        matches!(self.format, Some(Format::Process | Format::AwsCredentials))
    }
}

pub(crate) fn run(context: &Context, arguments: &EnvArgs) -> Result<()> {
    let region = arguments.region.as_deref();
    if arguments.is_for_program() && region.is_some() {
        return Err(Error::usage("this format has no place for a region").with_remedy("leave out --region"));
    }
    let found = context.find_assuming(&arguments.role, &arguments.assume)?;
    let Some(format) = arguments.format else { return exports(context, &found, arguments.shell, region) };
    let file = match format {
        Format::Dotenv => VariablesFile::Dotenv,
        Format::Json => VariablesFile::Json,
        Format::Github => VariablesFile::Github,
        Format::Ini => {
            let region = region.or(found.region.as_deref());
            let file = credentials::file(&context.credentials(&found)?, region)?;
            warn_of_config(context, &file)?;
            return print(&file);
        }
        Format::Process => return print(&credentials::process(&context.credentials(&found)?)?),
        Format::AwsCredentials => return print(&credentials::as_of_sts(&context.credentials(&found)?)?),
    };
    print(&file.render(&entering(context, &found, region, |name| file.can_hold(name))?)?)
}

/// Says what keeps programs from this credentials file: AWS tools read the AWS config as well, and first.
fn warn_of_config(context: &Context, file: &str) -> Result<()> {
    let written = Config::parse_credentials(Path::new(""), Some(file.as_bytes().to_vec()));
    if let Some(hiding) = context.hiding_default(&written, |_| None)? {
        let config = quote::word(&environment::shown(context.config()?.path()));
        terminal::warn(&format!(
            "beside [default] of {config} programs do not take this file ({}); set AWS_CONFIG_FILE=/dev/null as well",
            hiding.describe()
        ));
    }
    Ok(())
}

/// `-env`: without a role, the user chooses one.
pub(crate) fn run_original(context: &Context, role: Option<&str>) -> Result<()> {
    exports(context, &named_or_chosen(context, role)?, Shell::by_default(), None)
}

fn exports(context: &Context, found: &Found, shell: Shell, region: Option<&str>) -> Result<()> {
    print(&entering(context, found, region, |name| shell.can_hold(name))?.render(shell)?)
}

/// What entering the role changes. Of an account whose name cannot be written, it has the id.
fn entering(context: &Context, found: &Found, region: Option<&str>, can_hold: impl Fn(&str) -> bool) -> Result<Change> {
    let credentials = context.credentials(found)?;
    let labels = labels::of(context, found)?.held_by(&can_hold);
    let region = region.or(found.region.as_deref());
    let change = Change::to_role(&Grant { labels: &labels, credentials: &credentials, region });
    // Without its line, a later run would take the ARN for that of a role of Identity Center.
    let has_line = labels.line.as_deref().is_none_or(&can_hold);
    let change = if has_line { change } else { change.without(ROLE_LINE).without(ROLE_ARN) };
    // A profile that is the sign-in itself may have any name; programs do without it.
    let is_profile = found.role.is_some() && found.directory.session.is_none();
    Ok(if is_profile && !can_hold(&labels.session) { change.without(environment::SSO_SESSION) } else { change })
}
