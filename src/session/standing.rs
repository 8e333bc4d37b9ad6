//! What the stored sign-in is still good for, by its file and by what the service has said to it.

use crate::aws_cache::token::Token;
use crate::error::Result;

use super::history::History;
use super::valid_token::Session;

/// What a stored sign-in is still good for, as far as this machine knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether its token serves until it expires.
    pub is_valid: bool,
    /// Whether the token is renewed after that.
    pub is_renewed: bool,
    /// Whether the service has refused to renew it.
    pub is_refused: bool,
}

impl Standing {
    /// Whether requests can be made without a new sign-in.
    #[must_use]
    pub fn is_signed_in(self) -> bool {
        self.is_valid || self.is_renewed
    }
}

impl Session<'_> {
    /// Fails if the service neither accepted nor renewed the stored token, although it has not expired.
    pub fn check_not_ended(&self) -> Result<()> {
        let has_ended = self.stored()?.is_some_and(|token| !self.standing(&token).is_signed_in());
        if has_ended { Err(self.sign_in_needed()) } else { Ok(()) }
    }

    /// What this token, which is stored, is still good for.
    #[must_use]
    pub fn standing(&self, token: &Token) -> Standing {
        let history = History::read(&self.paths.history, self.directory);
        let refusal = history.refusal_of(token);
        Standing {
            is_valid: token.seconds_left() > 0 && !refusal.is_some_and(|refusal| refusal.is_rejected),
            is_renewed: token.is_renewable_at_end() && refusal.is_none(),
            is_refused: refusal.is_some(),
        }
    }
}
