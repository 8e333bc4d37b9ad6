//! cmd.exe.

use super::statements::{Dialect, no_init};
use crate::error::Result;
use crate::quote;

pub(super) struct Cmd;

impl Dialect for Cmd {
    fn quote(&self, value: &str) -> String {
        quote::cmd(value)
    }

    /// Within double quotes `%` and, where delayed expansion is on, `!` are replaced; how a quote could stand there
    /// differs between a batch file and `for /f`. Other characters depend on the code page.
    fn can_hold(&self, value: &str) -> bool {
        value.chars().all(|c| (' '..='~').contains(&c) && !"%!\"".contains(c))
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("set {}", self.quote(&format!("{name}={value}")))
    }

    fn unset(&self, name: &str) -> String {
        format!("set \"{name}=\"")
    }

    fn say(&self, _line: &str) -> Option<String> {
        None
    }

    fn print(&self, result: &str, _from: Option<&str>) -> String {
        format!("echo {}\n", self.quote(result))
    }

    fn template(&self) -> Result<&'static str> {
        Err(no_init("cmd.exe", "use: aws-sso exec ROLE -- COMMAND"))
    }
}
