//! Nushell. It evaluates no text at run time, so a change is data there: JSON, which its `load-env` takes.

use serde_json::Value;

use super::statements::{Dialect, one_line, record};
use crate::error::Result;
use crate::quote;

pub(super) struct Nushell;

impl Dialect for Nushell {
    fn quote(&self, value: &str) -> String {
        quote::nushell(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("$env.{name} = {}", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("hide-env --ignore-errors {name}")
    }

    fn change(&self, values: &[(&'static str, Option<String>)]) -> String {
        record(values)
    }

    /// A second line of the answer. A change is undone where the block that made it ends, which only the prompt sees.
    fn say(&self, line: &str) -> Option<String> {
        Some(Value::from(line).to_string() + "\n")
    }

    /// A text, which the command returns to the pipeline.
    fn print(&self, result: &str, from: Option<&str>) -> String {
        format!("{}\n{}", Value::from(result), from.and_then(|from| self.say(from)).unwrap_or_default())
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.nu"))
    }

    /// The template has no single quotes.
    fn program(&self, path: &str) -> String {
        let path = path.replace('\\', r"\\").replace('"', "\\\"").replace('\'', r"\u{27}").replace('!', r"\u{21}");
        format!("\"{path}\"")
    }

    /// Other shells read a command that they do not have, with a text in quotes, which goes on to the end: outside of
    /// quotes a backslash is a character of its own in Nushell. A module may begin with nothing but a definition.
    fn loaded(&self, code: &str, _command: &str) -> String {
        format!("def __aws_sso_\\'nushell' [] {{}}; {} #' 2>/dev/null || :\n", one_line(code, '\\'))
    }
}
