//! `completions`: the static completion script, for packagers.

use clap::{Args, Command};

use crate::cli::static_script::{ScriptShell, static_script};
use crate::error::Result;
use crate::output::print;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  aws-sso completions bash > /usr/share/bash-completion/completions/aws-sso
  aws-sso completions fish > ~/.config/fish/completions/aws-sso.fish")]
pub(crate) struct CompletionsArgs {
    /// The shell that will read the script
    #[arg(value_enum)]
    shell: ScriptShell,
}

pub(crate) fn run(arguments: &CompletionsArgs, command: Command) -> Result<()> {
    print(&static_script(arguments.shell.0, command)?)
}
