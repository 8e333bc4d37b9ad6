//! The errors for files that cannot be read: what is in the way, and what removes it.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::links;
use super::open::{self, MAX_BYTES, Unopened};
use crate::error::{Error, reason, system};
use crate::{environment, quote};

/// The error for a file that could not be opened.
pub(crate) fn unopened(path: &Path, why: Unopened) -> Error {
    match why {
        Unopened::Failed(error) => failed(path, error),
        Unopened::NoFile(kind) => no_file(path, kind),
        #[cfg(unix)]
        Unopened::Foreign(owner) => {
            Error::failed(format!("{} belongs to {}", links::named(path), super::ownership::named(owner)))
                .with_remedy(format!("run: sudo chown {} {}", quote::output_of("id -u"), quoted(path)))
        }
        #[cfg(not(unix))]
        Unopened::Foreign(_) => Error::failed(format!("{} belongs to another user", links::named(path))),
    }
}

/// The error for a file or folder that could not be opened or read.
pub(crate) fn failed(path: &Path, error: io::Error) -> Error {
    let named = links::named(path);
    let (message, remedy) = if error.kind() == io::ErrorKind::PermissionDenied {
        denied(path)
    } else if let Some(link) = open::is_loop(&error).then(|| circle(path)) {
        (format!("cannot read {named}: its links lead in a circle"), format!("run: {}", quote::remove(&link)))
    } else {
        let remedy = system::remedy(&error, Some(path)).unwrap_or_else(|| "try again".to_owned());
        (format!("cannot read {named}: {}", reason(&error)), remedy)
    };
    Error::failed(message).with_remedy(remedy).with_source(error)
}

/// The error for a file that is larger than any config or cache file.
pub(crate) fn too_large(path: &Path) -> Error {
    Error::failed(format!("{} is larger than {} MiB", links::named(path), MAX_BYTES >> 20))
        .with_remedy("check that this is the file you meant")
}

fn no_file(path: &Path, kind: FileType) -> Error {
    Error::failed(format!("cannot read {}: it is {}, not a file", links::named(path), described(kind)))
        .with_remedy(make_room(path))
}

/// What to do about something that is in place of a file or a folder.
pub(super) fn make_room(path: &Path) -> String {
    match set_variable(path) {
        Some(variable) => {
            format!("AWS tools read files only: save it to one and name that, or run: {}", quote::unset(variable))
        }
        None => format!("run: {}", system::set_aside(path)),
    }
}

/// What there is in place of a file.
pub(crate) fn described(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt as _;
        if kind.is_fifo() {
            return "a pipe";
        } else if kind.is_socket() {
            return "a socket";
        }
    }
    if kind.is_dir() { "a folder" } else { "a device" }
}

fn denied(path: &Path) -> (String, String) {
    let named = links::named(path);
    if let Some(folder) = barrier(path) {
        let message = format!("cannot read {named}: you may not enter the folder {}", folder.display());
        return (message, way_in(path, &folder));
    }
    (format!("cannot read {named}: Permission denied"), permission(path))
}

/// The command that lets this user read the file or folder.
fn permission(path: &Path) -> String {
    #[cfg(unix)]
    if let Ok(metadata) = fs::metadata(path) {
        use std::os::unix::fs::MetadataExt as _;

        use super::ownership::{is_own, named};

        let target = quoted(&links::follow(path).unwrap_or_else(|_| path.to_owned()));
        let needed = if metadata.is_dir() { 0o500 } else { 0o400 };
        return match set_variable(path) {
            _ if is_own(metadata.uid()) && metadata.mode() & needed != needed => {
                format!("run: chmod u+{} {target}", if metadata.is_dir() { "rwx" } else { "r" })
            }
            _ if is_own(metadata.uid()) => "check what else than its mode protects it".to_owned(),
            Some(variable) => {
                let owner = named(metadata.uid());
                format!("it belongs to {owner}, who must let you read it; or run: {}", quote::unset(variable))
            }
            None => {
                let (owner, own_id) = (named(metadata.uid()), quote::output_of("id -u"));
                format!("it belongs to {owner}; run: sudo chown {own_id} {target}")
            }
        };
    }
    system::rights(path)
}

