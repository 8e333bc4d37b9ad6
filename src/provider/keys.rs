//! Access keys of a profile, with which a chain begins. They are read where they are used, and kept nowhere.

use jiff::Timestamp;

use super::Provider;
use super::wanted::keys_of;
use crate::aws_config::config::Config;
use crate::aws_config::meaning::Meanings;
use crate::aws_config::static_keys::{AccessKeys, KeyMark};
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};

impl Provider<'_> {
    /// The keys of a profile, as credentials that do not expire.
    pub(super) fn keys(&self, profile: &str) -> Result<RoleCredentials> {
        let keys = self.access_keys(profile).ok_or_else(|| {
            Error::usage(format!("{} are not there any more", keys_of(profile))).with_remedy("see: aws-sso doctor")
        })?;
        Ok(RoleCredentials {
            access_key_id: keys.id,
            secret_access_key: keys.secret,
            session_token: keys.session_token.unwrap_or_else(|| "".into()),
            expiration: Timestamp::MAX,
            account_id: String::new(),
        })
    }

    /// What tells the keys of a profile from those that it had before.
    pub(super) fn key_mark(&self, profile: &str) -> Option<KeyMark> {
        self.access_keys(profile).map(|keys| keys.mark())
    }

    /// Where the keys of a profile are.
    pub(super) fn place_of_keys(&self, profile: &str) -> Option<String> {
        self.access_keys(profile).map(|keys| keys.place)
    }

    fn access_keys(&self, profile: &str) -> Option<AccessKeys> {
        let none = Config::default();
        let config = self.session.client().config().map_or(&none, AsRef::as_ref);
        Meanings::new(config).access_keys(profile)
    }
}
