//! What is put right on the terminal before a signal ends this process.

use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::uninterrupted::{self, Uninterrupted};
use system::{Registered, arrival};

/// How long it may take: a terminal that is held takes nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// While this exists, something is done before a signal ends this process.
pub(crate) struct BeforeEnd {
    /// What keeps the signals from ending this process at once.
    held: Arc<Mutex<Option<Uninterrupted>>>,
    registered: Option<Registered>,
}

impl BeforeEnd {
    /// Where this cannot be prepared, signals end this process as before.
    pub(crate) fn has(act: impl FnOnce() + Send + 'static) -> Option<Self> {
        let (arrival, register) = arrival()?;
        let held = Arc::new(Mutex::new(None));
        let released = Arc::clone(&held);
        let watch = move || {
            if arrival.has_come() {
                within_patience(act);
                release(&released);
            }
        };
        thread::Builder::new().spawn(watch).ok()?;
        uninterrupted::prepare();
        let registered = Some(register());
        // Last, so that no signal waits for a watch that has not begun.
        *held.lock().unwrap_or_else(PoisonError::into_inner) = Some(uninterrupted::begin());
        Some(Self { held, registered })
    }
}

impl Drop for BeforeEnd {
    fn drop(&mut self) {
        self.registered.take();
        release(&self.held);
    }
}

/// Lets a signal end this process: one that has arrived does it here.
fn release(held: &Mutex<Option<Uninterrupted>>) {
    drop(held.lock().unwrap_or_else(PoisonError::into_inner).take());
}

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

#[cfg(unix)]
mod system {
    use std::io::Read as _;
    use std::os::unix::net::UnixStream;

    use signal_hook::SigId;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    use super::super::ignored::is_ignored;

    /// Gets a byte from the first signal.
    pub(super) struct Arrival(UnixStream);

    impl Arrival {
        /// Waits for a signal; `false` if none can come any more.
        pub(super) fn has_come(mut self) -> bool {
            // Without a byte, nobody can send one any more.
            self.0.read_exact(&mut [0]).is_ok()
        }
    }

    /// While this exists, the signals are handed on.
    pub(super) struct Registered(Vec<SigId>);

    impl Drop for Registered {
        fn drop(&mut self) {
            for id in self.0.drain(..) {
                signal_hook::low_level::unregister(id);
            }
        }
    }

    pub(super) fn arrival() -> Option<(Arrival, impl FnOnce() -> Registered)> {
        let (receiver, sender) = UnixStream::pair().ok()?;
        let register = move || {
            let signals = [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !is_ignored(*signal));
            let register = |signal| signal_hook::low_level::pipe::register(signal, sender.try_clone().ok()?).ok();
            Registered(signals.filter_map(register).collect())
        };
        Some((Arrival(receiver), register))
    }
}

#[cfg(windows)]
mod system {
    use tokio::runtime::Runtime;
    use tokio::sync::oneshot;

    use super::super::console_events::ConsoleEvents;
    use super::super::runtime;

    pub(super) struct Arrival {
        runtime: Runtime,
        events: ConsoleEvents,
        is_over: oneshot::Receiver<()>,
    }

    impl Arrival {
        /// Waits for an event; `false` if nobody asks for one any more.
        pub(super) fn has_come(mut self) -> bool {
            self.runtime.block_on(async {
                tokio::select! {
                    _ = self.events.next() => true,
                    _ = self.is_over => false,
                }
            })
        }
    }

    /// While this exists, an event is waited for.
    #[allow(dead_code, reason = "its end says all")]
    pub(super) struct Registered(oneshot::Sender<()>);

    pub(super) fn arrival() -> Option<(Arrival, impl FnOnce() -> Registered)> {
        let (sender, is_over) = oneshot::channel();
        let arrival = Arrival { runtime: runtime::small().ok()?, events: ConsoleEvents::new().ok()?, is_over };
        Some((arrival, || Registered(sender)))
    }
}
