//! Windows PowerShell 5.1 and PowerShell 7.
//!
//! All code is ASCII: the code page of a console, or of a file without a byte order mark, spoils other characters, and
//! not every host lets a script change `[Console]::OutputEncoding`.

use std::fmt::Write as _;

use super::statements::{Dialect, one_line};
use crate::error::Result;
use crate::quote;

pub(super) struct Powershell;

impl Dialect for Powershell {
    fn quote(&self, value: &str) -> String {
        if value.is_ascii() {
            return quote::powershell(value);
        }
        // The sum begins with a string: PowerShell would add numbers if it began with a character.
        let mut sum = String::from("('");
        for letter in value.chars() {
            match letter {
                '\'' => sum += "''",
                letter if letter.is_ascii() => sum.push(letter),
                letter => {
                    for unit in letter.encode_utf16(&mut [0; 2]) {
                        let _ = write!(sum, "'+[char]{unit}+'");
                    }
                }
            }
        }
        sum + "')"
    }

    fn set(&self, name: &str, value: &str) -> String {
        format!("$env:{name} = {}", self.quote(value))
    }

    fn unset(&self, name: &str) -> String {
        // `Remove-Item` would load a module, which takes longer than all the rest.
        format!("$env:{name} = $null")
    }

    fn say(&self, _line: &str) -> Option<String> {
        None
    }

    fn print(&self, result: &str, _from: Option<&str>) -> String {
        self.quote(result) + "\n"
    }

    fn untraced(&self) -> &'static str {
        "[System.Diagnostics.DebuggerHidden()]param()\n"
    }

    fn template(&self) -> Result<&'static str> {
        Ok(include_str!("../../../shell/init.ps1"))
    }

    /// One line, which a pipe, an argument and a file load all the same: `Invoke-Expression` takes no list of lines.
    ///
    /// Other shells read the command `true`, and then a text in quotes, which goes on to the end: a backslash is a
    /// character of its own within double quotes in PowerShell alone. For PowerShell these are texts to leave out, as
    /// they have no blank. A new session is much faster at `-clike` than at `-ne`.
    fn loaded(&self, code: &str, _command: &str) -> String {
        let code = one_line(code, '`').replace('\'', "''");
        format!("'true' , '{code}' , \"\\\"\"'\" -clike \"* *\" | Invoke-Expression #'\n")
    }
}
