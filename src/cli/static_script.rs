//! The completion scripts that know verbs and options only, for packagers.

use clap::Command;
use clap_complete::{Generator, Shell as Static};

use crate::error::{Error, Result};
use crate::shell::Shell;

/// The script that completes `command` in `shell`.
pub(crate) fn static_script(shell: Shell, mut command: Command) -> Result<String> {
    let shell = match shell {
        Shell::Bash => Static::Bash,
        Shell::Zsh => Static::Zsh,
        Shell::Fish => Static::Fish,
        Shell::Powershell => Static::PowerShell,
        Shell::Elvish => Static::Elvish,
        Shell::Nushell | Shell::Xonsh | Shell::Tcsh | Shell::Cmd | Shell::Posix => {
            return Err(Error::usage(format!("{} has no completion script of this kind", shell.name()))
                .with_remedy("choose bash, zsh, fish, elvish or powershell"));
        }
    };
    command.set_bin_name("aws-sso");
    command.build();
    let mut script = Vec::new();
    shell
        .try_generate(&command, &mut script)
        .map_err(|error| Error::failed("cannot write the completion script").with_source(error))?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}
