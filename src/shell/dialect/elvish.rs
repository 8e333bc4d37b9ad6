//! Elvish.

use super::statements::{Dialect, in_double_quotes};
use crate::error::Result;
use crate::quote;

pub(super) struct Elvish;

impl Dialect for Elvish {
    fn quote(&self, value: &str) -> String {
        quote::elvish(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("set-env {name} {}", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("unset-env {name}")
    }

    fn say(&self, line: &str) -> Option<String> {
        Some(format!("echo {} >&2\n", self.quote(line)))
    }

    fn print(&self, result: &str, from: Option<&str>) -> String {
        format!("echo {}\n{}", self.quote(result), from.and_then(|from| self.say(from)).unwrap_or_default())
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.elv"))
    }

    fn program(&self, path: &str) -> String {
        in_double_quotes(path)
    }

    /// Other shells read a command that prints nothing of a text in quotes, which goes on to the end: outside of quotes
    /// a backslash is a character of its own in Elvish alone. The code in that line is a text of many lines, since
    /// Elvish shows the line of the code in which a program fails, in full.
    fn loaded(&self, code: &str, command: &str) -> String {
        let code = in_double_quotes(code);
        let defined = format!("&on-end={{|code| set {command}~ = $code[{command}~] }}");
        format!("printf '%.0s' \\'of Elvish'; var {command}~ = $nop~; eval {code} {defined} #'\n")
    }
}
