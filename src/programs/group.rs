//! Process groups: a program and everything that it starts, which a signal reaches together.

use std::process::Command;

use super::signals::Signal;

/// How a group of processes is ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Not at all: it goes on.
    No,
    /// With the signal that this process got, so that it can clean up.
    Signal(Signal),
    /// At once.
    Kill,
}

/// Makes the command lead a group of its own, so that Ctrl-C on the terminal reaches only this process.
#[cfg(unix)]
pub(crate) fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
pub(crate) fn own_group(_command: &mut Command) {}

/// Ends the group that the process with this id leads.
#[cfg(unix)]
pub(crate) fn end(leader: Option<u32>, stop: Stop) {
    use rustix::process::{Pid, Signal as Number, kill_process_group};
    let number = match stop {
        Stop::No => return,
        Stop::Signal(Signal::Interrupt) => Number::INT,
        Stop::Signal(Signal::Terminate) => Number::TERM,
        Stop::Signal(Signal::HangUp) => Number::HUP,
        Stop::Signal(Signal::Quit) => Number::QUIT,
        Stop::Kill => Number::KILL,
    };
    if let Some(group) = leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) {
        // It may have ended meanwhile. One that is stopped gets no other signal before it continues.
        let _ = kill_process_group(group, number);
        let _ = kill_process_group(group, Number::CONT);
    }
}

/// Without signals, Ctrl-C has reached the group already.
#[cfg(not(unix))]
pub(crate) fn end(_leader: Option<u32>, _stop: Stop) {}
