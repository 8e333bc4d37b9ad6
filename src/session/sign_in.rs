//! One sign-in of a person: by which flow, as which client, and what its failure means.

use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use crate::aws_cache::role_credentials;
use crate::aws_cache::token::{self, Registration, RegistrationKey, Token};
use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::files::lock::Lock;
use crate::files::waiting::Request;
use crate::identity_center::oidc::{BROWSER_GRANTS, Flow};
use crate::identity_center::{GrantError, Refusal, Service, Tokens};
use crate::secret::Secret;
use crate::secret_store::SecretStore;
use crate::terminal::{self, clean};
use crate::timestamp;

use super::authorization_code::{self, BrowserError, Ways};
use super::device_code;
use super::history::History;
use super::method::Method;
use super::region::Destination;
use super::sign_in_page::login_command;
use super::unsaved;
use super::valid_token::{SIGN_IN, Session, is_usable};

/// How long another process may take to sign in: the ten minutes that a person has, and a little more.
const SIGN_IN_PATIENCE: Duration = Duration::from_mins(11);

/// A client registration is used while at least this is left, in seconds: with it ends all that it signed in to, and a
/// session that lasts longer than a week is not a usual one. A new one takes one request, and nobody notices.
const REGISTRATION_MARGIN: i64 = 7 * 86_400;

/// Grants the portal, and a refresh token with it.
const DEFAULT_SCOPE: &str = "sso:account:access";

impl Session<'_> {
    /// Signs in, whatever token there is.
    ///
    /// Where another process of this user is signing in already, its outcome is taken.
    pub fn sign_in(&self, method: Method) -> Result<Token> {
        let before = self.stored()?.map(|token| token.access_token);
        self.sign_in_once(method, before.as_ref(), true)
    }

    pub(super) fn ask_person(&self, rejected: Option<&Secret>) -> Result<Token> {
        self.check_somebody_is_there()?;
        let stale = self.stored()?.map(|token| token.access_token);
        self.sign_in_once(Method::default(), stale.as_ref().or(rejected), false)
    }

    /// One sign-in at a time: two browser windows for one person would only confuse.
    ///
    /// A user who has just cancelled in another process is not asked again, unless `is_explicit`.
    pub(super) fn sign_in_once(&self, method: Method, stale: Option<&Secret>, is_explicit: bool) -> Result<Token> {
        let doing = format!("is signing in to {}", clean(&self.directory.start_url));
        let mut lock = self.lock(SIGN_IN, SIGN_IN_PATIENCE, &doing)?;
        // Another process may have signed in just before the lock was free.
        if let Some(token) = self.stored()?
            && Some(&token.access_token) != stale
            && is_usable(&token)
        {
            self.go_where_it_counts(&token);
            return Ok(token);
        }
        let outcome = match self.inherited(&lock) {
            Some(error) if !is_explicit => Err(error),
            // A person is asked only if the sign-in can be kept.
            _ => self.store.reserve(&self.path()).map(drop).and_then(|()| {
                let token = self.asking_once(|request| self.client.block_on(self.attempt(method, request)))?;
                self.go_where_it_counts(&token);
                let token = self.keep_new(token, is_explicit)?;
                self.keep_region(&token);
                Ok(token)
            }),
        };
        if let Err(error) = &outcome {
            lock.fail(error);
        }
        outcome
    }

    /// The failure of the process that signed in before. A person who was not shown that sign-in has not answered it.
    fn inherited(&self, lock: &Lock) -> Option<Error> {
        let is_answer = |error: &Error| matches!(error.kind(), Kind::Cancelled | Kind::SignInNeeded);
        lock.inherited().filter(|error| !self.is_for_person || lock.was_shown() || !is_answer(error))
    }

    /// Stores the token of a person who has signed in. Where that fails, it serves what this process was asked for; if
    /// that was the sign-in itself, it serves nobody.
    fn keep_new(&self, token: Token, is_explicit: bool) -> Result<Token> {
        let _lock = self.lock_token()?;
        if !self.is_of_same_start_url()
            && let Err(error) = role_credentials::sweep_nameless(&self.store, &self.paths.roles)
        {
            tracing::warn!("{error}");
        }
        let kept = self.keep(&token, self.store.reserve(&self.path()));
        History::add_sign_in(&self.paths.history, self.directory, &token);
        let Err(error) = kept else { return Ok(token) };
        if is_explicit {
            unsaved::forget(&self.path());
            if self.client.log_out(&token.access_token).is_ok() {
                History::add_sign_out(&self.paths.history, self.directory);
            }
            return Err(error);
        }
        terminal::warn(&format!("{error}; the sign-in is not kept"));
        Ok(token)
    }

    async fn attempt(&self, method: Method, request: &Request) -> Result<Token> {
        let method = method.or_flow(self.usual_flow);
        let flow = method.flow(self.directory);
        let port = if flow == Flow::Browser { method.redirect_port(self.directory)? } else { None };
        let destination = self.destination().await?;
        let attempt = Attempt {
            service: &self.client.service_in(&destination.region),
            directory: self.directory,
            destination: &destination,
            store: &self.store,
            cache: &self.paths.tokens,
            ways: Ways { opening: method.opening(), port },
            qr: method.qr,
            insists: method.insists_on_browser() || method.redirect_port.is_some(),
            request,
        };
        attempt.sign_in(flow).await.map_err(|error| attempt.explain(error))
    }
}

