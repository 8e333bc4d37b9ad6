//! Waiting for a lock that another process holds, and saying so.

use std::path::Path;
use std::time::Duration;

use super::lock::{self, Lock};
use crate::error::Result;
use crate::terminal;

/// Takes the lock as [`lock::take`] does. After a while it says on the terminal what it waits for: another process that
/// is `doing` something, such as `is signing in`.
///
/// Of all processes that wait on one terminal only the first says it, so that the link to sign in with stays in sight.
pub(crate) fn take_saying(locks: &Path, name: &str, patience: Duration, doing: &str) -> Result<Lock> {
    // Held while this process waits: it marks that the message stands on this terminal.
    let mut said = None;
    lock::take(locks, name, patience, |holder| {
        said = lock::take_if_free(locks, &format!("{name}-said-{}", terminal::identity()));
        if said.is_some() {
            terminal::show(&format!("aws-sso: {holder} {doing}; waiting for it\n"));
        }
    })
}
