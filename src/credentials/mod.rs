//! A role's short-lived credentials.

mod process;

use jiff::Timestamp;

use crate::secret::Secret;
use crate::timestamp;

pub use process::process;

/// What `GetRoleCredentials` returns, with the account it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleCredentials {
    /// `ASIA…`; no secret by itself.
    pub access_key_id: String,
    /// The signing key.
    pub secret_access_key: Secret,
    /// Sent along with each signed request.
    pub session_token: Secret,
    /// When the service stops accepting them.
    pub expiration: Timestamp,
    /// Twelve digits.
    pub account_id: String,
}

/// The least time left, in seconds, for credentials to be handed out from the cache.
///
/// botocore runs a `credential_process` again on every use once fewer than 15 minutes are left.
pub const FRESH_SECONDS: i64 = 16 * 60;

impl RoleCredentials {
    /// Seconds until they lapse; negative once they have.
    #[must_use]
    pub fn seconds_left(&self) -> i64 {
        timestamp::seconds_until(self.expiration)
    }

    /// Whether they can be handed out without asking the service for newer ones.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.seconds_left() >= FRESH_SECONDS
    }
}
