//! What an SDK error means: whether to send the request again, and what to report, in our own words.
//!
//! The SDK's texts are not passed on, because they may repeat what was sent. The errors of the connection below it can
//! hold no secret, so they become the source of ours.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rustls::CertificateError;

use super::retry::Trouble;
use crate::error::{Error, reason};

const SERVICE: &str = "IAM Identity Center";

/// Why a request got no complete response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoResponse {
    /// Found before anything was sent, and already worded.
    Ours(Error),
    /// The host has no address.
    Dns,
    /// The certificate is not accepted.
    Certificate(Distrust),
    /// TLS failed in another way.
    Tls(String),
    /// A proxy did not let the request through.
    Proxy(ProxyFault),
    /// No connection to the host itself.
    Unreachable(String),
    TimedOut,
    /// The connection ended before the response did.
    Interrupted,
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    Issuer,
    Validity,
    Name,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ProxyFault {
    WantsPassword,
    Refuses,
    Unreachable,
}

impl NoResponse {
    /// Finds the most specific error in the chain.
    fn of(error: &ConnectorError) -> Self {
        let mut found = if error.is_timeout() { Self::TimedOut } else { Self::Interrupted };
        for error in chain(error) {
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Self::of_tls(error);
            }
            // The types of these two errors are private to the HTTP library, so only their texts identify them.
            let text = error.to_string();
            if let Some(fault) = text.strip_prefix("tunnel error: ") {
                return Self::Proxy(match fault {
                    "proxy authorization required" => ProxyFault::WantsPassword,
                    "failed to create underlying connection" => ProxyFault::Unreachable,
                    _ => ProxyFault::Refuses,
                });
            }
            if text.starts_with("dns error") {
                return Self::Dns;
            }
            if let Some(error) = error.downcast_ref::<io::Error>() {
                use io::ErrorKind::{
                    AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable,
                };
                match error.kind() {
                    ConnectionRefused | HostUnreachable | NetworkUnreachable | NetworkDown | AddrNotAvailable => {
                        found = Self::Unreachable(reason(error));
                    }
                    io::ErrorKind::TimedOut => found = Self::TimedOut,
                    _ => {}
                }
            }
        }
        found
    }

    fn of_tls(error: &rustls::Error) -> Self {
        use CertificateError as C;
        match error {
            rustls::Error::InvalidCertificate(reason) => Self::Certificate(match reason {
                C::UnknownIssuer => Distrust::Issuer,
                C::Expired | C::ExpiredContext { .. } | C::NotValidYet | C::NotValidYetContext { .. } => {
                    Distrust::Validity
                }
                C::NotValidForName | C::NotValidForNameContext { .. } => Distrust::Name,
                _ => Distrust::Other,
            }),
            other => Self::Tls(other.to_string()),
        }
    }

    fn trouble(&self) -> Trouble {
        match self {
            Self::Dns
            | Self::Unreachable(_)
            | Self::TimedOut
            | Self::Interrupted
            | Self::Proxy(ProxyFault::Unreachable) => Trouble::Broken,
            Self::Ours(_) | Self::Certificate(_) | Self::Tls(_) | Self::Proxy(_) | Self::TooLarge => Trouble::Final,
        }
    }

    fn error(&self, host: &str) -> Error {
        const NETWORK: &str = "check the network connection; behind a proxy, set HTTPS_PROXY";
        let (message, remedy) = match self {
            Self::Ours(error) => return error.clone(),
            Self::TooLarge => return unexpected_response(host),
            Self::Dns => (
                format!("the address of {host} cannot be found"),
                "check the network connection and sso_region; behind a proxy, set HTTPS_PROXY",
            ),
            Self::Certificate(Distrust::Issuer) => (
                format!("the certificate of {host} is from an unknown issuer"),
                "where a proxy inspects TLS, name a file with its certificates in AWS_CA_BUNDLE or ca_bundle",
            ),
            Self::Certificate(Distrust::Validity) => {
                (format!("the certificate of {host} has expired or is not valid yet"), "check this machine's clock")
            }
            Self::Certificate(Distrust::Name) => (
                format!("the certificate of {host} is for another name"),
                "check sso_region, the endpoint settings, and whether another server answers in its place",
            ),
            Self::Certificate(Distrust::Other) => (
                format!("the certificate of {host} is not valid"),
                "check AWS_CA_BUNDLE or ca_bundle, and whether another server answers in its place",
            ),
            Self::Tls(reason) => (
                format!("no TLS connection to {host} can be made: {reason}"),
                "check whether a proxy or another server answers in its place",
            ),
            Self::Proxy(ProxyFault::WantsPassword) => (
                format!("the proxy for {host} requires a user name and password"),
                "put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT",
            ),
            Self::Proxy(ProxyFault::Refuses) => {
                (format!("the proxy refuses to connect to {host}"), "check HTTPS_PROXY, or name the host in NO_PROXY")
            }
            Self::Proxy(ProxyFault::Unreachable) => {
                (format!("the proxy for {host} cannot be reached"), "check HTTPS_PROXY, or name the host in NO_PROXY")
            }
            Self::Unreachable(reason) => (format!("cannot connect to {host}: {}", reason.to_lowercase()), NETWORK),
            Self::TimedOut => (format!("{host} did not answer in time"), NETWORK),
            Self::Interrupted => (format!("{host} closed the connection before its response was complete"), NETWORK),
        };
        Error::service(message).with_remedy(remedy)
    }
}

