//! Ending runs that are under way.

use std::time::Duration;

use crate::programs::signals::Cause;

/// How long a run may take to end when it is asked to.
pub(super) const GRACE: Duration = Duration::from_secs(5);

/// How long the last output of a run that was killed may take.
pub(super) const AFTERMATH: Duration = Duration::from_secs(1);

/// How far the end of all has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    No,
    /// With the signal that this process got.
    Asked(Cause),
    Killed,
}

/// Ends the group of processes that a run's first process leads.
#[cfg(unix)]
pub(super) fn end(id: Option<u32>, stop: Stop) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = match stop {
        Stop::No => return,
        Stop::Asked(Cause::Interrupt) => Signal::INT,
        Stop::Asked(Cause::Terminate) => Signal::TERM,
        Stop::Asked(Cause::HangUp) => Signal::HUP,
        Stop::Asked(Cause::Quit) => Signal::QUIT,
        Stop::Killed => Signal::KILL,
    };
    if let Some(group) = id.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
        // It may have ended meanwhile.
        let _ = kill_process_group(group, signal);
    }
}

/// Where there are no signals, Ctrl-C has reached the run already.
#[cfg(not(unix))]
pub(super) fn end(_id: Option<u32>, _stop: Stop) {}
