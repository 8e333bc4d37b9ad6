//! A role's credentials: from the shared cache while they are fresh, else from the service, by one request for all
//! processes that ask at once.

mod caller;
mod chain;
mod keys;
mod mfa;
mod place;
mod refusal;
mod wanted;

pub use wanted::{Base, Wanted};

use std::cell::RefCell;
use std::path::PathBuf;
use std::time::Duration;

use sha1_smol::Sha1;

use crate::aws_cache::role_credentials::{self, CachedRole};
use crate::credentials::{FRESH_SECONDS, RoleCredentials};
use crate::error::{Error, Kind, Result};
use crate::files::lock::Lock;
use crate::files::{failed, waiting};
use crate::role::RoleArn;
use crate::secret::Secret;
use crate::session::Session;
use crate::terminal;

/// How long a renewal may take while cached credentials are still valid, for the token and for the role each. Programs
/// wait for it each time they use a `credential_process`. Only the answer to a token's renewal is waited for longer.
const BUDGET: Duration = Duration::from_millis(4500);

/// Credentials with more than this many seconds left are worth more than the wait for new ones: they outlive the minute
/// for which a failure is remembered.
const IN_HAND_SECONDS: i64 = 70;

/// How long before the end the prompt hook renews the credentials of a shell: newer ones have to last longer.
const NOTICE_SECONDS: i64 = 5 * 60;

/// Hands out credentials of the roles that one sign-in grants.
pub struct Provider<'a> {
    session: &'a Session<'a>,
    warn: &'a (dyn Fn(&str) + Sync),
    /// How many seconds cached credentials must have left to be used without asking for newer ones, if not as many as
    /// fresh ones have.
    least: Option<i64>,
}

impl<'a> Provider<'a> {
    /// Credentials are kept in the session's store and paths.
    #[must_use]
    pub fn new(session: &'a Session<'a>) -> Self {
        Self { session, warn: &terminal::warn, least: None }
    }

    /// Where warnings go, if not to stderr.
    #[must_use]
    pub fn warning_to(self, warn: &'a (dyn Fn(&str) + Sync)) -> Self {
        Self { warn, ..self }
    }

