//! Which shell the user has, and where its start-up files are.

use std::env;
use std::ffi::OsString;
use std::fmt::Display;
use std::path::PathBuf;

use super::folders::{home, named};
use super::path;
use crate::error::Result;

/// `SHELL`: the user's shell. On Windows, the terminals of MSYS2 and Git have bash, and say so in `MSYSTEM`.
#[must_use]
pub(crate) fn shell() -> Option<OsString> {
    let in_msys = || env::var_os("MSYSTEM").filter(|_| cfg!(windows)).map(|_| "bash".into());
    env::var_os("SHELL").filter(|value| !value.is_empty()).or_else(in_msys)
}

/// The user's shell as a program to start: Git Bash names itself as no other program of Windows finds it.
#[must_use]
pub(crate) fn shell_program() -> OsString {
    let Some(shell) = shell().map(PathBuf::from) else { return default_shell().into() };
    let is_of_msys = cfg!(windows) && shell.has_root() && !shell.is_absolute();
    let name = shell.file_name().filter(|_| is_of_msys).map(OsString::from);
    name.unwrap_or_else(|| shell.into_os_string())
}

/// On Windows, the shell that is around this process, as far as its variables say.
fn default_shell() -> &'static str {
    match () {
        () if cfg!(not(windows)) => "/bin/sh",
        () if is_cmd() => "cmd.exe",
        () if is_powershell_7() => "pwsh",
        () => "powershell",
    }
}

/// An option of a program of Windows, such as `/f`, in a line for the user to paste. In Git Bash, MSYS would take it
/// for a path, unless `MSYS_NO_PATHCONV` or `MSYS2_ARG_CONV_EXCL` says otherwise.
#[cfg(windows)]
pub(crate) fn windows_option(option: &str) -> String {
    let kept = super::text("MSYS2_ARG_CONV_EXCL").unwrap_or_default();
    // An entry stands for every word that begins so.
    let is_meant = |entry: &str| entry == "*" || !entry.is_empty() && option.starts_with(entry);
    let is_kept = env::var_os("MSYS_NO_PATHCONV").is_some() || kept.split(';').any(is_meant);
    if crate::quote::is_posix() && !is_kept { format!("/{option}") } else { option.to_owned() }
}

/// The line that ends processes, for the user to paste.
pub(crate) fn kill(ids: impl IntoIterator<Item: Display>) -> String {
    #[cfg(windows)]
    let [kill, id] = [format!("taskkill {}", windows_option("/f")), windows_option("/pid") + " "];
    #[cfg(not(windows))]
    let [kill, id] = ["kill", ""].map(str::to_owned);
    ids.into_iter().fold(kill, |line, it| format!("{line} {id}{it}"))
}

/// The folder of the shells' start-up files: the home folder. On Windows, `HOME` leads bash to another one, if set.
pub(crate) fn shell_home() -> Result<PathBuf> {
    let of_bash = named("HOME").filter(|_| cfg!(windows));
    of_bash.map_or_else(home, Ok)
}

/// `ZDOTDIR`: the folder of zsh's start-up files, if it is not the home folder.
#[must_use]
pub(crate) fn zsh_folder() -> Option<PathBuf> {
    path("ZDOTDIR")
}

/// `PSModulePath`: whether PowerShell 7 is around this process, whose modules are in folders named `PowerShell`. Those
/// of Windows PowerShell 5.1 are in `WindowsPowerShell`, and outside of both shells Windows names only these.
#[must_use]
pub(crate) fn is_powershell_7() -> bool {
    path("PSModulePath").is_some_and(|folders| has_folder_of_7(&folders.to_string_lossy()))
}

/// `PROMPT`, which cmd.exe sets: whether that is around this process. PowerShell inherits it, but adds the user's
/// modules to `PSModulePath`.
#[must_use]
pub(crate) fn is_cmd() -> bool {
    let modules = path("PSModulePath").unwrap_or_default().to_string_lossy().to_lowercase();
    let own = home().map(|home| home.to_string_lossy().to_lowercase()).unwrap_or_default();
    cfg!(windows) && path("PROMPT").is_some() && shell().is_none() && !modules.split(';').any(|it| it.starts_with(&own))
}

fn has_folder_of_7(folders: &str) -> bool {
    folders.split(['\\', '/', ';', ':']).any(|name| name.eq_ignore_ascii_case("PowerShell"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folders_of_modules_tell_powershell_7_from_5_1() {
        let of_5 = concat!(
            r"C:\Users\u\OneDrive\Documents\WindowsPowerShell\Modules;C:\Program Files\WindowsPowerShell\Modules;",
            r"C:\WINDOWS\system32\WindowsPowerShell\v1.0\Modules",
        );
        let of_7 = format!(r"C:\Users\u\Documents\PowerShell\Modules;C:\Program Files\PowerShell\Modules;{of_5}");
        assert!(!has_folder_of_7(of_5) && has_folder_of_7(&of_7) && !has_folder_of_7(""));
        assert!(has_folder_of_7("/root/.local/share/powershell/Modules:/opt/powershell/Modules"));
    }
}
