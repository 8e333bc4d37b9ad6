//! Reading whole files, writing them atomically, and one lock at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// Who may read a file that did not exist before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// 0600, in folders of 0700: everything that holds a secret.
    Secret,
    /// What the umask says.
    Shared,
}

/// The largest file read into memory: a config of half a million profiles fits, a device or a mistake does not.
const MAX_BYTES: u64 = 256 << 20;

/// The whole file, or `None` where there is none.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let mut bytes = Vec::new();
    match (&mut file).take(MAX_BYTES + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > MAX_BYTES => {
            Err(Error::failed(format!("{} is larger than {} MiB", path.display(), MAX_BYTES >> 20)))
        }
        Ok(_) => Ok(Some(bytes)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Whether this error says that nothing is there: no file, or a file in the place of a folder.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The error for a file that is there and cannot be read.
pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Error {
    Error::failed(format!("cannot read {}: {}", path.display(), reason(error)))
        .remedy("check the file's owner and mode")
}

/// Replaces the file's content in one step: a reader, or a crash at any instant, sees the old file or the new one.
///
/// A symbolic link is followed, so that the file it leads to is the one replaced. An existing file keeps its mode;
/// a new one gets it from `privacy`, as do the folders that have to be made.
pub fn write(path: &Path, bytes: &[u8], privacy: Privacy) -> Result<()> {
    let unwritable = |error: &io::Error| {
        Error::failed(format!("cannot write {}: {}", path.display(), reason(error)))
            .remedy("nothing was changed; check the folder's owner and mode, and the free space")
    };
    let target = follow_links(path).map_err(|error| unwritable(&error))?;
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folder(folder, privacy).map_err(|error| unwritable(&error))?;
    replace(&target, folder, bytes, privacy).map_err(|error| unwritable(&error))
}

fn replace(target: &Path, folder: &Path, bytes: &[u8], privacy: Privacy) -> io::Result<()> {
    // A crash may leave a temporary file behind; its name says whose it is and what it was for.
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".aws-sso-");
    let existing = fs::metadata(target).ok();
    if existing.as_ref().is_some_and(fs::Metadata::is_dir) {
        return Err(io::Error::from(io::ErrorKind::IsADirectory));
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix(&name);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The umask applies on top, as for any file that a person creates.
        let mode = if privacy == Privacy::Secret { 0o600 } else { 0o666 };
        builder.permissions(fs::Permissions::from_mode(mode));
    }
    let mut temp = builder.tempfile_in(folder)?;
    temp.write_all(bytes)?;
    if let Some(existing) = existing {
        temp.as_file().set_permissions(existing.permissions())?;
    }
    temp.as_file().sync_all()?;
    temp.persist(target).map_err(|failed| failed.error)?;
    Ok(())
}

/// The file that a chain of symbolic links ends at, whether it exists or not.
fn follow_links(path: &Path) -> io::Result<PathBuf> {
    let mut target = path.to_path_buf();
    for _ in 0..40 {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(target),
        }
    }
    Err(io::Error::other("too many levels of symbolic links"))
}

fn create_folder(folder: &Path, privacy: Privacy) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if privacy == Privacy::Secret {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Deletes the file; it is no error that there is none.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if !is_absent(&error) => {
            Err(Error::failed(format!("cannot delete {}: {}", path.display(), reason(&error)))
                .remedy("check the folder's owner and mode"))
        }
        _ => Ok(()),
    }
}

/// A kernel lock, which dies with the process that holds it.
#[derive(Debug)]
#[must_use = "the lock is given back when this is dropped"]
pub struct Lock(#[allow(dead_code, reason = "held for its lock")] File);

/// Takes the lock called `name` in `folder`, or says after `patience` that another process holds it.
///
/// `waiting` is called once, if the lock is not free at once.
pub fn lock(folder: &Path, name: &str, patience: Duration, waiting: impl FnOnce()) -> Result<Lock> {
    let path = folder.join(format!("{name}.lock"));
    let failed = |error: &io::Error| {
        Error::failed(format!("cannot lock {}: {}", path.display(), reason(error)))
            .remedy("check the folder's owner and mode")
    };
    create_folder(folder, Privacy::Secret).map_err(|error| failed(&error))?;
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|error| failed(&error))?;
    let mut waiting = Some(waiting);
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock(file)),
            Err(TryLockError::Error(error)) => return Err(failed(&error)),
            Err(TryLockError::WouldBlock) if start.elapsed() >= patience => {
                return Err(Error::failed(format!(
                    "another aws-sso has held {} for {} s",
                    path.display(),
                    patience.as_secs()
                ))
                .remedy("finish or end that process, then try again"));
            }
            Err(TryLockError::WouldBlock) => {
                if let Some(waiting) = waiting.take() {
                    waiting();
                }
                thread::sleep(Duration::from_millis(15));
            }
        }
    }
}

/// An operating-system error without Rust's trailing `(os error 13)`.
pub(crate) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    text[..end].to_owned()
}
