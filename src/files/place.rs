//! Gives a new file the place of the old one, and deletes files.

use std::fs;
use std::io;
use std::path::Path;

use tempfile::TempPath;

/// Replaces `target`, if there is one, in one step.
#[cfg(not(windows))]
pub(super) fn take(new: TempPath, target: &Path) -> io::Result<()> {
    Ok(new.persist(target)?)
}

/// Deletes the file.
#[cfg(not(windows))]
pub(crate) fn delete(file: &Path) -> io::Result<()> {
    fs::remove_file(file)
}

/// Replaces `target`, if there is one, in one step. Unlike `persist`, the standard library also replaces a file that
/// others have open who allow that, where the system can, and takes long paths.
#[cfg(windows)]
pub(super) fn take(mut new: TempPath, target: &Path) -> io::Result<()> {
    once_let_go(target, || fs::rename(&new, target))?;
    new.disable_cleanup(true);
    Ok(())
}

/// Deletes the file.
#[cfg(windows)]
pub(crate) fn delete(file: &Path) -> io::Result<()> {
    once_let_go(file, || fs::remove_file(file))
}

/// Does what needs the file's name. Windows lets nobody replace or delete a file that a program has opened without
/// allowing that, as a virus scanner does with each new file for a moment: then this waits, but not for long.
#[cfg(windows)]
fn once_let_go(file: &Path, mut work: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    use std::time::Duration;

    const ATTEMPTS: u32 = 40;
    const PAUSE: Duration = Duration::from_millis(50);

    for _ in 1..ATTEMPTS {
        match work() {
            Err(error) if is_held(file, &error) => {
                tracing::debug!("another program has {} open: waiting", file.display());
            }
            outcome => return outcome,
        }
        std::thread::sleep(PAUSE);
    }
    work().map_err(|error| {
        let is_held = is_held(file, &error);
        if is_held { io::Error::new(io::ErrorKind::ResourceBusy, "another program has it open") } else { error }
    })
}

/// Whether this error means that a program has the file open. Some file systems refuse to replace such a file although
/// that program allows it, and this user may.
#[cfg(windows)]
fn is_held(file: &Path, error: &io::Error) -> bool {
    use std::os::windows::fs::OpenOptionsExt as _;

    const DELETE: u32 = 0x0001_0000;
    const SHARING_VIOLATION: i32 = 32;
    let opened = fs::OpenOptions::new().access_mode(DELETE).open(file);
    match opened.and_then(|file| file.metadata()) {
        Ok(metadata) => error.kind() == io::ErrorKind::PermissionDenied && !metadata.permissions().readonly(),
        Err(error) => error.raw_os_error() == Some(SHARING_VIOLATION),
    }
}
