//! Process groups: a program and everything that it starts, which a signal reaches together.

use std::process::Command;

use super::signals::Signal;

/// Makes the command lead a group of its own, so that Ctrl-C on the terminal reaches only this process.
#[cfg(unix)]
pub(crate) fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

#[cfg(not(unix))]
pub(crate) fn own_group(_command: &mut Command) {}

/// Passes a signal on to the group that the process with this id leads.
#[cfg(unix)]
pub(crate) fn pass(leader: Option<u32>, signal: Signal) {
    use rustix::process::Signal as Number;
    let number = match signal {
        Signal::Interrupt => Number::INT,
        Signal::Terminate => Number::TERM,
        Signal::HangUp => Number::HUP,
        Signal::Quit => Number::QUIT,
    };
    send(leader, number);
}

/// Ends the group at once.
#[cfg(unix)]
pub(crate) fn kill(leader: Option<u32>) {
    send(leader, rustix::process::Signal::KILL);
}

#[cfg(unix)]
fn send(leader: Option<u32>, number: rustix::process::Signal) {
    use rustix::process::kill_process_group;
    if let Some(group) = leader.and_then(group) {
        // It may have ended meanwhile. One that is stopped gets no other signal before it continues.
        let _ = kill_process_group(group, number);
        let _ = kill_process_group(group, rustix::process::Signal::CONT);
    }
}

#[cfg(unix)]
fn group(leader: u32) -> Option<rustix::process::Pid> {
    i32::try_from(leader).ok().and_then(rustix::process::Pid::from_raw)
}

/// Whether processes of the group are left, also ones that this user may not end.
#[cfg(unix)]
pub(crate) fn has_members(leader: u32) -> bool {
    let tested = group(leader).map(rustix::process::test_kill_process_group);
    tested.is_some_and(|tested| tested.is_ok() || tested == Err(rustix::io::Errno::PERM))
}

/// Without signals, Ctrl-C has reached the group already.
#[cfg(not(unix))]
pub(crate) fn pass(_leader: Option<u32>, _signal: Signal) {}

#[cfg(not(unix))]
pub(crate) fn kill(_leader: Option<u32>) {}

#[cfg(not(unix))]
pub(crate) fn has_members(_leader: u32) -> bool {
    false
}
