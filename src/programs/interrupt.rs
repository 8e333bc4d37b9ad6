//! Ctrl-C during a verb.

#[cfg(unix)]
use super::ignored::is_ignored;
use super::uninterrupted;
#[cfg(unix)]
use crate::error::Kind;

/// From now on Ctrl-C ends this process with status 130, after uninterrupted work. A verb that runs a command leaves it
/// to that, and so does one that was started with SIGINT ignored.
#[cfg(unix)]
pub(crate) fn end_with_130(runs_command: bool) {
    use signal_hook::consts::SIGINT;
    if runs_command || is_ignored(SIGINT) {
        return;
    }
    // First, for work that ends while the signal is being handled.
    uninterrupted::note(SIGINT);
    let status = i32::from(Kind::Cancelled.status());
    // If this fails, the default action still ends the process, only with another status.
    let _ = signal_hook::flag::register_conditional_shutdown(SIGINT, status, uninterrupted::is_immediate());
}

/// From now on Ctrl-C and the other events of the console end this process, after uninterrupted work. A verb that runs
/// a command receives them later, and until then ends like every verb.
#[cfg(windows)]
pub(crate) fn end_with_130(_runs_command: bool) {
    uninterrupted::register();
}
