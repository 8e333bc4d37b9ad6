//! Nushell. It evaluates no text at run time, so a change is data there: JSON, which its `load-env` takes.

use super::{Dialect, no_init};
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

    fn say(&self, _line: &str) -> Option<String> {
        None
    }

    fn print(&self, result: &str, _from: Option<&str>) -> String {
        self.quote(result) + "\n"
    }

    fn template(&self) -> Result<&'static str> {
        Err(no_init("nushell", "use: aws-sso exec ROLE -- COMMAND"))
    }
}
