//! A role's credentials: from the shared cache while they are fresh, else from the service, one request for all
//! processes that ask at once.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::aws_cache::role_credentials;
use crate::aws_config::directory::Directory;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::files::lock::{self, Lock};
use crate::identity_center::Client;
use crate::role::RoleArn;
use crate::session::Session;
use crate::session::screen::Screen;
use crate::terminal;

/// How long a process waits for another that fetches the same role's credentials.
///
/// Signing in is waited for elsewhere, so this is for a request alone. Some SDKs give a `credential_process` no more
/// than 22 seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// Hands out credentials of one directory's roles.
pub struct Provider<'a> {
    directory: &'a Directory,
    client: &'a Client,
    session: &'a Session<'a>,
    cache: PathBuf,
    locks: PathBuf,
    patience: Duration,
}

impl<'a> Provider<'a> {
    /// A provider with the person's own caches.
    pub fn new(directory: &'a Directory, client: &'a Client, session: &'a Session<'a>) -> Result<Self> {
        let (cache, locks) = (environment::role_cache()?, environment::lock_folder()?);
        Ok(Self::in_folders(directory, client, session, cache, locks, PATIENCE))
    }

    /// A provider with these caches, and this patience with other processes that fetch the same.
    #[must_use]
    pub fn in_folders(
        directory: &'a Directory,
        client: &'a Client,
        session: &'a Session<'a>,
        cache: PathBuf,
        locks: PathBuf,
        patience: Duration,
    ) -> Self {
        Self { directory, client, session, cache, locks, patience }
    }

    /// Credentials with at least sixteen minutes left; older ones, with a warning, where the service cannot be had.
    pub fn credentials(&self, role: &RoleArn) -> Result<RoleCredentials> {
        self.fresh(role).or_else(|error| last_resort(error, self.cached(role)))
    }

    /// Credentials with at least sixteen minutes left, or as many as the service gives them.
    pub fn fresh(&self, role: &RoleArn) -> Result<RoleCredentials> {
        let path = self.path(role);
        let read = || self.cached(role);
        if let Some(credentials) = read().filter(RoleCredentials::is_fresh) {
            return Ok(credentials);
        }
        // A person may have to sign in first, which takes minutes: not while a role is locked.
        self.session.token().and_then(|_| {
            let mut lock = self.turn(role, &path);
            if let Some(credentials) = read().filter(RoleCredentials::is_fresh) {
                return Ok(credentials);
            }
            let inherited = lock.as_ref().and_then(Lock::inherited);
            let outcome = inherited.map_or_else(|| self.fetch(role, &path), Err);
            if let (Err(error), Some(lock)) = (&outcome, &mut lock) {
                lock.fail(error);
            }
            outcome
        })
    }

    /// Whether they can be had without asking anybody.
    #[must_use]
    pub fn has(&self, role: &RoleArn) -> bool {
        self.cached(role).is_some_and(|credentials| credentials.is_fresh())
    }

    fn path(&self, role: &RoleArn) -> PathBuf {
        role_credentials::path(&self.cache, &role.account_id, &role.role_name, self.directory.origin())
    }

    /// What is cached, however old. A cache that cannot be read is slower, and no reason to do without credentials.
    fn cached(&self, role: &RoleArn) -> Option<RoleCredentials> {
        role_credentials::read(self.session.store(), &self.path(role), &role.account_id).unwrap_or_else(|error| {
            tracing::warn!("{error}");
            None
        })
    }

    /// Waits until this process may ask for the role's credentials.
    ///
    /// A holder that hangs (stopped, say, or its laptop asleep) keeps nobody waiting for ever: after a while the next
    /// one asks in its place, the others waiting for that one now. If that one hangs too, everybody asks: a request
    /// too many is better than none.
    fn turn(&self, role: &RoleArn, path: &Path) -> Option<Lock> {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let role = format!("{}/{}", role.account_id, terminal::clean(&role.role_name));
        let take = |place: &str| {
            let name = format!("role-{name}{place}");
            let mut said = None;
            let lock = lock::take(&self.locks, &name, self.patience, |holder| {
                said = Screen::say_waiting(&self.locks, &name, &format!("{holder} is getting {role}"));
            });
            lock.inspect_err(|error| tracing::info!("{error}; going on without it")).ok()
        };
        take("").or_else(|| take("-second"))
    }

    fn fetch(&self, role: &RoleArn, path: &Path) -> Result<RoleCredentials> {
        let credentials =
            self.session.with_token(|token| self.client.role_credentials(token, &role.account_id, &role.role_name))?;
        if let Err(error) = role_credentials::write(self.session.store(), path, &credentials) {
            terminal::warn(&format!("{error}; the credentials are not kept"));
        }
        Ok(credentials)
    }
}

/// Credentials that still live are better than none where the service or the sign-in fails, but not where it refuses.
fn last_resort(error: Error, cached: Option<RoleCredentials>) -> Result<RoleCredentials> {
    let refused = matches!(error.kind(), Kind::Denied | Kind::Cancelled | Kind::Usage);
    match cached.filter(|credentials| !refused && credentials.seconds_left() > 0) {
        Some(credentials) => {
            let minutes = credentials.seconds_left() / 60;
            terminal::warn(&format!("{error}; these are the last credentials, good for {minutes} more minutes"));
            Ok(credentials)
        }
        None => Err(error),
    }
}
