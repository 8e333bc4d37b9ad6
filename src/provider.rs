//! A role's credentials: from the shared cache while they are fresh, else from the service, by one request for all
//! processes that ask at once.

use std::path::PathBuf;

use crate::aws_cache::role_credentials;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Kind, Result};
use crate::files::lock::Lock;
use crate::files::waiting;
use crate::role::RoleArn;
use crate::session::Session;
use crate::terminal;

/// Hands out credentials of the roles that one sign-in grants.
pub struct Provider<'a> {
    session: &'a Session<'a>,
    warn: &'a (dyn Fn(&str) + Sync),
}

impl<'a> Provider<'a> {
    /// Credentials are kept in the session's store and paths.
    #[must_use]
    pub fn new(session: &'a Session<'a>) -> Self {
        Self { session, warn: &terminal::warn }
    }

    /// Where warnings go, if not to stderr.
    #[must_use]
    pub fn warning_to(self, warn: &'a (dyn Fn(&str) + Sync)) -> Self {
        Self { warn, ..self }
    }

    /// Credentials with at least sixteen minutes left. Where the service cannot be reached: cached ones that are still
    /// valid, with a warning.
    pub fn credentials(&self, role: &RoleArn) -> Result<RoleCredentials> {
        self.fresh(role).or_else(|error| self.last_resort(error, self.cached(role)))
    }

    /// Credentials with at least sixteen minutes left, or as many as the service gives them.
    pub fn fresh(&self, role: &RoleArn) -> Result<RoleCredentials> {
        if let Some(credentials) = self.fresh_in_cache(role) {
            return Ok(credentials);
        }
        // A sign-in may be needed first, which takes minutes. It must not happen while the role is locked.
        self.session.token()?;
        let mut lock = self.turn(role);
        if let Some(credentials) = self.fresh_in_cache(role) {
            return Ok(credentials);
        }
        let outcome = match lock.as_ref().and_then(Lock::inherited) {
            Some(error) => Err(error),
            None => self.fetch(role),
        };
        if let (Err(error), Some(lock)) = (&outcome, &mut lock) {
            lock.fail(error);
        }
        outcome
    }

    /// Whether fresh credentials are cached.
    #[must_use]
    pub fn has(&self, role: &RoleArn) -> bool {
        self.fresh_in_cache(role).is_some()
    }

    fn path(&self, role: &RoleArn) -> PathBuf {
        let (cache, origin) = (&self.session.paths().roles, self.session.directory().origin());
        role_credentials::path(cache, &role.account_id, &role.role_name, origin)
    }

    fn fresh_in_cache(&self, role: &RoleArn) -> Option<RoleCredentials> {
        self.cached(role).filter(RoleCredentials::is_fresh)
    }

    /// What is cached, however old. A cache that cannot be read is as good as an empty one.
    fn cached(&self, role: &RoleArn) -> Option<RoleCredentials> {
        match role_credentials::read(self.session.store(), &self.path(role), &role.account_id) {
            Ok(credentials) => credentials,
            Err(error) => {
                tracing::warn!("{error}");
                None
            }
        }
    }

    /// Waits until this process may ask for the role's credentials.
    ///
    /// The process that asks may hang: stopped, or on a laptop that slept. So the next one asks after a while, too, and
    /// the others wait for that one. If it hangs as well, all of them ask: needless requests are better than none.
    fn turn(&self, role: &RoleArn) -> Option<Lock> {
        let path = self.path(role);
        let name = format!("role-{}", path.file_stem().unwrap_or_default().to_string_lossy());
        let doing = format!("is getting {}/{}", role.account_id, terminal::clean(&role.role_name));
        self.lock(&name, &doing).or_else(|| self.lock(&format!("{name}-second"), &doing))
    }

    fn lock(&self, name: &str, doing: &str) -> Option<Lock> {
        let paths = self.session.paths();
        match waiting::take_saying(&paths.locks, name, paths.role_patience, doing) {
            Ok(lock) => Some(lock),
            Err(error) => {
                tracing::info!("{error}; going on without it");
                None
            }
        }
    }

    fn fetch(&self, role: &RoleArn) -> Result<RoleCredentials> {
        let client = self.session.client();
        let credentials =
            self.session.with_token(|token| client.role_credentials(token, &role.account_id, &role.role_name))?;
        if let Err(error) = role_credentials::write(self.session.store(), &self.path(role), &credentials) {
            (self.warn)(&format!("{error}; the credentials are not kept"));
        }
        Ok(credentials)
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
