//! Points in time as the service counts them.

use std::time::Duration;

/// Milliseconds since the Unix epoch.
pub(super) type Millis = i64;

pub(super) fn millis(duration: Duration) -> Millis {
    Millis::try_from(duration.as_millis()).unwrap_or(Millis::MAX / 4)
}
