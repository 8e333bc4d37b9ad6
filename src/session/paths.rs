//! Where the processes of one user meet.

use std::path::PathBuf;
use std::time::Duration;

use crate::environment;
use crate::error::Result;

/// The folders that the processes of one user share, and how long one of them waits there for another.
#[derive(Clone, Debug)]
pub struct Paths {
    /// Tokens and client registrations, as the AWS CLI keeps them.
    pub tokens: PathBuf,
    /// Role credentials, as the AWS CLI keeps them.
    pub roles: PathBuf,
    /// Locks.
    pub locks: PathBuf,
    /// What is learned about sessions.
    pub history: PathBuf,
    /// How long another process may take to renew the token.
    pub renewal_patience: Duration,
    /// How long another process may take to get a role's credentials. Some SDKs give a `credential_process` no more
    /// than 22 seconds.
    pub role_patience: Duration,
}

impl Paths {
    /// The user's own: `~/.aws/sso/cache`, `~/.aws/cli/cache` and the folder for locks.
    pub fn of_user() -> Result<Self> {
        Ok(Self {
            tokens: environment::token_cache()?,
            roles: environment::role_cache()?,
            locks: environment::lock_folder()?,
            history: environment::cache_folder()?,
            renewal_patience: Duration::from_mins(1),
            role_patience: Duration::from_secs(8),
        })
    }
}
