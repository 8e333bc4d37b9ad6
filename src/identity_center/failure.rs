//! What an SDK error means: whether to send again, and what to tell a person, in our own words.
//!
//! The SDK's own texts are not passed on: they may hold what was sent.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use rustls::CertificateError;

use super::retry::Trouble;
use super::wire::Origin;
use crate::error::{Error, reason};

/// Why no whole answer came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Already told in full.
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
    /// The connection ended before the answer did.
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

impl Cause {
    /// Finds the most telling error in the chain.
    pub(super) fn of(error: &ConnectorError) -> Self {
        let mut cause = if error.is_timeout() { Self::TimedOut } else { Self::Interrupted };
        for error in chain(error) {
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Self::of_tls(error);
            }
            // These two types are private to the HTTP library; their texts are all there is to tell them by.
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
                        cause = Self::Unreachable(reason(error));
                    }
                    io::ErrorKind::TimedOut => cause = Self::TimedOut,
                    _ => {}
                }
            }
        }
        cause
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

    fn tell(&self, host: &str) -> Error {
        const NETWORK: &str = "check the network connection; behind a proxy, set HTTPS_PROXY";
        match self {
            Self::Ours(error) => error.clone(),
            Self::Dns => Error::service(format!("the address of {host} cannot be found"))
                .with_remedy("check the network connection and sso_region; behind a proxy, set HTTPS_PROXY"),
            Self::Certificate(Distrust::Issuer) => Error::service(format!(
                "the certificate of {host} is from an unknown issuer"
            ))
            .with_remedy("where a proxy inspects TLS, name a file with its certificates in AWS_CA_BUNDLE or ca_bundle"),
            Self::Certificate(Distrust::Validity) => {
                Error::service(format!("the certificate of {host} has expired or is not valid yet"))
                    .with_remedy("check this machine's clock")
            }
            Self::Certificate(Distrust::Name) => Error::service(format!(
                "the certificate of {host} is for another name"
            ))
            .with_remedy("check sso_region, the endpoint settings, and whether another server answers in its place"),
            Self::Certificate(Distrust::Other) => Error::service(format!("the certificate of {host} is not valid"))
                .with_remedy("check AWS_CA_BUNDLE or ca_bundle, and whether another server answers in its place"),
            Self::Tls(reason) => Error::service(format!("no TLS connection to {host} can be made: {reason}"))
                .with_remedy("check whether a proxy or another server answers in its place"),
            Self::Proxy(ProxyFault::WantsPassword) => {
                Error::service(format!("the proxy on the way to {host} wants a user name and password"))
                    .with_remedy("put them into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT")
            }
            Self::Proxy(ProxyFault::Refuses) => Error::service(format!("the proxy refuses to connect to {host}"))
                .with_remedy("check HTTPS_PROXY, or name the host in NO_PROXY"),
            Self::Proxy(ProxyFault::Unreachable) => {
                Error::service(format!("the proxy on the way to {host} cannot be reached"))
                    .with_remedy("check HTTPS_PROXY, or name the host in NO_PROXY")
            }
            Self::Unreachable(reason) => {
                Error::service(format!("cannot connect to {host}: {}", reason.to_lowercase())).with_remedy(NETWORK)
            }
            Self::TimedOut => Error::service(format!("{host} did not answer in time")).with_remedy(NETWORK),
            Self::Interrupted => Error::service(format!("{host} ended the connection before its answer was complete"))
                .with_remedy(NETWORK),
            Self::TooLarge => foreign(host),
        }
    }
}

/// Each error and what caused it; an `io::Error` skips its own payload, which is where TLS errors are.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}

/// A cause on its way through the SDK.
#[derive(Debug)]
pub(super) struct Broken {
    pub(super) origin: String,
    pub(super) cause: Cause,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no answer from {}", self.origin)
    }
}

impl StdError for Broken {}

/// The error for a request that got no answer.
pub(super) fn told(error: &ConnectorError) -> Error {
    match error.source().and_then(|source| source.downcast_ref::<Broken>()) {
        Some(Broken { origin, cause }) => cause.tell(origin),
        None => Cause::Interrupted.tell("IAM Identity Center"),
    }
}

/// A 4xx answer of the service, which only the request's own sender can interpret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub status: u16,
    /// Such as `InvalidGrantException`; empty where the service gave none.
    pub code: String,
    pub origin: String,
}

