//! The runtime of asynchronous work.

use std::io;

use tokio::runtime::{Builder, Runtime};

/// A small runtime on this thread.
pub(crate) fn small() -> io::Result<Runtime> {
    check_room()?;
    Builder::new_current_thread().enable_all().build()
}

/// Fails where too few files may be open: the runtime would panic.
#[cfg(unix)]
fn check_room() -> io::Result<()> {
    use std::os::unix::net::UnixStream;
    /// Each has two files. The runtime opens five.
    const PAIRS: usize = 4;
    (0..PAIRS).map(|_| UnixStream::pair()).collect::<io::Result<Vec<_>>>().map(drop)
}

#[cfg(not(unix))]
fn check_room() -> io::Result<()> {
    Ok(())
}
