//! The console's sign-in (federation): a role's credentials become a link that signs a browser in.

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::ErrorMetadata;
use serde::{Deserialize, Serialize};

use super::client::{Client, Refused, Service};
use super::failure::foreign;
use super::retry::Resend;
use crate::address::quote;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::partition::Partition;
use crate::secret::Secret;

/// What the browser is to be signed in to.
#[derive(Clone, Copy, Debug)]
pub struct ConsolePage<'a> {
    /// `aws`, `aws-us-gov` or `aws-cn`.
    pub partition: &'a str,
    /// Where the console sends a person whose session has ended.
    pub issuer: &'a str,
    /// A page of the console.
    pub destination: &'a str,
}

/// The credentials as the endpoint takes them.
#[derive(Serialize)]
struct Session<'a> {
    #[serde(rename = "sessionId")]
    id: &'a str,
    #[serde(rename = "sessionKey")]
    key: &'a str,
    #[serde(rename = "sessionToken")]
    token: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    signin_token: Secret,
}

impl Client {
    /// See [`Service::console_link`].
    pub fn console_link(&self, credentials: &RoleCredentials, page: &ConsolePage<'_>) -> Result<Secret> {
        self.block_on(self.service().console_link(credentials, page))
    }
}

impl Service {
    /// A link that signs whoever opens it in to the console as the role, once, within 15 minutes.
    ///
    /// No duration is asked for: the session then lasts as long as the credentials, and the endpoint refuses any
    /// duration for those of a chained role.
    pub async fn console_link(&self, credentials: &RoleCredentials, page: &ConsolePage<'_>) -> Result<Secret> {
        let address = self.federation_address(page.partition)?;
        let session = Session {
            id: &credentials.access_key_id,
            key: credentials.secret_access_key.expose(),
            token: credentials.session_token.expose(),
        };
        let session = serde_json::to_string(&session).map(Secret::from);
        let session = session.map_err(|_| Error::failed("the credentials cannot be sent to the console"))?;
        let query = Secret::from(format!("Action=getSigninToken&Session={}", quote(session.expose())));
        let answer =
            self.send(Resend::Freely, || self.ask(&address, &query)).await.map_err(|refused| match refused {
                Refused::Failed(error) => error,
                Refused::By(_) => Error::denied("the console's sign-in does not accept the role's credentials")
                    .with_remedy("run: aws-sso login --force, then try again"),
            })?;
        let host = address.split('/').nth(2).unwrap_or_default();
        let Answer { signin_token } =
            serde_json::from_slice(answer.body().bytes().unwrap_or_default()).map_err(|_| foreign(host))?;
        let token = signin_token.expose();
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(foreign(host));
        }
        Ok(Secret::from(format!(
            "{address}?Action=login&Issuer={}&Destination={}&SigninToken={}",
            quote(page.issuer),
            quote(page.destination),
            quote(token)
        )))
    }

    /// One request. Whatever the status of a refusal, its body is a page for people and tells nothing.
    async fn ask(&self, address: &str, query: &Secret) -> Result<HttpResponse, SdkError<ErrorMetadata, HttpResponse>> {
        let uri = Secret::from(format!("{address}?{}", query.expose()));
        let mut request = HttpRequest::get(uri.expose()).map_err(|_| SdkError::construction_failure("no address"))?;
        request.headers_mut().insert("accept", "application/json");
        let answer = self.connector().call(request).await.map_err(SdkError::dispatch_failure)?;
        match answer.status().as_u16() {
            200..=299 => Ok(answer),
            400..=499 => {
                let refused = ErrorMetadata::builder().code("Refused").build();
                Err(SdkError::service_error(refused, answer))
            }
            _ => Err(SdkError::service_error(ErrorMetadata::builder().build(), answer)),
        }
    }

    fn federation_address(&self, partition: &str) -> Result<String> {
        if let Some(endpoint) = self.signin_endpoint() {
            return Ok(format!("{}/federation", endpoint.trim_end_matches('/')));
        }
        let host = Partition::named(partition).and_then(|partition| partition.sign_in_host);
        host.map(|host| format!("https://{host}/federation")).ok_or_else(|| {
            Error::usage(format!("the console's sign-in of the partition {partition} is not known"))
                .with_remedy("open the console through the access portal: aws-sso console --portal")
        })
    }
}
