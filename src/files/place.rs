//! Gives a new file the place of the old one.

use std::io;
use std::path::Path;

use tempfile::TempPath;

/// Replaces `target`, if there is one, in one step.
#[cfg(not(windows))]
pub(super) fn take(new: TempPath, target: &Path) -> io::Result<()> {
    Ok(new.persist(target)?)
}

/// Replaces `target`, if there is one, in one step. Windows lets nobody replace a file that a program has opened
/// without allowing that, as a virus scanner does with each new file for a moment: then this waits, but not for long.
#[cfg(windows)]
pub(super) fn take(mut new: TempPath, target: &Path) -> io::Result<()> {
    use std::time::Duration;

    const ATTEMPTS: u32 = 40;
    const PAUSE: Duration = Duration::from_millis(50);

    let mut attempt = 1;
    loop {
        match new.persist(target) {
            Ok(()) => return Ok(()),
            Err(failed) if is_held(target) => {
                if attempt == ATTEMPTS {
                    return Err(io::Error::new(io::ErrorKind::ResourceBusy, "another program has it open"));
                }
                tracing::debug!("another program has {} open: waiting", target.display());
                new = failed.path;
            }
            Err(failed) => return Err(failed.error),
        }
        attempt += 1;
        std::thread::sleep(PAUSE);
    }
}

/// Whether a program has the file open, and does not allow others to replace it.
#[cfg(windows)]
fn is_held(file: &Path) -> bool {
    use std::os::windows::fs::OpenOptionsExt as _;

    const DELETE: u32 = 0x0001_0000;
    const SHARING_VIOLATION: i32 = 32;
    let opened = std::fs::OpenOptions::new().access_mode(DELETE).open(file);
    opened.is_err_and(|error| error.raw_os_error() == Some(SHARING_VIOLATION))
}
