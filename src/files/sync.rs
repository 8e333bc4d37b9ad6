//! Waits until what was written to a file is on its disk.

use std::fs::File;
use std::io;

pub(super) fn sync(file: &File) -> io::Result<()> {
    let synced = file.sync_all();
    // macOS has two ways. The thorough one, which this is, is refused by file systems of a network and of FUSE.
    #[cfg(target_vendor = "apple")]
    let synced = synced.or_else(|_| Ok(rustix::fs::fsync(file)?));
    synced
}
