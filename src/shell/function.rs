//! The verbs that change a shell work only through the `awsso` function, which evaluates what they print.

use super::dialect::Shell;
use super::start_up;
use crate::environment::shown;
use crate::error::{Error, Result};
use crate::quote;

/// The verbs that the function runs for itself, adding which shell it is in: `shell/init.*` have the same list.
pub(crate) const VERBS_OF_FUNCTION: [&str; 7] = ["use", "pick", "-", "region", "refresh", "clear", "logout"];

/// The shell that evaluates our output. Without the function no shell does, and the keys would only be shown.
pub(crate) fn through_function(shell: Option<Shell>, verb: &str) -> Result<Shell> {
    shell.ok_or_else(|| {
        Error::usage(format!("{verb} changes this shell, which only the awsso function can do")).with_remedy(format!(
            "{}\nthen run: {}",
            how_to_load(),
            same_line()
        ))
    })
}

/// The line that loads the function, here and in each new shell.
fn how_to_load() -> String {
    if Shell::is_posix() {
        return format!("load it with: {}", start_up::line(Shell::Posix, "aws-sso"));
    }
    let Some(shell) = Shell::calling() else {
        return "load it with: eval \"$(aws-sso init bash)\"   # or zsh, fish, powershell".to_owned();
    };
    let line = start_up::line(shell, "aws-sso");
    match (start_up::lines(shell).iter().find(|line| line.loads(shell)), start_up::file(shell)) {
        // Nushell reads code only where it begins.
        (Some(there), _) if shell == Shell::Nushell => format!("{} loads it: start a new shell", there.place()),
        (None, Ok(file)) if shell == Shell::Nushell => {
            format!("add to {}:\n{line}\nand start a new shell", shown(&file))
        }
        (Some(there), _) => format!("{} loads it in new shells; for this one, run: {line}", there.place()),
        (None, Ok(file)) => format!("load it with: {line}\nand add that line to {} for new shells", shown(&file)),
        (None, Err(_)) => format!("load it with: {line}"),
    }
}

/// This run's line for the function, as the user would type it.
fn same_line() -> String {
    let words = std::env::args_os().skip(1).map(|word| quote::word(&word.to_string_lossy()));
    ["awsso".to_owned()].into_iter().chain(words).collect::<Vec<_>>().join(" ")
}
