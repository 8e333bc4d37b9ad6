//! The service for code that is not asynchronous.

use std::future::Future;
use std::sync::{Arc, OnceLock, PoisonError, RwLock};
use std::time::Instant;

use tokio::runtime::Runtime;

use super::deadline;
use super::service::Service;
use super::wire::Limits;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::error::{Error, Result, reason, system};
use crate::partition::Region;
use crate::programs::runtime;

/// The service of one Identity Center, with the runtime that [`Service`] needs.
#[derive(Debug)]
pub struct Client {
    service: RwLock<Arc<Service>>,
    /// Where roles that are assumed may have settings.
    config: Option<Arc<Config>>,
    runtime: OnceLock<Runtime>,
}

impl Client {
    /// A client for this Identity Center. Nothing is read or sent before the first request.
    #[must_use]
    pub fn new(directory: &Directory, network: &Network) -> Self {
        Self::with_limits(directory, network, Limits::default())
    }

    /// The same with other time limits.
    #[must_use]
    pub fn with_limits(directory: &Directory, network: &Network, limits: Limits) -> Self {
        let service = RwLock::new(Arc::new(Service::new(directory, network, limits)));
        Self { service, config: None, runtime: OnceLock::new() }
    }

    /// The same with the config whose profiles say how STS is reached.
    #[must_use]
    pub(crate) fn with_config(mut self, config: Arc<Config>) -> Self {
        self.config = Some(config);
        self
    }

    pub(crate) fn config(&self) -> Option<&Arc<Config>> {
        self.config.as_ref()
    }

    /// The service itself, for code that is asynchronous.
    #[must_use]
    pub fn service(&self) -> Arc<Service> {
        Arc::clone(&self.service.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The service in this Region, where a company's own domain leads to its portal. It serves no request but those of
    /// a sign-in before [`Self::go_to`].
    pub(crate) fn service_in(&self, region: &Region) -> Arc<Service> {
        let service = self.service();
        if service.region() == region { service } else { Arc::new(service.in_region(region)) }
    }

    /// From now on requests go to this Region.
    pub(crate) fn go_to(&self, region: &Region) {
        *self.service.write().unwrap_or_else(PoisonError::into_inner) = self.service_in(region);
    }

    /// Runs a future to its end on this thread.
    pub fn block_on<T>(&self, future: impl Future<Output = Result<T>>) -> Result<T> {
        self.runtime()?.block_on(future)
    }

    /// The same, where each request has to be answered by a deadline, if there is one.
    pub(crate) fn block_on_until<T>(
        &self,
        deadline: Option<Instant>,
        future: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        self.block_on(deadline::until(deadline, future))
    }

    fn runtime(&self) -> Result<&Runtime> {
        if let Some(runtime) = self.runtime.get() {
            return Ok(runtime);
        }
        let runtime = runtime::small();
        let runtime = runtime.map_err(|error| {
            Error::failed(format!("cannot start the network runtime: {}", reason(&error)))
                .with_any_remedy(system::shortage(&error))
                .with_source(error)
        })?;
        Ok(self.runtime.get_or_init(|| runtime))
    }
}

impl Drop for Client {
    /// Leaves threads behind: one that waits for a name server would keep the program from ending for many seconds.
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::partition::{PARTITIONS, Partition};

    fn directory(region: &str) -> Directory {
        Directory {
            name: "corp".to_owned(),
            session: None,
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: region.parse().unwrap(),
            scopes: Vec::new(),
            redirect_port: None,
        }
    }

    #[test]
    fn no_token_is_sent_to_another_machine_without_encryption() {
        for url in ["http://portal.example.com", "https://user:hunter2@portal.example.com"] {
            let network = Network { sso_endpoint_url: Some(url.to_owned()), ..Network::default() };
            let client = Client::new(&directory("us-east-1"), &network);
            let error = Error::from(client.role_credentials(&"token".into(), "123456789012", "Reader").unwrap_err());
            assert_eq!(error.kind(), Kind::Usage, "{url}");
            assert!(!error.report().contains("hunter2"));
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
            ("eusc-de-east-1", false, true, None, "https://oidc.eusc-de-east-1.api.amazonwebservices.eu"),
            ("eusc-de-east-1", true, false, None, "https://oidc-fips.eusc-de-east-1.amazonaws.eu"),
            ("cn-north-1", false, true, None, "https://oidc.cn-north-1.api.amazonwebservices.com.cn"),
            ("us-gov-west-1", true, true, None, "https://oidc-fips.us-gov-west-1.api.aws"),
            ("us-east-1", true, true, own, "https://localhost:1/oidc"),
        ];
        for (region, use_fips, use_dualstack, oidc_endpoint_url, expected) in cases {
            let network = Network { oidc_endpoint_url, use_fips, use_dualstack, ..Network::default() };
            let client = Client::new(&directory(region), &network);
            assert_eq!(client.block_on(client.service().oidc_address()).unwrap(), expected);
        }
    }

    #[test]
    fn the_dns_suffix_of_each_partition_is_that_of_the_sdk() {
        let regions = ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1"];
        let others = ["eu-isoe-west-1", "us-isof-south-1", "us-east-1"];
        for (partition, region) in PARTITIONS.iter().zip(regions.into_iter().chain(others)) {
            assert_eq!(Partition::of_region(region), partition);
            let client = Client::new(&directory(region), &Network::default());
            let address = client.block_on(client.service().oidc_address()).unwrap();
            assert!(address.ends_with(&format!(".{}", partition.dns_suffix)), "{}: {address}", partition.name);
        }
    }
}
