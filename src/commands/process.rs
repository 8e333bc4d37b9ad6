//! `process` and `-ext`: what an SDK runs as `credential_process`.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;
use crate::cli::shared::Assume;
use crate::context::Context;
use crate::credentials;
use crate::error::Result;
use crate::output::print;

#[derive(Debug, Args)]
#[command(after_help = "\
In the AWS config: credential_process = aws-sso process ROLE -p PROFILE (aws-sso discover writes such lines).

Examples:
  aws-sso process 123456789012/ReadOnlyAccess -p corp
  aws-sso process payments-dev/ReadOnlyAccess --login never")]
pub(crate) struct ProcessArgs {
    /// The role: an ARN, ACCOUNT/ROLE (or in two words), a profile, or an alias; ACCOUNT is a name or an id
    #[arg(required = true, value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    pub(super) role: Vec<String>,
    #[command(flatten)]
    pub(super) assume: Assume,
}

impl ProcessArgs {
    /// Those of `-r ROLE -ext`.
    pub(super) fn of_role(role: &str) -> Self {
        Self { role: vec![role.to_owned()], assume: Assume::default() }
    }
}

pub(crate) fn run(context: &Context, arguments: &ProcessArgs) -> Result<()> {
    let found = context.find_assuming(&arguments.role, &arguments.assume)?;
    let credentials = context.credentials(&found)?;
    print(&credentials::process(&credentials)?)
}
