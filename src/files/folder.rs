//! The folders of files: created with the right mode, and checked before a secret is written there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(windows)]
use super::access_lists;
use super::unreadable::quoted;
use crate::error::system;
use crate::{environment, quote, terminal};

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// 0600, in folders of 0700: a user's own file with secrets. An existing file keeps the mode that the user gave it.
    Secret,
    /// 0600 even if the file had another mode, in folders of 0700 that no other user owns: secrets for programs only.
    Cache,
    /// As the umask says.
    Shared,
}

/// Creates the folder and those above it, as far as they do not exist.
pub(crate) fn create(folder: &Path, privacy: Privacy) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    #[cfg(unix)]
    if let Some(created) = create_for_heir(folder, privacy) {
        return created;
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if privacy != Privacy::Shared {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    #[cfg(windows)]
    let created =
        if privacy == Privacy::Shared { builder.create(folder) } else { access_lists::create_folders(folder) };
    #[cfg(not(windows))]
    let created = builder.create(folder);
    created.map_err(|error| match error.kind() {
        // There is a file where the folder should be. The system's "File exists" would not tell the user.
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })
}

/// Creates the missing folders for the owner of the one above them, where root does that under `sudo` with HOME kept.
///
/// Each is created and given away in the folder above it, which is open: by the time that its owner is changed, its
/// path could lead elsewhere.
#[cfg(unix)]
fn create_for_heir(folder: &Path, privacy: Privacy) -> Option<io::Result<()>> {
    use rustix::fs::{CWD, Mode, OFlags, fchown, mkdirat, openat};
    use rustix::io::Errno;
    use rustix::process::{Gid, Uid};

    let missing: Vec<&Path> = folder.ancestors().take_while(|folder| fs::symlink_metadata(folder).is_err()).collect();
    let top = missing.last()?.parent()?;
    let (user, group) = super::ownership::heir(top)?;
    let create = || {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut above = openat(CWD, top, flags, Mode::empty())?;
        for name in missing.iter().rev().filter_map(|folder| folder.file_name()) {
            let made =
                mkdirat(&above, name, Mode::from_raw_mode(if privacy == Privacy::Shared { 0o777 } else { 0o700 }));
            let folder = openat(&above, name, flags | OFlags::NOFOLLOW, Mode::empty())?;
            match made {
                Ok(()) => fchown(&folder, Some(Uid::from_raw(user)), Some(Gid::from_raw(group)))?,
                Err(Errno::EXIST) => {}
                Err(error) => return Err(error),
            }
            above = folder;
        }
        Ok(())
    };
    Some(create().map_err(io::Error::from))
}

/// Why a folder is not a safe place for this user's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Its owner is another user, who can replace the files in it.
    Foreign,
    /// Other users can replace the files in it.
    Open,
}

/// What is wrong with a folder. One of root's is as safe as one's own.
#[cfg(unix)]
fn flaw(_: &Path, folder: &fs::Metadata) -> Option<Flaw> {
    use std::os::unix::fs::MetadataExt;
    if !super::ownership::is_ours(folder.uid()) {
        return Some(Flaw::Foreign);
    }
    is_open_to_others(folder).then_some(Flaw::Open)
}

/// What is wrong with a folder. One of the administrators' is as safe as one's own.
#[cfg(windows)]
fn flaw(path: &Path, _: &fs::Metadata) -> Option<Flaw> {
    if access_lists::foreign_owner(path).is_ok_and(|owner| owner.is_some()) {
        return Some(Flaw::Foreign);
    }
    access_lists::of_folder(path).ok()?.map(|_| Flaw::Open)
}

/// Whether users other than its owner can replace the files in this folder.
#[cfg(unix)]
pub(crate) fn is_open_to_others(folder: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Many systems give each user a group with the user's own number, and a umask that lets the group write.
    let is_own_group = folder.gid() == folder.uid();
    let writers = if is_own_group { 0o002 } else { 0o022 };
    // In a sticky folder, such as /tmp, only a file's owner can replace it.
    let is_sticky = folder.mode() & 0o1000 != 0;
    folder.mode() & writers != 0 && !is_sticky
}

/// The first folder or link, on the way to this folder, by which other users could lead that way elsewhere.
pub(crate) fn flaw_on_the_way(folder: &Path) -> io::Result<Option<(PathBuf, Flaw)>> {
    for step in folder.ancestors().filter(|step| !step.as_os_str().is_empty()) {
        let itself = fs::symlink_metadata(step)?;
        // A link's owner chooses the folder; its mode says nothing.
        let of_step = flaw(step, &itself).filter(|flaw| !itself.is_symlink() || *flaw == Flaw::Foreign);
        if let Some(flaw) = of_step {
            return Ok(Some((step.to_owned(), flaw)));
        }
        if itself.is_symlink() {
            let target = step.parent().unwrap_or(step).join(fs::read_link(step)?);
            if let Some(found) = flaw_on_the_way(&target)? {
                return Ok(Some(found));
            }
        }
    }
    Ok(None)
}

