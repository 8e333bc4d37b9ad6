//! One sign-in: which way, as which client, and what its failure means.

use std::path::Path;

use crate::aws_cache::token::{self, Registration, RegistrationKey, Token};
use crate::aws_config::directory::Directory;
use crate::browser::open;
use crate::environment::{self, Elsewhere};
use crate::error::{Error, Result};
use crate::identity_center::oidc::{BROWSER_GRANTS, Flow};
use crate::identity_center::{GrantError, Service, Tokens};
use crate::secret_store::SecretStore;
use crate::session::authorization_code::{self, BrowserError};
use crate::session::device_code;
use crate::timestamp;

/// What the person asked for about the way of signing in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Method {
    /// A browser on this machine, although none would be seen from here: a container may share its network.
    pub browser: bool,
    /// A code to confirm on any device.
    pub device_code: bool,
    /// Links are shown and not opened.
    pub no_browser: bool,
}

/// A client registration is used while at least this is left, in seconds: a sign-in takes up to ten minutes.
const REGISTRATION_MARGIN: i64 = 15 * 60;

/// Grants the portal, and a refresh token with it.
const DEFAULT_SCOPE: &str = "sso:account:access";

impl Method {
    /// Which flow serves this person here.
    ///
    /// A browser answers to this machine's loopback, so it has to run here. A legacy profile has no scopes, hence no
    /// browser flow, as with the AWS CLI.
    fn flow(self, directory: &Directory) -> Flow {
        let elsewhere = match environment::elsewhere() {
            // Whoever names a program in BROWSER has one here: an editor's, that leads out of the container, say.
            Some(Elsewhere::InContainer | Elsewhere::NoDisplay) => !open::is_chosen(),
            reason => reason.is_some(),
        };
        let here = self.browser || !elsewhere;
        if here && !self.device_code && directory.session.is_some() { Flow::Browser } else { Flow::Device }
    }

    /// Whether a link is to be opened: over SSH only by a program that the person has named.
    fn opens(self) -> bool {
        !self.no_browser
            && !open::is_unwanted()
            && (self.browser || open::is_chosen() || environment::elsewhere().is_none())
    }
}

/// Signs in and returns the token to store.
pub(super) async fn sign_in(
    service: &Service,
    directory: &Directory,
    store: &SecretStore,
    cache: &Path,
    method: Method,
) -> Result<Token> {
    let attempt = SignIn { service, directory, store, cache, open: method.opens() };
    if method.flow(directory) == Flow::Browser {
        match attempt.in_browser().await {
            Err(BrowserError::Unsupported) => tracing::info!("no browser sign-in here; using a device code"),
            Err(BrowserError::Grant(error)) => return Err(attempt.explain(error)),
            Ok(token) => return Ok(token),
        }
    }
    attempt.with_device_code().await.map_err(|error| attempt.explain(error))
}

struct SignIn<'a> {
    service: &'a Service,
    directory: &'a Directory,
    store: &'a SecretStore,
    cache: &'a Path,
    open: bool,
}

