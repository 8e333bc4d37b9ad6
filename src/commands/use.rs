//! `use`: this shell changes to a role, or to a profile.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;
use crate::cli::shared::{InShell, Target};
use crate::context::Context;
use crate::context::enter::enter;
use crate::error::{Error, Result};
use crate::shell::through_function;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  awsso use payments-dev/ReadOnlyAccess
  awsso use 123456789012/ReadOnlyAccess --region eu-west-1")]
pub(crate) struct UseArgs {
    /// The role: an ARN, ACCOUNT_ID/NAME, ACCOUNT_NAME/NAME, a profile, or an alias
    // Optional so that a shell without the function gets to hear how to load it.
    #[arg(add = ArgValueCompleter::new(completers::roles))]
    role: Option<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    in_shell: InShell,
}

pub(crate) fn run(context: &Context, arguments: &UseArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "use")?;
    let role = arguments.role.as_deref().ok_or_else(|| {
        Error::usage("which role? use takes one").with_remedy("run: awsso use ROLE\nor choose one: awsso pick")
    })?;
    enter(context, shell, &context.find(role)?, &arguments.target)
}
