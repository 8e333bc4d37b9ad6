//! Which Identity Center directory a name in the AWS config stands for, and how it is reached.

use std::path::PathBuf;

use super::role_cache::Origin;

/// An IAM Identity Center directory: where a person signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The profile or sso-session that was asked for; what `-p` takes.
    pub name: String,
    /// The sso-session's name; `None` for a legacy profile.
    pub session: Option<String>,
    /// `sso_start_url`, exactly as written: caches are named after it.
    pub start_url: String,
    /// `sso_region`.
    pub region: String,
    /// `sso_registration_scopes`; empty where none are set.
    pub scopes: Vec<String>,
}

impl Directory {
    /// What the token's cache file is named after.
    #[must_use]
    pub fn token_key(&self) -> &str {
        self.session.as_deref().unwrap_or(&self.start_url)
    }

    /// What role-credential cache files are named after.
    #[must_use]
    pub fn origin(&self) -> Origin<'_> {
        match &self.session {
            Some(session) => Origin::Session(session),
            None => Origin::StartUrl(&self.start_url),
        }
    }
}

/// How the service is reached: environment variables over the profile's settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// In place of `https://portal.sso.REGION.amazonaws.com`.
    pub sso_endpoint_url: Option<String>,
    /// In place of `https://oidc.REGION.amazonaws.com`.
    pub oidc_endpoint_url: Option<String>,
    /// PEM certificates that replace the system's roots.
    pub ca_bundle: Option<PathBuf>,
    /// FIPS endpoints.
    pub use_fips: bool,
    /// Dual-stack endpoints.
    pub use_dualstack: bool,
    /// How often a request is sent at most.
    pub max_attempts: Option<u32>,
}
