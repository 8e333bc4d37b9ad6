//! Renewing a token silently, once for all processes.

use std::thread;
use std::time::{Duration, Instant};

use crate::aws_cache::token::Token;
use crate::error::{Error, Kind, Result};
use crate::files::failed;
use crate::identity_center::oidc::TokenGrant;
use crate::identity_center::{GrantError, Service};
use crate::programs::uninterrupted;
use crate::secret_store::ReservedSecret;
use crate::{terminal, timestamp};

use super::history::History;
use super::valid_token::{Session, is_usable};

/// How long a refused refresh token is given: another process may have used it up, and is about to store what it got.
const REFUSED_PATIENCE: Duration = Duration::from_secs(2);

/// How often to look.
const REFUSED_PAUSE: Duration = Duration::from_millis(100);

impl Session<'_> {
    /// Renews the token, or takes the one that another process got for it; `None` if the service refuses. If the token
    /// itself `is_rejected`, nothing is left of the sign-in then.
    pub(super) fn renew(&self, token: &Token, is_rejected: bool) -> Result<Option<Token>> {
        let mut lock = self.lock_token()?;
        let current = match self.stored()? {
            Some(current) if current.access_token != token.access_token && is_usable(&current) => {
                return Ok(Some(current));
            }
            Some(current) if current.is_renewable() => current,
            _ => return Ok(None),
        };
        // The process before this one has just failed: all who wait behind it would fail in the same way.
        if let Some(error) = lock.inherited() {
            lock.fail(&error);
            return if error.kind() == Kind::SignInNeeded { Ok(None) } else { Err(error) };
        }
        let reserved = self.store.reserve(&self.path()).map_err(|error| {
            let error = self.not_renewable(&error);
            lock.fail(&error);
            error
        })?;
        let _uninterrupted = uninterrupted::begin();
        match self.block_on(async { Ok(refresh(&self.client.service(), &current).await) })? {
            Ok(renewed) => {
                // Nothing comes before the token: the service may take the old one no more.
                let token = self.keep_renewed(&current, renewed, reserved)?;
                History::add_renewal(&self.paths.history, self.directory, &current, &token);
                Ok(Some(token))
            }
            Err(GrantError::Other(error) | GrantError::Key(error)) => {
                lock.fail(&error);
                Err(error)
            }
            Err(refusal) => {
                tracing::info!("the sign-in is not renewed: {refusal:?}");
                let newer = self.newer(&current)?;
                if newer.is_none() {
                    let has_ended = refusal == GrantError::Invalid;
                    History::add_refusal(&self.paths.history, self.directory, &current, has_ended, is_rejected);
                    lock.fail(&self.sign_in_needed());
                }
                Ok(newer)
            }
        }
    }

    /// The token of another process that does not know our lock, was faster and has used the refresh token up. Its
    /// answer may still be on the way.
    fn newer(&self, refused: &Token) -> Result<Option<Token>> {
        let (locks, name) = (&self.paths.locks, self.lock_name("refused"));
        // Only the first process waits for a token that does not come.
        let refusal = Error::sign_in_needed(format!("expired at {}", timestamp::format(refused.expires_at)));
        let is_known = failed::recent(locks, &name).as_ref() == Some(&refusal);
        let patience = if is_known { Duration::ZERO } else { self.patience(REFUSED_PATIENCE) };
        let start = Instant::now();
        loop {
            let stored = self.stored()?;
            let newer = stored.filter(|stored| stored.access_token != refused.access_token && is_usable(stored));
            if newer.is_some() {
                return Ok(newer);
            }
            if start.elapsed() >= patience {
                failed::remember(locks, &name, &refusal);
                return Ok(None);
            }
            thread::sleep(REFUSED_PAUSE);
        }
    }

    /// Stores the renewed token, unless another tool, which does not know our lock, has stored a newer one meanwhile.
    fn keep_renewed(&self, before: &Token, renewed: Token, reserved: ReservedSecret<'_>) -> Result<Token> {
        if let Some(stored) = self.stored()?
            && stored.access_token != before.access_token
            && stored.expires_at > renewed.expires_at
        {
            return Ok(stored);
        }
        // A sign-out takes the lock, too, but only waits for a while: this process may have been stopped.
        self.check_not_signed_out()?;
        // Before the token is used for anything: the service may accept the old refresh token no more.
        if let Err(error) = self.keep(&renewed, Ok(reserved)) {
            terminal::warn(&format!("{error}; the renewed sign-in is not kept"));
        }
        Ok(renewed)
    }

    /// The error where the renewed token could not be kept: its refresh token may serve only once, so it is not sent.
    fn not_renewable(&self, error: &Error) -> Error {
        let remedy = "it is still good, and is renewed as soon as that file can be written";
        Error::failed(format!("the sign-in to {} cannot be renewed: {error}", self.directory.start_url))
            .with_remedy(format!("{remedy}\n{}", error.remedy().unwrap_or_default()))
    }
}

/// A renewed token. What the service leaves out, and what other tools wrote, stays as it was.
pub(super) async fn refresh(service: &Service, token: &Token) -> Result<Token, GrantError> {
    let (Some(client_id), Some(client_secret), Some(refresh_token)) =
        (&token.client_id, &token.client_secret, &token.refresh_token)
    else {
        return Err(GrantError::Invalid);
    };
    let tokens = service.create_token(client_id, client_secret, TokenGrant::Refresh(refresh_token)).await?;
    Ok(Token {
        access_token: tokens.access_token,
        expires_at: tokens.expires_at,
        refresh_token: tokens.refresh_token.or_else(|| token.refresh_token.clone()),
        ..token.clone()
    })
}
