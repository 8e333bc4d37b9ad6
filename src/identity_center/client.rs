//! How a directory's service is reached: endpoints, the SDK clients, and the one road that every request takes.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use aws_sdk_sso::config::StalledStreamProtectionConfig;
use aws_sdk_sso::config::endpoint as portal_rules;
use aws_sdk_sso::config::endpoint::ResolveEndpoint as _;
use aws_sdk_ssooidc::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;

use super::failure::{self, Refusal, Verdict};
use super::gate::Gate;
use super::portal::PortalError;
use super::retry::{self, Course, Patience, Resend, Trouble};
use super::wire::{self, Skew};
use crate::address::Link;
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::partition::Region;
use crate::secret::Secret;
use crate::timestamp;

/// How long to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// For a connection, through a proxy if there is one, with its TLS handshake.
    pub connect: Duration,
    /// For one attempt, from the connection to the end of the answer.
    pub answer: Duration,
    /// Since the first attempt, after which none begins.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), answer: Duration::from_secs(15), total: Duration::from_secs(30) }
    }
}

/// How often a request is sent at most, where `AWS_MAX_ATTEMPTS` does not say.
const ATTEMPTS: u32 = 5;

/// A directory's service, for code that waits: owns the runtime that [`Service`] needs.
#[derive(Debug)]
pub struct Client {
    service: Arc<Service>,
    runtime: OnceLock<Runtime>,
}

impl Client {
    /// A client for this directory. Nothing is read or sent before the first request.
    ///
    /// Errors: a region or an endpoint address that tokens must not be sent to.
    pub fn new(directory: &Directory, network: &Network) -> Result<Self> {
        Self::with_limits(directory, network, Limits::default())
    }

    /// The same with other time limits.
    pub fn with_limits(directory: &Directory, network: &Network, limits: Limits) -> Result<Self> {
        let service = Arc::new(Service::new(directory, network, limits)?);
        Ok(Self { service, runtime: OnceLock::new() })
    }

    /// The service itself, for code that is asynchronous.
    #[must_use]
    pub fn service(&self) -> &Arc<Service> {
        &self.service
    }

    /// Runs a future to its end on this thread.
    pub fn block_on<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime()?.block_on(future)
    }

    fn runtime(&self) -> Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::failed(format!("cannot start the network runtime: {error}")))?;
        Ok(self.runtime.get_or_init(|| runtime))
    }

    /// See [`Service::role_credentials`].
    pub fn role_credentials(
        &self,
        token: &Secret,
        account_id: &str,
        role_name: &str,
    ) -> Result<RoleCredentials, PortalError> {
        self.runtime()?.block_on(self.service.role_credentials(token, account_id, role_name))
    }

    /// See [`Service::log_out`].
    pub fn log_out(&self, token: &Secret) -> Result<(), PortalError> {
        self.runtime()?.block_on(self.service.log_out(token))
    }
}

impl Drop for Client {
    /// A name that cannot be resolved keeps its thread busy for long; nobody waits for it.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A directory's service: the SDK clients, made on first use, and the rules for sending again.
#[derive(Debug)]
pub struct Service {
    region: Region,
    network: Network,
    connector: SharedHttpConnector,
    http: SharedHttpClient,
    skew: Skew,
    patience: Patience,
    gate: Gate,
    sso: OnceLock<aws_sdk_sso::Client>,
    oidc: OnceLock<aws_sdk_ssooidc::Client>,
}

/// The settings that both SDK clients share; their builders are of different types.
macro_rules! configured {
    ($sdk:ident, $service:expr, $endpoint:expr) => {{
        let (service, endpoint): (&Service, &Option<String>) = ($service, $endpoint);
        let mut builder = $sdk::Config::builder()
            .behavior_version_latest()
            .region($sdk::config::Region::new(service.region.to_string()))
            .http_client(service.http.clone())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // The endpoint rules refuse these together with an address of one's own.
            .use_fips(service.network.use_fips && endpoint.is_none())
            .use_dual_stack(service.network.use_dualstack && endpoint.is_none());
        builder.set_endpoint_url(endpoint.clone());
        $sdk::Client::from_conf(builder.build())
    }};
}

impl Service {
    fn new(directory: &Directory, network: &Network, limits: Limits) -> Result<Self> {
        check_endpoint(network.sso_endpoint_url.as_deref(), "AWS_ENDPOINT_URL_SSO")?;
        check_endpoint(network.oidc_endpoint_url.as_deref(), "AWS_ENDPOINT_URL_SSO_OIDC")?;
        check_endpoint(network.signin_endpoint_url.as_deref(), "AWS_ENDPOINT_URL_SIGNIN")?;
        let skew = Skew::default();
        let connector = wire::connector(network.ca_bundle.clone(), limits, skew.clone());
        let http = wire::http_client(&connector);
        let attempts = network.max_attempts.unwrap_or(ATTEMPTS).max(1);
        Ok(Self {
            region: directory.region.clone(),
            network: network.clone(),
            connector,
            http,
            skew,
            patience: Patience { attempts, total: limits.total },
            gate: Gate::new(),
            sso: OnceLock::new(),
            oidc: OnceLock::new(),
        })
    }