/// Each error and what caused it. An `io::Error` leaves out its own payload, which is where TLS errors are.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}

/// A request that got no complete response: what the SDK carries from the connection to [`AttemptError::of`].
#[derive(Debug)]
pub(super) struct ConnectionFailure {
    host: String,
    why: NoResponse,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ConnectionFailure {
    pub(super) fn new(host: String, why: NoResponse) -> Self {
        Self { host, why, source: None }
    }

    pub(super) fn of_connector(host: String, error: ConnectorError) -> Self {
        Self { host, why: NoResponse::of(&error), source: Some(Arc::new(error)) }
    }

    pub(super) fn of_body(host: String, error: impl StdError + Send + Sync + 'static) -> Self {
        Self { host, why: NoResponse::Interrupted, source: Some(Arc::new(error)) }
    }

    fn error(&self) -> Error {
        let error = self.why.error(&self.host);
        match &self.source {
            Some(source) => error.with_source(Arc::clone(source)),
            None => error,
        }
    }
}

impl fmt::Display for ConnectionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no response from {}", self.host)
    }
}

impl StdError for ConnectionFailure {}

/// The error for a request that was sent without the SDK and got no complete response.
pub(super) fn connection_error(error: &ConnectorError) -> Error {
    match error.source().and_then(|source| source.downcast_ref::<ConnectionFailure>()) {
        Some(failure) => failure.error(),
        None => NoResponse::Interrupted.error(SERVICE),
    }
}

/// The host that sent a response; it travels with the response, so that messages can name it.
#[derive(Clone, Debug)]
pub(super) struct ResponseHost(pub(super) String);

/// A 4xx response of the service, which only the sender of the request can interpret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServiceException {
    pub(super) status: u16,
    /// Such as `InvalidGrantException`; empty where the service gave none.
    pub(super) code: String,
    host: String,
}

impl ServiceException {
    /// The error for an exception that has no meaning of its own here.
    pub(super) fn error(&self) -> Error {
        let what = if self.code.is_empty() { format!("status {}", self.status) } else { self.code.clone() };
        Error::service(format!("{} refused the request: {what}", self.host))
            .with_remedy("check sso_start_url and sso_region in the AWS config")
    }
}

/// Why a request failed, after all its attempts.
#[derive(Clone, Debug)]
pub(super) enum RequestError {
    Exception(ServiceException),
    Failed(Error),
}

/// Why one attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AttemptError {
    Exception(ServiceException),
    Failed(Trouble, Error),
}

impl AttemptError {
    /// What an SDK error means.
    pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Self {
        match error {
            SdkError::ServiceError(error) => Self::of_response(error.raw(), error.err().code()),
            SdkError::ResponseError(error) => Self::of_response(error.raw(), None),
            SdkError::TimeoutError(_) => Self::no_response(&NoResponse::TimedOut),
            SdkError::DispatchFailure(failure) => {
                let source = failure.as_connector_error().and_then(StdError::source);
                match source.and_then(|source| source.downcast_ref::<ConnectionFailure>()) {
                    Some(failure) => Self::Failed(failure.why.trouble(), failure.error()),
                    None => Self::no_response(&NoResponse::Interrupted),
                }
            }
            _ => Self::Failed(
                Trouble::Final,
                Error::failed("the request cannot be made from this token and this configuration")
                    .with_remedy("check sso_start_url and sso_region in the AWS config, then sign in again"),
            ),
        }
    }

