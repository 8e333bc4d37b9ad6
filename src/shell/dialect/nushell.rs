//! Nushell. It evaluates no text at run time, so a change is data there: JSON, which its `load-env` takes.

use serde_json::Value;

use super::statements::{Dialect, record};
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
}
