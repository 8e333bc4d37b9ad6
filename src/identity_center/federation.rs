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
use crate::timestamp::span;

/// What the browser is signed in to.
#[derive(Clone, Copy, Debug)]
pub struct ConsoleSignIn<'a> {
    /// The name of the role's partition.
    pub partition: &'a str,
    /// Where the console sends the user when the session has ended.
    pub issuer: Option<&'a str>,
    /// A page of the console.
    pub destination: &'a str,
    /// How long the session is to last, in seconds, if not as long as the credentials.
    pub duration: Option<u32>,
    /// Whether the browser is first signed out of the session that it has.
    pub logout_first: bool,
    /// The command that gets newer credentials by a sign-in, if one can.
    pub login: Option<&'a str>,
    /// The command that opens the console.
    pub same_role: &'a str,
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
    pub fn console_link(&self, credentials: &RoleCredentials, wanted: &ConsoleSignIn<'_>) -> Result<Secret> {
        self.block_on(self.service().console_link(credentials, wanted))
    }
}

impl Service {
    /// A link to the console that signs in anyone who opens it, as the role, once, within 15 minutes.
    ///
    /// Without a duration the session lasts as long as the credentials do. The endpoint refuses any duration for the
    /// credentials of a role that another role has assumed.
    pub async fn console_link(&self, credentials: &RoleCredentials, wanted: &ConsoleSignIn<'_>) -> Result<Secret> {
        let address = format!("{}/federation", self.sign_in_origin(wanted)?);
        let session = FederationSession {
            id: &credentials.access_key_id,
            key: credentials.secret_access_key.expose(),
            token: credentials.session_token.expose(),
        };
        let json = serde_json::to_string(&session)
            .map(Secret::from)
            .map_err(|_| Error::failed("the credentials cannot be sent to the console"))?;
        let plain = Secret::from(format!("Action=getSigninToken&Session={}", quote(json.expose())));
        let query = match wanted.duration {
            Some(seconds) => Secret::from(format!("{}&SessionDuration={seconds}", plain.expose())),
            None => plain.clone(),
        };
        let response = match self.ask_for_token(&address, &query).await {
            Ok(response) => response,
            Err(RequestError::Failed(error)) => return Err(error),
            Err(RequestError::Exception(_)) => return Err(self.why_refused(&address, &plain, wanted).await),
        };
        let unexpected = || unexpected_response(Link::parse(&address).map_or("the console", |link| link.authority));
        // A JSON error may quote the token, so it is no source.
        let SigninTokenResponse { signin_token } =
            serde_json::from_slice(response.body().bytes().unwrap_or_default()).map_err(|_| unexpected())?;
        let token = signin_token.expose();
        if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(unexpected());
        }
        let issuer = wanted.issuer.map(|issuer| format!("&Issuer={}", quote(issuer))).unwrap_or_default();
        let login = |origin: &str| {
            Secret::from(format!(
                "{origin}/federation?Action=login{issuer}&Destination={}&SigninToken={}",
                quote(wanted.destination),
                quote(token)
            ))
        };
        if !wanted.logout_first {
            return Ok(login(&self.sign_in_origin(wanted)?));
        }
        let origin = self.sign_out_origin(wanted)?;
        let login = Secret::from(quote(login(&origin).expose()));
        Ok(Secret::from(format!("{origin}/oauth?Action=logout&redirect_uri={}", login.expose())))
    }

    async fn ask_for_token(&self, address: &str, query: &Secret) -> Result<HttpResponse, RequestError> {
        self.send(Resend::Freely, || self.get_signin_token(address, query)).await
    }

    /// The endpoint does not say why it refuses: without the duration it may not.
    async fn why_refused(&self, address: &str, plain: &Secret, wanted: &ConsoleSignIn<'_>) -> Error {
        if let Some(seconds) = wanted.duration
            && self.ask_for_token(address, plain).await.is_ok()
        {
            return Error::denied(format!(
                "the console's sign-in does not give this role a session of {}",
                span(i64::from(seconds))
            ))
            .with_remedy(
                "leave out --duration: the session then lasts as long as the role's credentials; AWS refuses any \
                 duration for a role that another role has assumed",
            );
        }
        let login = wanted.login.map(|login| format!("run: {login} --force\nthen ")).unwrap_or_default();
        Error::denied("the console's sign-in does not accept the role's credentials")
            .with_remedy(format!("{login}run: {}", wanted.same_role))
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

    fn sign_in_origin(&self, wanted: &ConsoleSignIn<'_>) -> Result<String> {
        self.origin(wanted, |partition| partition.sign_in_host)
    }

    fn sign_out_origin(&self, wanted: &ConsoleSignIn<'_>) -> Result<String> {
        self.origin(wanted, |partition| partition.sign_out_host)
    }

    fn origin(&self, wanted: &ConsoleSignIn<'_>, host: impl Fn(&Partition) -> Option<&'static str>) -> Result<String> {
        let partition = wanted.partition;
        if let Some(endpoint) = self.signin_endpoint() {
            return Ok(endpoint.trim_end_matches('/').to_owned());
        }
        Partition::named(partition).and_then(host).map(|host| format!("https://{host}")).ok_or_else(|| {
            Error::usage(format!("the console's sign-in of the partition {partition} is not known"))
                .with_remedy(format!("open the console through the access portal: {} --portal", wanted.same_role))
        })
    }
}
