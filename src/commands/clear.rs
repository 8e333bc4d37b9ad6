//! `clear`: gives this shell back what it had before.

use clap::Args;

use crate::cli::shared::InShell;
use crate::context::Context;
use crate::context::enter::{back, change_shell};
use crate::error::Result;
use crate::shell::through_function;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  awsso clear\n  awsso clear && env | grep AWS_")]
pub(crate) struct ClearArgs {
    #[command(flatten)]
    in_shell: InShell,
}

pub(crate) fn run(context: &Context, arguments: &ClearArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "clear")?;
    change_shell(context, shell, &back())
}
