//! The HTTPS client below the SDK: built on first use, limited in time and size, and exact about what failed.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::Timestamp;

use super::bundle;
use super::failure::{ConnectionFailure, NoResponse, ResponseHost};
use crate::address::Link;
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
    let date = jiff::fmt::rfc2822::parse(response.headers().get("date")?).ok()?;
    Some(date.timestamp().as_second() - Timestamp::now().as_second())
}

/// What sends the requests of an Identity Center.
///
/// It has three connectors, each made on first use: only to load the system's root certificates takes milliseconds.
struct Wire {
    bundle: Option<PathBuf>,
    limits: Limits,
    skew: Skew,
    plain: OnceLock<Result<Connector>>,
    local: OnceLock<Result<Connector>>,
    remote: OnceLock<Result<Connector>>,
}

/// What sends the requests of an Identity Center.
pub(super) fn connector(bundle: Option<PathBuf>, limits: Limits, skew: Skew) -> SharedHttpConnector {
    let (plain, local, remote) = Default::default();
    SharedHttpConnector::new(Wire { bundle, limits, skew, plain, local, remote })
}

/// The same connector in the form that the SDK clients take.
pub(super) fn http_client(connector: &SharedHttpConnector) -> SharedHttpClient {
    let connector = connector.clone();
    http_client_fn(move |_, _| connector.clone())
}

impl Wire {
    fn connector(&self, link: Link<'_>) -> Result<&Connector> {
        // A proxy's own loopback is another machine, so requests to this one never go through a proxy.
        let (slot, is_proxied) = match (link.is_https, link.is_loopback()) {
            (false, _) => (&self.plain, false),
            (true, true) => (&self.local, false),
            (true, false) => (&self.remote, true),
        };
        let connector = slot.get_or_init(|| {
            let roots = match &self.bundle {
                // No certificate will be checked.
                _ if !link.is_https => TrustStore::empty(),
                Some(bundle) => bundle::trust_store(bundle)?,
                None => TrustStore::default(),
            };
            let proxy = if is_proxied { ProxyConfig::from_env() } else { ProxyConfig::disabled() };
            self.build(roots, proxy)
        });
        connector.as_ref().map_err(Clone::clone)
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
}

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wire")
    }
}

impl HttpConnector for Wire {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(link) = Link::parse(request.uri()) else {
            let why = NoResponse::Ours(Error::usage("a service address is not an https URL"));
            return HttpConnectorFuture::ready(Err(broken(ConnectionFailure::new(String::new(), why))));
        };
        let host = link.authority.to_owned();
        let response = match self.connector(link) {
            Ok(connector) => connector.call(request),
            Err(error) => {
                let failure = ConnectionFailure::new(host, NoResponse::Ours(error));
                return HttpConnectorFuture::ready(Err(broken(failure)));
            }
        };
        let (limit, skew) = (self.limits.answer, self.skew.clone());
        HttpConnectorFuture::new(async move {
            let whole = async {
                let response = match response.await {
                    Ok(response) => response,
                    Err(error) => return Err(ConnectionFailure::of_connector(host.clone(), error)),
                };
                skew.note(&response);
                with_whole_body(response, &host).await
            };
            match tokio::time::timeout(limit, whole).await {
                Ok(Ok(mut response)) => {
                    response.add_extension(ResponseHost(host));
                    Ok(response)
                }
                Ok(Err(failure)) => Err(broken(failure)),
                Err(_) => Err(broken(ConnectionFailure::new(host, NoResponse::TimedOut))),
            }
        })
    }
}

fn broken(failure: ConnectionFailure) -> ConnectorError {
    ConnectorError::other(Box::new(failure), None)
}

/// Reads the body into memory, so that one that is cut short is an error of the connection and not of its JSON.
async fn with_whole_body(mut response: HttpResponse, host: &str) -> Result<HttpResponse, ConnectionFailure> {
    let mut body = ByteStream::new(response.take_body());
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| ConnectionFailure::of_body(host.to_owned(), error))?);
        if bytes.len() > MAX_RESPONSE {
            return Err(ConnectionFailure::new(host.to_owned(), NoResponse::TooLarge));
        }
    }
    *response.body_mut() = SdkBody::from(bytes);
    Ok(response)
}
