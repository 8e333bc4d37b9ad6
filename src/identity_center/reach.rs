//! Whether the service can be reached, asked without a token: any answer of it proves the way there.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};

use super::client::Service;
use super::failure;
use super::wire;
use crate::error::{Error, Result};

/// What answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// `HOST` or `HOST:PORT`.
    pub host: String,
    /// The HTTP status; that of a refusal, since nobody is signed in.
    pub status: u16,
    /// Seconds that its clock is ahead of this machine's, if it said what time it is.
    pub ahead: Option<i64>,
    /// Whether it is a page for a person, or leads to one: not what the service answers to programs.
    pub is_page: bool,
}

impl Service {
    /// Asks the sign-in service for what it gives to nobody.
    pub async fn reach_sign_in(self: Arc<Self>) -> Result<Answer> {
        let address = self.oidc_address().await?;
        self.reach(format!("{address}/token")).await
    }

    /// Asks the portal for accounts without saying whose.
    pub async fn reach_portal(self: Arc<Self>) -> Result<Answer> {
        let address = self.portal_address().await?;
        self.reach(format!("{address}/assignment/accounts?max_result=1")).await
    }

    async fn reach(&self, address: String) -> Result<Answer> {
        let unusable = || Error::usage("a service address is not an https URL");
        let request = HttpRequest::get(address).map_err(|_| unusable())?;
        let answer = self.connector().call(request).await;
        answer.map(|answer| read(&answer)).map_err(|error| failure::told(&error))
    }
}

fn read(answer: &HttpResponse) -> Answer {
    let header = |name| answer.headers().get(name).unwrap_or_default();
    let is_aws = answer.headers().iter().any(|(name, _)| name.starts_with("x-amzn-"));
    let status = answer.status().as_u16();
    Answer {
        host: wire::host_of(answer),
        status,
        ahead: wire::ahead(answer),
        is_page: !is_aws && ((300..400).contains(&status) || header("content-type").starts_with("text/html")),
    }
}
