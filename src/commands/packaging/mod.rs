//! `packaging`: the files that a package has besides the program: its manual and its static completions.
//!
//! A packager runs the program that has just been built; nothing more has to be compiled for it.

mod manual;

use std::fs;
use std::path::Path;

use crate::cli::static_script::static_script;
use crate::error::{Error, Result, reason};
use crate::output::print;
use crate::shell::Shell;
use clap::Args;

/// What a packager asks.
#[derive(Debug, Args)]
pub(crate) struct PackagingArgs {
    /// Where to; the folder is made if need be
    folder: std::path::PathBuf,
}

/// The completions by the names that the shells look for.
const COMPLETIONS: [(Shell, &str); 4] = [
    (Shell::Bash, "completions/bash/aws-sso"),
    (Shell::Zsh, "completions/zsh/_aws-sso"),
    (Shell::Fish, "completions/fish/aws-sso.fish"),
    (Shell::Powershell, "completions/powershell/aws-sso.ps1"),
];

/// Writes them below a folder, and prints the name of each.
pub(crate) fn run(arguments: &PackagingArgs, command: clap::Command) -> Result<()> {
    let mut files = manual::pages(command.clone())?;
    for (shell, name) in COMPLETIONS {
        files.push((name.to_owned(), static_script(shell, command.clone())?));
    }
    let mut written = String::new();
    for (name, content) in files {
        let path = arguments.folder.join(name);
        write(&path, &content)?;
        written += &format!("{}\n", path.display());
    }
    print(&written)
}

fn write(path: &Path, content: &str) -> Result<()> {
    let made = path.parent().map_or(Ok(()), fs::create_dir_all);
    made.and_then(|()| fs::write(path, content)).map_err(|error| {
        Error::failed(format!("cannot write {}: {}", path.display(), reason(&error)))
            .with_remedy("name a folder that you can write to")
    })
}
