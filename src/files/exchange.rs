//! Replaces a file and returns what was in it at the end: between the last look at a file and its replacement another
//! program may write to it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempPath};

use super::atomic::Replacement;
use super::{open, read, writers};
use crate::error::Result;
use crate::terminal;

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
        Ok(self.path.persist(target)?)
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
    match swap(new.path(), target) {
        Ok(()) => {
            let path = new.into_temp_path();
            // Another program may have put this file there after the other was locked.
            let last = open::to_read(&path).ok().map(|(file, _)| file);
            last.as_ref().map(lock);
            let file = last.or(old.file);
            report(target, writers::wait_for(&real(&path)));
            Ok(Replaced { content: at_the_end(file.as_ref(), old.content)?, file: Some(Spare { path, _file: file }) })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(error),
        Err(error) => {
            tracing::debug!("{} cannot be exchanged ({error}): it is replaced", target.display());
            let mut deleted = real(target).into_os_string();
            new.persist(target).map_err(|failed| failed.error)?;
            deleted.push(" (deleted)");
            report(target, writers::wait_for(Path::new(&deleted)));
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

/// The path without links in it, as the system names open files.
pub(super) fn real(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn report(target: &Path, writer: Option<String>) {
    if let Some(program) = writer {
        terminal::warn(&format!(
            "{program} keeps the old {} open: what it writes there from now on is lost; end it, then look at the file",
            target.display()
        ));
    }
}
