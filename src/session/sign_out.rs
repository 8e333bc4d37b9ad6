//! Ending a sign-in: at the service, and on this machine.

use crate::error::{Error, Result};

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
        // An expired token cannot be revoked, although its refresh token still works: renew it first.
        let _ = self.token_without_person();
        // What is being renewed or stored meanwhile is part of this sign-out, except where its process is stopped.
        let _lock = self.lock_token().ok();
        let Some(token) = self.stored()? else { return Ok(SignedOut::WasNot) };
        let revoked = self.client.log_out(&token.access_token);
        unsaved::forget(&self.path());
        self.store.remove(&self.path())?;
        Ok(match revoked {
            Ok(()) => SignedOut::Revoked,
            Err(error) => SignedOut::OnlyHere(error.into()),
        })
    }
}
