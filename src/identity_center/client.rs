//! The service for code that is not asynchronous.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use tokio::runtime::Runtime;

use super::service::Service;
use super::wire::Limits;
use crate::aws_config::directory::Directory;
use crate::aws_config::network::Network;
use crate::error::{Error, Result, reason};

/// The service of one Identity Center, with the runtime that [`Service`] needs.
#[derive(Debug)]
pub struct Client {
    service: Arc<Service>,
    runtime: OnceLock<Runtime>,
}

impl Client {
    /// A client for this Identity Center. Nothing is read or sent before the first request.
    ///
    /// Fails for an endpoint that tokens must not be sent to.
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
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| {
            Error::failed(format!("cannot start the network runtime: {}", reason(&error))).with_source(error)
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

    #[test]
    fn the_dns_suffix_of_each_partition_is_that_of_the_sdk() {
        let regions = ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1"];
        let others = ["eu-isoe-west-1", "us-isof-south-1", "us-east-1"];
        for (partition, region) in PARTITIONS.iter().zip(regions.into_iter().chain(others)) {
            assert_eq!(Partition::of_region(region), partition);
            let client = Client::new(&directory(region), &Network::default()).unwrap();
            let address = client.block_on(client.service().oidc_address()).unwrap();
            assert!(address.ends_with(&format!(".{}", partition.dns_suffix)), "{}: {address}", partition.name);
        }
    }
}