    fn no_response(why: &NoResponse) -> Self {
        Self::Failed(why.trouble(), why.error(SERVICE))
    }

    fn of_response(response: &HttpResponse, code: Option<&str>) -> Self {
        let host = response.extension::<ResponseHost>().map_or(SERVICE, |ResponseHost(host)| host).to_owned();
        let status = response.status().as_u16();
        let body = response.body().bytes().unwrap_or_default();
        let code = code.and_then(plain).or_else(|| oauth_exception(body)).unwrap_or_default();
        let is_throttle = matches!(code.as_str(), "TooManyRequestsException" | "ThrottlingException" | "Throttling");
        match status {
            400..=499 if status == 429 || is_throttle => Self::Failed(
                Trouble::Throttled(retry_after(response)),
                Error::service(format!("{host} is throttling requests")).with_remedy("try again in a minute"),
            ),
            500..=599 => Self::Failed(
                Trouble::Failed,
                Error::service(format!("{host} failed with status {status}")).with_remedy("try again later"),
            ),
            // Anything else than JSON comes from a proxy or from a network's sign-in page.
            400..=499 if !code.is_empty() || is_object_or_empty(body) => {
                Self::Exception(ServiceException { status, code, host })
            }
            _ => Self::Failed(Trouble::Final, unexpected_response(&host)),
        }
    }
}

/// The error for a response that the service would not send.
pub(super) fn unexpected_response(host: &str) -> Error {
    Error::service(format!("the response from {host} is not one of IAM Identity Center"))
        .with_remedy("check sso_region, the endpoint settings, and whether a proxy or a network's sign-in page answers")
}

/// A code that is a plain word: nothing else of a response goes into a message.
fn plain(code: &str) -> Option<String> {
    let is_plain = (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_plain.then(|| code.to_owned())
}

/// The exception's name from an OAuth error, for a service that leaves out the header with the name:
/// `{"error":"authorization_pending"}` is an `AuthorizationPendingException`.
fn oauth_exception(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct OAuthError {
        error: String,
    }
    let OAuthError { error } = serde_json::from_slice(body).ok()?;
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at_checked(1)?;
        Some(first.to_ascii_uppercase() + rest)
    };
    let name: String = plain(&error)?.split('_').map(capitalised).collect::<Option<_>>()?;
    Some(name + "Exception")
}

fn is_object_or_empty(body: &[u8]) -> bool {
    body.is_empty() || serde_json::from_slice::<serde_json::Map<_, _>>(body).is_ok()
}

fn retry_after(response: &HttpResponse) -> Option<Duration> {
    response.headers().get("retry-after")?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oauth_error_names_its_exception() {
        let cases = [
            (r#"{"error":"authorization_pending"}"#, Some("AuthorizationPendingException")),
            (r#"{"error":"slow_down","error_description":"x"}"#, Some("SlowDownException")),
            (r#"{"error":"invalid_grant"}"#, Some("InvalidGrantException")),
            (r#"{"error":"a b\u001b"}"#, None),
            (r#"{"error":"__"}"#, None),
            (r#"{"message":"x"}"#, None),
            ("<html>", None),
        ];
        for (body, code) in cases {
            assert_eq!(oauth_exception(body.as_bytes()).as_deref(), code, "{body}");
        }
    }

    #[test]
    fn a_failed_connection_is_the_source_of_the_error() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let failure = ConnectionFailure::of_connector("host:1".to_owned(), ConnectorError::io(refused.into()));
        let error = connection_error(&ConnectorError::other(Box::new(failure), None));
        assert_eq!(error.to_string(), "cannot connect to host:1: connection refused");
        let causes: Vec<_> = chain(&error).skip(1).map(ToString::to_string).collect();
        assert!(causes.iter().any(|cause| cause == "connection refused"), "{causes:?}");
    }
}
