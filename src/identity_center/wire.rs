//! The HTTPS client below the SDK: built on first use, limited in time and size, and exact about what failed.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::connection::CaptureSmithyConnection;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::Timestamp;

use super::bundle;
use super::deadline;
use super::no_response::{ConnectionFailure, NoResponse, ResponseOrigin, Target};
use super::proxy::{Proxies, Way};
use super::retry::Resend;
use crate::address::Link;
use crate::aws_config::network::CaBundle;
use crate::error::{Error, Result};

/// How long to wait.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection, through a proxy if there is one, with its TLS handshake.
    pub connect: Duration,
    /// For one attempt, from the connection to the end of the response.
    pub answer: Duration,
    /// Since the first attempt; no attempt starts later than this.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), answer: Duration::from_secs(15), total: Duration::from_secs(30) }
    }
}

/// The largest response that is read: a page of a hundred accounts is some 30 KiB.
const MAX_RESPONSE: usize = 4 << 20;

tokio::task_local! {
    static CONNECTION: CaptureSmithyConnection;
    static RESEND: Resend;
}

/// Sends a request, and returns what closes its connection once it is idle.
pub(super) async fn with_connection<T>(resend: Resend, request: impl Future<Output = T>) -> (T, impl FnOnce()) {
    // Between two commands nobody has looked at the open connections. What has arrived on them since is no answer to
    // this request, and a connection that gets the chance to see it closes. The first turn lets the runtime find out
    // what has arrived; in the second, the connections read it.
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    let connection = CaptureSmithyConnection::new();
    let outcome = RESEND.scope(resend, CONNECTION.scope(connection.clone(), request)).await;
    let close = move || {
        if let Some(connection) = connection.get() {
            connection.poison();
        }
    };
    (outcome, close)
}

/// Seconds that the service's clock is ahead of this machine's, by its last response.
#[derive(Clone, Debug, Default)]
pub(super) struct Skew(Arc<AtomicI64>);

impl Skew {
    pub(super) fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self, response: &HttpResponse) {
        if let Some(seconds) = seconds_ahead(response) {
            self.0.store(seconds, Ordering::Relaxed);
        }
    }
}

/// Seconds that the server's clock is ahead of this machine's, by the date of its response.
pub(super) fn seconds_ahead(response: &HttpResponse) -> Option<i64> {
    response.headers().get("date").and_then(seconds_until)
}

/// Seconds until an HTTP date.
pub(super) fn seconds_until(date: &str) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(date).ok()?;
    Some(date.timestamp().as_second() - Timestamp::now().as_second())
}

/// What sends the requests of an Identity Center.
///
/// Its connectors are made on first use: only to load the system's root certificates takes milliseconds. An error is
/// not kept, since what caused it may pass.
struct Wire {
    bundle: Option<CaBundle>,
    limits: Limits,
    skew: Skew,
    proxies: OnceLock<Proxies>,
    plain: OnceLock<Connector>,
    direct: OnceLock<Connector>,
    proxied: OnceLock<Connector>,
}

/// What sends the requests of an Identity Center.
pub(super) fn connector(bundle: Option<CaBundle>, limits: Limits, skew: Skew) -> SharedHttpConnector {
    SharedHttpConnector::new(Wire {
        bundle,
        limits,
        skew,
        proxies: OnceLock::new(),
        plain: OnceLock::new(),
        direct: OnceLock::new(),
        proxied: OnceLock::new(),
    })
}

/// The same connector in the form that the SDK clients take.
pub(super) fn http_client(connector: &SharedHttpConnector) -> SharedHttpClient {
    let connector = connector.clone();
    http_client_fn(move |_, _| connector.clone())
}

