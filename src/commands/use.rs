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
    /// The role: an ARN, ACCOUNT/ROLE (or in two words), a profile, or an alias; ACCOUNT is a name or an id
    // Optional so that a shell without the function gets to hear how to load it.
    #[arg(value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    role: Vec<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    in_shell: InShell,
}

pub(crate) fn run(context: &Context, arguments: &UseArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "use")?;
    if arguments.role.is_empty() {
        return Err(
            Error::usage("which role? use takes one").with_remedy("run: awsso use ROLE\nor choose one: awsso pick")
        );
    }
    enter(context, shell, &context.find_words(&arguments.role)?, &arguments.target)
}
