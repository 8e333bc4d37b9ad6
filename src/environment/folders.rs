//! Where files are: the home folder, the files of AWS in it, our settings and our caches.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy as _, Windows};

use super::path;
use crate::error::{Error, Result};

/// The home folder. The caches that are shared with AWS tools are always below it.
pub(crate) fn home() -> Result<PathBuf> {
    const VARIABLE: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

    env::home_dir().filter(|home| home.is_absolute()).ok_or_else(|| {
        let why =
            path(VARIABLE).map_or("is not set".to_owned(), |home| format!("is no absolute path: {}", home.display()));
        Error::failed(format!("{VARIABLE} {why}, so ~/.aws cannot be found"))
            .with_remedy(format!("set {VARIABLE} to your home folder"))
    })
}

/// The folder that a variable names. A relative path is ignored, as XDG demands: what is kept there would be found in
/// one current folder alone. `AWS_CONFIG_FILE` and its like are paths as the AWS CLI takes them, and may be relative.
pub(super) fn named(variable: &str) -> Option<PathBuf> {
    path(variable).filter(|folder| folder.is_absolute())
}

/// The variables by which this program, every AWS tool and every shell take this folder for the home folder.
///
/// Windows has three, of which AWS's libraries read one or the other, and two for the folders of settings and caches.
pub(crate) fn of_home(home: &Path) -> Vec<(&'static str, OsString)> {
    let below = |relative: &str| within(home, relative).into_os_string();
    let mut variables = vec![
        ("HOME", home.as_os_str().to_owned()),
        ("XDG_CONFIG_HOME", below(".config")),
        ("XDG_CACHE_HOME", below(".cache")),
        ("XDG_DATA_HOME", below(".local/share")),
        ("XDG_STATE_HOME", below(".local/state")),
    ];
    if cfg!(windows) {
        let text = home.to_string_lossy();
        let (drive, folder) = text.split_at_checked(2).filter(|(drive, _)| drive.ends_with(':')).unwrap_or(("", &text));
        variables.extend([
            ("USERPROFILE", home.as_os_str().to_owned()),
            ("HOMEDRIVE", drive.into()),
            ("HOMEPATH", folder.into()),
            ("APPDATA", below("AppData/Roaming")),
            ("LOCALAPPDATA", below("AppData/Local")),
        ]);
    }
    variables
}

/// The folder and what is below it, with the system's own separator.
pub(crate) fn within(folder: &Path, relative: &str) -> PathBuf {
    if cfg!(windows) { folder.join(relative.replace('/', "\\")) } else { folder.join(relative) }
}

/// A path for messages, with `~` for the home folder. On Windows, where `~` is for PowerShell alone, the whole path.
#[must_use]
pub(crate) fn shown(path: &Path) -> String {
    let home = if cfg!(windows) { None } else { home().ok() };
    let within = home.and_then(|home| path.strip_prefix(home).ok().map(|rest| format!("~/{}", rest.display())));
    within.unwrap_or_else(|| path.display().to_string())
}

/// Replaces a leading `~` by the home folder, as every AWS tool does.
fn expand_home(path: PathBuf) -> Result<PathBuf> {
    match path.strip_prefix("~") {
        Ok(rest) => Ok(home()?.join(rest)),
        Err(_) => Ok(path),
    }
}

/// `AWS_CONFIG_FILE`, or `~/.aws/config`.
pub(crate) fn config_file() -> Result<PathBuf> {
    path("AWS_CONFIG_FILE").map_or_else(|| Ok(within(&home()?, ".aws/config")), expand_home)
}

/// `AWS_SHARED_CREDENTIALS_FILE`, or `~/.aws/credentials`.
pub(crate) fn credentials_file() -> Result<PathBuf> {
    path("AWS_SHARED_CREDENTIALS_FILE").map_or_else(|| Ok(within(&home()?, ".aws/credentials")), expand_home)
}

