//! `packaging`: writes the manual and the static completions for a package.
//!
//! Packagers run the program that they have just built, so they need no other build step.

mod manual;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Command};

use crate::cli::static_script::static_script;
use crate::error::{Error, Result, reason, system};
use crate::files::open;
use crate::output::print;
use crate::shell::Shell;

#[derive(Debug, Args)]
pub(crate) struct PackagingArgs {
    /// Folder for the files, created if it does not exist
    folder: PathBuf,
}

/// The completion files, with the names that the shells look for.
const COMPLETIONS: [(Shell, &str); 4] = [
    (Shell::Bash, "completions/bash/aws-sso"),
    (Shell::Zsh, "completions/zsh/_aws-sso"),
    (Shell::Fish, "completions/fish/aws-sso.fish"),
    (Shell::Powershell, "completions/powershell/aws-sso.ps1"),
];

/// Writes all files below a folder, and prints their names.
pub(crate) fn run(arguments: &PackagingArgs, command: &Command) -> Result<()> {
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
    create(path, content).map_err(|error| {
        Error::failed(format!("cannot write {}: {}", path.display(), reason(&error)))
            .with_any_remedy(system::remedy(&error, Some(path)))
    })
}

fn create(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    open::replacing(path)?.write_all(content.as_bytes())
}
