//! Signing in at the service (SSO-OIDC): registering a client, the device authorization, and the three grants.

use std::time::Duration;

use jiff::Timestamp;

use super::client::{Refused, Service};
use super::failure::{Refusal, foreign};
use super::retry::Resend;
use crate::aws_cache::token::Registration;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::timestamp;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const AUTHORIZATION_CODE: &str = "authorization_code";
const REFRESH_TOKEN: &str = "refresh_token";

/// Registered without a port: the real one is chosen at each sign-in.
const REDIRECT_URI: &str = "http://127.0.0.1/oauth/callback";

/// The grants that a browser sign-in uses, as its registration lists them.
pub const BROWSER_GRANTS: [&str; 2] = [AUTHORIZATION_CODE, REFRESH_TOKEN];

/// Which flow a client is registered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A code that is entered on any device.
    Device,
    /// A browser on this machine.
    Browser,
}

/// A device authorization that waits for a person.
#[derive(Clone, Debug)]
pub struct DeviceAuthorization {
    /// What this machine polls with.
    pub device_code: Secret,
    /// What the person compares or types in.
    pub user_code: String,
    /// Where the code is typed in.
    pub verification_uri: String,
    /// The same with the code filled in.
    pub verification_uri_complete: Option<String>,
    /// How long the person has.
    pub expires_in: Duration,
    /// How long to wait between polls.
    pub interval: Duration,
}

/// What a grant is turned into.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The bearer token of the portal's API.
    pub access_token: Secret,
    /// When it lapses.
    pub expires_at: Timestamp,
    /// Renews it, where the scopes allow that.
    pub refresh_token: Option<Secret>,
}

/// What a client may turn into tokens.
#[derive(Clone, Copy, Debug)]
pub enum Grant<'a> {
    /// A device authorization that a person may have approved by now.
    Device(&'a Secret),
    /// The code that a browser brought.
    Code {
        /// The code.
        code: &'a Secret,
        /// The verifier whose hash the browser took along.
        verifier: &'a Secret,
        /// Where the browser brought it, with the port.
        redirect_uri: &'a str,
    },
    /// A refresh token.
    Refresh(&'a Secret),
}

/// Why a grant yields no tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantError {
    /// The person has not answered yet.
    Pending,
    /// The same, and polls come too often.
    SlowDown,
    /// The person took too long.
    Expired,
    /// The person, or the directory, said no.
    Denied,
    /// The grant is not taken: used, revoked, lapsed, or another client's.
    Invalid,
    /// The client is not known any more, or not for this grant.
    Client,
    /// Anything else.
    Other(Error),
}

impl Service {
    /// Registers a client of ours. `name` is shown to the person by some pages of the service.
    ///
    /// Errors: `Err(GrantError::Client)` where the service does not know this flow or these scopes.
    pub async fn register_client(
        &self,
        name: &str,
        scopes: &[String],
        flow: Flow,
        start_url: &str,
    ) -> Result<Registration, GrantError> {
        let browser = flow == Flow::Browser;
        let answer = self
            .send(Resend::Freely, || {
                let list = |list: &[&str]| browser.then(|| list.iter().map(|&item| item.to_owned()).collect());
                self.oidc()
                    .register_client()
                    .client_name(name)
                    .client_type("public")
                    .set_scopes((!scopes.is_empty()).then(|| scopes.to_vec()))
                    .set_grant_types(list(&BROWSER_GRANTS))
                    .set_redirect_uris(list(&[REDIRECT_URI]))
                    .set_issuer_url(browser.then(|| start_url.to_owned()))
                    .send()
            })
            .await
            .map_err(GrantError::from)?;
        let expires_at = Timestamp::from_second(answer.client_secret_expires_at).ok();
        match (answer.client_id, answer.client_secret, expires_at) {
            (Some(client_id), Some(client_secret), Some(expires_at)) => {
                if timestamp::seconds_until(expires_at) <= 0 {
                    return Err(GrantError::Other(self.lapsed("a client registration", expires_at)));
                }
                Ok(Registration {
                    client_id,
                    client_secret: client_secret.into(),
                    expires_at,
                    scopes: (!scopes.is_empty()).then(|| scopes.to_vec()),
                    grant_types: browser.then(|| BROWSER_GRANTS.map(str::to_owned).to_vec()),
                })
            }
            _ => Err(GrantError::Other(foreign(SIGN_IN))),
        }
    }

