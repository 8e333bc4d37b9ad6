//! What a run needs may be used up for the moment: descriptors, processes, memory. Other runs free it when they end, so
//! a run that could not start because of that waits and tries again.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex, MutexGuard, watch};

use crate::error::Error;

/// How long it is tried while no other run could free anything, where other programs could.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long where only this one could.
#[cfg_attr(not(unix), allow(dead_code, reason = "only Unix says what there is too little of"))]
const PATIENCE_WITH_ITSELF: Duration = Duration::from_secs(3);

/// The shortest and the longest pause between two attempts.
const SHORTEST: Duration = Duration::from_millis(20);
const LONGEST: Duration = Duration::from_secs(1);

/// What all runs know of it.
#[derive(Default)]
pub(super) struct Shortage {
    /// Held by the run that tries again. The others wait behind it, so that each end of a run leads to one attempt.
    turn: Mutex<()>,
    running: watch::Sender<usize>,
    /// Since when no run has started though none is running.
    idle_since: StdMutex<Option<Instant>>,
    is_named: AtomicBool,
}

impl Shortage {
    /// The attempts of one run to start.
    pub(super) fn attempts(&self) -> Attempts<'_> {
        Attempts { shortage: self, turn: None, failed: 0, running: None }
    }

    /// Whether nobody has asked this before, so that it is said once what all wait for.
    pub(super) fn is_new(&self) -> bool {
        !self.is_named.swap(true, Ordering::Relaxed)
    }

    fn idle_since(&self, change: impl FnOnce(&mut Option<Instant>) -> Option<Instant>) -> Option<Instant> {
        change(&mut self.idle_since.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The attempts of one run to start.
pub(super) struct Attempts<'a> {
    shortage: &'a Shortage,
    turn: Option<MutexGuard<'a, ()>>,
    failed: u32,
    running: Option<Running<'a>>,
}

impl Attempts<'_> {
    /// Waits until the next attempt makes sense.
    pub(super) async fn next(&mut self) {
        if self.failed == 0 {
            drop(self.shortage.turn.lock().await);
        } else if self.turn.is_none() {
            self.turn = Some(self.shortage.turn.lock().await);
        } else {
            let mut running = self.shortage.running.subscribe();
            let pause = LONGEST.min(SHORTEST * 2_u32.saturating_pow(self.failed.min(8)));
            tokio::select! {
                _ = running.changed() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// The command runs, until these attempts are dropped. Now it is the next one's turn.
    pub(super) fn started(&mut self) {
        self.shortage.running.send_modify(|running| *running += 1);
        self.shortage.idle_since(Option::take);
        self.running = Some(Running(self.shortage));
        self.turn = None;
    }

    /// Notes why an attempt failed. Returns whether another one could succeed.
    pub(super) fn failed(&mut self, error: &Error) -> bool {
        let Some(patience) = patience(error).filter(|_| self.running.is_none()) else { return false };
        self.failed += 1;
        let is_idle = *self.shortage.running.borrow() == 0;
        let idle_since = self.shortage.idle_since(|since| {
            if is_idle {
                since.get_or_insert_with(Instant::now);
            } else {
                *since = None;
            }
            *since
        });
        idle_since.is_none_or(|since| since.elapsed() < patience)
    }
}

struct Running<'a>(&'a Shortage);

impl Drop for Running<'_> {
    fn drop(&mut self) {
        self.0.running.send_modify(|running| *running -= 1);
    }
}

/// Opens a file, again and again where what it needs is used up for the moment. Returns when that has not helped for
/// long, too.
pub(super) async fn patiently(mut open: impl FnMut() -> io::Result<()>) {
    let (start, mut pause) = (Instant::now(), SHORTEST);
    while let Err(error) = open()
        && patience(&error).is_some_and(|patience| start.elapsed() < patience)
    {
        tokio::time::sleep(pause).await;
        pause = LONGEST.min(2 * pause);
    }
}

/// How long to try again after an error that too few descriptors, processes or memory have caused; `None` after others.
fn patience(error: &(dyn std::error::Error + 'static)) -> Option<Duration> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            let inner = || error.get_ref().and_then(|inner| patience(inner));
            if let Some(patience) = patience_with_system(error).or_else(inner) {
                return Some(patience);
            }
        }
        next = error.source();
    }
    None
}

#[cfg(unix)]
fn patience_with_system(error: &io::Error) -> Option<Duration> {
    use rustix::io::Errno;
    match Errno::from_io_error(error)? {
        Errno::AGAIN | Errno::NFILE | Errno::NOMEM => Some(PATIENCE),
        Errno::MFILE => Some(PATIENCE_WITH_ITSELF),
        _ => None,
    }
}

#[cfg(not(unix))]
fn patience_with_system(error: &io::Error) -> Option<Duration> {
    (error.kind() == io::ErrorKind::OutOfMemory).then_some(PATIENCE)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn used_up(number: i32) -> Error {
        Error::failed("cannot run true").with_source(io::Error::from_raw_os_error(number))
    }

    #[test]
    fn only_what_others_can_free_is_waited_for() {
        use rustix::io::Errno;
        let number = |error: Errno| error.raw_os_error();
        for error in [Errno::AGAIN, Errno::MFILE, Errno::NFILE, Errno::NOMEM] {
            let wrapped = io::Error::other(used_up(number(error)));
            assert!(patience(&used_up(number(error))).is_some() && patience(&wrapped).is_some(), "{error}");
        }
        for error in [Errno::NOENT, Errno::ACCESS, Errno::NOSPC, Errno::TOOBIG] {
            assert_eq!(patience(&used_up(number(error))), None, "{error}");
        }
        assert_eq!(patience(&Error::denied("no access")), None);
    }

    #[tokio::test]
    async fn a_run_is_tried_again_while_others_run_and_never_once_it_has_started() {
        let shortage = Shortage::default();
        let error = used_up(rustix::io::Errno::AGAIN.raw_os_error());
        let (mut other, mut run) = (shortage.attempts(), shortage.attempts());
        other.next().await;
        other.started();
        run.next().await;
        for _ in 0..3 {
            assert!(run.failed(&error));
            run.next().await;
        }
        drop(other);
        assert!(run.failed(&error), "other programs may free what it needs");
        run.next().await;
        run.started();
        assert!(!run.failed(&error), "it does not run twice");
        // Nobody waits for the turn of one that runs.
        shortage.attempts().next().await;
    }
}
