//! The verbs that change a shell work only through the `awsso` function, which evaluates what they print.

use super::dialect::Shell;
use super::start_up;
use crate::environment::shown;
use crate::error::{Error, Result};

/// The verbs that the function runs for itself, adding which shell it is in: `shell/init.*` have the same list.
pub(crate) const VERBS_OF_FUNCTION: [&str; 7] = ["use", "pick", "-", "region", "refresh", "clear", "logout"];

/// The shell that evaluates our output. Without the function no shell does, and the keys would only be shown.
pub(crate) fn through_function(shell: Option<Shell>, verb: &str) -> Result<Shell> {
    shell.ok_or_else(|| {
        Error::usage(format!("{verb} changes this shell, which only the awsso function can do"))
            .with_remedy(how_to_load(verb))
    })
}

/// How this shell gets the function, and each new one.
fn how_to_load(verb: &str) -> String {
    let Some(shell) = Shell::running() else {
        return format!("load it with: {}   # or zsh, fish, powershell\nthen run: awsso {verb}", load(Shell::Bash));
    };
    let known = start_up::lines(shell).into_iter().next();
    let for_new_shells = match (known, start_up::file(shell)) {
        (Some(line), _) => format!("new shells load it: {}", line.place()),
        (None, Ok(file)) => format!("for new shells, add the first of these lines to {}", shown(&file)),
        (None, Err(_)) => return format!("load it with: {}\nthen run: awsso {verb}", load(shell)),
    };
    format!("load it with: {}\nthen run: awsso {verb}\n{for_new_shells}", load(shell))
}

fn load(shell: Shell) -> String {
    start_up::line(shell, "aws-sso")
}
