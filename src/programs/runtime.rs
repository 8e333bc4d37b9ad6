//! The runtime of asynchronous work.

use std::io;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

/// A small runtime on this thread.
pub(crate) fn small() -> io::Result<Runtime> {
    check_room()?;
    Builder::new_current_thread().enable_all().build()
}

/// The same, and one more thread, on which names of hosts are looked up.
///
/// Fails where no thread can be started: the runtime would panic when it looks up a name. It does not where it has one
/// thread, which then does one after the other, so that is kept from the start.
pub(crate) fn with_lookups() -> io::Result<Runtime> {
    check_room()?;
    let runtime = Builder::new_current_thread().enable_all().thread_keep_alive(Duration::MAX).build()?;
    thread::Builder::new().spawn(|| ())?.join().ok();
    runtime.spawn_blocking(|| ());
    Ok(runtime)
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
