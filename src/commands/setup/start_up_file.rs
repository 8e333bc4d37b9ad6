//! The line that loads the `awsso` function, in the start-up file of the shell that is running.

use std::path::PathBuf;

use super::arguments::SetupArgs;
use super::questions::Questions;
use crate::environment::shown;
use crate::error::{Error, Result};
use crate::files::folder::Privacy;
use crate::files::{edit, read};
use crate::programs::installed;
use crate::shell::{Shell, start_up, start_up_block};
use crate::{programs, terminal};

/// Whether the function is there in the next shell, or how it gets there.
#[derive(Debug)]
pub(super) enum Function {
    /// This file loads it.
    Loaded { shell: Shell, file: PathBuf },
    /// It is not loaded; this line would do it.
    Unloaded { line: String, file: PathBuf },
    /// The running shell is none that has a function.
    Unknown,
}

/// Adds the line, if the user wants it and no start-up file has it.
pub(super) fn offer(arguments: &SetupArgs, questions: &mut Questions) -> Result<Function> {
    let Some(shell) = Shell::running() else {
        if arguments.shell_file {
            return Err(Error::failed("it is not known which shell you use")
                .with_remedy("see which line goes into which file: aws-sso init --help"));
        }
        return Ok(Function::Unknown);
    };
    if let Some(line) = start_up::lines(shell).into_iter().find(|line| line.loads(shell)) {
        terminal::say(&format!("{} loads the awsso function already\n", line.place()));
        return Ok(Function::Loaded { shell, file: line.file });
    }
    let (line, file) = (start_up::line(shell, &program(shell)), start_up::file(shell)?);
    let unwritable = |why: String| {
        Error::failed(format!("{} {why}, so no line is added to it", shown(&file)))
            .with_remedy(format!("add this line yourself:\n{line}"))
    };
    if arguments.no_shell_file || !(arguments.shell_file || questions.are_asked()) {
        return Ok(Function::Unloaded { line, file });
    }
    let before = read::whole(&file)?.unwrap_or_default();
    let after = start_up_block::with_line(shell, &before, &line).map_err(unwritable)?;
    let indented: String = start_up_block::marked(&line).lines().map(|line| format!("  {line}\n")).collect();
    terminal::say(&format!(
        "\nThe function awsso changes the role of this shell. For that, {} gets:\n{indented}",
        shown(&file)
    ));
    if !arguments.shell_file && questions.yes("Add these lines?")? != Some(true) {
        return Ok(Function::Unloaded { line, file });
    }
    if after != before {
        edit::edit(&file, Privacy::Shared, |before| {
            Ok((start_up_block::with_line(shell, before, &line).map_err(unwritable)?, ()))
        })?;
    }
    let login = start_up::login_file_without(shell, &file).map(|login| {
        format!(", but not in login shells: {} does not read it, until you add:\n  . ~/.bashrc", shown(&login))
    });
    terminal::say(&format!("{} loads the awsso function from now on{}\n", shown(&file), login.unwrap_or_default()));
    if let Some(obstacle) = start_up::obstacle(shell, &file) {
        terminal::say(&format!("but {}; {}\n", obstacle.found, obstacle.remedy));
    }
    if shell == Shell::Zsh && start_up::lacks_compinit(&String::from_utf8_lossy(&before)) {
        let (line, file) = (start_up::COMPINIT, shown(&file));
        terminal::say(&format!("for Tab, zsh needs compinit; if no other file calls it, add to {file}:\n  {line}\n"));
    }
    Ok(Function::Loaded { shell, file })
}

/// What the shell finds this program by: its name, unless another one or none has it.
fn program(shell: Shell) -> String {
    const NAME: &str = "aws-sso";
    let path = installed::look().problem(NAME).and_then(|_| programs::lasting_path().ok());
    path.map_or_else(|| NAME.to_owned(), |path| shell.quote(&shell.path(&path.to_string_lossy())))
}
