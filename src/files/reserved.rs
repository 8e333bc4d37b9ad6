//! A file's replacement that is prepared before its content is known.
//!
//! A refresh token may serve only once. So before it is sent, all that can keep its successor from being written has to
//! be found out: a full disk, a quota, a read-only mount, a folder of somebody else's.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use super::atomic::{self, Replacement};
use super::folder::Privacy;
use super::place;
use super::sync::sync;
#[cfg(unix)]
use super::unwritable;
use crate::error::Result;

/// A file that can be replaced: its new file exists, with room on the disk.
#[derive(Debug)]
pub struct Reserved {
    replacement: Replacement,
    new: NamedTempFile,
    privacy: Privacy,
}

impl Reserved {
    /// Prepares for content of up to `room` bytes. The file itself stays as it is.
    ///
    /// Errors: the file could not be written either.
    pub fn take(path: &Path, room: usize, privacy: Privacy) -> Result<Self> {
        let replacement = Replacement::of(path, privacy)?;
        let mut new = replacement.temporary()?;
        occupy(new.as_file_mut(), room)
            .and_then(|()| check_replaceable(&replacement, new.as_file()))
            .map_err(|error| replacement.failed(error))?;
        Ok(Self { replacement, new, privacy })
    }

    /// Replaces the file in one step, as [`atomic::write`] does, and syncs the folder: after a power cut the new
    /// file is there.
    pub fn write(mut self, bytes: &[u8]) -> Result<()> {
        self.replacement.fill(&mut self.new, bytes)?;
        let (_open, path) = self.new.into_parts();
        if let Err(error) = place::take(path, &self.replacement.target) {
            // Another process has taken the new file for a leftover.
            if error.kind() != io::ErrorKind::NotFound {
                return Err(self.replacement.failed(error));
            }
            atomic::write(&self.replacement.target, bytes, self.privacy)?;
        }
        #[cfg(unix)]
        if let Err(error) = File::open(&self.replacement.folder).and_then(|folder| sync(&folder)) {
            tracing::debug!("{} is not synced: {error}", self.replacement.folder.display());
        }
        Ok(())
    }
}

/// Takes room on the disk for so many bytes.
fn occupy(file: &mut File, room: usize) -> io::Result<()> {
    if !is_allocated(file, room)? {
        file.write_all(&vec![b' '; room])?;
    }
    // Some file systems ask for the quota only now.
    sync(file)
}

/// Allocates room, where the file system can. With one that never overwrites in place, such as Btrfs, only this makes
/// sure that there is room for another text in place of the first.
#[cfg(target_os = "linux")]
fn is_allocated(file: &File, room: usize) -> io::Result<bool> {
    use rustix::fs::{FallocateFlags, fallocate};
    use rustix::io::Errno;
    match fallocate(file, FallocateFlags::empty(), 0, room as u64) {
        Ok(()) => Ok(true),
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG | Errno::IO | Errno::ROFS)) => Err(error.into()),
        // It is not supported, or was interrupted: writing will tell.
        Err(_) => Ok(false),
    }
}

#[cfg(not(target_os = "linux"))]
fn is_allocated(_: &File, _: usize) -> io::Result<bool> {
    Ok(false)
}

/// Finds out what would keep a rename from replacing the file, in a folder where files can be created.
#[cfg(unix)]
fn check_replaceable(replacement: &Replacement, ours: &File) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let Some(existing) = &replacement.existing else { return Ok(()) };
    let (folder, user) = (std::fs::metadata(&replacement.folder)?, ours.metadata()?.uid());
    let is_sticky = folder.mode() & 0o1000 != 0;
    if is_sticky && user != 0 && ![folder.uid(), existing.uid()].contains(&user) {
        return Err(denied("it belongs to another user"));
    }
    if unwritable::is_protected(&replacement.target) || unwritable::is_protected(&replacement.folder) {
        return Err(denied("chattr protects it from changes"));
    }
    if unwritable::is_mount(&replacement.target) {
        return Err(denied(unwritable::IS_MOUNT));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_replaceable(_: &Replacement, _: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn denied(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_reserved_file_stays_as_it_is_until_it_is_written_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.json");
        let names = || fs::read_dir(folder.path()).unwrap().count();
        drop(Reserved::take(&path, 4096, Privacy::Cache).unwrap());
        assert_eq!(names(), 0);
        let long = "x".repeat(10_000);
        for (old, new) in [("", "short"), ("a longer old text", "short"), ("old", long.as_str())] {
            fs::write(&path, old).unwrap();
            let reserved = Reserved::take(&path, 4096, Privacy::Cache).unwrap();
            assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names()), (old, 2));
            reserved.write(new.as_bytes()).unwrap();
            assert_eq!((fs::read_to_string(&path).unwrap().as_str(), names()), (new, 1));
        }
    }

    #[test]
    fn a_new_file_that_another_process_swept_away_is_written_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token.json");
        let reserved = Reserved::take(&path, 4096, Privacy::Cache).unwrap();
        fs::remove_file(reserved.new.path()).unwrap();
        reserved.write(b"new").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
    }
}
