//! Opens files, and nothing but files: a pipe, a device or another user's link in place of one is never waited for,
//! read or changed.

use std::fs::{self, File, FileType, Metadata, OpenOptions};
use std::io;
use std::path::Path;

use super::place;

/// The largest file that is read: a config of half a million profiles fits; a wrong file does not.
pub(crate) const MAX_BYTES: u64 = 256 << 20;

/// Why a file is not opened.
#[derive(Debug)]
#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix has these owners"))]
pub(crate) enum Unopened {
    /// The system refuses.
    Failed(io::Error),
    /// There is something else at the path.
    NoFile(FileType),
    /// It belongs to the user with this id, who is not this one.
    Foreign(u32),
}

impl From<io::Error> for Unopened {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// Opens a file of any owner to read it. Links are followed. `/dev/null` counts as an empty file, as people use
/// it.
pub(crate) fn to_read(path: &Path) -> Result<(File, Metadata), Unopened> {
    let mut options = OpenOptions::new();
    options.read(true);
    let (file, metadata) = open(&mut options, path, true)?;
    if metadata.is_file() || is_null(&metadata) { Ok((file, metadata)) } else { Err(no_file(&metadata)) }
}

/// Opens a file that this program, or an AWS tool of this user, has written. Another user's file is refused, and so is
/// another user's link.
pub(crate) fn own_to_read(path: &Path) -> Result<(File, Metadata), Unopened> {
    let mut options = OpenOptions::new();
    options.read(true);
    let (file, metadata) = match open(&mut options, path, false) {
        Err(Unopened::Failed(error)) if is_loop(&error) => {
            check_owner(&fs::symlink_metadata(path)?)?;
            to_read(path)?
        }
        opened => opened?,
    };
    check_owner(&metadata)?;
    if metadata.is_file() || is_null(&metadata) { Ok((file, metadata)) } else { Err(no_file(&metadata)) }
}

/// Opens a file of this program's own to change it in place, or creates it with this mode. A link is refused: it
/// could lead to any file of this user.
pub(crate) fn own_to_change(path: &Path, mode: u32) -> Result<File, Unopened> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let _ = mode;
    own(&mut options, path)
}

/// Opens a file of this program's own that exists, to add to its end. A link is refused.
pub(crate) fn own_to_append(path: &Path) -> Result<File, Unopened> {
    let mut options = OpenOptions::new();
    options.append(true);
    own(&mut options, path)
}

fn own(options: &mut OpenOptions, path: &Path) -> Result<File, Unopened> {
    let (file, metadata) = open(options, path, false)?;
    check_owner(&metadata)?;
    if metadata.is_file() { Ok(file) } else { Err(no_file(&metadata)) }
}

/// Whether the file's content may be replaced in place: it has no other name, under which it is somebody's file.
pub(crate) fn has_one_name(file: &File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        file.metadata().is_ok_and(|metadata| metadata.nlink() <= 1)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        true
    }
}

/// Creates a file for output in place of the one that was there. A link is replaced, and what it leads to stays.
pub(crate) fn replacing(path: &Path) -> io::Result<File> {
    replacing_with_mode(path, 0o666)
}

/// The same for a file that only this user may read.
pub(crate) fn replacing_privately(path: &Path) -> io::Result<File> {
    #[cfg(windows)]
    {
        clear(path)?;
        crate::windows::security::create_file(path)
    }
    #[cfg(not(windows))]
    replacing_with_mode(path, 0o600)
}

fn replacing_with_mode(path: &Path, mode: u32) -> io::Result<File> {
    clear(path)?;
    let mut options = OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let _ = mode;
    options.open(path)
}

fn clear(path: &Path) -> io::Result<()> {
    match place::delete(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn open(options: &mut OpenOptions, path: &Path, follow: bool) -> Result<(File, Metadata), Unopened> {
    use std::os::unix::fs::OpenOptionsExt as _;

    use rustix::fs::OFlags;

    // Opening a pipe waits for its other end, and a terminal could become this process's own.
    let mut flags = OFlags::NONBLOCK | OFlags::NOCTTY;
    if !follow {
        flags |= OFlags::NOFOLLOW;
    }
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    let opened = options.custom_flags(flags).open(path);
    let file = match opened {
        Ok(file) => file,
        // A file server that caches the file is asked to give it back, which takes a moment.
        Err(error) if error.kind() == io::ErrorKind::WouldBlock && is_file(path) => {
            options.custom_flags(0).open(path)?
        }
        Err(error) => return Err(refused(path, error, follow)),
    };
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

#[cfg(not(unix))]
fn open(options: &mut OpenOptions, path: &Path, follow: bool) -> Result<(File, Metadata), Unopened> {
    let file = options.open(path).map_err(|error| refused(path, error, follow))?;
    let metadata = file.metadata()?;
    Ok((file, metadata))
}

#[cfg(unix)]
fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// A socket, and a folder that is to be written, cannot even be opened.
fn refused(path: &Path, error: io::Error, follow: bool) -> Unopened {
    let metadata = if follow { fs::metadata(path) } else { fs::symlink_metadata(path) };
    match metadata {
        Ok(metadata) if !metadata.is_file() && !metadata.is_symlink() => no_file(&metadata),
        _ => Unopened::Failed(error),
    }
}

fn no_file(metadata: &Metadata) -> Unopened {
    Unopened::NoFile(metadata.file_type())
}

#[cfg(unix)]
fn check_owner(metadata: &Metadata) -> Result<(), Unopened> {
    use std::os::unix::fs::MetadataExt as _;

    use super::ownership;

    let owner = metadata.uid();
    if ownership::is_ours(owner) { Ok(()) } else { Err(Unopened::Foreign(owner)) }
}

#[cfg(not(unix))]
fn check_owner(_: &Metadata) -> Result<(), Unopened> {
    Ok(())
}

/// Whether this is `/dev/null`.
fn is_null(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
        let is_same = |null: Metadata| null.rdev() == metadata.rdev() && null.file_type().is_char_device();
        metadata.file_type().is_char_device() && fs::metadata("/dev/null").is_ok_and(is_same)
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// Whether the path is a link that is not to be followed, or one that leads in a circle.
pub(super) fn is_loop(error: &io::Error) -> bool {
    #[cfg(unix)]
    {
        error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error())
    }
    #[cfg(not(unix))]
    {
        let _ = error;
        false
    }
}
