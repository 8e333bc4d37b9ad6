//! Ending a sign-in: at the service, and on this machine.

use jiff::Timestamp;

use crate::aws_cache::token::{self, Token};
use crate::error::{Error, Result};
use crate::files::read;
use crate::identity_center::{GrantError, PortalError, Service};
use crate::programs::uninterrupted;
use crate::secret_store::StoreKind;
use crate::terminal::{self, clean};

use super::history::History;
use super::method::Method;
use super::renewal::refresh;
use super::unsaved;
use super::valid_token::{Session, is_usable};

/// How a sign-out went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedOut {
    /// There was no sign-in.
    WasNot,
    /// The service has ended the session.
    Revoked,
    /// The token is deleted here, but the service could not be reached.
    OnlyHere(Error),
}

impl Session<'_> {
    /// Revokes the token at the service and deletes it here.
    pub fn sign_out(&self) -> Result<SignedOut> {
        // What is being renewed or stored meanwhile is part of this sign-out, except where its process is stopped.
        let _lock = self.lock_token().ok();
        let stored = self.stored()?;
        let outcome = match &stored {
            Some(token) => self.revoke(token),
            None => self.unrevocable()?,
        };
        unsaved::forget(&self.path());
        self.store.remove(&self.path()).map_err(|error| match outcome {
            SignedOut::Revoked => error.naming("the session has ended at the service, but its token is still here"),
            _ => error,
        })?;
        Ok(outcome)
    }

    /// Signs in to a new session. The service would continue the present one, which ends when it would have ended
    /// anyway, so that is revoked first.
    ///
    /// Role credentials stay where they are: they are valid until they expire, and programs that run with them go on.
    pub fn sign_in_to_new_session(&self, method: Method) -> Result<Token> {
        if self.stored()?.is_none() {
            return self.sign_in(method);
        }
        // The session that there is ends only if the new one can be kept.
        drop(self.store.reserve(&self.path())?);
        let (before, is_ended) = self.end()?;
        let outcome = self.sign_in_once(method, before.as_ref().map(|before| &before.access_token), true);
        if let Some(before) = before.filter(|_| outcome.is_err() && is_ended) {
            self.forget(&before)?;
        }
        outcome
    }

    /// Ends the session of the stored token, so that nobody takes that for valid any more. Returns the token, and
    /// whether its session has ended.
    ///
    /// Its file stays: while the person signs in, a server of ours would take one that is gone for a sign-out.
    fn end(&self) -> Result<(Option<Token>, bool)> {
        let _lock = self.lock_token().ok();
        let Some(before) = self.stored()? else { return Ok((None, false)) };
        let _uninterrupted = uninterrupted::begin();
        if let SignedOut::OnlyHere(error) = self.revoke(&before) {
            let warning = "the old session could not be ended, and the new one may end when that would have";
            terminal::warn(&format!("{warning}: {error}"));
            return Ok((Some(before), false));
        }
        let ended = Token { expires_at: Timestamp::now(), refresh_token: None, ..before.clone() };
        unsaved::forget(&self.path());
        if let Err(error) = token::write(&self.store, &self.path(), &ended) {
            let naming = |_| error.naming("the session has ended at the service, but its token is still here");
            self.store.remove(&self.path()).map_err(naming)?;
        }
        terminal::say(&format!("aws-sso: the session with {} has ended\n", clean(&self.directory.start_url)));
        Ok((Some(before), true))
    }

    /// Deletes a token that is of no use any more, unless another one has replaced it.
    fn forget(&self, token: &Token) -> Result<()> {
        let _lock = self.lock_token().ok();
        if self.has(&token.access_token) {
            unsaved::forget(&self.path());
            self.store.remove(&self.path())?;
        }
        Ok(())
    }

    fn revoke(&self, token: &Token) -> SignedOut {
        match self.client.block_on(async { Ok(revoked(&self.client.service(), token).await) }) {
            Ok(Ok(())) => {
                History::add_sign_out(&self.paths.history, self.directory);
                SignedOut::Revoked
            }
            Ok(Err(error)) => SignedOut::OnlyHere(error.into()),
            Err(error) => SignedOut::OnlyHere(error),
        }
    }

    /// What there is in place of a token that could be revoked.
    fn unrevocable(&self) -> Result<SignedOut> {
        let path = self.path();
        if let Some(Token { start_url: Some(before), .. }) = token::read(&self.store, &path)? {
            let error = format!("the sign-in was to {}, which is not the start URL any more", clean(&before));
            return Ok(SignedOut::OnlyHere(Error::failed(error)));
        }
        let flaw = read::flaw_of_cached(&path).filter(|_| self.store.kind() == StoreKind::Files);
        Ok(flaw.map_or(SignedOut::WasNot, SignedOut::OnlyHere))
    }
}

/// Ends the session of a token. An access token that is not valid any more ends nothing, although its refresh token
/// still works: it is renewed first.
async fn revoked(service: &Service, token: &Token) -> Result<(), PortalError> {
    if is_usable(token) || !token.is_renewable() {
        match service.log_out(&token.access_token).await {
            Err(PortalError::TokenRejected) if token.is_renewable() => {}
            Err(PortalError::TokenRejected) => return Ok(()),
            outcome => return outcome,
        }
    }
    match refresh(service, token).await {
        Ok(renewed) => service.log_out(&renewed.access_token).await,
        Err(GrantError::Other(error) | GrantError::Key(error)) => Err(error.into()),
        // Nothing is left that is of any use.
        Err(_) => Ok(()),
    }
}
