//! Keeps a role's credentials fresh: renewed before they expire, once for everything that asks.

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::credentials::{self, FRESH_SECONDS, RoleCredentials};
use crate::error::{Error, Result};

/// How long a request waits for a renewal that is under way, once the credentials have expired. SDKs give up after a
/// second or two.
const PATIENCE: Duration = Duration::from_millis(900);

/// The pause after a first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause while nothing asks.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The longest pause while something asks: the user may just have signed in.
const ASKED_PAUSE: Duration = Duration::from_secs(5);

/// The shortest time between two renewals that succeed, where the service gives credentials that expire at once.
const BREATH: Duration = Duration::from_millis(250);

/// What is known at one moment.
#[derive(Debug)]
struct Snapshot {
    credentials: RoleCredentials,
    /// By the wall clock: the monotonic clock stands still while the machine sleeps.
    renew_at: Timestamp,
    failed: Option<FailedRenewals>,
}

/// The renewals that failed since the last success.
#[derive(Clone, Debug)]
struct FailedRenewals {
    last: Error,
    times: u32,
    at: Instant,
}

impl FailedRenewals {
    fn pause(&self) -> Duration {
        FIRST_PAUSE.saturating_mul(1 << (self.times - 1).min(16)).min(LONGEST_PAUSE)
    }

    /// Whether to try again when something asks.
    fn is_over(&self) -> bool {
        self.at.elapsed() >= self.pause().min(ASKED_PAUSE)
    }
}

impl Snapshot {
    fn of(credentials: RoleCredentials) -> Self {
        let now = Timestamp::now();
        let left = credentials.expiration.duration_since(now);
        let fresh = SignedDuration::from_secs(FRESH_SECONDS - 1);
        // Credentials that never were fresh are renewed at half of their lifetime.
        let wait = if left > fresh { left - fresh } else { left / 2 };
        let breath = SignedDuration::try_from(BREATH).unwrap_or_default();
        let renew_at = now.saturating_add(wait.max(breath)).unwrap_or(now);
        Self { credentials, renew_at, failed: None }
    }

    /// Drops these credentials, because the sign-in that they came from has ended. Returns whether they were there.
    fn end(&mut self, ended: &RoleCredentials) -> bool {
        if !self.is_valid() || self.credentials.access_key_id != ended.access_key_id {
            return false;
        }
        self.renew_at = Timestamp::now();
        self.credentials.expiration = Timestamp::UNIX_EPOCH;
        self.credentials.secret_access_key = "".into();
        self.credentials.session_token = "".into();
        true
    }

    fn is_due(&self) -> bool {
        Timestamp::now() >= self.renew_at
    }

    fn is_valid(&self) -> bool {
        self.credentials.seconds_left() > 0
    }

    fn failures(&self) -> u32 {
        self.failed.as_ref().map_or(0, |failed| failed.times)
    }

    /// How long the keeper sleeps if nothing asks.
    fn rest(&self) -> Duration {
        match &self.failed {
            Some(failed) => failed.pause().saturating_sub(failed.at.elapsed()),
            None => Duration::try_from(self.renew_at.duration_since(Timestamp::now())).unwrap_or_default(),
        }
    }

    /// Whether to renew now. A failed renewal is repeated after its pause, or earlier if something asks.
    fn is_time(&self, is_asked: bool) -> bool {
        let may_try = match &self.failed {
            Some(failed) => !is_asked || failed.is_over(),
            None => true,
        };
        // Something may have asked while the last renewal was under way: that one was enough.
        self.is_due() && may_try
    }
}

/// A role's credentials, renewed on a thread of its own, which ends with the last clone of this.
#[derive(Clone)]
pub(crate) struct Keeper {
    role_arn: String,
    snapshot: Arc<watch::Sender<Snapshot>>,
    asker: SyncSender<()>,
    is_of_sign_in: Arc<dyn Fn(&RoleCredentials) -> bool + Send + Sync>,
}

impl Keeper {
    /// Keeps these credentials while they are `is_of_sign_in`, and replaces them in time with what `renew` returns. Of
    /// several failures in a row, `report` gets the first.
    pub(crate) fn start(
        role_arn: String,
        first: RoleCredentials,
        renew: impl FnMut() -> Result<RoleCredentials> + Send + 'static,
        report: impl Fn(&Error) + Send + 'static,
        is_of_sign_in: impl Fn(&RoleCredentials) -> bool + Send + Sync + 'static,
    ) -> Self {
        let snapshot = Arc::new(watch::Sender::new(Snapshot::of(first)));
        let (asker, requests) = mpsc::sync_channel(1);
        let kept = Arc::clone(&snapshot);
        std::thread::spawn(move || keep(&kept, &requests, renew, report));
        Self { role_arn, snapshot, asker, is_of_sign_in: Arc::new(is_of_sign_in) }
    }

    /// The response to a request, from memory while the credentials are valid.
    ///
    /// Errors: they have expired, or somebody has signed out, and they could not be renewed.
    pub(super) async fn answer(&self) -> Result<String> {
        let current = self.snapshot.borrow().credentials.clone();
        if !(self.is_of_sign_in)(&current) {
            self.snapshot.send_if_modified(|now| now.end(&current));
        }
        let mut snapshot = self.snapshot.subscribe();
        let failures_before = {
            let now = snapshot.borrow_and_update();
            if now.is_due() {
                // The channel holds one request: a renewal serves all who ask meanwhile.
                let _ = self.asker.try_send(());
            }
            if now.is_valid() {
                return Ok(credentials::container(&now.credentials, &self.role_arn));
            }
            match &now.failed {
                Some(failed) if !failed.is_over() => return Err(failed.last.clone()),
                _ => now.failures(),
            }
        };
        let is_renewed_or_failed = |now: &Snapshot| now.is_valid() || now.failures() > failures_before;
        match tokio::time::timeout(PATIENCE, snapshot.wait_for(is_renewed_or_failed)).await {
            Ok(Ok(now)) if now.is_valid() => Ok(credentials::container(&now.credentials, &self.role_arn)),
            Ok(Ok(now)) => Err(error_of(&now)),
            // A renewal that takes long: the last failure says more than that.
            _ => Err(error_of(&self.snapshot.borrow())),
        }
    }
}

fn error_of(snapshot: &Snapshot) -> Error {
    match &snapshot.failed {
        Some(failed) => failed.last.clone(),
        None => Error::service("the credentials have expired, and newer ones are still on their way")
            .with_remedy("ask again"),
    }
}

fn keep(
    snapshot: &watch::Sender<Snapshot>,
    requests: &Receiver<()>,
    mut renew: impl FnMut() -> Result<RoleCredentials>,
    report: impl Fn(&Error),
) {
    loop {
        let rest = snapshot.borrow().rest();
        let is_asked = match requests.recv_timeout(rest) {
            Ok(()) => true,
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        if !snapshot.borrow().is_time(is_asked) {
            continue;
        }
        match renew() {
            Ok(credentials) => {
                tracing::info!("renewed, {} s left", credentials.seconds_left());
                snapshot.send_replace(Snapshot::of(credentials));
            }
            Err(error) => {
                let failures = snapshot.borrow().failures();
                if failures == 0 {
                    report(&error);
                }
                let failed = FailedRenewals { last: error, times: failures.saturating_add(1), at: Instant::now() };
                snapshot.send_modify(|snapshot| snapshot.failed = Some(failed));
            }
        }
    }
}
