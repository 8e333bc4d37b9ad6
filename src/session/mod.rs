//! A valid token, whatever it takes: from the shared cache, renewed, or from a person who signs in.

pub(crate) mod authorization_code;
pub(crate) mod callback;
mod device_code;
mod refresh;
pub(crate) mod screen;
mod sign_in;
mod take_over;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::ValueEnum;

use crate::aws_cache::token::{self, Token};
use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::files::lock::{self, Lock};
use crate::identity_center::{Client, GrantError, PortalError};
use crate::secret::Secret;
use crate::secret_store::SecretStore;
use crate::terminal::{self, Terminal};

use screen::Screen;
pub use sign_in::Method;

/// Whether a missing sign-in may be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LoginPolicy {
    /// Where a person can see the link: the controlling terminal opens.
    #[default]
    Auto,
    /// Never; what needs a sign-in fails at once with status 3.
    Never,
}

/// Renewed when less is left, as botocore does: 15 minutes, in seconds.
const RENEW_BELOW: i64 = 15 * 60;

/// Not worth sending when less is left: it would lapse on the way. In seconds.
const USABLE_ABOVE: i64 = 30;

/// How long another process may take to renew the token.
const RENEWAL_PATIENCE: Duration = Duration::from_mins(1);

/// How long another process may take to sign in: the ten minutes that a person has, and a little more.
const SIGN_IN_PATIENCE: Duration = Duration::from_mins(11);

/// The sign-in to one directory, shared with every AWS tool of this person.
#[derive(Debug)]
pub struct Session<'a> {
    directory: &'a Directory,
    client: &'a Client,
    policy: LoginPolicy,
    store: SecretStore,
    cache: PathBuf,
    locks: PathBuf,
    /// An early renewal has failed: it is not tried again by this process, which would only wait once more.
    early_renewal_failed: AtomicBool,
    renewal_patience: Duration,
}

impl<'a> Session<'a> {
    /// The person's own session, in `~/.aws/sso/cache` or what is in its place.
    pub fn new(directory: &'a Directory, client: &'a Client, policy: LoginPolicy, store: SecretStore) -> Result<Self> {
        let (cache, locks) = (environment::token_cache()?, environment::lock_folder()?);
        Ok(Self { store, ..Self::in_folders(directory, client, policy, cache, locks) })
    }

    /// A session kept in these folders.
    #[must_use]
    pub fn in_folders(
        directory: &'a Directory,
        client: &'a Client,
        policy: LoginPolicy,
        cache: PathBuf,
        locks: PathBuf,
    ) -> Self {
        Self {
            directory,
            client,
            policy,
            store: SecretStore::Files,
            cache,
            locks,
            early_renewal_failed: AtomicBool::new(false),
            renewal_patience: RENEWAL_PATIENCE,
        }
    }

    /// The same with another patience with a process that renews the token.
    #[must_use]
    pub fn with_renewal_patience(self, renewal_patience: Duration) -> Self {
        Self { renewal_patience, ..self }
    }

    /// Where its token is kept, and what comes of it.
    #[must_use]
    pub fn store(&self) -> &SecretStore {
        &self.store
    }

    fn path(&self) -> PathBuf {
        token::path(&self.cache, self.directory.token_key())
    }

    /// The stored token of this directory, however old.
    ///
    /// A session's file is named after the session alone: if its start URL was edited since, the file holds another
    /// directory's token, which must not be sent here.
    pub fn stored(&self) -> Result<Option<Token>> {
        Ok(token::read(&self.store, &self.path())?.filter(|token| self.is_of_directory(token)))
    }

