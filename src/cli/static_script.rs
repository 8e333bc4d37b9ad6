//! The completion scripts that know verbs and options only, for packagers.

use std::sync::LazyLock;

use clap::builder::PossibleValue;
use clap::{Command, ValueEnum};
use clap_complete::{Generator, Shell as Static};

use crate::error::{Error, Result};
use crate::shell::Shell;

/// A shell. Only those that have such a script are offered; of another one it is said that it has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ScriptShell(pub Shell);

impl ValueEnum for ScriptShell {
    fn value_variants<'a>() -> &'a [Self] {
        static ALL: LazyLock<Vec<ScriptShell>> =
            LazyLock::new(|| Shell::value_variants().iter().copied().map(ScriptShell).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(self.0.to_possible_value()?.hide(of_generator(self.0).is_none()))
    }
}

fn of_generator(shell: Shell) -> Option<Static> {
    match shell {
        Shell::Bash => Some(Static::Bash),
        Shell::Zsh => Some(Static::Zsh),
        Shell::Fish => Some(Static::Fish),
        Shell::Powershell => Some(Static::PowerShell),
        Shell::Elvish => Some(Static::Elvish),
        Shell::Nushell | Shell::Xonsh | Shell::Tcsh | Shell::Cmd | Shell::Posix => None,
    }
}

/// The script that completes `command` in `shell`.
pub(crate) fn static_script(shell: Shell, mut command: Command) -> Result<String> {
    let shell = of_generator(shell).ok_or_else(|| {
        Error::usage(format!("{} has no completion script of this kind", shell.name()))
            .with_remedy("choose bash, zsh, fish, elvish or powershell")
    })?;
    command.set_bin_name("aws-sso");
    command.build();
    let mut script = Vec::new();
    shell
        .try_generate(&command, &mut script)
        .map_err(|error| Error::failed("cannot write the completion script").with_source(error))?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}
