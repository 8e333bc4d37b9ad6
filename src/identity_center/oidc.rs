//! The sign-in service (SSO-OIDC): registers a client, starts a device authorization, and turns grants into tokens.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::failure::{RequestError, ServiceException};
use super::no_response::unexpected_response;
use super::retry::Resend;
use super::service::Service;
use crate::aws_cache::token::Registration;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::timestamp;

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const AUTHORIZATION_CODE: &str = "authorization_code";
const REFRESH_TOKEN: &str = "refresh_token";

/// Registered without a port, because each sign-in chooses its own.
const REDIRECT_URI: &str = "http://127.0.0.1/oauth/callback";

/// The grants that the registration for a browser sign-in lists.
pub const BROWSER_GRANTS: [&str; 2] = [AUTHORIZATION_CODE, REFRESH_TOKEN];

/// Which flow a client is registered for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// A code that the user enters in a browser on any device.
    Device,
    /// A browser on this machine.
    Browser,
}

/// A device authorization that waits for the user.
#[derive(Clone, Debug)]
pub struct DeviceAuthorization {
    /// What this program polls with.
    pub device_code: Secret,
    /// The code that the user compares or types.
    pub user_code: String,
    /// Where the user types the code.
    pub verification_uri: String,
    /// The same with the code filled in.
    pub verification_uri_complete: Option<String>,
    /// How long the user has.
    pub expires_in: Duration,
    /// How long to wait between polls.
    pub interval: Duration,
}

/// What the service gives for a grant.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// The bearer token of the portal's API.
    pub access_token: Secret,
    /// When it expires.
    pub expires_at: Timestamp,
    /// Renews it, where the scopes include that.
    pub refresh_token: Option<Secret>,
}

/// What a client exchanges for tokens.
#[derive(Clone, Copy, Debug)]
pub enum TokenGrant<'a> {
    /// The device code of an authorization that the user may have approved by now.
    Device(&'a Secret),
    /// The code that a browser brought.
    Code {
        /// The code.
        code: &'a Secret,
        /// The PKCE verifier, whose hash was in the link that the browser opened.
        verifier: &'a Secret,
        /// Where the browser brought the code, with the port.
        redirect_uri: &'a str,
    },
    /// A refresh token.
    Refresh(&'a Secret),
}

/// Why the service gives no tokens for a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GrantError {
    /// The user has not approved or denied it yet.
    Pending,
    /// The same, and this program polls too often.
    SlowDown,
    /// The user took too long.
    Expired,
    /// The user or an administrator denied it.
    Denied,
    /// The grant is used, revoked, expired, or another client's.
    Invalid,
    /// The client's registration is unknown, or is not for this grant.
    Client,
    /// The service cannot use a key, for which its administrator has to act: no other grant and no sign-in would do.
    Key(Error),
    /// Anything else.
    Other(Error),
}

impl Service {
    /// Registers a client. Some pages of the service show its `name` to the user.
    ///
    /// Fails with [`GrantError::Client`] where the service does not know this flow or these scopes.
    pub async fn register_client(
        &self,
        name: &str,
        scopes: &[String],
        flow: Flow,
        start_url: &str,
    ) -> Result<Registration, GrantError> {
        let is_browser = flow == Flow::Browser;
        let response = self
            .send(Resend::Freely, || {
                let list = |list: &[&str]| is_browser.then(|| list.iter().map(|&item| item.to_owned()).collect());
                self.oidc()
                    .register_client()
                    .client_name(name)
                    .client_type("public")
                    .set_scopes((!scopes.is_empty()).then(|| scopes.to_vec()))
                    .set_grant_types(list(&BROWSER_GRANTS))
                    .set_redirect_uris(list(&[REDIRECT_URI]))
                    .set_issuer_url(is_browser.then(|| start_url.to_owned()))
                    .send()
            })
            .await
            .map_err(GrantError::from)?;
        // Zero stands for an end that was left out.
        if response.client_secret_expires_at == 0 {
            return Err(GrantError::Other(unexpected_response(SIGN_IN)));
        }
        let latest = Timestamp::now() + LONGEST_REGISTRATION;
        let expires_at = Timestamp::from_second(response.client_secret_expires_at.min(latest.as_second())).ok();
        match (plain(response.client_id), plain(response.client_secret), expires_at) {
            (Some(client_id), Some(client_secret), Some(expires_at)) => {
                if timestamp::seconds_until(expires_at) <= 0 {
                    return Err(GrantError::Other(self.already_expired("a client registration", expires_at)));
                }
                Ok(Registration {
                    client_id,
                    client_secret: client_secret.into(),
                    expires_at,
                    scopes: (!scopes.is_empty()).then(|| scopes.to_vec()),
                    grant_types: is_browser.then(|| BROWSER_GRANTS.map(str::to_owned).to_vec()),
                })
            }
            _ => Err(GrantError::Other(unexpected_response(SIGN_IN))),
        }
    }

