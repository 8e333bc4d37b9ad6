//! The errors for files that cannot be replaced: what is in the way, and what removes it.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use super::folder::Privacy;
use super::links;
use super::unreadable::{self, another_home, described, quoted, set_variable};
use crate::error::{Error, reason, system};
use crate::{environment, quote};

/// The error for a file that could not be written. `target` is the file at the end of its links.
pub(crate) fn failed(path: &Path, target: &Path, error: io::Error) -> Error {
    let error = match error.kind() {
        io::ErrorKind::ResourceBusy if is_mount(target) => io::Error::new(io::ErrorKind::PermissionDenied, IS_MOUNT),
        _ => error,
    };
    let flaw = target.parent().filter(|_| error.kind() == io::ErrorKind::NotADirectory).and_then(flaw_of_folder);
    if let Some(flaw) = flaw {
        return Error::failed(format!("cannot write {}: {flaw}", path.display()))
            .with_remedy(format!("nothing was changed; {}", flaw.remedy().unwrap_or("try again")))
            .with_source(error);
    }
    let way = if is_denied(&error) { elsewhere(path, target).or_else(|| way_in(path, target)) } else { None };
    let remedy = way.or_else(|| system::remedy(&error, Some(target))).unwrap_or_else(|| "try again".to_owned());
    Error::failed(format!("cannot write {}: {}", links::named(path), reason(&error)))
        .with_remedy(format!("nothing was changed; {remedy}"))
        .with_source(error)
}

fn is_denied(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied)
}

/// The error for a file that could not be deleted.
pub(super) fn undeleted(path: &Path, error: io::Error) -> Error {
    let way = if is_denied(&error) { way_in(path, path) } else { None };
    Error::failed(format!("cannot delete {}: {}", path.display(), reason(&error)))
        .with_any_remedy(way.or_else(|| system::remedy(&error, Some(path))))
        .with_source(error)
}

/// Refuses what a rename would replace although it is no file of the user's to change.
pub(super) fn check(path: &Path, target: &Path, existing: &Metadata, privacy: Privacy) -> Result<(), Error> {
    if !existing.is_file() {
        let kind = described(existing.file_type());
        return Err(Error::failed(format!("cannot write {}: it is {kind}, not a file", links::named(path)))
            .with_remedy(format!("nothing was changed; {}", unreadable::make_room(path))));
    }
    // Somebody else's file in a cache is replaced, whatever its mode.
    let is_kept = privacy != Privacy::Cache || is_own(existing);
    if existing.permissions().readonly() && is_kept {
        let program = if cfg!(windows) { "attrib -r" } else { "chmod u+w" };
        let mode = || format!("to allow it, run: {program} {}", quoted(target));
        return Err(Error::failed(format!("cannot write {}: it is marked read-only", links::named(path)))
            .with_remedy(format!("nothing was changed; {}", elsewhere(path, target).unwrap_or_else(mode))));
    }
    Ok(())
}

/// Why no file can be created in a folder, or in the one in which that would be created.
pub(crate) fn flaw_of_folder(folder: &Path) -> Option<Error> {
    let above = existing(folder)?;
    if !fs::metadata(above).is_ok_and(|metadata| metadata.is_dir()) {
        return Some(
            Error::failed(format!("{} is not a folder", links::named(above))).with_remedy(unreadable::make_room(above)),
        );
    }
    let error = refusal(above)?;
    let way = if is_denied(&error) { way_in(folder, &folder.join("file")) } else { None };
    let remedy = way.or_else(|| system::remedy(&error, Some(above)));
    Some(Error::failed(format!("cannot write in {}: {}", above.display(), reason(&error))).with_any_remedy(remedy))
}

#[cfg(unix)]
fn refusal(folder: &Path) -> Option<io::Error> {
    use rustix::fs::{Access, access};
    access(folder, Access::WRITE_OK | Access::EXEC_OK).err().map(io::Error::from)
}

#[cfg(not(unix))]
fn refusal(_: &Path) -> Option<io::Error> {
    None
}

#[cfg(unix)]
fn is_own(file: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    super::ownership::is_own(file.uid())
}

#[cfg(not(unix))]
fn is_own(_: &Metadata) -> bool {
    true
}

/// The path itself, or the deepest folder above it that is there.
fn existing(path: &Path) -> Option<&Path> {
    path.ancestors().find(|path| !path.as_os_str().is_empty() && path.symlink_metadata().is_ok())
}

