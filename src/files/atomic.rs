//! Writes whole files in one step.

use std::fs::{self, Metadata};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::folder::{self, Privacy};
use super::read::is_absent;
use super::sync::sync;
use super::{access, advisory, leftovers, links, place, unwritable};
use crate::error::{Error, Result};

/// Replaces the file's content in one step: a reader, or a crash at any moment, finds the old file or the new one.
///
/// Symbolic links are followed, and the file at their end is replaced. An existing file keeps its mode and, if
/// possible, its owner. `privacy` decides the mode of a new file and of new folders. A read-only file is refused, and
/// so is anything that is not a file (`/dev/null`, a folder): a rename would replace those too.
pub fn write(path: &Path, bytes: &[u8], privacy: Privacy) -> Result<()> {
    put(path, bytes, privacy, Replacement::fill)
}

/// Does the same with a file that nobody misses if a power cut empties it: so nobody waits for the disk.
pub(crate) fn write_spare(path: &Path, bytes: &[u8]) -> Result<()> {
    put(path, bytes, Privacy::Cache, Replacement::fill_unsynced)
}

type Fill = fn(&Replacement, &mut NamedTempFile, &[u8]) -> Result<()>;

fn put(path: &Path, bytes: &[u8], privacy: Privacy, fill: Fill) -> Result<()> {
    let replacement = Replacement::of(path, privacy)?;
    let mut is_second = false;
    loop {
        let mut new = replacement.temporary()?;
        fill(&replacement, &mut new, bytes)?;
        // While it is open, it has a lock.
        let (_open, path) = new.into_parts();
        match place::take(path, &replacement.target) {
            Ok(()) => return Ok(()),
            // Another process took the new file for a leftover and deleted it.
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_second => is_second = true,
            Err(error) => return Err(replacement.failed(error)),
        }
    }
}

/// A file that is about to be replaced.
#[derive(Debug)]
pub(super) struct Replacement {
    path: PathBuf,
    /// The file at the end of the path's links.
    pub(super) target: PathBuf,
    pub(super) folder: PathBuf,
    pub(super) existing: Option<Metadata>,
    privacy: Privacy,
}

impl Replacement {
    /// Creates the folder, if there is none.
    pub(super) fn of(path: &Path, privacy: Privacy) -> Result<Self> {
        let target = links::follow(path).map_err(|error| unwritable::failed(path, path, error))?;
        let existing = fs::metadata(&target).ok();
        if let Some(existing) = &existing {
            unwritable::check(path, &target, existing, privacy)?;
        }
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.to_owned();
        let replacement = Self { path: path.to_owned(), target, folder, existing, privacy };
        folder::create(&replacement.folder, privacy).map_err(|error| replacement.failed(error))?;
        leftovers::sweep_once(&replacement.folder);
        Ok(replacement)
    }

    pub(super) fn failed(&self, error: io::Error) -> Error {
        unwritable::failed(&self.path, &self.target, error)
    }

    /// An empty file in the same folder.
    pub(super) fn temporary(&self) -> Result<NamedTempFile> {
        self.create_temporary().map_err(|error| self.failed(error))
    }

    fn create_temporary(&self) -> io::Result<NamedTempFile> {
        // A crash may leave the temporary file behind. Its name tells which tool wrote it, and for which file.
        let mut name = self.target.file_name().unwrap_or_default().to_owned();
        name.push(leftovers::MARK);
        let mut builder = tempfile::Builder::new();
        builder.prefix(&name).rand_bytes(leftovers::LETTERS);
        // No other user may read it while it is written. The umask applies to a new shared file, as to any new file.
        let is_public = self.existing.is_none() && self.privacy == Privacy::Shared;
        let temp = access::temporary(&mut builder, &self.folder, is_public)?;
        // The lock tells a sweep for leftovers that this file is still being written.
        let _ = advisory::try_lock(temp.as_file());
        if self.privacy == Privacy::Cache {
            folder::check(&self.folder, temp.as_file())?;
        }
        Ok(temp)
    }

    /// Makes these bytes the whole content of the new file, on the disk, too.
    pub(super) fn fill(&self, new: &mut NamedTempFile, bytes: &[u8]) -> Result<()> {
        self.fill_unsynced(new, bytes)?;
        sync(new.as_file()).map_err(|error| self.failed(error))
    }

