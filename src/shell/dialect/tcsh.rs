//! tcsh, and csh.

use super::{Dialect, no_init};
use crate::error::Result;
use crate::quote;

pub(super) struct Tcsh;

impl Dialect for Tcsh {
    fn quote(&self, value: &str) -> String {
        quote::tcsh(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("setenv {name} {};", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("unsetenv {name};")
    }

    fn say(&self, _line: &str) -> Option<String> {
        None
    }

    fn print(&self, result: &str, _from: Option<&str>) -> String {
        format!("echo {};\n", self.quote(result))
    }

    fn template(&self) -> Result<&'static str> {
        Err(no_init("tcsh", "use: aws-sso exec ROLE -- COMMAND"))
    }
}
