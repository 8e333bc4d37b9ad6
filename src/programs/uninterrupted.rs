//! Work that must come to its end: a signal that arrives meanwhile ends this process after it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};

/// How many pieces of such work are under way.
static COUNT: Mutex<u32> = Mutex::new(0);
static ENDED: Condvar = Condvar::new();

/// Whether a signal ends this process at once.
static IS_IMMEDIATE: LazyLock<Arc<AtomicBool>> = LazyLock::new(|| Arc::new(AtomicBool::new(true)));

/// Whether the signals go to [`super::signals::Signals`], which ends this process by itself.
static IS_RECEIVED: AtomicBool = AtomicBool::new(false);

/// The signal that has arrived meanwhile, or 0.
static PENDING: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

/// Whether this process waits for the work, to end.
static IS_ENDING: AtomicBool = AtomicBool::new(false);

/// While this exists, the signals that ask this process to end do not end it.
#[must_use = "the work can be interrupted when this is dropped"]
pub(crate) struct Uninterrupted(());

fn count() -> MutexGuard<'static, u32> {
    COUNT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Handles the signals. What else is to act on them is added later: actions run in the order in which they were added,
/// and one that lets the signal end this process must find it noted.
pub(super) fn prepare() {
    static REGISTERED: LazyLock<()> = LazyLock::new(register);
    LazyLock::force(&REGISTERED);
}

/// Begins such work.
pub(crate) fn begin() -> Uninterrupted {
    let mut count = count();
    if *count == 0 {
        if cfg!(unix) {
            PENDING.store(0, SeqCst);
        }
        IS_IMMEDIATE.store(false, SeqCst);
    }
    *count += 1;
    prepare();
    Uninterrupted(())
}

impl Drop for Uninterrupted {
    fn drop(&mut self) {
        let mut count = count();
        *count -= 1;
        if *count > 0 {
            return;
        }
        ENDED.notify_all();
        if !IS_RECEIVED.load(SeqCst) {
            IS_IMMEDIATE.store(true, SeqCst);
            end_if_asked(count);
        }
    }
}

/// Whether a signal ends this process at once, for other handlers.
#[cfg(unix)]
pub(crate) fn is_immediate() -> Arc<AtomicBool> {
    Arc::clone(&IS_IMMEDIATE)
}

/// From now on the signals end nothing by themselves.
pub(super) fn leave_to_receiver() {
    IS_RECEIVED.store(true, SeqCst);
    IS_IMMEDIATE.store(false, SeqCst);
}

/// Whether this process is to end as soon as the work is done, so that nothing is tried again.
pub(crate) fn is_to_end() -> bool {
    IS_ENDING.load(SeqCst) || (!IS_RECEIVED.load(SeqCst) && PENDING.load(SeqCst) != 0)
}

/// Waits for the work of other threads, before this process ends.
pub(crate) fn finish() {
    IS_ENDING.store(true, SeqCst);
    drop(ENDED.wait_while(count(), |count| *count > 0));
}

/// Notes a signal when it arrives.
#[cfg(unix)]
pub(super) fn note(signal: i32) {
    let _ = signal_hook::flag::register_usize(signal, Arc::clone(&PENDING), signal.unsigned_abs() as usize);
}

/// If it fails, the signals end the process at once, as by default.
#[cfg(unix)]
fn register() {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGINT, SIGTERM, SIGHUP].into_iter().filter(|signal| !super::ignored::is_ignored(*signal)) {
        note(signal);
        let _ = signal_hook::flag::register_conditional_default(signal, is_immediate());
    }
}

/// Ends this process by the signal that has arrived meanwhile, if one has.
#[cfg(unix)]
fn end_if_asked(_count: MutexGuard<'_, u32>) {
    if let Ok(signal @ 1..) = i32::try_from(PENDING.swap(0, SeqCst)) {
        let _ = signal_hook::low_level::raise(signal);
    }
}

/// Nothing follows the work if this process is to end: another thread does that.
#[cfg(windows)]
fn end_if_asked(count: MutexGuard<'_, u32>) {
    drop(count);
    while PENDING.load(SeqCst) != 0 {
        std::thread::park();
    }
}

/// From now on an event of the console ends this process with its status, after such work.
#[cfg(windows)]
pub(crate) fn register() {
    static REGISTERED: LazyLock<()> = LazyLock::new(|| super::console_events::watch(end_after_work));
    LazyLock::force(&REGISTERED);
}

#[cfg(windows)]
fn end_after_work(signal: super::signal::Signal) {
    if !IS_RECEIVED.load(SeqCst) {
        PENDING.store(signal.status().into(), SeqCst);
        tracing::info!("{}: what must come to its end does", signal.name());
        finish();
        crate::terminal::exit(signal.status().into());
    }
}