impl Refusal {
    /// The error for a refusal that has no meaning of its own.
    pub(super) fn tell(&self) -> Error {
        let what = if self.code.is_empty() { format!("status {}", self.status) } else { self.code.clone() };
        Error::service(format!("{} refused the request: {what}", self.origin))
            .with_remedy("check sso_start_url and sso_region in the AWS config")
    }
}

/// How one attempt ended, if not well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Refused(Refusal),
    Failed(Trouble, Error),
}

/// The error for an answer that is not the service's.
pub(super) fn foreign(host: &str) -> Error {
    Error::service(format!("{host} answered something that is not an answer of IAM Identity Center"))
        .with_remedy("check sso_region, the endpoint settings, and whether a proxy or a network's sign-in page answers")
}

/// What an SDK error means.
pub(super) fn judge<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Verdict {
    let failed = |cause: &Cause, host: &str| Verdict::Failed(cause.trouble(), cause.tell(host));
    match error {
        SdkError::ServiceError(error) => judge_answer(error.raw(), error.err().code()),
        SdkError::ResponseError(error) => judge_answer(error.raw(), None),
        SdkError::TimeoutError(_) => failed(&Cause::TimedOut, "IAM Identity Center"),
        SdkError::DispatchFailure(failure) => {
            let source = failure.as_connector_error().and_then(StdError::source);
            match source.and_then(|source| source.downcast_ref::<Broken>()) {
                Some(Broken { origin, cause }) => failed(cause, origin),
                None => failed(&Cause::Interrupted, "IAM Identity Center"),
            }
        }
        _ => Verdict::Failed(
            Trouble::Final,
            Error::failed("the request cannot be made from this token and this configuration")
                .with_remedy("check sso_start_url and sso_region in the AWS config, then sign in again"),
        ),
    }
}

fn judge_answer(answer: &HttpResponse, code: Option<&str>) -> Verdict {
    let origin = answer.extension::<Origin>().map_or("IAM Identity Center", |Origin(host)| host).to_owned();
    let status = answer.status().as_u16();
    let code = code.and_then(plain).or_else(|| oauth_code(answer.body().bytes()?)).unwrap_or_default();
    let is_throttle = matches!(code.as_str(), "TooManyRequestsException" | "ThrottlingException" | "Throttling");
    match status {
        429 => Verdict::Failed(Trouble::Throttled(retry_after(answer)), throttled(&origin)),
        400..=499 if is_throttle => Verdict::Failed(Trouble::Throttled(retry_after(answer)), throttled(&origin)),
        500..=599 => Verdict::Failed(
            Trouble::Failed,
            Error::service(format!("{origin} failed with status {status}")).with_remedy("try again later"),
        ),
        400..=499 if !code.is_empty() || is_object_or_empty(answer.body().bytes()) => {
            Verdict::Refused(Refusal { status, code, origin })
        }
        _ => Verdict::Failed(Trouble::Final, foreign(&origin)),
    }
}

fn throttled(host: &str) -> Error {
    Error::service(format!("{host} takes no more requests at present")).with_remedy("try again in a minute")
}

/// A code that is a plain word: nothing else from an answer goes into a message.
fn plain(code: &str) -> Option<String> {
    let is_plain = (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_plain.then(|| code.to_owned())
}

/// The exception's name from an OAuth error body, for a service that leaves the header out:
/// `{"error":"authorization_pending"}` is an `AuthorizationPendingException`.
fn oauth_code(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Body {
        error: String,
    }
    let Body { error } = serde_json::from_slice(body).ok()?;
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at_checked(1)?;
        Some(first.to_ascii_uppercase() + rest)
    };
    let name: String = plain(&error)?.split('_').map(capitalised).collect::<Option<_>>()?;
    Some(name + "Exception")
}

fn is_object_or_empty(body: Option<&[u8]>) -> bool {
    let body = body.unwrap_or_default();
    body.is_empty() || serde_json::from_slice::<serde_json::Map<_, _>>(body).is_ok()
}

fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    answer.headers().get("retry-after")?.trim().parse().ok().map(Duration::from_secs)
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
            assert_eq!(oauth_code(body.as_bytes()).as_deref(), code, "{body}");
        }
    }
}