    /// Begins a device authorization.
    pub async fn start_device_authorization(
        &self,
        registration: &Registration,
        start_url: &str,
    ) -> Result<DeviceAuthorization, GrantError> {
        let answer = self
            .send(Resend::Freely, || {
                self.oidc()
                    .start_device_authorization()
                    .client_id(&registration.client_id)
                    .client_secret(registration.client_secret.expose())
                    .start_url(start_url)
                    .send()
            })
            .await
            .map_err(GrantError::from)?;
        let (Some(device_code), Some(user_code), Some(verification_uri)) =
            (answer.device_code, answer.user_code, answer.verification_uri)
        else {
            return Err(GrantError::Other(foreign(SIGN_IN)));
        };
        Ok(DeviceAuthorization {
            device_code: device_code.into(),
            user_code,
            verification_uri,
            verification_uri_complete: answer.verification_uri_complete,
            expires_in: seconds(answer.expires_in).unwrap_or(Duration::from_mins(10)),
            interval: seconds(answer.interval).unwrap_or(Duration::from_secs(5)),
        })
    }

    /// Turns a grant into tokens.
    pub async fn create_token(
        &self,
        client_id: &str,
        client_secret: &Secret,
        grant: Grant<'_>,
    ) -> Result<Tokens, GrantError> {
        let answer = self
            .send(Resend::Once, || {
                let request = self.oidc().create_token().client_id(client_id).client_secret(client_secret.expose());
                match grant {
                    Grant::Device(device_code) => request.grant_type(DEVICE_CODE).device_code(device_code.expose()),
                    Grant::Code { code, verifier, redirect_uri } => request
                        .grant_type(AUTHORIZATION_CODE)
                        .code(code.expose())
                        .code_verifier(verifier.expose())
                        .redirect_uri(redirect_uri),
                    Grant::Refresh(token) => request.grant_type(REFRESH_TOKEN).refresh_token(token.expose()),
                }
                .send()
            })
            .await
            .map_err(GrantError::from)?;
        let lifetime = seconds(answer.expires_in).map(|lifetime| lifetime.as_secs().cast_signed());
        // A token travels in a header: what cannot is no token.
        let access_token = answer.access_token.filter(|token| is_header_value(token));
        match (access_token, lifetime) {
            (Some(access_token), Some(lifetime)) => Ok(Tokens {
                access_token: access_token.into(),
                expires_at: Timestamp::from_second(Timestamp::now().as_second() + lifetime)
                    .map_err(|_| GrantError::Other(foreign(SIGN_IN)))?,
                refresh_token: answer.refresh_token.filter(|token| !token.is_empty()).map(Secret::from),
            }),
            _ => Err(GrantError::Other(foreign(SIGN_IN))),
        }
    }

    /// The error for something that the service says ends in the past.
    pub(super) fn lapsed(&self, what: &str, expiry: Timestamp) -> Error {
        Error::service(format!("the service answered with {what} that lapsed at {}", timestamp::format(expiry)))
            .with_remedy(self.clock_remedy())
    }
}

const SIGN_IN: &str = "the sign-in service";

/// A number of seconds that makes sense.
fn seconds(number: i32) -> Option<Duration> {
    u64::try_from(number).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

fn is_header_value(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_graphic())
}

impl From<Refused> for GrantError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Failed(error) => Self::Other(error),
            Refused::By(refusal) => Self::of(&refusal),
        }
    }
}

impl GrantError {
    fn of(refusal: &Refusal) -> Self {
        match refusal.code.as_str() {
            "AuthorizationPendingException" => Self::Pending,
            "SlowDownException" => Self::SlowDown,
            "ExpiredTokenException" => Self::Expired,
            "AccessDeniedException" => Self::Denied,
            "InvalidGrantException" => Self::Invalid,
            "InvalidClientException"
            | "UnauthorizedClientException"
            | "UnsupportedGrantTypeException"
            | "InvalidClientMetadataException"
            | "InvalidRedirectUriException"
            | "InvalidScopeException" => Self::Client,
            _ if refusal.status == 401 => Self::Client,
            _ => Self::Other(refusal.tell()),
        }
    }
}
