//! The verbs that change a shell work only through the `awsso` function, which evaluates what they print.

use super::dialect::Shell;
use crate::error::{Error, Result};

/// The verbs that the function runs for itself, adding which shell it is in: `shell/init.*` have the same list.
pub(crate) const VERBS_OF_FUNCTION: [&str; 7] = ["use", "pick", "-", "region", "refresh", "clear", "logout"];

/// The shell that evaluates our output. Without the function no shell does, and the keys would only be shown.
pub(crate) fn through_function(shell: Option<Shell>, verb: &str) -> Result<Shell> {
    shell.ok_or_else(|| {
        let load = match Shell::detect() {
            Some(Shell::Fish) => "aws-sso init fish | source".to_owned(),
            Some(Shell::Powershell) => "aws-sso init powershell | Out-String | Invoke-Expression".to_owned(),
            Some(shell @ (Shell::Bash | Shell::Zsh)) => format!("eval \"$(aws-sso init {})\"", shell.name()),
            _ => "eval \"$(aws-sso init bash)\"   # or zsh, fish, powershell".to_owned(),
        };
        Error::usage(format!("{verb} changes this shell, which only the awsso function can do"))
            .with_remedy(format!("load it with: {load}\nthen run: awsso {verb}"))
    })
}
