//! A pipe from which this process reads what another one writes.

/// What a stream has to be, to look at its pipe.
#[cfg(unix)]
pub(crate) use std::os::fd::AsFd as Pipe;

#[cfg(windows)]
pub(crate) trait Pipe {}
#[cfg(windows)]
impl<T> Pipe for T {}

/// A pipe that somebody can still write to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldPipe {
    /// Which one it is, for all processes. Windows does not say.
    pub(super) inode: u64,
    /// How many bytes are in it.
    pub(crate) waiting: usize,
}

/// The pipe, if somebody can still write to it.
#[cfg(unix)]
pub(crate) fn held(pipe: &impl Pipe) -> Option<HeldPipe> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut looked = [PollFd::new(pipe, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    rustix::io::retry_on_intr(|| poll(&mut looked, Some(&at_once))).ok()?;
    if looked[0].revents().contains(PollFlags::HUP) {
        return None;
    }
    let inode = rustix::fs::fstat(pipe).ok()?.st_ino;
    let waiting = rustix::io::ioctl_fionread(pipe).ok().and_then(|waiting| usize::try_from(waiting).ok());
    Some(HeldPipe { inode, waiting: waiting.unwrap_or_default() })
}

/// Somebody may: a look would wake up the thread that reads from the pipe, before anything has come.
#[cfg(windows)]
pub(crate) fn held(_pipe: &impl Pipe) -> Option<HeldPipe> {
    Some(HeldPipe { inode: 0, waiting: 0 })
}