/// What lets this user write the file: a command for its folder, or another folder.
fn way_in(path: &Path, target: &Path) -> Option<String> {
    if let Some(folder) = unreadable::barrier(target) {
        return Some(unreadable::way_in(path, &folder));
    }
    let folder = existing(target.parent()?)?;
    if is_on_read_only_file_system(folder) {
        let or_else = match set_variable(path) {
            Some(variable) => format!("name another file, run: {}", quote::unset(variable)),
            None => format!("use another home folder, run: {}", another_home(&environment::home().ok()?)),
        };
        return Some(format!("{} is on a read-only mount: mount it writable, or {or_else}", folder.display()));
    }
    if let Some(protected) = [target, folder].into_iter().find(|path| is_protected(path)) {
        return Some(format!("run: sudo chattr -i -a {}", quoted(protected)));
    }
    way_into_folder(path, folder)
}

/// Why a file that is a mount is not written.
pub(super) const IS_MOUNT: &str = "the file itself is a mount, which cannot be replaced";

#[cfg(target_os = "linux")]
pub(super) fn is_mount(path: &Path) -> bool {
    has_attributes(path, rustix::fs::StatxAttributes::MOUNT_ROOT)
}

/// Whether `chattr` keeps everybody, and root too, from replacing a file, or those in a folder.
#[cfg(target_os = "linux")]
pub(super) fn is_protected(path: &Path) -> bool {
    use rustix::fs::StatxAttributes;
    has_attributes(path, StatxAttributes::IMMUTABLE | StatxAttributes::APPEND)
}

#[cfg(target_os = "linux")]
fn has_attributes(path: &Path, attributes: rustix::fs::StatxAttributes) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxFlags, statx};
    let found = statx(CWD, path, AtFlags::empty(), StatxFlags::TYPE);
    found.is_ok_and(|found| found.stx_attributes.intersects(attributes))
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_mount(_: &Path) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
pub(super) fn is_protected(_: &Path) -> bool {
    false
}

#[cfg(unix)]
fn way_into_folder(path: &Path, folder: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;

    use super::ownership::{is_own, named};

    let metadata = fs::metadata(folder).ok()?;
    let shown = folder.display();
    if is_own(metadata.uid()) {
        let is_writable = metadata.mode() & 0o300 == 0o300;
        return (!is_writable).then(|| format!("run: chmod u+rwx {}", quoted(folder)));
    }
    let whose = format!("{shown} belongs to {}", named(metadata.uid()));
    Some(match (set_variable(path), unreadable::foreign_home(path)) {
        (Some(variable), _) => format!("{whose}; name another file, run: {}", quote::unset(variable)),
        (None, Some(home)) => format!("{whose}; use a home folder of your own, run: {}", another_home(&home)),
        (None, None) => format!("{whose}; run: sudo chown {} {}", quote::output_of("id -u"), quoted(folder)),
    })
}

#[cfg(not(unix))]
fn way_into_folder(_: &Path, _: &Path) -> Option<String> {
    None
}

/// What to do where another program manages the file, as home-manager does: it is a link, or its file system is
/// read-only. `None` where the user can make it writable.
fn elsewhere(path: &Path, target: &Path) -> Option<String> {
    let is_link = |path: &Path| path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink());
    if path != target || path.parent().is_some_and(is_link) {
        return Some(use_another(path).unwrap_or_else(|| "change the file where it is made".to_owned()));
    }
    if is_mount(target) {
        return Some(use_another(path).unwrap_or_else(|| "mount its folder in place of the file".to_owned()));
    }
    if is_on_read_only_file_system(target) { use_another(path) } else { None }
}

#[cfg(unix)]
fn is_on_read_only_file_system(path: &Path) -> bool {
    use rustix::fs::{StatVfsMountFlags, statvfs};
    statvfs(path).is_ok_and(|found| found.f_flag.contains(StatVfsMountFlags::RDONLY))
}

#[cfg(not(unix))]
fn is_on_read_only_file_system(_: &Path) -> bool {
    false
}

/// How to use another file in place of one that somebody else manages; `None` if no variable names such a file.
fn use_another(path: &Path) -> Option<String> {
    let variable = environment::variable_for(path)?;
    let name = [path.file_name()?, "own".as_ref()].join(".".as_ref());
    // Where the folder is read-only too, the copy is elsewhere.
    let folders = [path.parent().map(Path::to_owned), environment::home().ok()];
    let folder = folders.into_iter().flatten().find(|folder| refusal(folder).is_none())?;
    let copy = folder.join(name);
    // cmd.exe reads no two commands between semicolons.
    let divider = if cfg!(windows) { "\n" } else { "; " };
    Some(format!(
        "change the file where it is made, or use a copy of your own, here and in your shell's start-up file:\n\
         {}{divider}{}",
        quote::copy(path, &copy),
        quote::export(variable, &copy.to_string_lossy())
    ))
}
