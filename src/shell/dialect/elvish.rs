//! Elvish.

use super::statements::{Dialect, one_line};
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

    /// The template has no single quotes.
    fn program(&self, path: &str) -> String {
        let path = path.replace('\\', r"\\").replace('"', "\\\"").replace('\'', r"\x27").replace('!', r"\x21");
        format!("\"{path}\"")
    }

    /// Other shells read a command that prints nothing of a text in quotes, which goes on to the end: outside of quotes
    /// a backslash is a character of its own in Elvish alone.
    fn loaded(&self, code: &str) -> String {
        format!("printf '%.0s' \\'of Elvish'; {} #'\n", one_line(code, '^'))
    }
}
