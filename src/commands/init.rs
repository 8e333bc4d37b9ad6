//! `init`: the shell code that defines the `awsso` function.

use std::sync::LazyLock;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use crate::error::{Error, Result};
use crate::output::print;
use crate::programs;
use crate::shell::{self, Hook, Init, Key, Shell};

#[derive(Debug, Args)]
#[command(after_help = "For your start-up file:\n  \
    bash    ~/.bashrc                    eval \"$(aws-sso init bash)\"\n  \
    zsh     ~/.zshrc                     eval \"$(aws-sso init zsh)\"\n  \
    fish    ~/.config/fish/config.fish   aws-sso init fish | source\n  \
    elvish  ~/.config/elvish/rc.elv      eval (aws-sso init elvish | slurp)\n  \
    xonsh   ~/.xonshrc                   execx($(aws-sso init xonsh))\n  \
    tcsh    ~/.tcshrc                    eval \"`aws-sso init tcsh`\"\n  \
    posix   ~/.profile, or $ENV          eval \"$(aws-sso init posix)\"\n  \
    PowerShell, in $PROFILE:\n      aws-sso init powershell | Invoke-Expression\n  \
    Nushell, in ~/.config/nushell/config.nu:\n      mkdir $nu.user-autoload-dirs.0\n      \
    aws-sso init nushell | save --force ($nu.user-autoload-dirs.0 | path join aws-sso.nu)\n\n\
    Examples:\n  aws-sso init zsh --hook refresh\n  aws-sso init fish --key ctrl-g\n  \
    aws-sso init bash --cmd sso --no-completion\n  \
    aws-sso init direnv > ~/.config/direnv/lib/aws_sso.sh")]
pub(crate) struct InitArgs {
    /// The shell that will read the code
    #[arg(value_enum)]
    shell: Reader,
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

/// What reads the code: a shell, or direnv, for `use aws_sso ROLE` in an `.envrc`.
#[derive(Clone, Copy, Debug)]
enum Reader {
    Shell(Shell),
    Direnv,
}

impl ValueEnum for Reader {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<Reader>> = LazyLock::new(|| {
            let shells = Shell::value_variants().iter().copied().map(Reader::Shell);
            shells.chain([Reader::Direnv]).collect()
        });
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            // It is explained what to use in place of a function that this shell cannot have.
            Self::Shell(Shell::Cmd) => Some(Shell::Cmd.to_possible_value()?.hide(true)),
            Self::Shell(shell) => shell.to_possible_value(),
            Self::Direnv => Some(PossibleValue::new("direnv").help("`use aws_sso ROLE` in an .envrc of direnv")),
        }
    }
}

pub(crate) fn run(arguments: &InitArgs) -> Result<()> {
    let Reader::Shell(shell) = arguments.shell else { return for_direnv(arguments) };
    let program = programs::lasting_path()
        .map_err(|error| Error::failed(format!("the path of this program is unknown: {error}")))?;
    let key = arguments.key.as_deref().map(str::parse::<Key>).transpose()?;
    print(&shell::script(
        shell,
        &Init {
            command: &arguments.command,
            program: &program,
            hook: arguments.hook,
            completion: !arguments.no_completion,
            key,
        },
    )?)
}

fn for_direnv(arguments: &InitArgs) -> Result<()> {
    let is_plain = arguments.hook == Hook::default() && arguments.key.is_none() && !arguments.no_completion;
    if !is_plain || arguments.command != "awsso" {
        return Err(Error::usage("init direnv has no options").with_remedy("run: aws-sso init direnv"));
    }
    print(include_str!("../../shell/direnv.sh"))
}
