//! Scripts in PowerShell 7.

use std::path::PathBuf;

use super::{Home, Invocation, programs, skip};

/// The program of PowerShell; `None`, with a message, if it is not installed.
#[track_caller]
pub fn pwsh() -> Option<PathBuf> {
    let found = programs("pwsh").next();
    if found.is_none() {
        skip("pwsh is not installed (see https://aka.ms/powershell): nothing is tested in PowerShell");
    }
    found
}

impl Home {
    /// A script in PowerShell without a profile; `None`, with a message, if that is not installed.
    #[track_caller]
    pub fn powershell(&self, script: &str) -> Option<Invocation> {
        let file = self.write("script.ps1", script);
        Some(self.pwsh(&pwsh()?).args(["-NoProfile", "-NonInteractive", "-File"]).arg(file))
    }

    /// This program of PowerShell, which says nothing of itself.
    pub fn pwsh(&self, program: &std::path::Path) -> Invocation {
        self.command(program).arg("-NoLogo").env("POWERSHELL_TELEMETRY_OPTOUT", "1").env("NO_COLOR", "1")
    }
}
