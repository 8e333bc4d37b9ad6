//! Symbolic links on the way to a file that is to be written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The path at the end of a chain of symbolic links, whether it exists or not.
///
/// Errors: a link on the way is another user's, who chooses by it which of our files is written.
pub(crate) fn follow(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    for _ in 0..40 {
        let Some(next) = next(&target) else { return Ok(target) };
        check(&target, &next)?;
        target = next;
    }
    Err(too_many())
}

/// What the system says of links that lead in a circle.
fn too_many() -> io::Error {
    #[cfg(unix)]
    return rustix::io::Errno::LOOP.into();
    #[cfg(not(unix))]
    return io::Error::other("too many levels of symbolic links");
}

/// Where a link leads; `None` if this is no link.
pub(super) fn next(link: &Path) -> Option<PathBuf> {
    let next = fs::read_link(link).ok()?;
    Some(link.parent().unwrap_or(Path::new("")).join(next))
}

/// The path, and where its link leads.
pub(crate) fn named(path: &Path) -> String {
    // What is behind `/dev/stdin` or `/dev/fd/3` has no name that tells more.
    let is_of_system = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    let is_link = !is_of_system && path.is_symlink();
    match is_link.then(|| fs::canonicalize(path).ok().or_else(|| next(path))).flatten() {
        Some(target) => format!("{}, a link to {}", path.display(), target.display()),
        None => path.display().to_string(),
    }
}

/// What a link leads to that leads nowhere.
pub(crate) fn missing_target(path: &Path) -> Option<PathBuf> {
    let is_missing = || fs::metadata(path).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    if path.is_symlink() && is_missing() { next(path) } else { None }
}

/// Refuses a link that a user has made who could not have written to its target: not this user, nor root.
///
/// Root follows no other user's link to what is not that user's own, as under `sudo` with HOME kept.
#[cfg(unix)]
fn check(link: &Path, target: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;

    use super::ownership;

    let owner = fs::symlink_metadata(link)?.uid();
    if owner == 0 || ownership::is_own(owner) {
        return Ok(());
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let at_target = fs::symlink_metadata(target).or_else(|_| fs::metadata(folder));
    if at_target.is_ok_and(|target| target.uid() == owner) {
        return Ok(());
    }
    let whose = ownership::named(owner);
    Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("it is a link of {whose} to a file of somebody else")))
}

#[cfg(not(unix))]
fn check(_: &Path, _: &Path) -> io::Result<()> {
    Ok(())
}