    /// Starts a device authorization.
    pub async fn start_device_authorization(
        &self,
        registration: &Registration,
        start_url: &str,
    ) -> Result<DeviceAuthorization, GrantError> {
        let response = self
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
            (plain(response.device_code), typable(response.user_code), openable(response.verification_uri))
        else {
            return Err(GrantError::Other(unexpected_response(SIGN_IN)));
        };
        Ok(DeviceAuthorization {
            device_code: device_code.into(),
            user_code,
            verification_uri,
            verification_uri_complete: openable(response.verification_uri_complete),
            expires_in: seconds(response.expires_in).unwrap_or(Duration::from_mins(10)).min(LONGEST_SIGN_IN),
            interval: seconds(response.interval).unwrap_or(Duration::from_secs(5)),
        })
    }

    /// Exchanges a grant for tokens.
    pub async fn create_token(
        &self,
        client_id: &str,
        client_secret: &Secret,
        grant: TokenGrant<'_>,
    ) -> Result<Tokens, GrantError> {
        let resend = if matches!(grant, TokenGrant::Device(_)) { Resend::Poll } else { Resend::Once };
        let response = self
            .send(resend, || {
                let request = self.oidc().create_token().client_id(client_id).client_secret(client_secret.expose());
                match grant {
                    TokenGrant::Device(device_code) => {
                        request.grant_type(DEVICE_CODE).device_code(device_code.expose())
                    }
                    TokenGrant::Code { code, verifier, redirect_uri } => request
                        .grant_type(AUTHORIZATION_CODE)
                        .code(code.expose())
                        .code_verifier(verifier.expose())
                        .redirect_uri(redirect_uri),
                    TokenGrant::Refresh(token) => request.grant_type(REFRESH_TOKEN).refresh_token(token.expose()),
                }
                .send()
            })
            .await
            .map_err(GrantError::from)?;
        let lifetime = seconds(response.expires_in).map(|lifetime| lifetime.min(LONGEST_TOKEN).as_secs().cast_signed());
        // It is sent in a header, so text that no header can hold is no token.
        let access_token = plain(response.access_token);
        match (access_token, lifetime) {
            (Some(access_token), Some(lifetime)) => Ok(Tokens {
                access_token: access_token.into(),
                expires_at: Timestamp::from_second(Timestamp::now().as_second() + lifetime)
                    .map_err(|_| GrantError::Other(unexpected_response(SIGN_IN)))?,
                refresh_token: plain(response.refresh_token).map(Secret::from),
            }),
            _ => Err(GrantError::Other(unexpected_response(SIGN_IN))),
        }
    }
}

const SIGN_IN: &str = "the sign-in service";

/// The service gives eight hours at most.
const LONGEST_TOKEN: Duration = Duration::from_hours(12);

/// The service gives ten minutes.
const LONGEST_SIGN_IN: Duration = Duration::from_mins(30);

/// The service gives ninety days.
const LONGEST_REGISTRATION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A lifetime or an interval; `None` for zero and less, which the service never means.
fn seconds(number: i32) -> Option<Duration> {
    u64::try_from(number).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

/// A token or a code that is sent again, if it is a plain word.
fn plain(text: Option<String>) -> Option<String> {
    within(16 << 10, text).filter(|text| text.bytes().all(|b| b.is_ascii_graphic()))
}

/// A code that a person can type.
fn typable(text: Option<String>) -> Option<String> {
    within(128, text)
}

/// An address that every browser takes.
fn openable(text: Option<String>) -> Option<String> {
    within(2048, text)
}

/// A text that is not longer than that, and not empty.
fn within(longest: usize, text: Option<String>) -> Option<String> {
    text.filter(|text| (1..=longest).contains(&text.len()))
}

impl From<RequestError> for GrantError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Failed(error) => Self::Other(error),
            RequestError::Exception(exception) => Self::of(&exception),
        }
    }
}

impl GrantError {
    fn of(exception: &ServiceException) -> Self {
        if let Some(error) = exception.key_error() {
            return Self::Key(error);
        }
        match exception.code.as_str() {
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
            _ if exception.status == 401 => Self::Client,
            _ => Self::Other(exception.error()),
        }
    }
}
