//! The console's sign-in (federation): turns a role's credentials into a link that signs a browser in.

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::ErrorMetadata;
use serde::{Deserialize, Serialize};

use super::client::Client;
use super::failure::RequestError;
use super::no_response::unexpected_response;
use super::retry::Resend;
use super::service::Service;
use crate::address::{Link, quote};
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::partition::Partition;
use crate::secret::Secret;

/// What the browser is signed in to.
#[derive(Clone, Copy, Debug)]
pub struct ConsolePage<'a> {
    /// The name of the role's partition.
    pub partition: &'a str,
    /// Where the console sends the user when the session has ended.
    pub issuer: &'a str,
    /// A page of the console.
    pub destination: &'a str,
}

/// The credentials in the form that the endpoint takes.
#[derive(Serialize)]
struct FederationSession<'a> {
    #[serde(rename = "sessionId")]
    id: &'a str,
    #[serde(rename = "sessionKey")]
    key: &'a str,
    #[serde(rename = "sessionToken")]
    token: &'a str,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SigninTokenResponse {
    signin_token: Secret,
}

impl Client {
    /// See [`Service::console_link`].
    pub fn console_link(&self, credentials: &RoleCredentials, page: &ConsolePage<'_>) -> Result<Secret> {
        self.block_on(self.service().console_link(credentials, page))
    }
}

impl Service {
    /// A link to the console that signs in anyone who opens it, as the role, once, within 15 minutes.
    ///
    /// The request has no `SessionDuration`. The session then lasts as long as the credentials do, and the endpoint
    /// refuses any duration for the credentials of a chained role.
    pub async fn console_link(&self, credentials: &RoleCredentials, page: &ConsolePage<'_>) -> Result<Secret> {
        let address = self.federation_address(page.partition)?;
        let session = FederationSession {
            id: &credentials.access_key_id,
            key: credentials.secret_access_key.expose(),
            token: credentials.session_token.expose(),
        };
        let json = serde_json::to_string(&session)
            .map(Secret::from)
            .map_err(|_| Error::failed("the credentials cannot be sent to the console"))?;
        let query = Secret::from(format!("Action=getSigninToken&Session={}", quote(json.expose())));
        let response = self.send(Resend::Freely, || self.get_signin_token(&address, &query)).await.map_err(
            |error| match error {
                RequestError::Failed(error) => error,
                RequestError::Exception(_) => {
                    Error::denied("the console's sign-in does not accept the role's credentials")
                        .with_remedy("run: aws-sso login --force, then try again")
                }
            },
        )?;
        let unexpected = || unexpected_response(Link::parse(&address).map_or("the console", |link| link.authority));
        // A JSON error may quote the token, so it is no source.
        let SigninTokenResponse { signin_token } =
            serde_json::from_slice(response.body().bytes().unwrap_or_default()).map_err(|_| unexpected())?;
        let token = signin_token.expose();
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(unexpected());
        }
        Ok(Secret::from(format!(
            "{address}?Action=login&Issuer={}&Destination={}&SigninToken={}",
            quote(page.issuer),
            quote(page.destination),
            quote(token)
        )))
    }

    /// One attempt. The body of an error is an HTML page that says nothing useful, whatever its status.
    async fn get_signin_token(
        &self,
        address: &str,
        query: &Secret,
    ) -> Result<HttpResponse, SdkError<ErrorMetadata, HttpResponse>> {
        let uri = Secret::from(format!("{address}?{}", query.expose()));
        let mut request = HttpRequest::get(uri.expose()).map_err(|_| SdkError::construction_failure("no address"))?;
        request.headers_mut().insert("accept", "application/json");
        let response = self.connector().call(request).await.map_err(SdkError::dispatch_failure)?;
        match response.status().as_u16() {
            200..=299 => Ok(response),
            // With a code it counts as the service's own response, although its body is HTML.
            400..=499 => {
                let refused = ErrorMetadata::builder().code("Refused").build();
                Err(SdkError::service_error(refused, response))
            }
            _ => Err(SdkError::service_error(ErrorMetadata::builder().build(), response)),
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
