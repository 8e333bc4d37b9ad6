//! xonsh. For its alias a change is data: JSON, of which nothing can run.

use serde_json::Value;

use super::statements::{Dialect, in_double_quotes, record};
use crate::error::Result;
use crate::quote;

pub(super) struct Xonsh;

impl Dialect for Xonsh {
    fn quote(&self, value: &str) -> String {
        quote::xonsh(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("${name} = {}", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("${{...}}.pop('{name}', None)")
    }

    fn change_in_function(&self, values: &[(&'static str, Option<String>)]) -> String {
        record(values)
    }

    fn say(&self, _line: &str) -> Option<String> {
        None
    }

    /// A text, which the alias prints. Where it comes from is said by the program.
    fn print(&self, result: &str, _from: Option<&str>) -> String {
        Value::from(result).to_string() + "\n"
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.xsh"))
    }

    /// Other shells read the command `true`, and then a text in quotes, which goes on to the end: three quotes at once
    /// begin and end a text in Python alone.
    fn loaded(&self, code: &str, _command: &str) -> String {
        format!("'true' ''' ' '''; execx({}) #'\n", in_double_quotes(code))
    }
}
