//! Whether the service can be reached. The requests have no token: even a refusal proves that the way is open.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};

use super::no_response::{ResponseOrigin, connection_error};
use super::proxy::ProxyName;
use super::service::Service;
use super::wire::seconds_ahead;
use crate::error::{Error, Result};

/// What a host answered to a request without a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeResponse {
    /// `HOST` or `HOST:PORT`.
    pub host: String,
    /// The proxy that the response came through.
    pub proxy: Option<ProxyName>,
    /// The HTTP status; a refusal, since there is no token.
    pub status: u16,
    /// Seconds that its clock is ahead of this machine's, if its response has a date.
    pub seconds_ahead: Option<i64>,
    /// Whether it is an HTML page, or leads to one. The service sends neither to programs.
    pub is_page: bool,
}

impl Service {
    /// Asks the sign-in service for a token, without a grant.
    pub async fn probe_sign_in(self: Arc<Self>) -> Result<ProbeResponse> {
        let address = self.oidc_address().await?;
        self.probe(format!("{address}/token")).await
    }

    /// Asks the portal for accounts, without a token.
    pub async fn probe_portal(self: Arc<Self>) -> Result<ProbeResponse> {
        let address = self.portal_address().await?;
        self.probe(format!("{address}/assignment/accounts?max_result=1")).await
    }

    async fn probe(&self, address: String) -> Result<ProbeResponse> {
        let request = HttpRequest::get(address).map_err(|_| Error::usage("a service address is not an https URL"))?;
        match self.connector().call(request).await {
            Ok(response) => Ok(ProbeResponse::of(&response)),
            Err(error) => Err(connection_error(&error)),
        }
    }
}

impl ProbeResponse {
    fn of(response: &HttpResponse) -> Self {
        let status = response.status().as_u16();
        let is_html = response.headers().get("content-type").is_some_and(|value| value.starts_with("text/html"));
        let is_from_aws = response.headers().iter().any(|(name, _)| name.starts_with("x-amzn-"));
        let origin = response.extension::<ResponseOrigin>().map(|ResponseOrigin(target)| target);
        Self {
            host: origin.map(|target| target.host().to_owned()).unwrap_or_default(),
            proxy: origin.and_then(|target| target.proxy()).cloned(),
            status,
            seconds_ahead: seconds_ahead(response),
            is_page: !is_from_aws && (is_html || (300..400).contains(&status)),
        }
    }
}
