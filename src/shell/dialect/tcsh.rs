//! tcsh. For its alias a change is data, a word a line, of which nothing can run.

use super::statements::Dialect;
use crate::error::Result;
use crate::quote;

pub(super) struct Tcsh;

impl Dialect for Tcsh {
    fn quote(&self, value: &str) -> String {
        quote::tcsh(value)
    }

    /// tcsh joins the lines of what it evaluates.
    fn set(&self, name: &str, value: &str) -> String {
        format!("setenv {name} {};", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("unsetenv {name};")
    }

    /// tcsh drops empty lines.
    fn change_in_function(&self, values: &[(&'static str, Option<String>)]) -> String {
        let lines = |(name, value): &(&str, Option<String>)| match value.as_deref() {
            None => format!("unset\n{name}\n"),
            Some("") => format!("empty\n{name}\n"),
            Some(value) => format!("set\n{name}\n{value}\n"),
        };
        values.iter().map(lines).collect()
    }

    fn say(&self, line: &str) -> Option<String> {
        Some(format!("say\n{line}\n"))
    }

    /// A text, which the alias prints.
    fn print(&self, result: &str, from: Option<&str>) -> String {
        format!("print\n{result}\n{}", from.and_then(|from| self.say(from)).unwrap_or_default())
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.tcsh"))
    }
}
