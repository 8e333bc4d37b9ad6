//! The HTTPS client below the SDK: built when it is first used, bounded in time and size, and telling why it failed.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

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
use super::client::Limits;
use super::failure::{Broken, Cause};
use crate::address::Link;
use crate::error::{Error, Result};

/// The largest answer read: a page of a hundred accounts is some 30 KiB.
const MAX_ANSWER: usize = 4 << 20;

/// Where an answer came from; rides on the response, so that messages can name it.
#[derive(Clone, Debug)]
pub(super) struct Origin(pub(super) String);

/// Seconds that the service's clock is ahead of this machine's, by its last answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Skew(Arc<AtomicI64>);

impl Skew {
    pub(super) fn seconds(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    fn note(&self, response: &HttpResponse) {
        if let Some(ahead) = ahead(response) {
            self.0.store(ahead, Ordering::Relaxed);
        }
    }
}

/// Seconds that the clock of whoever answered is ahead of this machine's, by the date of the answer.
pub(super) fn ahead(response: &HttpResponse) -> Option<i64> {
    let date = jiff::fmt::rfc2822::parse(response.headers().get("date")?).ok()?;
    Some(date.timestamp().as_second() - Timestamp::now().as_second())
}

/// Who answered: `HOST` or `HOST:PORT`.
pub(super) fn host_of(response: &HttpResponse) -> String {
    response.extension::<Origin>().map(|Origin(host)| host.clone()).unwrap_or_default()
}

/// Three ways to connect, each made on its first use: loading the system's roots alone takes milliseconds.
struct Wire {
    bundle: Option<PathBuf>,
    limits: Limits,
    skew: Skew,
    plain: OnceLock<Result<Connector>>,
    local: OnceLock<Result<Connector>>,
    remote: OnceLock<Result<Connector>>,
}

/// The way to all services of a directory.
pub(super) fn connector(bundle: Option<PathBuf>, limits: Limits, skew: Skew) -> SharedHttpConnector {
    let (plain, local, remote) = Default::default();
    SharedHttpConnector::new(Wire { bundle, limits, skew, plain, local, remote })
}

/// The SDK clients' view of it.
pub(super) fn http_client(connector: &SharedHttpConnector) -> SharedHttpClient {
    let connector = connector.clone();
    http_client_fn(move |_, _| connector.clone())
}

impl Wire {
    /// The system's roots are not loaded where no certificate will be checked, and a proxy is not asked for this
    /// machine: its loopback is another one.
    fn connector(&self, link: Link<'_>) -> Result<&Connector> {
        let (slot, proxied) = match (link.is_https, link.is_loopback()) {
            (false, _) => (&self.plain, false),
            (true, true) => (&self.local, false),
            (true, false) => (&self.remote, true),
        };
        let connector = slot.get_or_init(|| {
            let roots = match &self.bundle {
                _ if !link.is_https => TrustStore::empty(),
                Some(bundle) => bundle::trust_store(bundle)?,
                None => TrustStore::default(),
            };
            let proxy = if proxied { ProxyConfig::from_env() } else { ProxyConfig::disabled() };
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
            let cause = Cause::Ours(Error::usage("a service address is not an https URL"));
            return HttpConnectorFuture::ready(Err(broken(String::new(), cause)));
        };
        let origin = link.authority.to_owned();
        let answer = match self.connector(link) {
            Ok(connector) => connector.call(request),
            Err(error) => return HttpConnectorFuture::ready(Err(broken(origin, Cause::Ours(error)))),
        };
        let (limit, skew) = (self.limits.answer, self.skew.clone());
        HttpConnectorFuture::new(async move {
            let answer = async {
                let answer = answer.await.map_err(|error| Cause::of(&error))?;
                skew.note(&answer);
                whole(answer).await
            };
            match tokio::time::timeout(limit, answer).await {
                Ok(Ok(mut answer)) => {
                    answer.add_extension(Origin(origin));
                    Ok(answer)
                }
                Ok(Err(cause)) => Err(broken(origin, cause)),
                Err(_) => Err(broken(origin, Cause::TimedOut)),
            }
        })
    }
}

fn broken(origin: String, cause: Cause) -> ConnectorError {
    ConnectorError::other(Box::new(Broken { origin, cause }), None)
}

/// The answer with its body in memory, so that a body cut short is an error of the wire and not of the JSON in it.
async fn whole(mut answer: HttpResponse) -> Result<HttpResponse, Cause> {
    let mut body = ByteStream::new(answer.take_body());
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|_| Cause::Interrupted)?);
        if bytes.len() > MAX_ANSWER {
            return Err(Cause::TooLarge);
        }
    }
    *answer.body_mut() = SdkBody::from(bytes);
    Ok(answer)
}
