//! What is put right on the terminal before a signal ends this process.

#[cfg(unix)]
use std::io::Read as _;
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

#[cfg(unix)]
use signal_hook::SigId;
#[cfg(unix)]
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

#[cfg(unix)]
use super::ignored::is_ignored;
#[cfg(unix)]
use super::uninterrupted;
use super::uninterrupted::Uninterrupted;

/// How long it may take: a terminal that is held takes nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// While this exists, something is done before a signal ends this process.
pub(crate) struct BeforeEnd {
    /// What keeps the signals from ending this process at once.
    held: Arc<Mutex<Option<Uninterrupted>>>,
    #[cfg(unix)]
    registered: Vec<SigId>,
}

impl BeforeEnd {
    /// Where this cannot be prepared, signals end this process as before.
    #[cfg(unix)]
    pub(crate) fn has(act: impl FnOnce() + Send + 'static) -> Option<Self> {
        let (mut receiver, sender) = UnixStream::pair().ok()?;
        let held = Arc::new(Mutex::new(None));
        let released = Arc::clone(&held);
        let watch = move || {
            // Without a byte, nobody can send one any more.
            if receiver.read_exact(&mut [0]).is_ok() {
                within_patience(act);
                release(&released);
            }
        };
        thread::Builder::new().spawn(watch).ok()?;
        let signals = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
        let register = |signal| signal_hook::low_level::pipe::register(signal, sender.try_clone().ok()?).ok();
        let registered = signals.filter_map(register).collect();
        // Last, so that no signal waits for a watch that has not begun.
        *held.lock().unwrap_or_else(PoisonError::into_inner) = Some(uninterrupted::begin());
        Some(Self { held, registered })
    }

    #[cfg(not(unix))]
    pub(crate) fn has(_act: impl FnOnce() + Send + 'static) -> Option<Self> {
        None
    }
}

impl Drop for BeforeEnd {
    fn drop(&mut self) {
        #[cfg(unix)]
        for id in self.registered.drain(..) {
            signal_hook::low_level::unregister(id);
        }
        release(&self.held);
    }
}

/// Lets a signal end this process: one that has arrived does it here.
fn release(held: &Mutex<Option<Uninterrupted>>) {
    drop(held.lock().unwrap_or_else(PoisonError::into_inner).take());
}

#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix has these signals"))]
fn within_patience(act: impl FnOnce() + Send + 'static) {
    let (sender, is_done) = channel();
    let run = move || {
        act();
        let _ = sender.send(());
    };
    if thread::Builder::new().spawn(run).is_ok() {
        let _ = is_done.recv_timeout(PATIENCE);
    }
}
