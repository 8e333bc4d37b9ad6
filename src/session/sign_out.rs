//! Ending a sign-in: at the service, and on this machine.

use crate::error::{Error, Result};
use crate::secret::Secret;

use super::unsaved;
use super::valid_token::Session;

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
        let Some(stored) = self.stored()? else { return Ok(SignedOut::WasNot) };
        // An expired token cannot be revoked, although its refresh token still works: renew it first.
        let token = self.token_without_person().ok().flatten().unwrap_or(stored);
        let revoked = self.client.log_out(&token.access_token);
        let _lock = self.lock_token()?;
        self.store.remove(&self.path())?;
        Ok(match revoked {
            Ok(()) => SignedOut::Revoked,
            Err(error) => SignedOut::OnlyHere(error.into()),
        })
    }

    /// Deletes a token that the service rejects and that cannot be renewed, so that nothing takes it for a sign-in.
    pub(super) fn forget(&self, rejected: &Secret) -> Result<()> {
        let _lock = self.lock_token()?;
        unsaved::forget(&self.path());
        match self.stored()? {
            Some(token) if token.access_token == *rejected => self.store.remove(&self.path()),
            _ => Ok(()),
        }
    }
}
