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

    fn say(&self, _line: &str) -> Option<String> {
        None
    }

    /// A text, which the command returns to the pipeline. Where it comes from is said by the program.
    fn print(&self, result: &str, _from: Option<&str>) -> String {
        Value::from(result).to_string() + "\n"
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.nu"))
    }
}
