//! How all runs are ended early, by a signal.

use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::programs::group::Stop;
use crate::programs::signals::Signal;

/// How long a run may take to end after a signal.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait for the last output of a run that was killed.
pub(super) const AFTERMATH: Duration = Duration::from_secs(1);

/// How all runs are ended early. The first signal is passed on to them; they are killed at a second one, or when the
/// grace period is over.
pub(super) struct Ending {
    /// What each run watches.
    pub(super) stop: watch::Sender<Stop>,
    /// The first signal, which decides the exit status.
    pub(super) signal: Option<Signal>,
    /// When the next step is due.
    deadline: Option<Instant>,
}

impl Default for Ending {
    fn default() -> Self {
        Self { stop: watch::Sender::new(Stop::No), signal: None, deadline: None }
    }
}

impl Ending {
    pub(super) fn receive(&mut self, signal: Signal) {
        if self.signal.is_some() {
            self.deadline = Some(Instant::now());
            return;
        }
        self.signal = Some(signal);
        self.deadline = Some(Instant::now() + GRACE);
        self.stop.send_replace(Stop::Signal(signal));
    }

    pub(super) fn has_killed(&self) -> bool {
        *self.stop.borrow() == Stop::Kill
    }

    pub(super) fn kill(&mut self) {
        self.stop.send_replace(Stop::Kill);
        self.deadline = Some(Instant::now() + AFTERMATH);
    }

    /// Waits until the next step is due; without limit where there is none.
    pub(super) async fn due(&self) {
        match self.deadline {
            Some(moment) => tokio::time::sleep_until(moment.into()).await,
            None => std::future::pending().await,
        }
    }
}