/// Whether this is another user's folder in which further users can replace the files, or another user's link to one.
pub(crate) fn is_of_others(folder: &Path) -> io::Result<bool> {
    let (itself, target) = (fs::symlink_metadata(folder)?, fs::metadata(folder)?);
    let is_foreign = |metadata: &fs::Metadata| flaw(folder, metadata) == Some(Flaw::Foreign);
    #[cfg(unix)]
    let is_open = || is_open_to_others(&target);
    #[cfg(windows)]
    let is_open = || access_lists::of_folder(folder).is_ok_and(|others| others.is_some());
    Ok(itself.is_symlink() && is_foreign(&itself) || is_foreign(&target) && is_open())
}

/// What a warning says of a folder with this flaw. `use_of_it` is what does not happen there for that reason.
pub(crate) fn warning(folder: &Path, flaw: Flaw, use_of_it: &str) -> String {
    let shown = folder.display();
    let is_named = environment::current("XDG_CACHE_HOME").is_some_and(|named| folder.starts_with(named));
    match flaw {
        Flaw::Open => format!("other users can change {shown}{use_of_it}; to fix that, run: {}", removal(folder)),
        Flaw::Foreign if is_named => {
            format!("{shown} belongs to another user{use_of_it}; to fix that, run: {}", quote::unset("XDG_CACHE_HOME"))
        }
        Flaw::Foreign => {
            format!("{shown} belongs to another user{use_of_it}; to fix that, run: {}", system::set_aside(folder))
        }
    }
}

/// The command that keeps other users from changing a folder.
fn removal(folder: &Path) -> String {
    #[cfg(unix)]
    {
        format!("chmod go-w {}", quoted(folder))
    }
    #[cfg(windows)]
    {
        let others = access_lists::of_folder(folder).ok().flatten();
        others.map_or_else(|| format!("icacls {}", quoted(folder)), |others| others.removal(folder))
    }
}

/// Refuses to put a secret into another user's folder, and warns of a folder that other users can change.
///
/// `ours` is a file that this process has just created in it: where a file system shows one owner for all files, the
/// folder has the same.
pub(super) fn check(folder: &Path, ours: &fs::File) -> io::Result<()> {
    let metadata = fs::metadata(folder)?;
    match flaw(folder, &metadata) {
        Some(Flaw::Foreign) if !has_same_owner(folder, &metadata, ours)? => {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "its folder belongs to another user"))
        }
        Some(Flaw::Open) => {
            terminal::warn(&warning(folder, Flaw::Open, ""));
            Ok(())
        }
        Some(Flaw::Foreign) | None => Ok(()),
    }
}

#[cfg(unix)]
fn has_same_owner(_: &Path, folder: &fs::Metadata, file: &fs::File) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(folder.uid() == file.metadata()?.uid())
}

#[cfg(windows)]
fn has_same_owner(folder: &Path, _: &fs::Metadata, file: &fs::File) -> io::Result<bool> {
    access_lists::has_same_owner(folder, file)
}

/// Why a folder below `$XDG_CACHE_HOME/aws-sso` cannot be used.
#[derive(Debug)]
pub(crate) enum Unusable {
    Failed(io::Error),
    /// This folder, or the one above it, has a flaw.
    Flawed(PathBuf, Flaw),
}

impl From<io::Error> for Unusable {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Creates a folder of this program's own, and refuses one in which other users can put links in place of its files.
pub(crate) fn private(folder: &Path) -> Result<(), Unusable> {
    create(folder, Privacy::Secret)?;
    match private_flaw(folder)? {
        Some((folder, flaw)) => Err(Unusable::Flawed(folder, flaw)),
        None => Ok(()),
    }
}

/// What is wrong with such a folder, or with one above it that is this program's own too.
pub(crate) fn private_flaw(folder: &Path) -> io::Result<Option<(PathBuf, Flaw)>> {
    let top = environment::cache_folder().ok();
    let is_within = |folder: &Path| top.as_ref().is_some_and(|top| folder.starts_with(top));
    let above = folder.ancestors().skip(1).take_while(|folder| is_within(folder));
    for folder in [folder].into_iter().chain(above) {
        let itself = fs::symlink_metadata(folder)?;
        // The owner of a link chooses the folder; its mode says nothing.
        let of_link =
            if itself.is_symlink() { flaw(folder, &itself).filter(|flaw| *flaw == Flaw::Foreign) } else { None };
        if let Some(flaw) = of_link.or(flaw(folder, &fs::metadata(folder)?)) {
            return Ok(Some((folder.to_owned(), flaw)));
        }
    }
    Ok(None)
}
