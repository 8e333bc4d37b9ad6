//! The service of one Identity Center: its endpoints, its SDK clients, and the one function that sends requests.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use aws_sdk_sso::config::StalledStreamProtectionConfig;
use aws_smithy_runtime_api::client::http::{SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::endpoint::Endpoint;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::{SignedDuration, Timestamp};

use super::deadline;
use super::failure::{AttemptError, RequestError};
use super::gate::Gate;
use super::retry::{self, Attempts, Resend, RetryLimits, Trouble};
use super::wire::{self, Limits, Skew};
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::error::{Error, Result};
use crate::partition::Region;
use crate::programs::uninterrupted;
use crate::timestamp;

/// How often a request is sent at most, unless `AWS_MAX_ATTEMPTS` says otherwise.
const MAX_ATTEMPTS: u32 = 5;

/// The service of one Identity Center: the SDK clients, made on first use, and the rules for sending again.
#[derive(Debug)]
pub struct Service {
    region: Region,
    network: Network,
    limits: Limits,
    connector: SharedHttpConnector,
    http: SharedHttpClient,
    skew: Skew,
    retry_limits: RetryLimits,
    gate: OnceLock<Gate>,
    /// By access key id, the account and the role that the service gave it for.
    key_owners: Mutex<HashMap<String, (String, String)>>,
    sso: OnceLock<aws_sdk_sso::Client>,
    oidc: OnceLock<aws_sdk_ssooidc::Client>,
}

/// An SDK client. The two SDKs have the same builder under two names, so a function cannot take both.
macro_rules! sdk_client {
    ($sdk:ident, $service:expr, $endpoint:expr) => {{
        let (service, endpoint): (&Service, &Option<String>) = ($service, $endpoint);
        let mut builder = $sdk::Config::builder()
            .behavior_version_latest()
            .region($sdk::config::Region::new(service.region.to_string()))
            .http_client(service.http.clone())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // The endpoint rules refuse these together with a configured endpoint.
            .use_fips(service.network.use_fips && endpoint.is_none())
            .use_dual_stack(service.network.use_dualstack && endpoint.is_none());
        builder.set_endpoint_url(endpoint.clone());
        $sdk::Client::from_conf(builder.build())
    }};
}

/// What an SDK's endpoint rules say about the service's region.
macro_rules! sdk_endpoint {
    ($sdk:ident, $service:expr) => {{
        use $sdk::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
        let service: &Service = $service;
        let params = Params::builder()
            .region(service.region.to_string())
            .use_fips(service.network.use_fips)
            .use_dual_stack(service.network.use_dualstack)
            .build();
        match params {
            Ok(params) => DefaultResolver::new().resolve_endpoint(&params).await.ok(),
            Err(_) => None,
        }
    }};
}

/// Whether the connection of a request may serve the next one.
///
/// What a proxy sends twice arrives in place of the next answer. An answer with credentials does not say whose they
/// are, so nothing must follow it on its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reuse {
    Yes,
    No,
}

impl Service {
    pub(super) fn new(directory: &Directory, network: &Network, limits: Limits) -> Self {
        let skew = Skew::default();
        let connector = wire::connector(network.ca_bundle.clone(), limits, skew.clone());
        Self::with(directory.region.clone(), network.clone(), limits, connector, skew)
    }

    /// The same service in another Region. It shares the connections.
    pub(super) fn in_region(&self, region: &Region) -> Self {
        Self::with(region.clone(), self.network.clone(), self.limits, self.connector.clone(), self.skew.clone())
    }

    fn with(region: Region, network: Network, limits: Limits, connector: SharedHttpConnector, skew: Skew) -> Self {
        let http = wire::http_client(&connector);
        let attempts = network.max_attempts.unwrap_or(MAX_ATTEMPTS).max(1);
        Self {
            region,
            network,
            limits,
            connector,
            http,
            skew,
            retry_limits: RetryLimits { attempts, total: limits.total },
            gate: OnceLock::new(),
            key_owners: Mutex::default(),
            sso: OnceLock::new(),
            oidc: OnceLock::new(),
        }
    }

    /// What an SDK client sends its requests with.
    pub(super) fn http(&self) -> SharedHttpClient {
        self.http.clone()
    }

    /// Seconds that the service's clock is ahead of this machine's, by its last response.
    pub(super) fn seconds_ahead(&self) -> i64 {
        self.skew.seconds()
    }

    pub(super) fn network(&self) -> &Network {
        &self.network
    }

    pub(super) fn region(&self) -> &Region {
        &self.region
    }

    /// It looks at the limits of this process, which is work for nothing where no request is sent.
    fn gate(&self) -> &Gate {
        self.gate.get_or_init(Gate::new)
    }

    pub(super) fn sso(&self) -> &aws_sdk_sso::Client {
        self.sso.get_or_init(|| sdk_client!(aws_sdk_sso, self, &self.network.sso_endpoint_url))
    }

    pub(super) fn oidc(&self) -> &aws_sdk_ssooidc::Client {
        self.oidc.get_or_init(|| sdk_client!(aws_sdk_ssooidc, self, &self.network.oidc_endpoint_url))
    }

    /// The configured endpoint of the console's sign-in.
    pub(super) fn signin_endpoint(&self) -> Option<&str> {
        self.network.signin_endpoint_url.as_deref()
    }

    /// The address of the sign-in service, without a trailing slash: where `/authorize` is.
    pub async fn oidc_address(&self) -> Result<String> {
        let rules = async { sdk_endpoint!(aws_sdk_ssooidc, self) };
        self.address("sign-in service", self.network.oidc_endpoint_url.as_deref(), rules).await
    }