/// How to get to a file that is behind a folder that this user may not enter.
pub(crate) fn way_in(path: &Path, folder: &Path) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        if fs::metadata(folder).is_ok_and(|folder| super::ownership::is_own(folder.uid())) {
            return format!("run: chmod u+rwx {}", quoted(folder));
        }
    }
    let let_in = format!("the owner of {} must let you enter it", folder.display());
    match set_variable(path) {
        Some(variable) => format!("{let_in}; or run: {}", quote::unset(variable)),
        None => match foreign_home(path) {
            Some(home) => format!("{let_in}; or use another home folder, run: {}", another_home(&home)),
            None => let_in,
        },
    }
}

/// The home folder that this file is in, if it is not this user's own.
pub(super) fn foreign_home(path: &Path) -> Option<PathBuf> {
    let home = environment::home().ok().filter(|home| path.starts_with(home))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let is_own = fs::metadata(&home).is_ok_and(|home| super::ownership::is_own(home.uid()));
        (!is_own).then_some(home)
    }
    #[cfg(not(unix))]
    {
        let _ = home;
        None
    }
}

/// The command that sets another home folder in place of this one.
pub(super) fn another_home(left: &Path) -> String {
    #[cfg(unix)]
    let own = super::ownership::registered_home();
    #[cfg(not(unix))]
    let own = None::<PathBuf>;
    // A config that can be read in the old home is still wanted, if the new one has none.
    let has_config = own.as_ref().is_some_and(|own| own.join(".aws/config").exists());
    let is_named = environment::current("AWS_CONFIG_FILE").is_some_and(|value| !value.is_empty());
    let config = environment::config_file().ok().filter(|config| config.starts_with(left) && config.is_file());
    let config = config.filter(|_| !has_config && !is_named);
    let config = config.map(|config| quote::export("AWS_CONFIG_FILE", &config.to_string_lossy()));
    let home = own.map_or_else(new_home, |own| quote::export("HOME", &own.to_string_lossy()));
    // These would still lead into the old one.
    let is_left = |name: &&str| environment::current(name).is_some_and(|value| Path::new(&value).starts_with(left));
    let others = ["XDG_CONFIG_HOME", "XDG_CACHE_HOME"].into_iter().filter(is_left).map(quote::unset);
    config.into_iter().chain([home]).chain(others).collect::<Vec<_>>().join("; ")
}

fn new_home() -> String {
    quote::export_output_of("HOME", "mktemp -d")
}

/// The folder on the way to this path that this user may not enter.
pub(crate) fn barrier(path: &Path) -> Option<PathBuf> {
    let is_denied = |path: &Path| {
        let is_denied = |error: io::Error| error.kind() == io::ErrorKind::PermissionDenied;
        fs::symlink_metadata(path).err().is_some_and(is_denied)
    };
    let above: Vec<&Path> = path.ancestors().collect();
    let behind = above.iter().rev().find(|path| is_denied(path));
    if let Some(behind) = behind {
        return behind.parent().map(|folder| links::follow(folder).unwrap_or_else(|_| folder.to_owned()));
    }
    // A link on the way may lead behind such a folder.
    let link = above.into_iter().rev().find(|path| path.is_symlink() && is_denied_at_its_end(path))?;
    let target = links::next(link)?;
    barrier(&target)
}

fn is_denied_at_its_end(link: &Path) -> bool {
    fs::metadata(link).is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

/// The link on the way to this path that leads in a circle.
fn circle(path: &Path) -> PathBuf {
    let is_in_circle = |path: &&Path| fs::metadata(path).is_err_and(|error| open::is_loop(&error));
    let above: Vec<&Path> = path.ancestors().collect();
    above.into_iter().rev().find(is_in_circle).unwrap_or(path).to_owned()
}

/// The variable that names this file, if it is set.
pub(super) fn set_variable(path: &Path) -> Option<&'static str> {
    let variable = environment::variable_for(path)?;
    environment::current(variable).filter(|value| !value.is_empty()).map(|_| variable)
}

/// A path as a word of a command.
pub(crate) fn quoted(path: &Path) -> String {
    quote::word(&path.to_string_lossy())
}
