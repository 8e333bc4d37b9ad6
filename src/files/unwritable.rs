//! The errors for files that cannot be replaced.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use crate::environment;
use crate::error::{Error, reason};

/// The error for a file that could not be written. `target` is the file at the end of its links.
pub(super) fn failed(path: &Path, target: &Path, error: io::Error) -> Error {
    let is_denied = matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied);
    let elsewhere = if is_denied && is_managed(path, target) { use_another(path) } else { None };
    let remedy = elsewhere
        .unwrap_or_else(|| "nothing was changed; check the folder's owner and mode, and the free space".to_owned());
    Error::failed(format!("cannot write {}: {}", named(path, target), reason(&error)))
        .with_remedy(remedy)
        .with_source(error)
}

/// Refuses what a rename would replace although it is no file of the user's to change.
pub(super) fn check(path: &Path, target: &Path, existing: &Metadata) -> Result<(), Error> {
    if !existing.is_file() {
        return Err(Error::failed(format!("cannot write {}: it is not a file", named(path, target)))
            .with_remedy("nothing was changed; move it away, or name another file"));
    }
    if existing.permissions().readonly() {
        let mode = || format!("nothing was changed; to allow it, run: chmod u+w {}", target.display());
        let remedy = if is_managed(path, target) { use_another(path) } else { None };
        return Err(Error::failed(format!("cannot write {}: it is marked read-only", named(path, target)))
            .with_remedy(remedy.unwrap_or_else(mode)));
    }
    Ok(())
}

/// The path, and where its link leads.
fn named(path: &Path, target: &Path) -> String {
    if path == target {
        return path.display().to_string();
    }
    format!("{}, a link to {}", path.display(), target.display())
}

/// Whether another program manages the file, as home-manager does: it is a link, or its file system is read-only.
fn is_managed(path: &Path, target: &Path) -> bool {
    let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if path != target || path.parent().is_some_and(is_link) {
        return true;
    }
    // Opening a file to append to it changes nothing.
    let opened = File::options().append(true).open(target);
    opened.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem)
}

/// How to use another file in place of one that somebody else manages; `None` if no variable names such a file.
fn use_another(path: &Path) -> Option<String> {
    let Some(variable) = environment::variable_for(path) else {
        return Some("nothing was changed; change the file where it is made".to_owned());
    };
    let text = path.display().to_string();
    let quote = if text.contains(|c: char| c.is_whitespace() || c == '$') { "'" } else { "" };
    let (file, copy) = (format!("{quote}{text}{quote}"), format!("{quote}{text}.own{quote}"));
    Some(format!(
        "nothing was changed; change the file where it is made, or use a copy of your own, here and in your shell's \
         start-up file:\ninstall -m 600 {file} {copy}; export {variable}={copy}"
    ))
}
