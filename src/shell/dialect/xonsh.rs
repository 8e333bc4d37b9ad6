//! xonsh.

use super::{Dialect, no_init};
use crate::error::Result;
use crate::quote;

pub(super) struct Xonsh;

impl Dialect for Xonsh {
    fn quote(&self, value: &str) -> String {
        quote::xonsh(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("${{'{name}'}} = {}", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("__xonsh__.env.pop('{name}', None)")
    }

    fn say(&self, line: &str) -> Option<String> {
        Some(format!("__import__('sys').stderr.write({} + '\\n')\n", self.quote(line)))
    }

    fn print(&self, result: &str, from: Option<&str>) -> String {
        format!("print({})\n{}", self.quote(result), from.and_then(|from| self.say(from)).unwrap_or_default())
    }

    fn template(&self) -> Result<&'static str> {
        Err(no_init("xonsh", "use: aws-sso exec ROLE -- COMMAND"))
    }
}
