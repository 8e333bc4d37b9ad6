//! Replaces a file and returns what was in it at the end: between the last look at a file and its replacement another
//! program may write to it.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _};
use std::path::Path;

use tempfile::{NamedTempFile, TempPath};

use super::atomic::Replacement;

use super::{leftovers, links, open, place, read, writers};
use crate::error::Result;
use crate::{quote, terminal};

/// A file that was replaced.
#[derive(Debug)]
pub(super) struct Replaced {
    /// What it contained at the end; `None` if there was no file.
    pub(super) content: Option<Vec<u8>>,
    /// The file itself; `None` where the file system cannot exchange two files.
    pub(super) file: Option<Spare>,
}

/// A replaced file under a temporary name. It is deleted with this.
#[derive(Debug)]
pub(super) struct Spare {
    path: TempPath,
    /// The open file has a lock, which keeps other processes from taking it for a leftover.
    _file: Option<File>,
}

impl Spare {
    /// Puts the file back.
    pub(super) fn restore(self, target: &Path) -> io::Result<()> {
        place::take(self.path, target)
    }
}

/// The file as it is now, kept open.
pub(super) struct Old {
    file: Option<File>,
    pub(super) content: Option<Vec<u8>>,
}

impl Old {
    pub(super) fn open(path: &Path) -> Result<Self> {
        let Some((file, metadata)) = read::open(path)? else { return Ok(Self { file: None, content: None }) };
        // On Windows, an open file cannot be replaced.
        let kept = if cfg!(unix) { file.try_clone().ok() } else { None };
        kept.as_ref().map(lock);
        Ok(Self { content: Some(read::content(path, file, &metadata)?), file: kept })
    }
}

/// Once it has a temporary name, another process must not take it for a leftover.
fn lock(file: &File) {
    let _ = file.try_lock_shared();
}

/// Replaces `old` by `new`, and waits for the programs that are still writing to `old`.
///
/// Errors: `NotFound` and `AlreadyExists` where another program has just deleted or created the file, or the new one.
pub(super) fn exchange(replacement: &Replacement, new: NamedTempFile, old: Old) -> io::Result<Replaced> {
    let target = &replacement.target;
    if old.content.is_none() {
        new.persist_noclobber(target).map_err(|failed| failed.error)?;
        return Ok(Replaced { content: None, file: None });
    }
    let (_new, path) = new.into_parts();
    let path = named_as_old(&path, target)?;
    match swap(&path, target) {
        Ok(()) => {
            // Another program may have put this file there after the other was locked.
            let last = open::to_read(&path).ok().map(|(file, _)| file);
            last.as_ref().map(lock);
            let file = last.or(old.file);
            report(target, writers::wait_for(file.as_ref()));
            Ok(Replaced { content: at_the_end(file.as_ref(), old.content)?, file: Some(Spare { path, _file: file }) })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(error) => {
            tracing::debug!("{} cannot be exchanged ({error}): it is replaced", target.display());
            place::take(path, target)?;
            report(target, writers::wait_for(old.file.as_ref()));
            Ok(Replaced { content: at_the_end(old.file.as_ref(), old.content)?, file: None })
        }
    }
}

#[cfg(any(target_os = "linux", target_vendor = "apple"))]
fn swap(new: &Path, target: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    Ok(renameat_with(CWD, new, CWD, target, RenameFlags::EXCHANGE)?)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn swap(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// What the file contains by now. One that is not open has the content that it had.
fn at_the_end(file: Option<&File>, content: Option<Vec<u8>>) -> io::Result<Option<Vec<u8>>> {
    let Some(mut file) = file else { return Ok(content) };
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The name under which the old file survives if this process is killed once it has exchanged the two. It is given
/// before, so that there is no moment in which it would be taken for a new file that was never finished.
fn named_as_old(new: &TempPath, target: &Path) -> io::Result<TempPath> {
    let old = leftovers::name_of_old(new, target);
    fs::rename(new, &old)?;
    TempPath::try_from_path(old)
}

/// Looks after the old files that killed runs have left: one whose content is complete in another file is deleted.
pub(super) fn settle(path: &Path) {
    let Ok(target) = links::follow(path) else { return };
    for old in leftovers::old_files(&target) {
        let file = open::own_to_read(&old).ok().map(|(file, _)| file);
        if writers::wait_for(file.as_ref()).is_none() && is_elsewhere(&old, &target) {
            tracing::info!("deleting {}, which a killed run has left behind", old.display());
            let _ = fs::remove_file(&old);
        } else {
            terminal::warn(&format!(
                "a killed run has left the old {} behind, with text that the new one does not have; copy what is \
                 missing from {2}, then run: {1}",
                target.display(),
                quote::remove(&old),
                old.display()
            ));
        }
    }
}

/// Whether a file beside this one, such as the new one or a copy of the old one, has all of its content.
fn is_elsewhere(old: &Path, target: &Path) -> bool {
    let (Ok(Some(content)), Some(folder)) = (read::whole(old), old.parent()) else { return false };
    let name = target.file_name().unwrap_or_default().as_encoded_bytes();
    let others = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.path() != old && entry.file_name().as_encoded_bytes().starts_with(name));
    let has_all = |path: &Path| {
        read::whole(path).is_ok_and(|other| other.is_some_and(|other| memchr::memmem::find(&other, &content).is_some()))
    };
    others.map(|entry| entry.path()).any(|path| has_all(&path))
}

fn report(target: &Path, writer: Option<String>) {
    if let Some(program) = writer {
        terminal::warn(&format!(
            "{program} keeps the old {} open: what it writes there from now on is lost; end it, then look at the file",
            target.display()
        ));
    }
}
