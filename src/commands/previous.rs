//! `-`: this shell goes back to the role that it had before, as `cd -` does.

use clap::Args;

use crate::cli::shared::{InShell, Target};
use crate::context::Context;
use crate::context::enter::enter;
use crate::error::Result;
use crate::shell::through_function;

#[derive(Debug, Args)]
#[command(after_help = "\
The role comes back as it was: in its region, and as keys or as a profile. Another awsso - leads back again. \
After awsso clear it is the role that was cleared.

Examples:
  awsso -
  awsso - --region eu-west-1")]
pub(crate) struct PreviousArgs {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    in_shell: InShell,
}

pub(crate) fn run(context: &Context, arguments: &PreviousArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "-")?;
    enter(context, shell, &context.previous()?, &arguments.target)
}
