//! The errors for files that cannot be replaced.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

use crate::environment;
use crate::error::{Error, reason};

/// The error for a file that could not be written. `target` is the file at the end of its links.
pub(super) fn failed(path: &Path, target: &Path, error: io::Error) -> Error {
    let is_denied = matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied);
    let elsewhere = if is_denied { elsewhere(path, target) } else { None };
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
        return Err(Error::failed(format!("cannot write {}: it is marked read-only", named(path, target)))
            .with_remedy(elsewhere(path, target).unwrap_or_else(mode)));
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

/// What to do where another program manages the file, as home-manager does: it is a link, or its file system is
/// read-only. `None` where the user can make it writable.
fn elsewhere(path: &Path, target: &Path) -> Option<String> {
    let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if path != target || path.parent().is_some_and(is_link) {
        let at_the_source = || "nothing was changed; change the file where it is made".to_owned();
        return Some(use_another(path).unwrap_or_else(at_the_source));
    }
    // Opening a file to append to it changes nothing.
    let opened = File::options().append(true).open(target);
    if opened.is_err_and(|error| error.kind() == io::ErrorKind::ReadOnlyFilesystem) { use_another(path) } else { None }
}

/// How to use another file in place of one that somebody else manages; `None` if no variable names such a file.
fn use_another(path: &Path) -> Option<String> {
    let variable = environment::variable_for(path)?;
    let text = path.display().to_string();
    let quote = if text.contains(|c: char| c.is_whitespace() || c == '$') { "'" } else { "" };
    let (file, copy) = (format!("{quote}{text}{quote}"), format!("{quote}{text}.own{quote}"));
    Some(format!(
        "nothing was changed; change the file where it is made, or use a copy of your own, here and in your shell's \
         start-up file:\ninstall -m 600 {file} {copy}; export {variable}={copy}"
    ))
}