    fn is_of_directory(&self, token: &Token) -> bool {
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

    /// A token that can be had silently; `None` where it takes a person.
    ///
    /// Errors: an expired token could not be renewed because the service or the network failed.
    pub fn token_without_person(&self) -> Result<Option<Token>> {
        let Some(token) = self.stored()? else { return Ok(None) };
        if token.seconds_left() >= RENEW_BELOW {
            return Ok(Some(token));
        }
        let usable = Some(token.clone()).filter(is_usable);
        let failed_before = usable.is_some() && self.early_renewal_failed.load(Ordering::Relaxed);
        if !token.is_renewable() || failed_before {
            return Ok(usable);
        }
        match self.renew(&token) {
            Ok(Some(renewed)) => Ok(Some(renewed)),
            Ok(None) => {
                self.early_renewal_failed.store(usable.is_some(), Ordering::Relaxed);
                Ok(usable)
            }
            Err(error) => match usable {
                // Renewed early, so that there is time to fail: the old one still serves.
                Some(token) => {
                    self.early_renewal_failed.store(true, Ordering::Relaxed);
                    tracing::warn!("the sign-in could not be renewed yet: {error}");
                    Ok(Some(token))
                }
                None => Err(error),
            },
        }
    }

    /// Sends something with a token. If the service takes the token no more, whatever its date says, it is replaced
    /// once.
    pub fn with_token<T>(&self, send: impl Fn(&Secret) -> Result<T, PortalError>) -> Result<T> {
        let token = self.token()?;
        match send(&token) {
            Err(PortalError::TokenRejected) => match send(&self.replacement(&token)?) {
                Err(PortalError::TokenRejected) => Err(self.sign_in_needed()),
                outcome => outcome.map_err(Error::from),
            },
            outcome => outcome.map_err(Error::from),
        }
    }

    /// A token in place of one that the service rejected: another process's, a renewed one, or a new one.
    pub fn replacement(&self, rejected: &Secret) -> Result<Secret> {
        if let Some(token) = self.stored()?
            && token.access_token == *rejected
        {
            let renewed = if token.is_renewable() { self.renew(&token)? } else { None };
            if let Some(renewed) = renewed {
                return Ok(renewed.access_token);
            }
            self.forget(rejected)?;
        }
        match self.token_without_person()? {
            Some(token) => Ok(token.access_token),
            None => Ok(self.ask_person(Some(rejected))?.access_token),
        }
    }

    /// Signs in, whatever token there is.
    ///
    /// Where another process of this person is at it already, its outcome is taken.
    pub fn sign_in(&self, method: Method) -> Result<Token> {
        let before = self.stored()?.map(|token| token.access_token);
        self.sign_in_once(method, before.as_ref(), true)
    }

    /// Whether the service still takes the token; only the service knows.
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

    /// Revokes the token at the service and deletes it here. That the service cannot be told comes back as a warning.
    pub fn sign_out(&self) -> Result<SignedOut> {
        let Some(stored) = self.stored()? else { return Ok(SignedOut::WasNot) };
        // What has lapsed cannot be revoked, but what renews it lives on at the service.
        let token = self.token_without_person().ok().flatten().unwrap_or(stored);
        let revoked = self.client.log_out(&token.access_token);
        let _lock = self.lock_token()?;
        self.store.remove(&self.path())?;
        Ok(match revoked {
            Ok(()) => SignedOut::Revoked,
            Err(error) => SignedOut::OnlyHere(error.into()),
        })
    }

    fn ask_person(&self, rejected: Option<&Secret>) -> Result<Token> {
        if self.policy == LoginPolicy::Never || Terminal::open().is_none() {
            return Err(self.sign_in_needed());
        }
        let stale = self.stored()?.map(|token| token.access_token);
        self.sign_in_once(Method::default(), stale.as_ref().or(rejected), false)
    }

    /// One sign-in at a time: two browser windows for one person would only confuse.
    ///
    /// Nobody is asked again who has just given up, unless `insisting`.
    fn sign_in_once(&self, method: Method, stale: Option<&Secret>, insisting: bool) -> Result<Token> {
        let mut lock = self.lock("sign-in", SIGN_IN_PATIENCE, "is signing in")?;
        // Another process may have been done with it just before the lock was free.
        if let Some(token) = self.stored()?
            && Some(&token.access_token) != stale
            && is_usable(&token)
        {
            return Ok(token);
        }
        let sign_in = || {
            let (service, directory) = (self.client.service(), self.directory);
            self.client.block_on(sign_in::sign_in(service, directory, &self.store, &self.cache, method))
        };
        let inherited = lock.inherited().filter(|_| !insisting);
        let token = inherited.map_or_else(sign_in, Err).inspect_err(|error| lock.fail(error))?;
        let _lock = self.lock_token()?;
        token::write(&self.store, &self.path(), &token)?;
        Ok(token)
    }

    /// Renews the token, or takes what another process has made of it; `None` if the service refuses.
    fn renew(&self, token: &Token) -> Result<Option<Token>> {
        let mut lock = self.lock_token()?;
        let current = match self.stored()? {
            Some(current) if current.access_token != token.access_token && is_usable(&current) => {
                return Ok(Some(current));
            }
            Some(current) if current.is_renewable() => current,
            _ => return Ok(None),
        };
        if let Some(error) = lock.inherited() {
            lock.fail(&error);
            return if error.kind() == Kind::SignInNeeded { Ok(None) } else { Err(error) };
        }
        match self.client.block_on(async { Ok(refresh::renew(self.client.service(), &current).await) })? {
            Ok(renewed) => {
                // Another tool, which knows nothing of our lock, may have signed in meanwhile.
                if let Some(newer) = self.newer_than(&current, &renewed)? {
                    return Ok(Some(newer));
                }
                // Before anything else: the old refresh token may be worth nothing from now on.
                if let Err(error) = token::write(&self.store, &self.path(), &renewed) {
                    terminal::warn(&format!("{error}; the renewed sign-in is not kept"));
                }
                Ok(Some(renewed))
            }
            Err(GrantError::Other(error)) => {
                lock.fail(&error);
                Err(error)
            }
            Err(refusal) => {
                tracing::info!("the sign-in is not renewed: {refusal:?}");
                lock.fail(&self.sign_in_needed());
                // Perhaps because another tool was faster, and has used the refresh token up.
                let stored = self.stored()?;
                Ok(stored.filter(|stored| stored.access_token != current.access_token && is_usable(stored)))
            }
        }
    }

    /// The stored token, if it is neither the one that was renewed nor any older than what came of that.
    fn newer_than(&self, before: &Token, renewed: &Token) -> Result<Option<Token>> {
        let stored = self.stored()?;
        Ok(stored.filter(|stored| stored.access_token != before.access_token && stored.expires_at > renewed.expires_at))
    }

    /// Deletes a token that the service rejects and nothing renews, so that nobody takes it for a sign-in.
    fn forget(&self, rejected: &Secret) -> Result<()> {
        let _lock = self.lock_token()?;
        match self.stored()? {
            Some(token) if token.access_token == *rejected => self.store.remove(&self.path()),
            _ => Ok(()),
        }
    }

    fn lock_token(&self) -> Result<Lock> {
        self.lock("token", self.renewal_patience, "is renewing the sign-in")
    }

    fn lock(&self, what: &str, patience: Duration, doing: &str) -> Result<Lock> {
        let name = self.lock_name(what);
        let mut said = None;
        lock::take(&self.locks, &name, patience, |holder| {
            said = Screen::say_waiting(&self.locks, &name, &format!("{holder} {doing}"));
        })
    }

    fn lock_name(&self, what: &str) -> String {
        let path = self.path();
        format!("{what}-{}", path.file_stem().unwrap_or_default().to_string_lossy())
    }

    fn sign_in_needed(&self) -> Error {
        let name = shell_escape::escape(self.directory.name.as_str().into());
        Error::sign_in_needed(format!("not signed in to {}", self.directory.start_url))
            .with_remedy(format!("run: aws-sso login -p {name}"))
    }
}

/// How a sign-out went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// There was no sign-in.
    WasNot,
    /// The service has ended the session.
    Revoked,
    /// The token is deleted here, but the service could not be told.
    OnlyHere(Error),
}

fn is_usable(token: &Token) -> bool {
    token.seconds_left() > USABLE_ABOVE
}

impl From<PortalError> for Error {
    fn from(error: PortalError) -> Self {
        match error {
            PortalError::TokenRejected => Self::new(Kind::SignInNeeded, "the service does not take this sign-in"),
            PortalError::Denied(error) | PortalError::Other(error) => error,
        }
    }
}