    fn fill_unsynced(&self, new: &mut NamedTempFile, bytes: &[u8]) -> Result<()> {
        let mut fill = || {
            new.rewind()?;
            new.write_all(bytes)?;
            new.as_file().set_len(bytes.len() as u64)?;
            match &self.existing {
                Some(existing) => access::keep(&self.target, existing, new.as_file(), self.privacy)?,
                None => access::begin(&self.folder, new.as_file(), self.privacy),
            }
            Ok(())
        };
        fill().map_err(|error| self.failed(error))
    }
}

/// Deletes the file. A missing file is not an error.
pub fn remove(path: &Path) -> Result<()> {
    match place::delete(path) {
        Err(error) if !is_absent(&error) => Err(unwritable::undeleted(path, error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::thread;

    use super::super::read;
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_secret_and_its_folders_are_accessible_to_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b/file");
        write(&path, b"new", Privacy::Secret).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(mode(&path), 0o600);
        assert_eq!((mode(&folder.path().join("a")), mode(&folder.path().join("a/b"))), (0o700, 0o700));
    }

    #[test]
    fn a_replaced_file_keeps_its_mode_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        for (kept, privacy) in [(0o644, Privacy::Secret), (0o600, Privacy::Shared), (0o660, Privacy::Shared)] {
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
            write(&path, b"new", privacy).unwrap();
            assert_eq!((fs::read(&path).unwrap().as_slice(), mode(&path)), (&b"new"[..], kept));
            assert_eq!(names(folder.path()), ["file"]);
        }
    }

    #[test]
    fn a_link_stays_and_its_target_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("real")).unwrap();
        fs::write(at("real/file"), "old").unwrap();
        symlink("real/file", at("link")).unwrap();
        symlink("link", at("second")).unwrap();
        // Neither its target nor the target's folder exists yet.
        symlink("later/file", at("dangling")).unwrap();
        for (link, target) in [("link", "real/file"), ("second", "real/file"), ("dangling", "later/file")] {
            write(&at(link), link.as_bytes(), Privacy::Secret).unwrap();
            assert!(fs::symlink_metadata(at(link)).unwrap().is_symlink(), "{link}");
            assert_eq!(fs::read_to_string(at(target)).unwrap(), link);
        }
        assert_eq!(names(folder.path()), ["dangling", "later", "link", "real", "second"]);
        symlink("round", at("round")).unwrap();
        let error = write(&at("round"), b"new", Privacy::Secret).unwrap_err();
        assert!(error.to_string().contains("oo many levels of symbolic links"), "{error}");
    }

    #[test]
    fn anything_but_a_writable_file_is_refused_and_unchanged() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("folder")).unwrap();
        fs::write(at("read-only"), "old").unwrap();
        fs::set_permissions(at("read-only"), fs::Permissions::from_mode(0o444)).unwrap();
        fs::write(at("file"), "old").unwrap();
        let socket = std::os::unix::net::UnixListener::bind(at("socket")).unwrap();
        let cases = [
            ("folder", "it is a folder, not a file"),
            ("socket", "it is a socket, not a file"),
            ("read-only", "it is marked read-only"),
            ("file/below", "is not a folder"),
        ];
        let before = names(folder.path());
        for (name, why) in cases {
            let error = write(&at(name), b"new", Privacy::Secret).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
            assert!(error.report().contains("nothing was changed"), "{}", error.report());
            assert!(error.to_string().contains(&at(name).display().to_string()), "{error}");
        }
        // A rename would replace the machine's own device by a file.
        assert!(write(Path::new("/dev/null"), b"new", Privacy::Secret).is_err());
        assert_eq!(names(folder.path()), before);
        assert_eq!(fs::read_to_string(at("read-only")).unwrap(), "old");
        drop(socket);
    }

    #[test]
    fn a_reader_sees_the_old_file_or_the_new_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let content = |letter: u8| vec![letter; 1 << 16];
        write(&path, &content(b'a'), Privacy::Secret).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                for round in 0..40 {
                    write(&path, &content(b'a' + round % 2), Privacy::Secret).unwrap();
                }
            });
            for _ in 0..400 {
                let found = read::whole(&path).unwrap().unwrap();
                assert!(found == content(b'a') || found == content(b'b'));
            }
        });
    }

    #[test]
    fn a_file_is_deleted_once_and_a_folder_never() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        remove(&file).unwrap();
        fs::write(&file, "x").unwrap();
        remove(&file).unwrap();
        assert!(!file.exists());
        assert!(remove(folder.path()).unwrap_err().to_string().starts_with("cannot delete"));
    }
}
