//! Windows PowerShell 5.1 and PowerShell 7.

use super::Dialect;
use crate::error::Result;
use crate::quote;

pub(super) struct Powershell;

impl Dialect for Powershell {
    fn quote(&self, value: &str) -> String {
        quote::powershell(value)
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("$env:{name} = {}", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        format!("Remove-Item -LiteralPath 'Env:/{name}' -ErrorAction Ignore")
    }

    fn say(&self, _line: &str) -> Option<String> {
        None
    }

    fn print(&self, result: &str, from: Option<&str>) -> String {
        let from = from.map(|from| format!("[Console]::Error.WriteLine({})\n", self.quote(from)));
        format!("{}\n{}", self.quote(result), from.unwrap_or_default())
    }

    fn untraced(&self) -> &'static str {
        "[System.Diagnostics.DebuggerHidden()]param()\n"
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.ps1"))
    }
}
