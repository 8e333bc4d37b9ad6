//! Keeps credentials that live: renewed before they lapse, once for all who ask.

use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::watch;

use crate::credentials::{FRESH_SECONDS, RoleCredentials};
use crate::error::{Error, Result};
use crate::timestamp;

/// How long a request waits for a renewal that is under way, where nothing lives any more; SDKs give up after a second
/// or two.
const PATIENCE: Duration = Duration::from_millis(900);

/// The pause after a first failure; it doubles with each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause while nobody asks.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// The longest pause while somebody asks: a person may just have signed in.
const ASKED_PAUSE: Duration = Duration::from_secs(5);

/// The shortest time between two renewals that succeed: credentials that hardly live are no reason to run hot.
const BREATH: Duration = Duration::from_millis(250);

/// What is known at one moment.
#[derive(Debug)]
struct State {
    credentials: RoleCredentials,
    /// By this machine's clock, which a sleeping machine's other clock falls behind.
    renew_at: Timestamp,
    failure: Option<Failure>,
}

/// The renewals that failed since the last one that did not.
#[derive(Clone, Debug)]
struct Failure {
    error: Error,
    times: u32,
    at: Instant,
}

impl Failure {
    fn pause(&self) -> Duration {
        FIRST_PAUSE.saturating_mul(1 << (self.times - 1).min(16)).min(LONGEST_PAUSE)
    }

    /// Whether it is worth trying again for somebody who asks.
    fn is_past(&self) -> bool {
        self.at.elapsed() >= self.pause().min(ASKED_PAUSE)
    }
}

impl State {
    fn of(credentials: RoleCredentials) -> Self {
        let now = Timestamp::now();
        let left = credentials.expiration.duration_since(now);
        let fresh = SignedDuration::from_secs(FRESH_SECONDS - 1);
        // What never was fresh is renewed when half of it is over.
        let wait = if left > fresh { left - fresh } else { left / 2 };
        let breath = SignedDuration::try_from(BREATH).unwrap_or_default();
        let renew_at = now.saturating_add(wait.max(breath)).unwrap_or(now);
        Self { credentials, renew_at, failure: None }
    }

    fn is_due(&self) -> bool {
        Timestamp::now() >= self.renew_at
    }

    fn is_live(&self) -> bool {
        self.credentials.seconds_left() > 0
    }

    /// How long nothing has to be done, if nobody asks.
    fn rest(&self) -> Duration {
        match &self.failure {
            Some(failure) => failure.pause().saturating_sub(failure.at.elapsed()),
            None => Duration::try_from(self.renew_at.duration_since(Timestamp::now())).unwrap_or_default(),
        }
    }
}

/// The one who renews, on a thread of its own; it ends when nobody is left to ask for credentials.
#[derive(Debug)]
pub struct Keeper;

impl Keeper {
    /// Keeps these credentials, with others from `renew` in time. `told` hears of the first of several failures.
    pub fn start(
        first: RoleCredentials,
        renew: impl FnMut() -> Result<RoleCredentials> + Send + 'static,
        told: impl Fn(&Error) + Send + 'static,
    ) -> Live {
        let (state, watched) = watch::channel(State::of(first));
        let (asker, requests) = mpsc::sync_channel(1);
        std::thread::spawn(move || keep(&state, &requests, renew, told));
        Live { state: watched, asker }
    }
}

fn keep(
    state: &watch::Sender<State>,
    requests: &Receiver<()>,
    mut renew: impl FnMut() -> Result<RoleCredentials>,
    told: impl Fn(&Error),
) {
    loop {
        let rest = state.borrow().rest();
        let is_asked = match requests.recv_timeout(rest) {
            Ok(()) => true,
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        // A request that came while the last renewal was under way is served by it.
        let is_time = {
            let state = state.borrow();
            state.is_due() && state.failure.as_ref().is_none_or(|failure| !is_asked || failure.is_past())
        };
        if !is_time {
            continue;
        }
        match renew() {
            Ok(credentials) => {
                tracing::info!("renewed, {} s left", credentials.seconds_left());
                state.send_replace(State::of(credentials));
            }
            Err(error) => {
                let times = state.borrow().failure.as_ref().map_or(0, |failure| failure.times);
                if times == 0 {
                    told(&error);
                }
                let failure = Failure { error, times: times.saturating_add(1), at: Instant::now() };
                state.send_modify(|state| state.failure = Some(failure));
            }
        }
    }
}

/// Credentials that live, for as many as ask.
#[derive(Clone, Debug)]
pub struct Live {
    state: watch::Receiver<State>,
    asker: SyncSender<()>,
}

impl Live {
    /// The answer to a request, from memory while the credentials live.
    ///
    /// Errors: they have lapsed, and could not be renewed.
    pub(super) async fn answer(&self) -> Result<String> {
        let mut state = self.state.clone();
        let failed_before = {
            let state = state.borrow_and_update();
            if state.is_due() {
                // One is enough for all.
                let _ = self.asker.try_send(());
            }
            if state.is_live() {
                return Ok(body(&state.credentials));
            }
            match &state.failure {
                Some(failure) if !failure.is_past() => return Err(failure.error.clone()),
                failure => failure.as_ref().map_or(0, |failure| failure.times),
            }
        };
        let is_over = |state: &State| {
            let failed = state.failure.as_ref().is_some_and(|failure| failure.times > failed_before);
            state.is_live() || failed
        };
        match tokio::time::timeout(PATIENCE, state.wait_for(is_over)).await {
            Ok(Ok(state)) if state.is_live() => Ok(body(&state.credentials)),
            Ok(Ok(state)) => Err(state.failure.as_ref().map_or_else(late, |failure| failure.error.clone())),
            // A renewal that is under way for long: the last one that failed says more.
            _ => Err(self.state.borrow().failure.as_ref().map_or_else(late, |failure| failure.error.clone())),
        }
    }
}

fn late() -> Error {
    Error::service("the credentials have lapsed, and newer ones are still on their way").with_remedy("ask again")
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Body<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    token: &'a str,
    expiration: String,
    account_id: &'a str,
}

fn body(credentials: &RoleCredentials) -> String {
    let body = Body {
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        token: credentials.session_token.expose(),
        expiration: timestamp::format(credentials.expiration),
        account_id: &credentials.account_id,
    };
    // Strings always serialise.
    serde_json::to_string(&body).unwrap_or_default()
}
