//! Another process, and the moment at which it ends.

use std::time::Duration;

use crate::error::{Error, Result};

/// How often to look, on a system that does not report the end by itself.
const INTERVAL: Duration = Duration::from_millis(500);

/// A running process of this user.
pub(crate) struct Watched {
    #[cfg(unix)]
    process: rustix::process::Pid,
    #[cfg(any(target_os = "linux", target_os = "android"))]
    handle: Option<std::os::fd::OwnedFd>,
}

fn gone() -> Error {
    Error::failed("the command that the server is for has ended")
}

#[cfg(unix)]
impl Watched {
    /// Errors: there is no such process.
    pub(crate) fn process(id: u32) -> Result<Self> {
        use rustix::process::{Pid, test_kill_process};
        let process = i32::try_from(id).ok().and_then(Pid::from_raw).ok_or_else(gone)?;
        test_kill_process(process).map_err(|_| gone())?;
        Ok(Self {
            process,
            // Not on an old kernel, nor in a container that forbids it: then `end` looks now and then.
            #[cfg(any(target_os = "linux", target_os = "android"))]
            handle: rustix::process::pidfd_open(process, rustix::process::PidfdFlags::empty()).ok(),
        })
    }

    /// Waits until it has ended.
    pub(crate) async fn end(self) {
        #[cfg(any(target_os = "linux", target_os = "android"))]
        if let Some(handle) = self.handle {
            let (sender, ended) = tokio::sync::oneshot::channel();
            std::thread::spawn(move || {
                use rustix::event::{PollFd, PollFlags, poll};
                let polled = rustix::io::retry_on_intr(|| poll(&mut [PollFd::new(&handle, PollFlags::IN)], None));
                let _ = sender.send(polled.is_ok());
            });
            if ended.await == Ok(true) {
                return;
            }
        }
        while rustix::process::test_kill_process(self.process).is_ok() {
            tokio::time::sleep(INTERVAL).await;
        }
    }
}

/// On a system where processes cannot be watched, the watched one holds this one's stdin open.
#[cfg(not(unix))]
impl Watched {
    pub(crate) fn process(_id: u32) -> Result<Self> {
        let _ = (INTERVAL, gone);
        Ok(Self {})
    }

    pub(crate) async fn end(self) {
        let read = || std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = tokio::task::spawn_blocking(read).await;
    }
}