impl SignIn<'_> {
    async fn in_browser(&self) -> Result<Token, BrowserError> {
        let registration = match self.registration(Flow::Browser).await {
            Ok(registration) => registration,
            Err(GrantError::Client | GrantError::Invalid) => return Err(BrowserError::Unsupported),
            Err(error) => return Err(BrowserError::Grant(error)),
        };
        let scopes = self.scopes().unwrap_or_default();
        let outcome =
            authorization_code::sign_in(self.service, &registration, &self.directory.start_url, &scopes, self.open)
                .await;
        match outcome {
            Ok(tokens) => Ok(self.token(tokens, registration)),
            Err(BrowserError::Grant(GrantError::Client)) => {
                self.forget_registration();
                Err(BrowserError::Unsupported)
            }
            Err(error) => {
                if matches!(error, BrowserError::Unsupported) {
                    self.forget_registration();
                }
                Err(error)
            }
        }
    }

    async fn with_device_code(&self) -> Result<Token, GrantError> {
        let registration = self.registration(Flow::Device).await?;
        let sign_in = async |registration: &Registration| {
            device_code::sign_in(self.service, registration, &self.directory.start_url, self.open).await
        };
        match sign_in(&registration).await {
            Ok(tokens) => Ok(self.token(tokens, registration)),
            // The service has forgotten the client that the cache remembers.
            Err(GrantError::Client) => {
                self.forget_registration();
                let registration = self.registration(Flow::Device).await?;
                Ok(self.token(sign_in(&registration).await?, registration))
            }
            Err(error) => Err(error),
        }
    }

    /// An sso-session without scopes gets those of the portal, so that its token can be renewed.
    fn scopes(&self) -> Option<Vec<String>> {
        self.directory.session.as_ref()?;
        Some(if self.directory.scopes.is_empty() {
            vec![DEFAULT_SCOPE.to_owned()]
        } else {
            self.directory.scopes.clone()
        })
    }

    /// A client of ours: the one that this tool or the AWS CLI registered earlier, else a new one.
    async fn registration(&self, flow: Flow) -> Result<Registration, GrantError> {
        let path = self.registration_path();
        let cached = token::read_registration(self.store, &path).map_err(GrantError::Other)?;
        if let Some(registration) = cached.filter(|registration| fits(registration, flow)) {
            return Ok(registration);
        }
        let name = format!("aws-sso-{}", self.directory.session.as_deref().unwrap_or("legacy"));
        let scopes = self.scopes().unwrap_or_default();
        let registration = self.service.register_client(&name, &scopes, flow, &self.directory.start_url).await?;
        if let Err(error) = token::write_registration(self.store, &path, &registration) {
            // It is needed for this sign-in and again to renew the token, which carries it along.
            tracing::warn!("{error}; the client registration is not kept");
        }
        Ok(registration)
    }

    fn registration_path(&self) -> std::path::PathBuf {
        let scopes = self.scopes();
        RegistrationKey {
            start_url: &self.directory.start_url,
            region: &self.directory.region,
            scopes: scopes.as_deref(),
            session_name: self.directory.session.as_deref(),
        }
        .path(self.cache)
    }

    fn forget_registration(&self) {
        if let Err(error) = self.store.remove(&self.registration_path()) {
            tracing::warn!("{error}");
        }
    }

    fn token(&self, tokens: Tokens, registration: Registration) -> Token {
        Token {
            start_url: Some(self.directory.start_url.clone()),
            region: Some(self.directory.region.to_string()),
            access_token: tokens.access_token,
            expires_at: tokens.expires_at,
            client_id: Some(registration.client_id),
            client_secret: Some(registration.client_secret),
            registration_expires_at: Some(registration.expires_at),
            refresh_token: tokens.refresh_token,
            other: serde_json::Map::new(),
        }
    }

    fn explain(&self, error: GrantError) -> Error {
        let start_url = &self.directory.start_url;
        match error {
            GrantError::Other(error) => error,
            GrantError::Denied => Error::cancelled(format!("the sign-in to {start_url} was denied")),
            GrantError::Expired | GrantError::Pending | GrantError::SlowDown => {
                Error::sign_in_needed(format!("nobody signed in to {start_url} in time"))
                    .with_remedy("run the command again")
            }
            GrantError::Invalid | GrantError::Client => {
                Error::service(format!("the service did not take the sign-in to {start_url}"))
                    .with_remedy("check sso_start_url, sso_region and sso_registration_scopes in the AWS config")
            }
        }
    }
}

/// Whether a registration serves this flow and outlives it. One for the device flow lists no grants.
fn fits(registration: &Registration, flow: Flow) -> bool {
    let grants = registration.grant_types.as_deref();
    let serves = match flow {
        Flow::Device => grants.is_none(),
        Flow::Browser => {
            grants.is_some_and(|grants| BROWSER_GRANTS.iter().all(|grant| grants.iter().any(|g| g == grant)))
        }
    };
    serves && timestamp::seconds_until(registration.expires_at) > REGISTRATION_MARGIN
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_registration_is_reused_only_for_its_own_flow_and_while_it_lasts() {
        let registration = |grants: Option<&[&str]>, seconds: i64| Registration {
            client_id: "c".to_owned(),
            client_secret: "s".into(),
            expires_at: Timestamp::from_second(Timestamp::now().as_second() + seconds).unwrap(),
            scopes: None,
            grant_types: grants.map(|grants| grants.iter().map(|&grant| grant.to_owned()).collect()),
        };
        let browser: Option<&[&str]> = Some(&["authorization_code", "refresh_token"]);
        let cases = [
            (None, 3600, Flow::Device, true),
            (None, 3600, Flow::Browser, false),
            (browser, 3600, Flow::Browser, true),
            (browser, 3600, Flow::Device, false),
            (browser, 800, Flow::Browser, false),
            (None, -1, Flow::Device, false),
            (Some(&["authorization_code"][..]), 3600, Flow::Browser, false),
        ];
        for (grants, seconds, flow, fit) in cases {
            assert_eq!(fits(&registration(grants, seconds), flow), fit, "{grants:?} {seconds} {flow:?}");
        }
    }
}
