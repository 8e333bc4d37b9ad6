//! Elvish.

use super::statements::Dialect;
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
}