    /// The address of the portal's API, without a trailing slash.
    pub(super) async fn portal_address(&self) -> Result<String> {
        let rules = async { sdk_endpoint!(aws_sdk_sso, self) };
        self.address("portal", self.network.sso_endpoint_url.as_deref(), rules).await
    }

    async fn address(
        &self,
        what: &str,
        configured: Option<&str>,
        rules: impl Future<Output = Option<Endpoint>>,
    ) -> Result<String> {
        if let Some(address) = configured {
            return Ok(address.trim_end_matches('/').to_owned());
        }
        let Some(endpoint) = rules.await else {
            return Err(Error::usage(format!("the {what} of the region {} has no known address", self.region))
                .with_remedy("check sso_region in the AWS config"));
        };
        Ok(endpoint.url().trim_end_matches('/').to_owned())
    }

    /// Sends a request once, without the SDK.
    pub(super) fn connector(&self) -> &SharedHttpConnector {
        &self.connector
    }

    /// Sends one request, again where that may help. Every request of this tool that has a secret comes through here.
    pub(super) async fn send<T, E, F>(&self, resend: Resend, request: impl Fn() -> F) -> Result<T, RequestError>
    where
        E: ProvideErrorMetadata,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        self.send_for(resend, Reuse::Yes, request, |_| Ok(())).await
    }

    /// The same, where `check` can tell that a response is to another request. On a connection that has brought such a
    /// response, the right one may still be on its way, so nothing else is sent there.
    pub(super) async fn send_for<T, E, F>(
        &self,
        resend: Resend,
        reuse: Reuse,
        request: impl Fn() -> F,
        check: impl Fn(&T) -> Result<()>,
    ) -> Result<T, RequestError>
    where
        E: ProvideErrorMetadata,
        F: Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    {
        let start = Instant::now();
        let mut attempts = Attempts::new(self.retry_limits, resend);
        loop {
            let pass = self.gate().enter().await;
            let (outcome, close_connection) = wire::with_connection(resend, Box::pin(request())).await;
            let failure = match outcome {
                Ok(response) => match check(&response) {
                    Ok(()) => {
                        if reuse == Reuse::No {
                            close_connection();
                        }
                        pass.accepted();
                        return Ok(response);
                    }
                    Err(error) => AttemptError::Failed(Trouble::Failed, error),
                },
                Err(error) => AttemptError::of(&error, resend),
            };
            if matches!(failure, AttemptError::Failed(Trouble::Failed | Trouble::Final, _)) {
                close_connection();
            }
            let (trouble, error) = match failure {
                // The service has handled the request, so this says nothing about its rate limit.
                AttemptError::Exception(exception) => {
                    pass.accepted();
                    return Err(RequestError::Exception(exception));
                }
                AttemptError::Failed(trouble, error) => (trouble, error),
            };
            match trouble {
                Trouble::Throttled(asked) => pass.throttled(asked),
                _ => drop(pass),
            }
            // While the service accepts other requests of this process, this one keeps its turn: of a thousand
            // throttled requests the last ones need longer than the limit, and none of them should fail.
            let silence = self.gate().silence().unwrap_or(Duration::MAX).min(start.elapsed());
            let wait = attempts.next(trouble, silence, retry::random());
            // An attempt after the deadline would only replace this error by a time-out.
            let is_worthwhile =
                |wait: &Duration| deadline::shortened(Duration::MAX) > *wait && !uninterrupted::is_to_end();
            let Some(wait) = wait.filter(is_worthwhile) else {
                return Err(RequestError::Failed(error));
            };
            tracing::debug!("{error}; sent again in {} ms", wait.as_millis());
            tokio::time::sleep(wait).await;
        }
    }

    /// Notes which role's these credentials are. Returns whether they are no other role's: a proxy that sends an answer
    /// twice gives it to the next request as well.
    pub(super) fn is_first_owner(&self, access_key_id: &str, account_id: &str, role_name: &str) -> bool {
        let mut owners = self.key_owners.lock().unwrap_or_else(PoisonError::into_inner);
        let (account, role) =
            owners.entry(access_key_id.to_owned()).or_insert_with(|| (account_id.to_owned(), role_name.to_owned()));
        account == account_id && role == role_name
    }

    /// How far this machine's clock is behind the service's, if by more than a minute.
    ///
    /// This machine's clock decides when credentials are used. Where it is behind, what the service says ends at a
    /// certain time would be used for too long, so it is kept with an end that is that much earlier.
    ///
    /// Where the clock is ahead, nothing is added: programs would get credentials that look valid on a machine whose
    /// requests AWS refuses.
    pub(super) fn lag(&self) -> SignedDuration {
        let seconds = self.skew.seconds();
        SignedDuration::from_secs(if seconds > 60 { seconds } else { 0 })
    }

    /// The error for something that has expired by the time it arrives, which only a wrong clock explains.
    pub(super) fn already_expired(&self, what: &str, expiry: Timestamp) -> Error {
        let now = timestamp::local_time(Timestamp::now());
        let skew = self.skew.seconds();
        let remedy = if skew.abs() < 120 {
            format!("check this machine's clock, which says {now}")
        } else {
            let direction = if skew > 0 { "behind" } else { "ahead of" };
            let minutes = skew.abs() / 60;
            format!("set this machine's clock: it says {now}, {minutes} minutes {direction} the service's")
        };
        Error::service(format!("the service sent {what} that expired at {}", timestamp::local_time(expiry)))
            .with_remedy(remedy)
    }
}

/// The error for a response to another request.
pub(super) fn mixed_up() -> Error {
    Error::service("the response is to another request: something between here and the service mixes them up")
        .with_remedy("try again later, or without the proxy that answers")
}