    /// Credentials with at least sixteen minutes left. Where the service cannot be reached: cached ones that are still
    /// valid, with a warning.
    pub fn credentials<'r>(&self, wanted: impl Into<Wanted<'r>>) -> Result<RoleCredentials> {
        let wanted = wanted.into();
        self.renewed(wanted).or_else(|error| self.last_resort(error, self.cached(wanted)))
    }

    /// The same, but an error where newer ones than those until `expiration` (epoch seconds) take a sign-in.
    pub(crate) fn newer<'r>(&self, wanted: impl Into<Wanted<'r>>, expiration: i64) -> Result<RoleCredentials> {
        let wanted = wanted.into();
        // Those of a role that lasts for minutes are fresh until shortly before their end.
        let is_ending = self.fresh_in_cache(wanted).is_some_and(|cached| cached.seconds_left() <= NOTICE_SECONDS);
        let least = if is_ending { Some(NOTICE_SECONDS + 1) } else { self.least };
        Provider { least, ..*self }.renewed(wanted).or_else(|error| {
            let is_newer = |credentials: &RoleCredentials| credentials.expiration.as_second() > expiration;
            let needs_newer = error.kind() == Kind::SignInNeeded;
            self.last_resort(error, self.cached(wanted).filter(|cached| !needs_newer || is_newer(cached)))
        })
    }

    /// Credentials with at least so many seconds left, or as many as the service gives them. Where that would take a
    /// sign-in, or the service cannot be reached: cached ones that are still fresh, with a warning.
    pub fn lasting<'r>(&self, wanted: impl Into<Wanted<'r>>, seconds: i64) -> Result<RoleCredentials> {
        let wanted = wanted.into();
        let Some(cached) = self.fresh_in_cache(wanted).filter(|cached| cached.seconds_left() < seconds) else {
            return self.credentials(wanted);
        };
        let newer = match self.is_prepared(&self.session.within(BUDGET), wanted) {
            Ok(true) => Provider { least: Some(seconds), ..*self }.fresh_in_time(wanted),
            Ok(false) => Err(self.person_needed(wanted)),
            Err(error) => Err(error),
        };
        newer.or_else(|error| self.last_resort(error, Some(cached)))
    }

    /// Credentials with at least sixteen minutes left, or as many as the service gives them. Where cached ones are
    /// still valid, a service that does not answer gets little time.
    pub fn renewed<'r>(&self, wanted: impl Into<Wanted<'r>>) -> Result<RoleCredentials> {
        let wanted = wanted.into();
        if let Some(fresh) = self.fresh_in_cache(wanted) {
            return Ok(fresh);
        }
        match self.cached(wanted) {
            Some(cached) if cached.seconds_left() > IN_HAND_SECONDS => self.fresh_in_time(wanted),
            _ => self.fresh(wanted),
        }
    }

    /// Whether this takes no person: there is a token, or there are credentials to assume the role with.
    ///
    /// Errors: a token that has expired could not be renewed.
    fn is_prepared(&self, session: &Session<'_>, wanted: Wanted<'_>) -> Result<bool> {
        match wanted.last_hop() {
            Some((hop, _)) if hop.mfa_serial.is_some() => Ok(false),
            Some((_, before)) if self.has_base(before) => Ok(true),
            _ => session.token_without_person().map(|token| token.is_some()),
        }
    }

    /// The error where this takes a person.
    fn person_needed(&self, wanted: Wanted<'_>) -> Error {
        Error::sign_in_needed(match wanted.chain.iter().find(|hop| hop.mfa_serial.is_some()) {
            Some(hop) => format!("{} needs an MFA code", hop.role),
            None => format!("not signed in to {}", self.session.directory().start_url),
        })
    }

    /// The same as [`Self::fresh`] where valid credentials are at stake: a service that does not answer gets little
    /// time, and is then left alone for a while by all processes.
    fn fresh_in_time(&self, wanted: Wanted<'_>) -> Result<RoleCredentials> {
        if let Some(credentials) = self.fresh_in_cache(wanted) {
            return Ok(credentials);
        }
        let (locks, name) = (&self.session.paths().locks, self.service_name(wanted)?);
        if let Some(error) = failed::recent(locks, &name) {
            return Err(refusal::not_asked_yet(error, wanted));
        }
        let outcome = match self.is_prepared(&self.session.within(BUDGET), wanted) {
            // A token's renewal may take longer, so the role gets time of its own.
            Ok(true) => Provider { session: &self.session.within(BUDGET), ..*self }.fresh(wanted),
            // A person who signs in takes longer.
            Ok(false) => return self.fresh(wanted),
            Err(error) => Err(error),
        };
        if let Err(error) = &outcome
            && error.kind() == Kind::Service
        {
            failed::remember(locks, &name, error);
        }
        outcome
    }

    /// Credentials with at least sixteen minutes left, or as many as the service gives them.
    pub fn fresh<'r>(&self, wanted: impl Into<Wanted<'r>>) -> Result<RoleCredentials> {
        let wanted = wanted.into();
        if let Some(credentials) = self.fresh_in_cache(wanted) {
            return Ok(credentials);
        }
        // A sign-in may be needed first, which takes minutes. It must not happen while the role is locked.
        match wanted.last_hop() {
            Some((hop, before)) => {
                self.check_code_can_be_asked(hop)?;
                drop(self.base(before)?);
            }
            None => drop(self.session.token()?),
        }
        let before = self.cached(wanted);
        let mut lock = self.turn(wanted);
        if let Some(credentials) = self.fresh_in_cache(wanted).or_else(|| self.fetched_since(before.as_ref(), wanted)) {
            return Ok(credentials);
        }
        let outcome = match lock.as_ref().and_then(Lock::inherited) {
            Some(error) => Err(error),
            None if self.session.is_out_of_time() => {
                Err(Error::service(format!("another aws-sso that is asking for {} has no answer yet", wanted.shown())))
            }
            None => self.fetch(wanted),
        };
        if let (Err(error), Some(lock)) = (&outcome, &mut lock) {
            lock.fail(error);
        }
        outcome
    }

    /// What another process has fetched since these were cached. The service would not give this process any that last
    /// longer.
    fn fetched_since(&self, before: Option<&RoleCredentials>, wanted: Wanted<'_>) -> Option<RoleCredentials> {
        let is_newer = |cached: &RoleCredentials| {
            before.is_none_or(|before| cached != before && cached.expiration >= before.expiration)
        };
        self.cached(wanted).filter(|cached| is_newer(cached) && cached.seconds_left() > 0)
    }

    /// Whether fresh credentials are cached.
    #[must_use]
    pub fn has<'r>(&self, wanted: impl Into<Wanted<'r>>) -> bool {
        self.fresh_in_cache(wanted.into()).is_some()
    }

    /// Whether these very credentials are cached: those of a sign-in are until it ends.
    pub(crate) fn keeps<'r>(&self, wanted: impl Into<Wanted<'r>>, credentials: &RoleCredentials) -> bool {
        self.cached(wanted.into()).is_some_and(|cached| cached.access_key_id == credentials.access_key_id)
    }

    fn cached_role<'r>(&self, role: &'r RoleArn) -> CachedRole<'r>
    where
        'a: 'r,
    {
        let directory = self.session.directory();
        CachedRole { account_id: &role.account_id, role_name: &role.role_name, directory }
    }

    /// The file of the credentials; that of an assumed role is the one that no other base shares.
    fn path(&self, wanted: Wanted<'_>) -> PathBuf {
        let folder = &self.session.paths().roles;
        match wanted.last_hop() {
            Some((hop, before)) => self.cached_hop(hop, before).own_path(folder),
            None => match wanted.base {
                Base::Role(role) => self.cached_role(role).path(folder),
                // Nothing is kept of them.
                Base::Keys(_) => folder.clone(),
            },
        }
    }

    fn fresh_in_cache(&self, wanted: Wanted<'_>) -> Option<RoleCredentials> {
        let (credentials, least) = match wanted.last_hop() {
            Some((hop, before)) => {
                let found = self.cached_assumption(hop, before)?;
                let least = self.least.unwrap_or_else(|| found.least_fresh(hop));
                (found.credentials, least)
            }
            None => (self.cached(wanted)?, self.least.unwrap_or(FRESH_SECONDS)),
        };
        (credentials.seconds_left() >= least).then_some(credentials)
    }

    /// What is cached, however old. A cache that cannot be read is as good as an empty one.
    fn cached(&self, wanted: Wanted<'_>) -> Option<RoleCredentials> {
        if let Some((hop, before)) = wanted.last_hop() {
            return Some(self.cached_assumption(hop, before)?.credentials);
        }
        let role = match wanted.base {
            Base::Role(role) => role,
            Base::Keys(profile) => return self.keys(profile).ok(),
        };
        let is_same_sign_in = || self.session.is_of_same_start_url();
        let (store, role) = (self.session.store(), self.cached_role(role));
        match role_credentials::read(store, &role.path(&self.session.paths().roles), &role, is_same_sign_in) {
            Ok(credentials) => credentials,
            Err(error) => {
                tracing::warn!("{error}");
                None
            }
        }
    }

    /// The service that is left alone for a while after it has failed.
    fn service_name(&self, wanted: Wanted<'_>) -> Result<String> {
        if wanted.chain.is_empty() {
            return Ok(self.session.lock_name("service"));
        }
        let place = self.place(wanted)?;
        let place = Sha1::from(place.endpoint.unwrap_or(place.region)).digest();
        Ok(self.session.lock_name(&format!("sts-{place}")))
    }

    /// Waits until this process may ask for the role's credentials.
    ///
    /// The process that asks may hang: stopped, or on a laptop that slept. So the next one asks after a while, too, and
    /// the others wait for that one. If it hangs as well, all of them ask: needless requests are better than none.
    fn turn(&self, wanted: Wanted<'_>) -> Option<Lock> {
        let path = self.path(wanted);
        let name = format!("role-{}", path.file_stem().unwrap_or_default().to_string_lossy());
        let doing = format!("is getting {}", terminal::name(&wanted.shown()));
        self.lock(&name, &doing).or_else(|| self.lock(&format!("{name}-second"), &doing))
    }

    fn lock(&self, name: &str, doing: &str) -> Option<Lock> {
        let paths = self.session.paths();
        match waiting::take_saying(&paths.locks, name, self.session.patience(paths.role_patience), doing) {
            Ok(lock) => Some(lock),
            Err(error) => {
                tracing::info!("{error}; going on without it");
                None
            }
        }
    }

    fn fetch(&self, wanted: Wanted<'_>) -> Result<RoleCredentials> {
        let credentials = match wanted.last_hop() {
            Some((hop, before)) => self.assume(hop, before, wanted)?,
            None => match wanted.base {
                Base::Role(role) => self.fetch_of_identity_center(role)?,
                Base::Keys(profile) => self.keys(profile)?,
            },
        };
        failed::forget(&self.session.paths().locks, &self.service_name(wanted)?);
        Ok(credentials)
    }

    fn fetch_of_identity_center(&self, role: &RoleArn) -> Result<RoleCredentials> {
        let service = self.session.client().service();
        let (account, name) = (&role.account_id, &role.role_name);
        let paid_with = RefCell::new(None);
        let credentials = self.session.with_token(|token| {
            *paid_with.borrow_mut() = Some(token.clone());
            self.session.block_on(async { Ok(service.role_credentials(token, account, name).await) })?
        })?;
        if let Some(token) = paid_with.into_inner() {
            self.keep(role, &credentials, &token)?;
        }
        Ok(credentials)
    }

    /// Caches credentials while the token that they came from is the one of the sign-in.
    ///
    /// Errors: somebody has signed out since the service was asked.
    fn keep(&self, role: &RoleArn, credentials: &RoleCredentials, token: &Secret) -> Result<()> {
        let (store, cached) = (self.session.store(), self.cached_role(role));
        let path = cached.path(&self.session.paths().roles);
        if self.session.has(token) {
            if let Err(error) = role_credentials::write(store, &path, &cached, credentials) {
                (self.warn)(&format!("{error}; the credentials are not kept"));
            }
            if self.session.has(token) {
                return Ok(());
            }
            // A sign-out deletes the token first, and then all credentials, perhaps just before these were written. It
            // could not wait for a lock: a process that is stopped would hold it.
            store.remove(&path)?;
        }
        self.session.check_not_signed_out()
    }

    /// Cached credentials that are still valid, where the service or the sign-in failed; not where the service refused.
    fn last_resort(&self, error: Error, cached: Option<RoleCredentials>) -> Result<RoleCredentials> {
        let is_refusal = matches!(error.kind(), Kind::Denied | Kind::Cancelled | Kind::Usage);
        match cached {
            Some(credentials) if !is_refusal && credentials.seconds_left() > 0 => {
                let minutes = credentials.seconds_left() / 60;
                (self.warn)(&format!("{error}; using the last credentials, good for {minutes} more minutes"));
                Ok(credentials)
            }
            _ => Err(error),
        }
    }
}
