//! Why a request got no complete response, and what to do about it.
//!
//! The errors of the connection can hold no secret, so they become the source of ours.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::sync::Arc;

use aws_smithy_runtime_api::client::result::ConnectorError;
use rustls::CertificateError;

use super::proxy::{ProxyName, Way};
use super::retry::Trouble;
use crate::error::{Error, reason, system};

pub(super) const SERVICE: &str = "IAM Identity Center";

/// Where a request goes, and which way.
#[derive(Clone, Debug)]
pub(super) struct Target {
    host: String,
    proxy: Option<ProxyName>,
    /// The variable that says that no proxy is used for this host.
    excepted_by: Option<&'static str>,
}

impl Target {
    pub(super) fn new(host: &str, way: Way<'_>) -> Self {
        let (proxy, excepted_by) = match way {
            Way::Direct => (None, None),
            Way::Excepted(variable) => (None, Some(variable)),
            Way::Through(proxy) => (Some(proxy.name().clone()), None),
        };
        Self { host: host.to_owned(), proxy, excepted_by }
    }

    /// `HOST` or `HOST:PORT`.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    pub(super) fn proxy(&self) -> Option<&ProxyName> {
        self.proxy.as_ref()
    }
}

/// Where a response comes from; it travels with the response, so that messages can name it.
#[derive(Clone, Debug)]
pub(super) struct ResponseOrigin(pub(super) Target);

