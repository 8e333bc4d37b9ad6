//! Credentials in a file of `~/.aws/cli/cache`, which has the same shape for each kind of role.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::json::date;
use crate::credentials::RoleCredentials;
use crate::secret::Secret;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CachedCredentials {
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Secret,
    #[serde(with = "date")]
    pub(super) expiration: Timestamp,
    #[serde(default)]
    account_id: Option<String>,
}

impl CachedCredentials {
    /// Whether they can be of this account. Older versions of the AWS CLI do not write which one it is.
    pub(super) fn may_be_of(&self, account_id: &str) -> bool {
        self.account_id.as_ref().is_none_or(|id| id == account_id)
    }

    /// The credentials of a role in this account.
    pub(super) fn in_account(self, account_id: &str) -> RoleCredentials {
        let Self { access_key_id, secret_access_key, session_token, expiration, .. } = self;
        let account_id = account_id.to_owned();
        RoleCredentials { access_key_id, secret_access_key, session_token, expiration, account_id }
    }
}

impl From<&RoleCredentials> for CachedCredentials {
    fn from(credentials: &RoleCredentials) -> Self {
        let RoleCredentials { access_key_id, secret_access_key, session_token, expiration, account_id } =
            credentials.clone();
        Self { access_key_id, secret_access_key, session_token, expiration, account_id: Some(account_id) }
    }
}
