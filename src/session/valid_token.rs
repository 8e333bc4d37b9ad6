//! A valid token, from wherever it can be had: the shared cache, a renewal, or a person who signs in.

use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::aws_cache::token::{self, Token};
use crate::aws_config::directory::Directory;
use crate::error::{Error, Kind, Result};
use crate::files::lock::{self, Lock};
use crate::files::{failed, waiting};
use crate::identity_center::oidc::Flow;
use crate::identity_center::{Client, PortalError};
use crate::programs::profile_option;
use crate::secret::Secret;
use crate::secret_store::{ReservedSecret, SecretStore};

use super::history::History;
use super::login_policy::LoginPolicy;
use super::paths::Paths;
use super::unsaved;

/// Renewed when less is left, as botocore does: 15 minutes, in seconds.
const RENEW_BELOW: i64 = 15 * 60;

/// Not worth sending when less is left: it would expire on the way. In seconds.
const USABLE_ABOVE: i64 = 30;

/// The name of the lock of a person's sign-in.
pub(super) const SIGN_IN: &str = "sign-in";

/// How long the renewal of a token may take that is still valid, until the service has its request.
const EARLY_BUDGET: Duration = Duration::from_millis(4500);

/// The sign-in to one Identity Center, shared with every AWS tool of this user.
#[derive(Debug)]
pub struct Session<'a> {
    pub(super) directory: &'a Directory,
    pub(super) client: &'a Client,
    pub(super) policy: LoginPolicy,
    /// Whether a person has asked for this, and not a program.
    pub(super) is_for_person: bool,
    pub(super) store: SecretStore,
    pub(super) paths: Paths,
    /// The flow of a sign-in for which the user has asked for none.
    pub(super) usual_flow: Option<Flow>,
    /// When all requests and all waiting for other processes have to be over, except for a person's sign-in.
    deadline: Option<Instant>,
    /// A token that is not renewed early: it was just renewed, or that has failed.
    settled: Arc<Mutex<Option<Secret>>>,
}

impl<'a> Session<'a> {
    /// Nothing is read or sent yet.
    #[must_use]
    pub fn new(
        directory: &'a Directory,
        client: &'a Client,
        policy: LoginPolicy,
        store: SecretStore,
        paths: Paths,
    ) -> Self {
        let settled = Arc::default();
        let (is_for_person, usual_flow, deadline) = (true, None, None);
        Self { directory, client, policy, is_for_person, store, paths, usual_flow, deadline, settled }
    }

    /// The same sign-in for a program's request.
    #[must_use]
    pub fn for_program(self) -> Self {
        Self { is_for_person: false, ..self }
    }

    /// The same, with the flow that the settings name.
    #[must_use]
    pub fn with_usual_flow(self, flow: Option<Flow>) -> Self {
        Self { usual_flow: flow, ..self }
    }

