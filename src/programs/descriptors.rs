//! Open files: how many this process may have at a time. It raises its limit where it needs more, and each program that
//! it starts gets the limit back that the user has set.

pub(crate) use system::{lifted, raise, state};
#[cfg(unix)]
pub(crate) use system::{lowered, reserve, with_own_limit};

/// The limits, and how many of the files are open.
#[derive(Clone, Copy, Debug)]
pub(crate) struct State {
    /// The limit that the user has set.
    pub(crate) given: usize,
    /// The limit now.
    pub(crate) limit: usize,
    pub(crate) open: usize,
}

#[cfg(unix)]
mod system {
    use std::fs::File;
    use std::io;
    use std::os::fd::{AsFd, AsRawFd as _, OwnedFd, RawFd};
    use std::sync::atomic::{AtomicU64, Ordering};
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use rustix::io::{Errno, fcntl_dupfd_cloexec};
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::State;

    /// What is allowed where the hard limit itself is refused: macOS takes no limit above this one, and says that its
    /// hard limit is none.
    const MOST_OF_MACOS: u64 = 10_240;

    /// How many are taken to be open where that cannot be found out.
    const USUALLY_OPEN: usize = 64;

    /// The limit that this process was given, as long as it differs from the present one.
    static GIVEN: AtomicU64 = AtomicU64::new(0);

    /// Only one thread at a time lowers the limit, or another would raise it before a program has started.
    static STARTING: Mutex<()> = Mutex::new(());

    /// What keeps numbers below the limit that was given free for [`lowered`].
    static RESERVED: Mutex<Vec<OwnedFd>> = Mutex::new(Vec::new());

    /// How many: for the stdin, stdout and stderr of a program, and for what other threads open while it starts.
    const RESERVED_NUMBERS: usize = 8;

    pub(crate) fn state() -> State {
        let number =
            |limit: Option<u64>| limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap_or(usize::MAX));
        let limit = number(getrlimit(Resource::Nofile).current);
        let given = match GIVEN.load(Ordering::Relaxed) {
            0 => limit,
            given => number(Some(given)),
        };
        // The list is open while it is read.
        let open = std::fs::read_dir("/dev/fd").map_or(USUALLY_OPEN, |list| list.count().saturating_sub(1));
        State { given, limit, open }
    }

    /// Raises the limit as far as the system lets this user.
    pub(crate) fn raise() {
        let given = getrlimit(Resource::Nofile);
        let Some(soft) = given.current else { return };
        for higher in [given.maximum, Some(MOST_OF_MACOS)] {
            let is_higher = higher.is_none_or(|higher| higher > soft);
            if is_higher && setrlimit(Resource::Nofile, Rlimit { current: higher, ..given }).is_ok() {
                GIVEN.store(soft, Ordering::Relaxed);
                return reserve();
            }
        }
    }

    /// Runs a function that starts a program. Meanwhile the limit is that of the user: nothing else changes the limit
    /// of a program without a moment at which it could see the other one.
    ///
    /// Other threads can open files meanwhile as long as numbers below that limit are free. See [`lifted`].
    pub(crate) fn with_own_limit<T>(start: impl FnOnce() -> T) -> T {
        let given = GIVEN.load(Ordering::Relaxed);
        if given == 0 {
            return start();
        }
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        reserved().clear();
        let raised = getrlimit(Resource::Nofile);
        // Up to the hard limit, each soft one is always allowed.
        let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(given), ..raised });
        let started = start();
        let _ = setrlimit(Resource::Nofile, raised);
        started
    }

    /// A file that stays open for long, by a number above the limit that was given, so that those below it stay free.
    pub(crate) fn lifted<T: AsFd + From<OwnedFd>>(file: T) -> T {
        match given() {
            Some(given) => fcntl_dupfd_cloexec(&file, given).map_or(file, T::from),
            None => file,
        }
    }

    /// A file that a program gets, by a number below its limit: one above it is not passed on.
    ///
    /// Errors: too many files are open.
    pub(crate) fn lowered(file: OwnedFd) -> io::Result<OwnedFd> {
        let Some(given) = given().filter(|given| file.as_raw_fd() >= *given) else { return Ok(file) };
        drop(reserved().pop());
        let low = fcntl_dupfd_cloexec(&file, 0)?;
        if low.as_raw_fd() < given { Ok(low) } else { Err(Errno::MFILE.into()) }
    }

    /// Keeps other files off the low numbers that the start of a program needs, however many are open.
    pub(crate) fn reserve() {
        let (Some(given), mut reserved) = (given(), reserved()) else { return };
        while reserved.len() < RESERVED_NUMBERS
            && let Ok(file) = File::open("/dev/null")
            && file.as_raw_fd() < given
        {
            reserved.push(file.into());
        }
    }

    /// The limit that was given, if the present one is another.
    fn given() -> Option<RawFd> {
        RawFd::try_from(GIVEN.load(Ordering::Relaxed)).ok().filter(|given| *given > 0)
    }

    fn reserved() -> MutexGuard<'static, Vec<OwnedFd>> {
        RESERVED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_open_is_counted() {
            let before = state().open;
            let files: Vec<_> = (0..40).map(|_| std::fs::File::open("/dev/null").unwrap()).collect();
            // Other tests open files too.
            assert!(state().open >= before.min(20) + 20, "{before} {:?}", state());
            let first = files[0].as_raw_fd();
            assert_eq!(lifted(files.into_iter().next().unwrap()).as_raw_fd(), first, "the limit is not raised");
        }
    }
}

/// There is no such limit.
#[cfg(not(unix))]
mod system {
    use super::State;

    pub(crate) fn state() -> State {
        State { given: usize::MAX, limit: usize::MAX, open: 0 }
    }

    pub(crate) fn raise() {}

    pub(crate) fn lifted<T>(file: T) -> T {
        file
    }
}
