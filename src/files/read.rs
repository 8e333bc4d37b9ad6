//! Reads whole files.

use std::fs::{File, Metadata};
use std::io::{self, Read as _};
use std::path::Path;

use super::open::{self, MAX_BYTES, Unopened};
use super::unreadable::{self, quoted};
use crate::error::{Error, Result};
use crate::quote;

/// Opens a file of any owner to read it; `None` if there is no file.
pub(crate) fn open(path: &Path) -> Result<Option<(File, Metadata)>> {
    match open::to_read(path) {
        Ok(opened) => Ok(Some(opened)),
        Err(Unopened::Failed(error)) if is_absent(&error) => Ok(None),
        Err(unopened) => Err(unreadable::unopened(path, unopened)),
    }
}

/// The content of a file of any owner; `None` if there is no file.
pub fn whole(path: &Path) -> Result<Option<Vec<u8>>> {
    open(path)?.map(|(file, metadata)| content(path, file, &metadata)).transpose()
}

/// The content of a file that decides what this program runs; `None` if there is no file.
///
/// Errors: it belongs to another user.
pub(crate) fn own(path: &Path) -> Result<Option<Vec<u8>>> {
    match open::own_to_read(path) {
        Ok((file, metadata)) => content(path, file, &metadata).map(Some),
        Err(Unopened::Failed(error)) if is_absent(&error) => Ok(None),
        Err(unopened) => Err(unreadable::unopened(path, unopened)),
    }
}

/// The content of a file that this program or another AWS tool writes by itself; `None` if there is no file.
///
/// A file that this user cannot read counts as none, and so does one of somebody else: the next write replaces it.
/// Errors: there is something else than a file, or the way there is barred.
pub(crate) fn cached(path: &Path) -> Result<Option<Vec<u8>>> {
    let unused = |error: Error| tracing::info!("{error}; it is not used");
    match open::own_to_read(path) {
        Ok((file, metadata)) => Ok(content(path, file, &metadata).map_err(unused).ok()),
        Err(Unopened::Failed(error)) if is_absent(&error) => Ok(None),
        Err(unopened) if is_replaceable(path, &unopened) => {
            unused(unreadable::unopened(path, unopened));
            Ok(None)
        }
        Err(unopened) => Err(unreadable::unopened(path, unopened)),
    }
}

/// The same for a cache without which everything works: whatever is wrong with it, it counts as none.
pub(crate) fn spare(path: &Path) -> Option<Vec<u8>> {
    cached(path).unwrap_or_else(|error| {
        tracing::info!("{error}; it is not used");
        None
    })
}

/// Why the file at this path is not used, if there is one.
pub(crate) fn flaw_of_cached(path: &Path) -> Option<Error> {
    match open::own_to_read(path) {
        Ok((file, metadata)) => content(path, file, &metadata).err(),
        Err(Unopened::Failed(error)) if is_absent(&error) => None,
        Err(unopened) => {
            let is_replaceable = is_replaceable(path, &unopened);
            let error = unreadable::unopened(path, unopened);
            let removal = || if cfg!(windows) { quote::remove(path) } else { format!("rm -f {}", quoted(path)) };
            Some(if is_replaceable { error.with_remedy(format!("run: {}", removal())) } else { error })
        }
    }
}

/// Whether a write would replace what could not be opened.
fn is_replaceable(path: &Path, unopened: &Unopened) -> bool {
    match unopened {
        Unopened::Foreign(_) => true,
        Unopened::Failed(error) => {
            error.kind() == io::ErrorKind::PermissionDenied && path.metadata().is_ok_and(|metadata| metadata.is_file())
        }
        Unopened::NoFile(_) => false,
    }
}

/// The content of a file that has been opened at this path.
pub(crate) fn content(path: &Path, file: File, metadata: &Metadata) -> Result<Vec<u8>> {
    // Reserves room for the whole file. Without it, `read_to_end` would ask the kernel for 32 bytes, then 64, and so
    // on.
    let length = usize::try_from(metadata.len().min(MAX_BYTES)).unwrap_or_default();
    let mut bytes = Vec::with_capacity(length + 1);
    match file.take(MAX_BYTES + 1).read_to_end(&mut bytes) {
        Ok(read) if read as u64 > MAX_BYTES => Err(unreadable::too_large(path)),
        Ok(_) => Ok(bytes),
        Err(error) => Err(unreadable::failed(path, error)),
    }
}

/// Whether this error means that there is nothing at the path: no file, or a file where a folder should be.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_missing_file_is_no_error_and_an_endless_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        for read in [whole, cached] {
            assert_eq!(read(&file).unwrap(), None);
            assert_eq!(read(&file.join("below")).unwrap(), None);
        }
        fs::write(&file, "x").unwrap();
        for read in [whole, cached] {
            assert_eq!(read(&file).unwrap().as_deref(), Some(&b"x"[..]));
            assert_eq!(read(&file.join("below")).unwrap(), None);
            assert_eq!(read(Path::new("/dev/null")).unwrap().as_deref(), Some(&b""[..]));
            assert!(read(Path::new("/dev/zero")).is_err());
        }
        let sparse = File::create(&file).unwrap();
        sparse.set_len(MAX_BYTES + 1).unwrap();
        assert!(whole(&file).unwrap_err().to_string().contains("larger than 256 MiB"));
        assert_eq!(cached(&file).unwrap(), None);
        assert!(flaw_of_cached(&file).unwrap().to_string().contains("larger than 256 MiB"));
    }
}