    /// The same sign-in for something that has to be done within this time.
    pub(crate) fn within(&self, budget: Duration) -> Session<'a> {
        let until = Instant::now() + budget;
        Session {
            store: self.store.clone(),
            paths: self.paths.clone(),
            deadline: Some(self.deadline.map_or(until, |deadline| deadline.min(until))),
            settled: Arc::clone(&self.settled),
            ..*self
        }
    }

    fn left(&self) -> Option<Duration> {
        self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Whether nothing can be asked any more.
    pub(crate) fn is_out_of_time(&self) -> bool {
        self.left().is_some_and(|left| left.is_zero())
    }

    /// How long to wait for another process that usually gets this long.
    pub(crate) fn patience(&self, usual: Duration) -> Duration {
        self.left().map_or(usual, |left| left.min(usual))
    }

    /// Runs requests to their end, or to the deadline.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        self.client.block_on_until(self.deadline, future)
    }

    fn settled(&self) -> MutexGuard<'_, Option<Secret>> {
        self.settled.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a person has asked for this, and not a program.
    pub(crate) fn is_for_person(&self) -> bool {
        self.is_for_person
    }

    /// What tells this sign-in from those before it; `None` where another tool has signed in.
    pub(crate) fn mark(&self) -> Option<String> {
        let history = History::read(&self.paths.history, self.directory);
        let is_continued = self.stored().ok().flatten().is_some_and(|token| history.is_continued_by(&token));
        Some(format!("sign-in {}", history.sign_ins.last().filter(|_| is_continued)?.at))
    }

    pub(crate) fn directory(&self) -> &'a Directory {
        self.directory
    }

    pub(crate) fn client(&self) -> &'a Client {
        self.client
    }

    /// Where the token is kept, and the credentials that it pays for.
    pub(crate) fn store(&self) -> &SecretStore {
        &self.store
    }

    pub(crate) fn paths(&self) -> &Paths {
        &self.paths
    }

    pub(super) fn path(&self) -> PathBuf {
        token::path(&self.paths.tokens, self.directory.token_key())
    }

    /// The stored token of this Identity Center, however old.
    ///
    /// A session's file is named after the session alone: if its start URL was edited since, the file holds another
    /// directory's token, which must not be sent here.
    pub fn stored(&self) -> Result<Option<Token>> {
        let path = self.path();
        match self.written() {
            Ok(stored) => Ok(unsaved::in_place_of(&path, stored.as_ref()).or(stored)),
            Err(error) => unsaved::of(&path).map(Some).ok_or(error),
        }
    }

    /// Whether this is the token of the sign-in now; yes where that cannot be found out.
    pub(crate) fn has(&self, token: &Secret) -> bool {
        self.stored().map_or(true, |stored| stored.is_some_and(|stored| stored.access_token == *token))
    }

    /// Fails if somebody has signed out. Other tools write the token's file in place, so one that holds no token at the
    /// moment is no sign-out.
    pub(crate) fn check_not_signed_out(&self) -> Result<()> {
        if self.directory.is_keys() {
            return Ok(());
        }
        let path = self.path();
        let is_gone = matches!(self.store.read(&path), Ok(None)) && unsaved::in_place_of(&path, None).is_none();
        if is_gone { Err(self.sign_in_needed()) } else { Ok(()) }
    }

    /// Whether the stored token shows that the session has the start URL that it had before: it may have been edited.
    pub(crate) fn is_of_same_start_url(&self) -> bool {
        let stored = token::read(&self.store, &self.path()).unwrap_or_default();
        stored.is_some_and(|token| self.is_of_directory(&token))
    }

    /// The token in the store.
    fn written(&self) -> Result<Option<Token>> {
        Ok(token::read(&self.store, &self.path())?.filter(|token| self.is_of_directory(token)))
    }

    /// Writes a token to a place that was reserved for it. Where that fails, this process keeps it.
    pub(super) fn keep(&self, token: &Token, reserved: Result<ReservedSecret<'_>>) -> Result<()> {
        let outcome = reserved.and_then(|reserved| reserved.write(&token::render(token)?));
        match outcome {
            Ok(()) => unsaved::forget(&self.path()),
            Err(_) => unsaved::keep(self.path(), self.written().unwrap_or_default(), token.clone()),
        }
        outcome
    }

    /// Tries again to write a token that could not be written.
    fn keep_unsaved(&self) -> Option<()> {
        let path = self.path();
        unsaved::of(&path)?;
        let _lock = lock::take_if_free(&self.paths.locks, &self.lock_name("token"))?;
        let token = unsaved::in_place_of(&path, self.written().ok()?.as_ref())?;
        self.keep(&token, self.store.reserve(&path)).ok()
    }

    pub(super) fn is_of_directory(&self, token: &Token) -> bool {
        token.start_url.as_deref().is_none_or(|url| self.directory.has_start_url(url))
    }

    /// A token to send: the stored one, a renewed one, or a new one from a person who signs in.
    ///
    /// Errors: `SignInNeeded` where that would take a person and none can be asked.
    pub fn token(&self) -> Result<Secret> {
        match self.token_without_person()? {
            Some(token) => Ok(token.access_token),
            None => Ok(self.ask_person(None)?.access_token),
        }
    }

    /// A token that needs no new sign-in; `None` if one is needed.
    ///
    /// Errors: an expired token could not be renewed because the service or the network failed.
    pub fn token_without_person(&self) -> Result<Option<Token>> {
        self.keep_unsaved();
        let Some(token) = self.stored()? else { return Ok(None) };
        if token.seconds_left() >= RENEW_BELOW {
            return Ok(Some(token));
        }
        if is_usable(&token) {
            return Ok(Some(self.renewed_early(token)));
        }
        if token.is_renewable() { self.renew(&token, false) } else { Ok(None) }
    }

    /// The token renewed, or itself where that fails: it is still valid, so there is time to try again later.
    ///
    /// A service that does not answer must not hold up those who have a valid token, so it gets little time, and all
    /// processes leave it alone for a while.
    fn renewed_early(&self, token: Token) -> Token {
        let is_settled = self.settled().as_ref() == Some(&token.access_token);
        let (locks, name) = (&self.paths.locks, self.lock_name("renewal"));
        if !token.is_renewable() || is_settled || failed::recent(locks, &name).is_some() {
            return token;
        }
        // The rest of the time is for what the token is needed for.
        let budget = self.left().map_or(EARLY_BUDGET, |left| left / 2);
        let token = match self.within(budget).renew(&token, false) {
            Ok(renewed) => {
                failed::forget(locks, &name);
                renewed.unwrap_or(token)
            }
            Err(error) => {
                tracing::warn!("the sign-in could not be renewed yet: {error}");
                // `Denied`: the service cannot use a key, which no other process can change either.
                if matches!(error.kind(), Kind::Service | Kind::Denied) {
                    failed::remember(locks, &name, &error);
                }
                token
            }
        };
        *self.settled() = Some(token.access_token.clone());
        token
    }

    /// Sends a request with a token. If the service rejects a token that should be valid, it is replaced once.
    pub fn with_token<T>(&self, send: impl Fn(&Secret) -> Result<T, PortalError>) -> Result<T> {
        let token = self.token()?;
        let mut outcome = send(&token);
        if matches!(outcome, Err(PortalError::TokenRejected)) {
            outcome = send(&self.replacement(&token)?);
        }
        match outcome {
            Err(PortalError::TokenRejected) => Err(self.sign_in_needed()),
            outcome => Ok(outcome?),
        }
    }

    /// A token in place of one that the service rejected: another process's, a renewed one, or a new one.
    pub fn replacement(&self, rejected: &Secret) -> Result<Secret> {
        let token = match self.stored()? {
            // Its file stays: to delete it is to sign out, and a process without our lock may be renewing it.
            Some(token) if token.access_token == *rejected => {
                if token.is_renewable() {
                    self.renew(&token, true)?
                } else {
                    None
                }
            }
            _ => self.token_without_person()?,
        };
        match token {
            Some(token) => Ok(token.access_token),
            None => Ok(self.ask_person(Some(rejected))?.access_token),
        }
    }

    /// Asks the service whether it still accepts the token: it may have been revoked before it expires.
    pub fn is_accepted(&self, token: &Secret) -> Result<bool> {
        let service = self.client.service();
        self.client.block_on(async {
            match service.list_accounts(token, None).await {
                Ok(_) | Err(PortalError::Denied(_)) => Ok(true),
                Err(PortalError::TokenRejected) => Ok(false),
                Err(PortalError::Other(error)) => Err(error),
            }
        })
    }

    pub(super) fn lock_token(&self) -> Result<Lock> {
        self.lock("token", self.paths.renewal_patience, "is renewing the sign-in")
    }

    pub(super) fn lock(&self, what: &str, patience: Duration, doing: &str) -> Result<Lock> {
        waiting::take_saying(&self.paths.locks, &self.lock_name(what), self.patience(patience), doing)
    }

    /// The name of a lock, or of a failure, of this sign-in.
    pub(crate) fn lock_name(&self, what: &str) -> String {
        format!("{what}-{}", self.path().file_stem().unwrap_or_default().to_string_lossy())
    }

    pub(super) fn sign_in_needed(&self) -> Error {
        let option = profile_option(&self.directory.name);
        Error::sign_in_needed(format!("not signed in to {}", self.directory.start_url))
            .with_remedy(format!("run: aws-sso login {option}"))
    }
}

pub(super) fn is_usable(token: &Token) -> bool {
    token.seconds_left() > USABLE_ABOVE
}
