//! Reading whole files, and writing them atomically.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::folder::{self, Privacy};
use super::leftovers;
use crate::error::{Error, Result, reason};

/// The largest file read into memory: a config of half a million profiles fits, a device or a mistake does not.
pub(crate) const MAX_BYTES: u64 = 256 << 20;

/// The whole file, or `None` where there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    // Room for all of it at once; a reader of unknown length would ask the kernel for 32 bytes, then 64, and so on.
    let length = file.metadata().map_or(0, |metadata| metadata.len().min(MAX_BYTES));
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
    match (&mut file).take(MAX_BYTES + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > MAX_BYTES => Err(too_large(path)),
        Ok(_) => Ok(Some(bytes)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Whether this error says that nothing is there: no file, or a file in the place of a folder.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The error for what is no config and no cache file.
pub(crate) fn too_large(path: &Path) -> Error {
    Error::failed(format!("{} is larger than {} MiB", path.display(), MAX_BYTES >> 20))
        .with_remedy("check that this is the file you meant")
}

/// The error for a file that is there and cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot read {}: {}", path.display(), reason(error)))
        .with_remedy("check the file's owner and mode")
}

/// Replaces the file's content in one step: a reader, or a crash at any instant, sees the old file or the new one.
///
/// A symbolic link is followed, so that the file it leads to is the one replaced. An existing file keeps its mode and,
/// where that can be, its owner; a new one gets its mode from `privacy`, as do the folders that have to be made. What is
/// marked read-only, and what is no file (`/dev/null`, a folder), is refused: a rename would replace that too.
pub fn write(path: &Path, bytes: &[u8], privacy: Privacy) -> Result<()> {
    replace_if(path, bytes, privacy, || Ok(true)).map(drop)
}

/// Replaces the file as [`write`] does, if `is_wanted` still says so when the new one lies ready; says whether it did.
pub(crate) fn replace_if(
    path: &Path,
    bytes: &[u8],
    privacy: Privacy,
    mut is_wanted: impl FnMut() -> Result<bool>,
) -> Result<bool> {
    let unwritable = |error: &io::Error| {
        Error::failed(format!("cannot write {}: {}", path.display(), reason(error)))
            .with_remedy("nothing was changed; check the folder's owner and mode, and the free space")
    };
    let target = follow_links(path).map_err(|error| unwritable(&error))?;
    let existing = fs::metadata(&target).ok();
    if let Some(existing) = &existing {
        check_replaceable(path, existing)?;
    }
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder::create(folder, privacy).map_err(|error| unwritable(&error))?;
    leftovers::sweep(folder);
    let mut is_second = false;
    loop {
        let new = prepare(&target, folder, bytes, existing.as_ref(), privacy).map_err(|error| unwritable(&error))?;
        if !is_wanted()? {
            return Ok(false);
        }
        match new.persist(&target) {
            Ok(_) => return Ok(true),
            // Another process has just swept it away.
            Err(failed) if failed.error.kind() == io::ErrorKind::NotFound && !is_second => is_second = true,
            Err(failed) => return Err(unwritable(&failed.error)),
        }
    }
}

fn check_replaceable(path: &Path, existing: &Metadata) -> Result<()> {
    if !existing.is_file() {
        return Err(Error::failed(format!("cannot write {}: it is not a file", path.display()))
            .with_remedy("nothing was changed; move it away, or name another place"));
    }
    if existing.permissions().readonly() {
        return Err(Error::failed(format!("cannot write {}: it is marked read-only", path.display()))
            .with_remedy(format!("nothing was changed; to allow it, run: chmod u+w {}", path.display())));
    }
    Ok(())
}

/// The new file, complete and on the disk, under a name of its own.
fn prepare(
    target: &Path,
    folder: &Path,
    bytes: &[u8],
    existing: Option<&Metadata>,
    privacy: Privacy,
) -> io::Result<NamedTempFile> {
    // A crash may leave a temporary file behind; its name says whose it is and what it was for.
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(leftovers::MARK);
    let mut builder = tempfile::Builder::new();
    builder.prefix(&name).rand_bytes(leftovers::LETTERS);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // Nobody else may look while it is written. For a new shared file the umask applies, as for any that a person
        // creates.
        let is_public = existing.is_none() && privacy == Privacy::Shared;
        builder.permissions(fs::Permissions::from_mode(if is_public { 0o666 } else { 0o600 }));
    }
    let mut temp = builder.tempfile_in(folder)?;
    // Until it has its name: whoever tidies up can tell that it is still being written.
    let _ = temp.as_file().try_lock();
    if privacy == Privacy::Cache {
        folder::check(folder, temp.as_file())?;
    }
    temp.write_all(bytes)?;
    if let Some(existing) = existing {
        keep_owner(temp.as_file(), existing);
        if privacy != Privacy::Cache {
            temp.as_file().set_permissions(existing.permissions())?;
        }
    }
    temp.as_file().sync_all()?;
    Ok(temp)
}