/// Why a request got no complete response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoResponse {
    /// Found before anything was sent, and already worded.
    NotSent(Error),
    /// The host has no address.
    Dns,
    /// The certificate is not accepted.
    Certificate(Distrust),
    /// TLS failed in another way.
    Tls(String),
    /// A proxy did not let the request through.
    Proxy(ProxyFault),
    /// This machine has too little for another connection; with why, and what to do.
    NoRoom(String, String),
    /// No connection to the host itself.
    Unreachable(String),
    /// No connection in time, to the host or to the proxy.
    NotConnected,
    /// Connected, or perhaps not yet, and no complete response in time.
    TimedOut,
    /// The connection ended before the response did.
    Interrupted,
    /// What came is not HTTP, or has more headers than any server sends.
    Unreadable(String),
    TooLarge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Distrust {
    Issuer,
    Validity,
    Name,
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProxyFault {
    WantsPassword,
    Refuses,
    HangsUp,
    Unreachable(Option<String>),
}

impl NoResponse {
    /// Finds the most specific error in the chain.
    fn of(error: &ConnectorError) -> Self {
        // Only the time for a connection is limited below this.
        let mut found = if error.is_timeout() { Self::NotConnected } else { Self::Interrupted };
        let mut errors = chain(error);
        while let Some(error) = errors.next() {
            if let Some(error) = error.downcast_ref::<rustls::Error>() {
                return Self::of_tls(error);
            }
            // The types of these two errors are private to the HTTP library, so only their texts identify them.
            let text = error.to_string();
            if let Some(fault) = text.strip_prefix("tunnel error: ") {
                return Self::Proxy(match fault {
                    "proxy authorization required" => ProxyFault::WantsPassword,
                    "failed to create underlying connection" => {
                        ProxyFault::Unreachable(errors.find_map(why_unreachable))
                    }
                    "unexpected end of file" | "io error establishing tunnel" => ProxyFault::HangsUp,
                    _ => ProxyFault::Refuses,
                });
            }
            if text.starts_with("dns error") {
                return Self::Dns;
            }
            if text.starts_with("invalid HTTP") || text == "message head is too large" {
                return Self::Unreadable(text);
            }
            if let Some(error) = error.downcast_ref::<io::Error>() {
                use io::ErrorKind::{
                    AddrNotAvailable, ConnectionRefused, HostUnreachable, NetworkDown, NetworkUnreachable,
                };
                if let Some(remedy) = system::shortage(error) {
                    return Self::NoRoom(reason(error), remedy);
                }
                match error.kind() {
                    ConnectionRefused | HostUnreachable | NetworkUnreachable | NetworkDown | AddrNotAvailable => {
                        found = Self::Unreachable(reason(error));
                    }
                    io::ErrorKind::TimedOut => found = Self::NotConnected,
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
            | Self::NoRoom(..)
            | Self::Unreachable(_)
            | Self::NotConnected
            | Self::TimedOut
            | Self::Interrupted
            | Self::Proxy(ProxyFault::Unreachable(_) | ProxyFault::HangsUp) => Trouble::Broken,
            Self::NotSent(_)
            | Self::Certificate(_)
            | Self::Tls(_)
            | Self::Proxy(_)
            | Self::Unreadable(_)
            | Self::TooLarge => Trouble::Final,
        }
    }

    fn error(&self, target: &Target) -> Error {
        let host = &target.host;
        let message = match self {
            Self::NotSent(error) => return error.clone(),
            Self::TooLarge => return unexpected_response(host),
            Self::Certificate(distrust) => return distrust.error(host),
            Self::Tls(reason) => {
                return Error::service(format!("no TLS connection to {host} can be made: {reason}"))
                    .with_remedy("check whether a proxy or another server answers in its place");
            }
            Self::Unreadable(reason) => {
                return Error::service(format!("the response from {host} cannot be read: {reason}"))
                    .with_remedy("check whether a proxy or another server answers in its place");
            }
            Self::Proxy(fault) => return fault.error(target),
            Self::Dns => {
                return Error::service(format!("the address of {host} cannot be found"))
                    .with_remedy(format!("check sso_region in the AWS config\n{}", target.remedy()));
            }
            Self::NoRoom(reason, remedy) => {
                return Error::failed(format!("cannot connect to {host}: {}", reason.to_lowercase()))
                    .with_remedy(remedy);
            }
            Self::Unreachable(reason) => format!("cannot connect to {host}: {}", reason.to_lowercase()),
            Self::NotConnected => match &target.proxy {
                Some(proxy) => format!("the proxy {proxy} did not connect to {host} in time"),
                None => format!("{host} did not answer in time"),
            },
            Self::TimedOut => match &target.proxy {
                Some(proxy) => format!("{host} did not answer in time through the proxy {proxy}"),
                None => format!("{host} did not answer in time"),
            },
            Self::Interrupted => match &target.proxy {
                Some(proxy) => {
                    format!("{host}, or the proxy {proxy}, closed the connection before its response was complete")
                }
                None => format!("{host} closed the connection before its response was complete"),
            },
        };
        Error::service(message).with_remedy(target.remedy())
    }
}

impl Target {
    /// What to do where the way to the host does not work.
    fn remedy(&self) -> String {
        match (&self.proxy, self.excepted_by) {
            (Some(proxy), _) => format!("check {}, or name the host in NO_PROXY", proxy.variable),
            (None, Some(variable)) => {
                format!("check the network connection; {variable} names the host, so no proxy is used")
            }
            (None, None) => "check the network connection; behind a proxy, set HTTPS_PROXY".to_owned(),
        }
    }
}

impl Distrust {
    fn error(self, host: &str) -> Error {
        let (message, remedy) = match self {
            Self::Issuer => (
                format!("the certificate of {host} is from an unknown issuer"),
                "where a proxy inspects TLS, name a file with its certificates in AWS_CA_BUNDLE or ca_bundle",
            ),
            Self::Validity => {
                (format!("the certificate of {host} has expired or is not valid yet"), "check this machine's clock")
            }
            Self::Name => (
                format!("the certificate of {host} is for another name"),
                "check sso_region, the endpoint settings, and whether another server answers in its place",
            ),
            Self::Other => (
                format!("the certificate of {host} is not valid"),
                "check AWS_CA_BUNDLE or ca_bundle, and whether another server answers in its place",
            ),
        };
        Error::service(message).with_remedy(remedy)
    }
}

impl ProxyFault {
    fn error(&self, target: &Target) -> Error {
        let host = &target.host;
        let proxy = target.proxy.as_ref().map(ToString::to_string).unwrap_or_default();
        let message = match self {
            Self::WantsPassword => {
                let variable = target.proxy.as_ref().map_or("HTTPS_PROXY", |proxy| proxy.variable);
                return Error::service(format!("the proxy {proxy} requires a user name and password"))
                    .with_remedy(format!("put them into {variable}: http://USER:PASSWORD@HOST:PORT"));
            }
            Self::Refuses => format!("the proxy {proxy} answers, but does not connect to {host}"),
            Self::HangsUp => format!("the proxy {proxy} closed the connection before it had connected to {host}"),
            Self::Unreachable(Some(reason)) => format!("the proxy {proxy} cannot be reached: {reason}"),
            Self::Unreachable(None) => format!("the proxy {proxy} cannot be reached"),
        };
        Error::service(message).with_remedy(target.remedy())
    }
}

/// What an error says about a connection that was not made, if it says enough for a message.
fn why_unreachable(error: &(dyn StdError + 'static)) -> Option<String> {
    if error.to_string().starts_with("dns error") {
        return Some("its address cannot be found".to_owned());
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(error.to_string());
    }
    let error = error.downcast_ref::<io::Error>()?;
    // One with another error inside says nothing itself.
    error.get_ref().is_none().then(|| reason(error).to_lowercase())
}

/// Each error and what caused it. An `io::Error` leaves out its own payload, which is where TLS errors are.
fn chain<'a>(error: &'a (dyn StdError + 'static)) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>() {
        Some(io) => io.get_ref().map(|inner| inner as &(dyn StdError + 'static)),
        None => error.source(),
    })
}

/// A request that got no complete response: what the SDK carries from the connection to the reader of its errors.
#[derive(Debug)]
pub(super) struct ConnectionFailure {
    target: Target,
    why: NoResponse,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl ConnectionFailure {
    pub(super) fn new(target: Target, why: NoResponse) -> Self {
        Self { target, why, source: None }
    }

    pub(super) fn not_sent(error: Error) -> Self {
        Self::of_service(NoResponse::NotSent(error))
    }

    /// Where it is not known to which host the request went.
    pub(super) fn of_service(why: NoResponse) -> Self {
        Self::new(Target::new(SERVICE, Way::Direct), why)
    }

    pub(super) fn of_connector(target: Target, error: ConnectorError) -> Self {
        Self { target, why: NoResponse::of(&error), source: Some(Arc::new(error)) }
    }

    pub(super) fn of_body(target: Target, error: impl StdError + Send + Sync + 'static) -> Self {
        Self { target, why: NoResponse::Interrupted, source: Some(Arc::new(error)) }
    }

    pub(super) fn trouble(&self) -> Trouble {
        self.why.trouble()
    }

    pub(super) fn error(&self) -> Error {
        let error = self.why.error(&self.target);
        match &self.source {
            Some(source) => error.with_source(Arc::clone(source)),
            None => error,
        }
    }
}

impl fmt::Display for ConnectionFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no response from {}", self.target.host)
    }
}

impl StdError for ConnectionFailure {}

/// The error for a request that was sent without the SDK and got no complete response.
pub(super) fn connection_error(error: &ConnectorError) -> Error {
    match error.source().and_then(|source| source.downcast_ref::<ConnectionFailure>()) {
        Some(failure) => failure.error(),
        None => ConnectionFailure::of_service(NoResponse::Interrupted).error(),
    }
}

/// The error for a response that the service would not send.
pub(super) fn unexpected_response(host: &str) -> Error {
    Error::service(format!("the response from {host} is not one of IAM Identity Center"))
        .with_remedy("check sso_region, the endpoint settings, and whether a proxy or a network's sign-in page answers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_connection_is_the_source_of_the_error() {
        let target = Target::new("host:1", Way::Direct);
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let failure = ConnectionFailure::of_connector(target, ConnectorError::io(refused.into()));
        let error = connection_error(&ConnectorError::other(Box::new(failure), None));
        assert_eq!(error.to_string(), "cannot connect to host:1: connection refused");
        let causes: Vec<_> = chain(&error).skip(1).map(ToString::to_string).collect();
        assert!(causes.iter().any(|cause| cause == "connection refused"), "{causes:?}");
    }
}
