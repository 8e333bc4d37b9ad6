//! `pick`: choose a role for this shell.

use clap::Args;

use crate::cli::shared::{InShell, Target};
use crate::context::Context;
use crate::context::choose::choose;
use crate::context::enter::enter;
use crate::error::Result;
use crate::shell::through_function;

#[derive(Debug, Args)]
#[command(after_help = "\
Without -p the roles of all sso-sessions are shown, also of those to which you are not signed in.

Examples:\n  awsso pick\n  awsso pick -p corp --region eu-west-1")]
pub(crate) struct PickArgs {
    /// Words to search for; if only one role fits them, it is used without asking
    query: Vec<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    in_shell: InShell,
}

pub(crate) fn run(context: &Context, arguments: &PickArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "pick")?;
    let query = arguments.query.join(" ");
    let found = choose(context, &query, "name the role instead: awsso use ROLE")?;
    let found = found.assuming(&arguments.target.assume)?;
    enter(context, shell, &found, &arguments.target)
}