/// One sign-in of a person.
struct Attempt<'a> {
    service: &'a Service,
    directory: &'a Directory,
    destination: &'a Destination,
    store: &'a SecretStore,
    cache: &'a Path,
    ways: Ways,
    /// Whether the link with the code is shown as a QR code, too.
    qr: bool,
    /// Whether the user has asked for a browser sign-in.
    insists: bool,
    request: &'a Request,
}

impl Attempt<'_> {
    async fn sign_in(&self, flow: Flow) -> Result<Token, GrantError> {
        if flow == Flow::Browser {
            match self.in_browser().await {
                Ok(token) => return Ok(token),
                Err(BrowserError::Grant(error)) => return Err(error),
                Err(BrowserError::Refused(error)) => return Err(GrantError::Other(error)),
                Err(BrowserError::Untrusted(error)) if self.insists => return Err(GrantError::Other(error)),
                Err(BrowserError::Untrusted(error)) => tracing::info!("{error}; using a device code"),
                Err(BrowserError::Unsupported) => tracing::info!("no browser sign-in here; using a device code"),
            }
        }
        self.with_device_code().await
    }

    async fn in_browser(&self) -> Result<Token, BrowserError> {
        let registration = match self.registration(Flow::Browser).await {
            Ok(registration) => registration,
            Err(GrantError::Client | GrantError::Invalid) => return Err(BrowserError::Unsupported),
            Err(error) => return Err(BrowserError::Grant(error)),
        };
        let scopes = self.scopes().unwrap_or_default();
        let outcome =
            authorization_code::sign_in(self.service, &registration, self.directory, &scopes, self.ways, self.request)
                .await;
        match outcome {
            Ok(tokens) => Ok(self.token(tokens, registration)),
            Err(BrowserError::Unsupported | BrowserError::Grant(GrantError::Client)) => {
                self.forget_registration();
                Err(BrowserError::Unsupported)
            }
            Err(BrowserError::Refused(error)) => {
                // The registration may be what the service's page did not accept.
                self.forget_registration();
                Err(BrowserError::Refused(error))
            }
            Err(error) => Err(error),
        }
    }

    async fn with_device_code(&self) -> Result<Token, GrantError> {
        let mut registration = self.registration(Flow::Device).await?;
        let mut outcome = self.confirm_code(&registration).await;
        if matches!(outcome, Err(GrantError::Client)) {
            // The service has forgotten the client that the cache remembers.
            self.forget_registration();
            registration = self.registration(Flow::Device).await?;
            outcome = self.confirm_code(&registration).await;
        }
        Ok(self.token(outcome?, registration))
    }

    async fn confirm_code(&self, registration: &Registration) -> Result<Tokens, GrantError> {
        let (start_url, opening) = (&self.destination.start_url, self.ways.opening);
        device_code::sign_in(self.service, registration, self.directory, start_url, opening, self.request, self.qr)
            .await
    }

    /// An sso-session without scopes gets the portal's scope, so that its token can be renewed.
    fn scopes(&self) -> Option<Vec<String>> {
        self.directory.session.as_ref()?;
        let scopes = &self.directory.scopes;
        Some(if scopes.is_empty() { vec![DEFAULT_SCOPE.to_owned()] } else { scopes.clone() })
    }

    /// The client that this tool or the AWS CLI registered earlier, else a new one.
    async fn registration(&self, flow: Flow) -> Result<Registration, GrantError> {
        let path = self.registration_path();
        let cached = token::read_registration(self.store, &path).unwrap_or_else(|error| {
            tracing::warn!("{error}; a new client is registered");
            None
        });
        if let Some(registration) = cached.filter(|registration| fits(registration, flow)) {
            return Ok(registration);
        }
        let name = format!("aws-sso-{}", self.directory.session.as_deref().unwrap_or("legacy"));
        let scopes = self.scopes().unwrap_or_default();
        let registration = self.service.register_client(&name, &scopes, flow, &self.destination.start_url).await?;
        if let Err(error) = token::write_registration(self.store, &path, &registration) {
            // This sign-in goes on: the token's file holds the client, too, which is enough to renew the token.
            tracing::warn!("{error}; the client registration is not kept");
        }
        Ok(registration)
    }

    fn registration_path(&self) -> std::path::PathBuf {
        let scopes = self.scopes();
        RegistrationKey {
            start_url: &self.directory.start_url,
            region: &self.destination.region,
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
            region: Some(self.destination.region.to_string()),
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
            GrantError::Other(error) if error.source().is_some_and(<dyn std::error::Error>::is::<Refusal>) => {
                error.with_remedy(format!("check {}", self.lines_of_config("")))
            }
            GrantError::Other(error) | GrantError::Key(error) => error,
            GrantError::Denied => Error::cancelled(format!("the sign-in to {start_url} was denied")),
            GrantError::Expired | GrantError::Pending | GrantError::SlowDown => {
                Error::sign_in_needed(format!("nobody signed in to {start_url} in time")).with_remedy(format!(
                    "to try again, run: {0}\nto sign in on any device, run: {0} --device-code",
                    login_command(self.directory)
                ))
            }
            GrantError::Invalid | GrantError::Client => {
                Error::service(format!("the service did not accept the sign-in to {start_url}")).with_remedy(format!(
                    "to try again, run: {}\nif that fails, too, check {}",
                    login_command(self.directory),
                    self.lines_of_config(", and sso_registration_scopes")
                ))
            }
        }
    }

    /// What the config says that the service may not accept: whether that is wrong, or the service at fault, cannot be
    /// known.
    fn lines_of_config(&self, more: &str) -> String {
        let Directory { start_url, region, .. } = self.directory;
        let (kind, name) = self.directory.section();
        let file = environment::config_file().map(|path| environment::shown(&path)).unwrap_or_default();
        format!("sso_start_url = {start_url} and sso_region = {region}{more} of the {kind} {name} in {file}")
    }
}

