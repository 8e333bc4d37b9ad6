//! The start-up files of PowerShell, and its execution policy, which may keep them from running.
//!
//! On Windows the shell itself is asked: Documents may lie in `OneDrive`, or on a server. Elsewhere the place is fixed,
//! and there is no policy.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::OnceLock;

use crate::credential_chain::helper;
use crate::environment::{self, shown};
use crate::error::Result;
use crate::programs::core_dumps;
use crate::programs::on_path::on_path;

/// Prints each start-up file as the numbers of its UTF-16 units, which pass through any code page, then the policies.
const QUESTION: &str = "\
foreach ($file in $PROFILE.CurrentUserAllHosts, $PROFILE.CurrentUserCurrentHost, $PROFILE.AllUsersAllHosts, \
$PROFILE.AllUsersCurrentHost) { 'File ' + ([int[]][char[]]$file -join ' ') }; \
'Effective ' + (Get-ExecutionPolicy); \
foreach ($row in Get-ExecutionPolicy -List) { '{0} {1}' -f $row.Scope, $row.ExecutionPolicy }";

/// What PowerShell says of itself.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// Its start-up files, the one for this user and all hosts first.
    pub files: Vec<PathBuf>,
    /// The execution policy of a new shell.
    policy: String,
    /// Whether an administrator has set it for all, so that no user can change it.
    is_of_administrator: bool,
}

/// Why a start-up file does not run, and what to do about that.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Obstacle {
    pub(crate) found: String,
    pub(crate) remedy: String,
}

impl Profile {
    /// Asks this program.
    #[must_use]
    pub fn ask(program: &Path) -> Option<Self> {
        let mut command = helper(program);
        command.args(["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", QUESTION]);
        // The policy of the shell around us is for that shell alone.
        command.env_remove("PSExecutionPolicyPreference");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let answer = core_dumps::start(&mut command).ok()?.wait_with_output().ok()?;
        Self::read(&String::from_utf8_lossy(&answer.stdout))
    }

    fn read(answer: &str) -> Option<Self> {
        let mut profile = Self::default();
        for line in answer.lines() {
            match line.trim().split_once(' ') {
                Some(("File", units)) => profile.files.extend(path(units)),
                Some(("Effective", policy)) => policy.clone_into(&mut profile.policy),
                Some(("MachinePolicy" | "UserPolicy", policy)) => profile.is_of_administrator |= policy != "Undefined",
                _ => {}
            }
        }
        (!profile.files.is_empty()).then_some(profile)
    }

    /// What keeps one of its files from running in a new shell.
    fn obstacle(&self, file: &Path) -> Option<Obstacle> {
        let does = match self.policy.as_str() {
            "Restricted" => format!("does not run {}", shown(file)),
            "AllSigned" => format!("runs {} only if it is signed", shown(file)),
            _ => return None,
        };
        let remedy = if self.is_of_administrator {
            "an administrator has set it; in each new shell, run:\naws-sso init powershell | Invoke-Expression"
        } else {
            "run: Set-ExecutionPolicy -Scope CurrentUser RemoteSigned"
        };
        let found = format!("PowerShell {does}: its execution policy is {}", self.policy);
        Some(Obstacle { found, remedy: remedy.to_owned() })
    }
}

fn path(units: &str) -> Option<PathBuf> {
    let units: Option<Vec<u16>> = units.split(' ').map(|unit| unit.parse::<u16>().ok()).collect();
    String::from_utf16(&units?).ok().map(PathBuf::from)
}

/// The start-up files, the one for this user and all hosts first.
pub(super) fn files() -> Result<Vec<PathBuf>> {
    if let Some(profile) = of_windows() {
        return Ok(profile.files.clone());
    }
    let folder = if cfg!(windows) {
        environment::home()?.join("Documents").join(if environment::is_powershell_7() {
            "PowerShell"
        } else {
            "WindowsPowerShell"
        })
    } else {
        environment::config_home()?.join("powershell")
    };
    Ok(["profile.ps1", "Microsoft.PowerShell_profile.ps1"].map(|name| folder.join(name)).into())
}

/// What keeps a start-up file from running in a new shell.
pub(super) fn obstacle(file: &Path) -> Option<Obstacle> {
    of_windows()?.obstacle(file)
}

/// What the PowerShell of Windows around this process says; asked once.
fn of_windows() -> Option<&'static Profile> {
    static ANSWER: OnceLock<Option<Profile>> = OnceLock::new();
    let program = if environment::is_powershell_7() { "pwsh" } else { "powershell" };
    let ask = || on_path(program).filter(|_| cfg!(windows)).and_then(|program| Profile::ask(&program));
    ANSWER.get_or_init(ask).as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Windows prints for a user whose documents are in `OneDrive`, with these policies.
    fn answer(effective: &str, machine: &str) -> String {
        let file = "C:\\Users\\J\u{f6}rg\\OneDrive\\Documents\\WindowsPowerShell\\profile.ps1";
        let units: Vec<_> = file.encode_utf16().map(|unit| unit.to_string()).collect();
        format!(
            "File {}\r\nEffective {effective}\r\nMachinePolicy {machine}\r\nUserPolicy Undefined\r\n\
             Process Undefined\r\nCurrentUser Undefined\r\nLocalMachine Undefined\r\n",
            units.join(" ")
        )
    }

    #[test]
    fn the_answer_of_windows_names_the_file_and_what_keeps_it_from_running() {
        let own = Some("run: Set-ExecutionPolicy -Scope CurrentUser RemoteSigned");
        let of_administrator = Some("an administrator has set it");
        for (effective, machine, does, remedy) in [
            ("Restricted", "Undefined", "does not run", own),
            ("AllSigned", "Undefined", "only if it is signed: its execution policy is AllSigned", own),
            ("Restricted", "Restricted", "does not run", of_administrator),
            ("AllSigned", "AllSigned", "only if it is signed", of_administrator),
            ("RemoteSigned", "Undefined", "", None),
            ("Unrestricted", "Undefined", "", None),
            ("Bypass", "Bypass", "", None),
        ] {
            let profile = Profile::read(&answer(effective, machine)).unwrap();
            let file = &profile.files[0];
            assert!(file.to_str().unwrap().contains("J\u{f6}rg\\OneDrive"), "{file:?}");
            let obstacle = profile.obstacle(file);
            assert_eq!(obstacle.is_some(), remedy.is_some(), "{effective}");
            if let Some(obstacle) = obstacle {
                assert!(obstacle.found.contains(does), "{obstacle:?}");
                assert!(obstacle.remedy.starts_with(remedy.unwrap()), "{obstacle:?}");
            }
        }
        assert_eq!(Profile::read("is not recognized as an internal or external command\r\n"), None);
    }
}
