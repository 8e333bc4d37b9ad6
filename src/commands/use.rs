//! `use`: this shell changes to a role, or to a profile.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use crate::cli::completers;
use crate::cli::shared::{InShell, Target};
use crate::context::Context;
use crate::context::choose::choose;
use crate::context::enter::enter;
use crate::error::{Error, Result};
use crate::shell::through_function;
use crate::terminal::Terminal;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  awsso use payments-dev/ReadOnlyAccess
  awsso use 123456789012/ReadOnlyAccess --region eu-west-1
  awsso use payments-dev/ReadOnlyAccess --assume arn:aws:iam::210987654321:role/Deploy")]
pub(crate) struct UseArgs {
    /// The role: an ARN, ACCOUNT/ROLE (or in two words), a profile, or an alias; ACCOUNT is a name or an id; - is the
    /// role before [without one you choose]
    #[arg(value_name = "ROLE", add = ArgValueCompleter::new(completers::roles))]
    role: Vec<String>,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    in_shell: InShell,
}

const REMEDY: &str = "run: awsso use ROLE\nor choose one: awsso pick";

pub(crate) fn run(context: &Context, arguments: &UseArgs) -> Result<()> {
    let shell = through_function(arguments.in_shell.shell, "use")?;
    let assume = &arguments.target.assume;
    let found = match arguments.role.as_slice() {
        [] if Terminal::open().is_some() => choose(context, "", REMEDY)?.assuming(assume)?,
        [] => return Err(Error::usage("which role? use takes one").with_remedy(REMEDY)),
        [before] if before == "-" => context.previous()?.assuming(assume)?,
        words => context.find_assuming(words, assume)?,
    };
    enter(context, shell, &found, &arguments.target)
}