    pub(super) fn sso(&self) -> &aws_sdk_sso::Client {
        self.sso.get_or_init(|| configured!(aws_sdk_sso, self, &self.network.sso_endpoint_url))
    }

    /// In place of the console's own sign-in.
    pub(super) fn signin_endpoint(&self) -> Option<&str> {
        self.network.signin_endpoint_url.as_deref()
    }

    pub(super) fn oidc(&self) -> &aws_sdk_ssooidc::Client {
        self.oidc.get_or_init(|| configured!(aws_sdk_ssooidc, self, &self.network.oidc_endpoint_url))
    }

    /// The address of the sign-in service, without a trailing slash: where `/authorize` is.
    pub async fn oidc_address(&self) -> Result<String> {
        if let Some(address) = &self.network.oidc_endpoint_url {
            return Ok(address.trim_end_matches('/').to_owned());
        }
        let unknown = || {
            Error::usage(format!("the sign-in service of the region {} has no known address", self.region))
                .with_remedy("check sso_region in the AWS config")
        };
        let params = Params::builder()
            .region(&*self.region)
            .use_fips(self.network.use_fips)
            .use_dual_stack(self.network.use_dualstack)
            .build()
            .map_err(|_| unknown())?;
        let resolver = DefaultResolver::new();
        let endpoint = ResolveEndpoint::resolve_endpoint(&resolver, &params).await.map_err(|_| unknown())?;
        Ok(endpoint.url().trim_end_matches('/').to_owned())
    }

    /// The address of the portal's API, without a trailing slash.
    pub async fn portal_address(&self) -> Result<String> {
        if let Some(address) = &self.network.sso_endpoint_url {
            return Ok(address.trim_end_matches('/').to_owned());
        }
        let unknown = || {
            Error::usage(format!("the portal of the region {} has no known address", self.region))
                .with_remedy("check sso_region in the AWS config")
        };
        let params = portal_rules::Params::builder()
            .region(&*self.region)
            .use_fips(self.network.use_fips)
            .use_dual_stack(self.network.use_dualstack)
            .build()
            .map_err(|_| unknown())?;
        let resolver = portal_rules::DefaultResolver::new();
        let endpoint = resolver.resolve_endpoint(&params).await.map_err(|_| unknown())?;
        Ok(endpoint.url().trim_end_matches('/').to_owned())
    }

    /// What sends a request and brings its answer, once.
    pub(super) fn connector(&self) -> &SharedHttpConnector {
        &self.connector
    }

    /// Sends one request as often as it is worth it; every request of this tool passes here.
    pub(super) async fn send<T, E, F>(&self, resend: Resend, request: impl Fn() -> F) -> Result<T, Refused>
    where
        E: ProvideErrorMetadata,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let start = Instant::now();
        let mut course = Course::new(self.patience, resend);
        loop {
            let pass = self.gate.enter().await;
            let verdict = match request().await {
                Ok(answer) => {
                    pass.accepted();
                    return Ok(answer);
                }
                Err(error) => failure::judge(&error),
            };
            let (trouble, error) = match verdict {
                Verdict::Refused(refusal) => {
                    pass.accepted();
                    return Err(Refused::By(refusal));
                }
                Verdict::Failed(trouble, error) => (trouble, error),
            };
            match trouble {
                Trouble::Throttled(asked) => pass.throttled(asked),
                _ => drop(pass),
            }
            // As long as the service takes other requests of this run, this one's turn will come.
            let quiet = self.gate.silence().unwrap_or(Duration::MAX).min(start.elapsed());
            let Some(wait) = course.next(trouble, quiet, retry::random()) else {
                return Err(Refused::Failed(error));
            };
            tracing::debug!("{error}; sent again in {} ms", wait.as_millis());
            tokio::time::sleep(wait).await;
        }
    }

