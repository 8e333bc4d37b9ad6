//! `init`: the shell code that defines the `awsso` function.

use clap::Args;

use crate::error::{Error, Result};
use crate::output::print;
use crate::programs;
use crate::shell::{self, Hook, Init, Key, Shell};

#[derive(Debug, Args)]
#[command(after_help = "For your start-up file:\n  \
    bash  ~/.bashrc                    eval \"$(aws-sso init bash)\"\n  \
    zsh   ~/.zshrc                     eval \"$(aws-sso init zsh)\"\n  \
    fish  ~/.config/fish/config.fish   aws-sso init fish | source\n  \
    elvish ~/.config/elvish/rc.elv     eval (aws-sso init elvish | slurp)\n  \
    PowerShell, in $PROFILE:\n      aws-sso init powershell | Invoke-Expression\n  \
    Nushell, in ~/.config/nushell/config.nu:\n      mkdir $nu.user-autoload-dirs.0\n      \
    aws-sso init nushell | save --force ($nu.user-autoload-dirs.0 | path join aws-sso.nu)\n\n\
    Examples:\n  aws-sso init zsh --hook refresh\n  aws-sso init fish --key ctrl-g\n  \
    aws-sso init bash --cmd sso --no-completion")]
pub(crate) struct InitArgs {
    /// The shell that will read the code
    #[arg(value_enum)]
    shell: Shell,
    /// The function's name
    #[arg(long = "cmd", value_name = "NAME", default_value = "awsso")]
    command: String,
    /// What the prompt does when the shell's credentials have five minutes left
    #[arg(long, value_enum, default_value_t)]
    hook: Hook,
    /// A key that picks a role while you type a command: ^G or ctrl-g, alt-g or M-g
    #[arg(long, value_name = "KEY")]
    key: Option<String>,
    /// Do not complete arguments
    #[arg(long)]
    no_completion: bool,
}

pub(crate) fn run(arguments: &InitArgs) -> Result<()> {
    let program = programs::lasting_path()
        .map_err(|error| Error::failed(format!("the path of this program is unknown: {error}")))?;
    let key = arguments.key.as_deref().map(str::parse::<Key>).transpose()?;
    print(&shell::script(
        arguments.shell,
        &Init {
            command: &arguments.command,
            program: &program,
            hook: arguments.hook,
            completion: !arguments.no_completion,
            key,
        },
    )?)
}