impl Wire {
    /// How a request to this address leaves this machine.
    fn way(&self, link: Link<'_>) -> Result<Way<'_>> {
        // A proxy's own loopback is another machine, so requests to this one never go through a proxy.
        if link.is_loopback() {
            return Ok(Way::Direct);
        }
        Ok(made(&self.proxies, Proxies::of_environment)?.way(link.host, link.port()))
    }

    fn connector(&self, link: Link<'_>, way: Way<'_>) -> Result<&Connector> {
        let slot = match way {
            Way::Through(_) => &self.proxied,
            _ if link.is_https => &self.direct,
            _ => &self.plain,
        };
        made(slot, || {
            let roots = match &self.bundle {
                // No certificate will be checked.
                _ if !link.is_https => TrustStore::empty(),
                Some(bundle) => bundle::trust_store(bundle)?,
                None => bundle::system_trust_store()?,
            };
            let proxy = match way {
                Way::Through(proxy) => proxy.config()?,
                Way::Direct | Way::Excepted(_) => ProxyConfig::disabled(),
            };
            self.build(roots, proxy)
        })
    }

    fn build(&self, roots: TrustStore, proxy: ProxyConfig) -> Result<Connector> {
        let context = TlsContext::builder()
            .with_trust_store(roots)
            .build()
            .map_err(|_| Error::failed("the TLS client cannot be set up"))?;
        let settings = HttpConnectorSettings::builder().connect_timeout(self.limits.connect).build();
        Ok(Connector::builder()
            .connector_settings(settings)
            .proxy_config(proxy)
            .tls_provider(Provider::rustls(CryptoMode::Ring))
            .tls_context(context)
            .build())
    }

    /// Starts a request, and says where it goes.
    ///
    /// Errors: nothing is sent.
    fn start(&self, mut request: HttpRequest) -> Result<(Target, HttpConnectorFuture)> {
        let unsafe_address = || Error::usage("a service address is not an https URL");
        let link = Link::parse(request.uri()).filter(Link::is_safe).ok_or_else(unsafe_address)?;
        let way = self.way(link)?;
        let target = Target::new(link.authority, way);
        let connector = self.connector(link, way)?;
        if let Ok(connection) = CONNECTION.try_with(Clone::clone) {
            request.add_extension(connection);
        }
        Ok((target, connector.call(request)))
    }
}

/// What is in the slot; if nothing is, it is made.
fn made<T>(slot: &OnceLock<T>, make: impl FnOnce() -> Result<T>) -> Result<&T> {
    match slot.get() {
        Some(there) => Ok(there),
        None => make().map(|new| slot.get_or_init(|| new)),
    }
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (target, response) = match self.start(request) {
            Ok(started) => started,
            Err(error) => return HttpConnectorFuture::ready(Err(broken(ConnectionFailure::not_sent(error)))),
        };
        let (limit, skew) = (self.limits.answer, self.skew.clone());
        let soon = deadline::shortened(limit);
        // The service takes such a request only once, so its answer is waited for as soon as there is a connection.
        let is_once = RESEND.try_with(|resend| resend.is_once()).unwrap_or_default();
        let connection = CONNECTION.try_with(Clone::clone).ok().filter(|_| is_once);
        let is_sent = move || connection.is_some_and(|connection| connection.get().is_some());
        HttpConnectorFuture::new(async move {
            let mut whole = Box::pin(async {
                let response = match response.await {
                    Ok(response) => response,
                    Err(error) => return Err(ConnectionFailure::of_connector(target.clone(), error)),
                };
                skew.note(&response);
                with_whole_body(response, &target).await
            });
            let mut outcome = tokio::time::timeout(soon, &mut whole).await;
            if outcome.is_err() && is_sent() {
                outcome = tokio::time::timeout(limit.saturating_sub(soon), &mut whole).await;
            }
            drop(whole);
            match outcome {
                Ok(Ok(mut response)) => {
                    response.add_extension(ResponseOrigin(target));
                    Ok(response)
                }
                Ok(Err(failure)) => Err(broken(failure)),
                Err(_) => Err(broken(ConnectionFailure::new(target, NoResponse::TimedOut))),
            }
        })
    }
}

fn broken(failure: ConnectionFailure) -> ConnectorError {
    ConnectorError::other(Box::new(failure), None)
}

/// Reads the body into memory, so that one that is cut short is an error of the connection and not of its JSON.
async fn with_whole_body(mut response: HttpResponse, target: &Target) -> Result<HttpResponse, ConnectionFailure> {
    let mut body = ByteStream::new(response.take_body());
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| ConnectionFailure::of_body(target.clone(), error))?);
        if bytes.len() > MAX_RESPONSE {
            return Err(ConnectionFailure::new(target.clone(), NoResponse::TooLarge));
        }
    }
    *response.body_mut() = SdkBody::from(bytes);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_that_may_pass_is_not_kept() {
        let slot = OnceLock::new();
        assert!(made(&slot, || Err(Error::failed("too many open files"))).is_err());
        assert_eq!(made(&slot, || Ok(1)), Ok(&1));
        assert_eq!(made(&slot, || Ok(2)), Ok(&1));
    }
}