    /// How far this machine's clock is behind the service's, if by more than a minute.
    ///
    /// What the service says ends at a certain time ends that much earlier by this clock, by which it is kept and used.
    /// A clock that is ahead is not made up for: programs would get credentials that look valid on a machine whose
    /// requests AWS will refuse.
    pub(super) fn lag(&self) -> SignedDuration {
        let seconds = self.skew.seconds();
        SignedDuration::from_secs(if seconds > 60 { seconds } else { 0 })
    }

    /// What to do about a date that makes no sense: which clock is off, as far as the service's last answer tells.
    pub(super) fn clock_remedy(&self) -> String {
        let now = timestamp::format(Timestamp::now());
        let skew = self.skew.seconds();
        if skew.abs() < 120 {
            return format!("check this machine's clock, which says {now}");
        }
        let direction = if skew > 0 { "behind" } else { "ahead of" };
        let minutes = skew.abs() / 60;
        format!("set this machine's clock: it says {now}, {minutes} minutes {direction} the service's")
    }
}

/// Why a request has no answer to give.
#[derive(Clone, Debug)]
pub(super) enum Refused {
    By(Refusal),
    Failed(Error),
}

fn check_endpoint(url: Option<&str>, variable: &str) -> Result<()> {
    let Some(url) = url else { return Ok(()) };
    match Link::parse(url) {
        Some(link) if link.is_safe() => Ok(()),
        Some(link) => Err(Error::usage(format!("the endpoint http://{} is not encrypted", link.authority))
            .with_remedy(format!("use https, or unset {variable} and endpoint_url; http is for this machine only"))),
        // The text may hold a password, so it is not repeated.
        None => Err(Error::usage("a service's endpoint is not an https address")
            .with_remedy(format!("check {variable}, AWS_ENDPOINT_URL and the config's endpoint_url"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn directory(region: &str) -> Directory {
        Directory {
            name: "corp".to_owned(),
            session: None,
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: region.parse().unwrap(),
            scopes: Vec::new(),
        }
    }

    #[test]
    fn tokens_are_sent_only_to_https_or_this_machine() {
        let cases = [
            ("https://portal.example.com", true),
            ("http://127.0.0.1:8080", true),
            ("http://portal.example.com", false),
            ("portal.example.com", false),
            ("https://user:hunter2@portal.example.com", false),
        ];
        for (url, accepted) in cases {
            for network in [
                Network { sso_endpoint_url: Some(url.to_owned()), ..Network::default() },
                Network { oidc_endpoint_url: Some(url.to_owned()), ..Network::default() },
            ] {
                match Client::new(&directory("us-east-1"), &network) {
                    Ok(_) => assert!(accepted, "{url}"),
                    Err(error) => {
                        assert!(!accepted, "{url}");
                        assert_eq!(error.kind(), Kind::Usage);
                        assert!(!error.report().contains("hunter2"));
                    }
                }
            }
        }
    }

    #[test]
    fn the_sign_in_address_follows_partition_fips_dual_stack_and_endpoint() {
        let own = Some("https://localhost:1/oidc/".to_owned());
        let cases = [
            ("us-east-1", false, false, None, "https://oidc.us-east-1.amazonaws.com"),
            ("cn-north-1", false, false, None, "https://oidc.cn-north-1.amazonaws.com.cn"),
            ("us-gov-west-1", false, false, None, "https://oidc.us-gov-west-1.amazonaws.com"),
            ("eusc-de-east-1", false, false, None, "https://oidc.eusc-de-east-1.amazonaws.eu"),
            ("us-east-1", true, false, None, "https://oidc-fips.us-east-1.amazonaws.com"),
            ("us-east-1", false, true, None, "https://oidc.us-east-1.api.aws"),
            ("us-east-1", true, true, own, "https://localhost:1/oidc"),
        ];
        for (region, use_fips, use_dualstack, oidc_endpoint_url, expected) in cases {
            let network = Network { oidc_endpoint_url, use_fips, use_dualstack, ..Network::default() };
            let client = Client::new(&directory(region), &network).unwrap();
            assert_eq!(client.block_on(client.service().oidc_address()).unwrap(), expected);
        }
    }
}