/// Under `sudo` the file stays the person's; who may not give files away has made one of their own.
fn keep_owner(file: &File, existing: &Metadata) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        if file.metadata().is_ok_and(|new| (new.uid(), new.gid()) != (existing.uid(), existing.gid())) {
            let _ = fchown(file, Some(existing.uid()), Some(existing.gid()));
        }
    }
    #[cfg(not(unix))]
    let _ = (file, existing);
}

/// The file that a chain of symbolic links ends at, whether it exists or not.
pub(crate) fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

/// Deletes the file; it is no error that there is none.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if !is_absent(&error) => {
            Err(Error::failed(format!("cannot delete {}: {}", path.display(), reason(&error)))
                .with_remedy("check the folder's owner and mode"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::thread;

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
    fn a_new_secret_and_its_folders_are_for_their_owner_alone() {
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
    fn a_link_stays_and_the_file_it_leads_to_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::create_dir(place("real")).unwrap();
        fs::write(place("real/file"), "old").unwrap();
        symlink("real/file", place("link")).unwrap();
        symlink("link", place("second")).unwrap();
        // Dangling: its file is not there yet, nor is the folder.
        symlink("later/file", place("dangling")).unwrap();
        for (link, target) in [("link", "real/file"), ("second", "real/file"), ("dangling", "later/file")] {
            write(&place(link), link.as_bytes(), Privacy::Secret).unwrap();
            assert!(fs::symlink_metadata(place(link)).unwrap().is_symlink(), "{link}");
            assert_eq!(fs::read_to_string(place(target)).unwrap(), link);
        }
        assert_eq!(names(folder.path()), ["dangling", "later", "link", "real", "second"]);
        symlink("round", place("round")).unwrap();
        let error = write(&place("round"), b"new", Privacy::Secret).unwrap_err();
        assert!(error.to_string().contains("too many levels of symbolic links"), "{error}");
    }

    #[test]
    fn what_is_no_writable_file_is_refused_and_stays() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        fs::create_dir(place("folder")).unwrap();
        fs::write(place("read-only"), "old").unwrap();
        fs::set_permissions(place("read-only"), fs::Permissions::from_mode(0o444)).unwrap();
        fs::write(place("file"), "old").unwrap();
        let socket = std::os::unix::net::UnixListener::bind(place("socket")).unwrap();
        let cases = [
            ("folder", "it is not a file"),
            ("socket", "it is not a file"),
            ("read-only", "it is marked read-only"),
            ("file/below", "not a directory"),
        ];
        let before = names(folder.path());
        for (name, why) in cases {
            let error = write(&place(name), b"new", Privacy::Secret).unwrap_err();
            assert!(error.to_string().contains(why), "{error}");
            assert!(error.report().contains("nothing was changed"), "{}", error.report());
            assert!(error.to_string().contains(&place(name).display().to_string()), "{error}");
        }
        // A rename would put a file in the place of the machine's own device.
        assert!(write(Path::new("/dev/null"), b"new", Privacy::Secret).is_err());
        assert_eq!(names(folder.path()), before);
        assert_eq!(fs::read_to_string(place("read-only")).unwrap(), "old");
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
                let found = read(&path).unwrap().unwrap();
                assert!(found == content(b'a') || found == content(b'b'));
            }
        });
    }

    #[test]
    fn what_is_absent_is_no_error_and_what_cannot_be_read_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        assert_eq!(read(&file).unwrap(), None);
        remove(&file).unwrap();
        fs::write(&file, "x").unwrap();
        assert_eq!(read(&file.join("below")).unwrap(), None);
        remove(&file).unwrap();
        assert!(!file.exists());
        let error = read(folder.path()).unwrap_err();
        assert_eq!(error.to_string(), format!("cannot read {}: Is a directory", folder.path().display()));
        assert!(remove(folder.path()).unwrap_err().to_string().starts_with("cannot delete"));
        let endless = read(Path::new("/dev/zero")).unwrap_err();
        assert!(endless.to_string().contains("larger than 256 MiB"), "{endless}");
    }
}
