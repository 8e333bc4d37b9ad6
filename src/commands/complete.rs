//! `complete`: what the shells' completion functions ask, and `completions`: the static kind, for packagers.

use clap_complete::{Generator, Shell as Static};

use crate::cli::completers::{after_break, candidates, words_of_line};
use crate::cli::{self, Complete, Completions};
use crate::error::{Error, Result};
use crate::output::print;
use crate::shell::Shell;

/// Prints a candidate a line, and its description after a tab, for shells that show one.
pub(crate) fn run(arguments: &Complete) -> Result<()> {
    let words = match &arguments.line {
        Some(line) => words_of_line(line),
        None => arguments.words.clone(),
    };
    let typed = words.last().cloned().unwrap_or_default();
    let lines = candidates(&words).into_iter().map(|candidate| match arguments.shell {
        Shell::Bash => format!("{}\n", after_break(&candidate.value, &typed, &arguments.breaks)),
        _ => format!("{}\t{}\n", candidate.value, candidate.description),
    });
    print(&lines.collect::<String>())
}

/// Prints a completion script that knows verbs and options only.
pub(crate) fn print_static(arguments: &Completions) -> Result<()> {
    print(&static_script(arguments.shell)?)
}

/// A completion script that knows verbs and options only.
pub(crate) fn static_script(shell: Shell) -> Result<String> {
    let shell = match shell {
        Shell::Bash => Static::Bash,
        Shell::Zsh => Static::Zsh,
        Shell::Fish => Static::Fish,
        Shell::Powershell => Static::PowerShell,
        Shell::Posix => {
            return Err(Error::usage("a plain POSIX shell completes nothing")
                .with_remedy("choose bash, zsh, fish or powershell"));
        }
    };
    let mut command = cli::command();
    command.set_bin_name("aws-sso");
    command.build();
    let mut script = Vec::new();
    shell
        .try_generate(&command, &mut script)
        .map_err(|error| Error::failed(format!("cannot write the completion script: {error}")))?;
    Ok(String::from_utf8_lossy(&script).into_owned())
}