/// Whether a registration is for this flow and outlives it. One for the device flow lists no grants.
fn fits(registration: &Registration, flow: Flow) -> bool {
    let has = |grants: &[String], grant: &str| grants.iter().any(|listed| listed == grant);
    let is_for_flow = match (flow, &registration.grant_types) {
        (Flow::Device, grants) => grants.is_none(),
        (Flow::Browser, Some(grants)) => BROWSER_GRANTS.iter().all(|grant| has(grants, grant)),
        (Flow::Browser, None) => false,
    };
    is_for_flow && timestamp::seconds_until(registration.expires_at) > REGISTRATION_MARGIN
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    #[test]
    fn a_registration_is_reused_only_for_its_own_flow_and_while_it_lasts() {
        const MONTH: i64 = 30 * 86_400;
        let registration = |grants: Option<&[&str]>, seconds: i64| Registration {
            client_id: "c".to_owned(),
            client_secret: "s".into(),
            expires_at: Timestamp::from_second(Timestamp::now().as_second() + seconds).unwrap(),
            scopes: None,
            grant_types: grants.map(|grants| grants.iter().map(|&grant| grant.to_owned()).collect()),
        };
        let browser: Option<&[&str]> = Some(&["authorization_code", "refresh_token"]);
        let cases = [
            (None, MONTH, Flow::Device, true),
            (None, MONTH, Flow::Browser, false),
            (browser, MONTH, Flow::Browser, true),
            (browser, MONTH, Flow::Device, false),
            (browser, REGISTRATION_MARGIN - 1, Flow::Browser, false),
            (None, -1, Flow::Device, false),
            (Some(&["authorization_code"][..]), MONTH, Flow::Browser, false),
        ];
        for (grants, seconds, flow, fit) in cases {
            assert_eq!(fits(&registration(grants, seconds), flow), fit, "{grants:?} {seconds} {flow:?}");
        }
    }
}
