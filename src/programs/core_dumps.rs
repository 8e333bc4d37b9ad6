//! Core dumps: this process holds secrets, so it leaves none. The programs that it starts keep the user's own limit.

use std::io;
use std::process::{Child, Command};

#[cfg(unix)]
use super::descriptors;

/// Keeps this process from leaving a core dump, and other programs of the user from reading its memory. It is the first
/// thing that `main` does.
///
/// The limit alone is not enough: where Linux hands cores to a program, such as systemd-coredump, it does not count. A
/// process that is not dumpable has no core anywhere. Only root can trace it, or read its environment in `/proc`.
pub fn prevent() {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // A sandbox may forbid it; then the limit is what there is.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
    #[cfg(unix)]
    limit::lower();
}

/// Starts a program, which gets the limits that this process was given. `exec` makes a program dumpable by itself.
#[allow(clippy::disallowed_methods, reason = "this is the function to use")]
pub(crate) fn start(command: &mut Command) -> io::Result<Child> {
    with_own_limit(|| command.spawn())
}

/// Runs a function that starts a program. Meanwhile the limits are those of the user.
#[cfg(unix)]
pub(crate) fn with_own_limit<T>(start: impl FnOnce() -> T) -> T {
    limit::raised_for(|| descriptors::with_own_limit(start))
}

/// There is no such limit.
#[cfg(not(unix))]
pub(crate) fn with_own_limit<T>(start: impl FnOnce() -> T) -> T {
    start()
}

#[cfg(unix)]
mod limit {
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Mutex, PoisonError};

    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// What stands for no limit.
    const UNLIMITED: u64 = u64::MAX;

    /// The limit that this process was given, as long as it differs from the present one.
    static GIVEN: AtomicU64 = AtomicU64::new(0);

    /// Only one thread at a time raises the limit, or another would lower it before a program has started.
    static STARTING: Mutex<()> = Mutex::new(());

    /// The hard limit stays, so that the soft one can be raised again.
    fn set(soft: Option<u64>, limit: Rlimit) {
        // A soft limit up to the hard one is always allowed.
        let _ = setrlimit(Resource::Core, Rlimit { current: soft, ..limit });
    }

    pub(super) fn lower() {
        let limit = getrlimit(Resource::Core);
        if limit.current != Some(0) {
            GIVEN.store(limit.current.unwrap_or(UNLIMITED), Ordering::Relaxed);
            set(Some(0), limit);
        }
    }

    pub(super) fn raised_for<T>(start: impl FnOnce() -> T) -> T {
        let given = GIVEN.load(Ordering::Relaxed);
        if given == 0 {
            return start();
        }
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = getrlimit(Resource::Core);
        set((given != UNLIMITED).then_some(given), limit);
        let started = start();
        set(Some(0), limit);
        started
    }
}
