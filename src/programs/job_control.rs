//! Job control: Ctrl-Z stops the groups that this process has started, and then itself; `fg` continues them all.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpgrp, getpid, getppid, getsid, kill_process, kill_process_group, waitid,
};
use tokio::signal::unix::{self, SignalKind};

use super::signals::{Listener, cannot_listen};
use crate::error::Result;

/// How long a group may take to stop by itself. It may have groups of its own to stop, as this process has.
const PATIENCE: Duration = Duration::from_secs(1);

/// The signals of job control, received so that the groups can be stopped first.
pub(crate) struct JobSignals {
    suspend: Listener,
    /// Where `stty tostop` is set, a job in the background is stopped as soon as it writes to the terminal.
    write: Listener,
    child: unix::Signal,
}

impl JobSignals {
    pub(crate) fn new() -> Result<Self> {
        Ok(Self {
            suspend: Listener::to(SignalKind::from_raw(Signal::TSTP.as_raw()))?,
            write: Listener::to(SignalKind::from_raw(Signal::TTOU.as_raw()))?,
            child: unix::signal(SignalKind::child()).map_err(cannot_listen)?,
        })
    }

    /// Waits for the next one.
    pub(crate) async fn next(&mut self) -> JobSignal {
        loop {
            tokio::select! {
                _ = self.child.recv() => return JobSignal::Child,
                () = self.suspend.receive() => {}
                () = self.write.receive() => {}
            }
            // Where no shell could continue this process it goes on, as the system would have it.
            if has_job_control() {
                return JobSignal::Suspend;
            }
        }
    }
}

/// A signal of job control.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JobSignal {
    /// This process is to stop.
    Suspend,
    /// A child has stopped, continued or ended.
    Child,
}

/// Whether a shell of this session can continue this process. Without one its group is orphaned, and the system lets
/// Ctrl-Z stop no such group.
fn has_job_control() -> bool {
    let Ok(session) = getsid(None) else { return false };
    let is_leader = getpgrp() == getpid();
    let has_shell = || getppid().is_some_and(|parent| getsid(Some(parent)) == Ok(session));
    getpgrp() != session && (!is_leader || has_shell())
}

/// Why a group has stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StopCause {
    /// It wants the terminal, which only the foreground has.
    Terminal,
    /// Somebody has stopped it; with the id of its group.
    Signal(i32),
}

/// The groups of children, by a number that the caller gives each.
#[derive(Default)]
pub(crate) struct Groups(Mutex<State>);

#[derive(Default)]
struct State {
    members: BTreeMap<usize, Member>,
    /// Whether all are being stopped. One that is added meanwhile stops at once.
    is_suspended: bool,
}

struct Member {
    /// The process that leads the group, a child of this one.
    leader: Pid,
    is_stopped: bool,
    /// How often it has stopped because it wanted the terminal.
    asked: usize,
}

impl Groups {
    /// Adds the group that this child leads.
    pub(crate) fn add(&self, number: usize, leader: Option<u32>) {
        let Some(leader) = leader.and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw) else { return };
        let mut state = self.state();
        if state.is_suspended {
            let _ = kill_process_group(leader, Signal::TSTP);
        }
        state.members.insert(number, Member { leader, is_stopped: false, asked: 0 });
    }

    /// Removes a group whose processes have ended. Returns whether it wanted the terminal.
    pub(crate) fn remove(&self, number: usize) -> bool {
        self.state().members.remove(&number).is_some_and(|member| member.asked > 0)
    }

    /// The groups that have stopped since the last look.
    ///
    /// One that wants the terminal is asked to end, and is killed if it then wants it again: it would never end.
    pub(crate) fn newly_stopped(&self) -> Vec<(usize, StopCause)> {
        let mut stopped = Vec::new();
        for (number, member) in &mut self.state().members {
            let Some(signal) = member.look() else { continue };
            if signal != Signal::TTIN.as_raw() && signal != Signal::TTOU.as_raw() {
                stopped.push((*number, StopCause::Signal(member.leader.as_raw_pid())));
                continue;
            }
            member.asked += 1;
            let end = if member.asked == 1 { Signal::TERM } else { Signal::KILL };
            member.send(end);
            member.send(Signal::CONT);
            if member.asked == 1 {
                stopped.push((*number, StopCause::Terminal));
            }
        }
        stopped
    }

    /// Stops all groups, then this process, and continues the groups once this process is continued.
    pub(crate) async fn suspend(&self, signals: &mut JobSignals) -> Result<()> {
        self.state().is_suspended = true;
        self.send(Signal::TSTP);
        let stopped = async {
            while !self.are_stopped() {
                signals.child.recv().await;
            }
        };
        let _ = tokio::time::timeout(PATIENCE, stopped).await;
        // For those that ignore the first signal.
        self.send(Signal::STOP);
        let _ = kill_process(getpid(), Signal::STOP);
        // This process is stopped here, until somebody continues it. A second Ctrl-Z that came before the first one had
        // its effect is no wish to stop again.
        *signals = JobSignals::new()?;
        let mut state = self.state();
        state.is_suspended = false;
        for member in state.members.values_mut() {
            member.is_stopped = false;
            member.send(Signal::CONT);
        }
        Ok(())
    }

    fn are_stopped(&self) -> bool {
        self.state().members.values_mut().all(|member| {
            member.look();
            member.is_stopped
        })
    }

    fn send(&self, signal: Signal) {
        self.state().members.values().for_each(|member| member.send(signal));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Member {
    /// The signal that has stopped the leader since the last look.
    fn look(&mut self) -> Option<i32> {
        let options = WaitIdOptions::STOPPED | WaitIdOptions::CONTINUED | WaitIdOptions::NOHANG;
        let mut cause = None;
        loop {
            match waitid(WaitId::Pid(self.leader), options) {
                Ok(Some(status)) => {
                    self.is_stopped = status.stopped();
                    cause = status.stopping_signal();
                }
                Ok(None) => return cause,
                Err(_) => {
                    // It has ended; nothing is left to wait for.
                    self.is_stopped = true;
                    return None;
                }
            }
        }
    }

    fn send(&self, signal: Signal) {
        // The group may have ended meanwhile.
        let _ = kill_process_group(self.leader, signal);
    }
}
