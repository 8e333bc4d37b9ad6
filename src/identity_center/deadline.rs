//! A moment by which all requests of a task have to be answered.

use std::future::Future;
use std::time::{Duration, Instant};

tokio::task_local! {
    static DEADLINE: Instant;
}

/// Limits the requests of a future; without a moment it runs as it is.
pub(super) async fn until<T>(deadline: Option<Instant>, future: impl Future<Output = T>) -> T {
    match deadline {
        Some(deadline) => DEADLINE.scope(deadline, future).await,
        None => future.await,
    }
}

/// This limit, or what is left until the deadline of this task.
pub(super) fn shortened(limit: Duration) -> Duration {
    DEADLINE
        .try_with(|deadline| deadline.saturating_duration_since(Instant::now()))
        .map_or(limit, |left| left.min(limit))
}