/// The variable that can name another file in place of this one.
pub(crate) fn variable_for(file: &Path) -> Option<&'static str> {
    let is = |other: Result<PathBuf>| other.is_ok_and(|other| other == file);
    if is(config_file()) {
        Some("AWS_CONFIG_FILE")
    } else if is(credentials_file()) {
        Some("AWS_SHARED_CREDENTIALS_FILE")
    } else {
        None
    }
}

/// Sign-in tokens and client registrations: `~/.aws/sso/cache`.
pub(crate) fn token_cache() -> Result<PathBuf> {
    Ok(within(&home()?, ".aws/sso/cache"))
}

/// Role credentials: `~/.aws/cli/cache`.
pub(crate) fn role_cache() -> Result<PathBuf> {
    Ok(within(&home()?, ".aws/cli/cache"))
}

/// `$XDG_CONFIG_HOME`, or `~/.config`.
pub(crate) fn config_home() -> Result<PathBuf> {
    named("XDG_CONFIG_HOME").map_or_else(|| Ok(home()?.join(".config")), Ok)
}

/// `$XDG_CONFIG_HOME`, or where the system has the settings of programs: `~/.config`, on Windows `%APPDATA%`.
pub(crate) fn settings_home() -> Result<PathBuf> {
    of_system("XDG_CONFIG_HOME", ".config", ("AppData/Roaming", Windows::config_dir))
}

/// `$XDG_CACHE_HOME`, or where the system has caches: `~/.cache`, on Windows `%LOCALAPPDATA%`.
fn cache_home() -> Result<PathBuf> {
    of_system("XDG_CACHE_HOME", ".cache", ("AppData/Local", Windows::cache_dir))
}

/// The folder that the variable of XDG names; else that of Windows, or of other systems.
fn of_system(variable: &str, other: &str, windows: (&str, fn(&Windows) -> PathBuf)) -> Result<PathBuf> {
    if let Some(folder) = named(variable) {
        return Ok(folder);
    }
    if cfg!(not(windows)) {
        return Ok(home()?.join(other));
    }
    let (default, folder) = windows;
    let folder = Windows::new().ok().map(|folders| folder(&folders)).filter(|folder| folder.is_absolute());
    folder.map_or_else(|| Ok(within(&home()?, default)), Ok)
}

/// Accounts and roles: `$XDG_CACHE_HOME/aws-sso`, on Windows `%LOCALAPPDATA%\aws-sso`.
pub(crate) fn cache_folder() -> Result<PathBuf> {
    Ok(cache_home()?.join("aws-sso"))
}

/// Locks: `locks` in the folder of caches.
pub(crate) fn lock_folder() -> Result<PathBuf> {
    Ok(cache_folder()?.join("locks"))
}

/// The tokens of running credential servers: `servers` in the folder of caches.
pub(crate) fn server_folder() -> Result<PathBuf> {
    Ok(cache_folder()?.join("servers"))
}

/// The settings: `$XDG_CONFIG_HOME/aws-sso/config`, on Windows `%APPDATA%\aws-sso\config`.
pub(crate) fn settings_file() -> Result<PathBuf> {
    Ok(within(&settings_home()?, "aws-sso/config"))
}

/// Where aws-sso-cli may have its `config.yaml`, in the order in which it looks: `AWS_SSO_CONFIG` alone if that is set.
pub(crate) fn aws_sso_cli_files() -> Result<Vec<PathBuf>> {
    if let Some(file) = path("AWS_SSO_CONFIG") {
        return Ok(vec![expand_home(file)?]);
    }
    let folders = [home()?.join(".aws-sso"), config_home()?.join("aws-sso")];
    Ok(folders.into_iter().map(|folder| folder.join("config.yaml")).collect())
}

/// The files in which boto3 still looks for the keys of boto 2.
#[must_use]
pub(crate) fn boto_files() -> Vec<PathBuf> {
    let of_user = home().ok().map(|home| home.join(".boto"));
    [PathBuf::from("/etc/boto.cfg")].into_iter().chain(of_user).collect()
}
