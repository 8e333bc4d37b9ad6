//! A credential server on this machine that every AWS SDK can ask, as it asks a container's credential endpoint.
//!
//! It answers `GET /credentials` with a role's credentials to any program that has its token. The credentials are
//! renewed in time, so programs that ask can run without limit.

mod greeting;
mod guard;
mod keeper;
mod token_file;

use std::collections::HashSet;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use hyper::{Request, Response, StatusCode};
use serde_json::json;

use crate::browser::Peer;
use crate::browser::loopback::{Clients, ConnectionLimits, Loopback, Reply, Site};
use crate::browser::page::respond;
use crate::error::{Error, Kind, Result, reason, system};
use crate::secret::Secret;
use crate::terminal;
pub(crate) use greeting::Greeting;
use guard::{Denial, PATH};
pub(crate) use keeper::Keeper;
pub(crate) use token_file::TokenFile;

/// SDKs ask at once, and give up after a second or two.
const LIMITS: ConnectionLimits =
    ConnectionLimits { connections: 256, asking: Duration::from_secs(2), lasting: Duration::from_secs(5) };

/// Listens on this machine alone.
#[derive(Debug)]
pub(crate) struct Server {
    loopback: Loopback,
    token: Secret,
}

impl Server {
    /// Listens on this port of 127.0.0.1, or on any free one if it is 0, with a new token.
    pub(crate) fn bind(port: u16) -> Result<Self> {
        // A container or a program under sudo may ask as another user: it is the token that counts.
        let loopback = Loopback::bind(port, Clients::Everyone).map_err(|error| {
            Error::failed(format!("cannot listen on 127.0.0.1:{port}: {}", reason(&error)))
                .with_remedy("choose another port, or leave out --port for any free one")
                .with_any_remedy(system::shortage(&error))
                .with_source(error)
        })?;
        Ok(Self { loopback, token: Secret::random::<32>()? })
    }

    /// The value of `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    #[must_use]
    pub(crate) fn uri(&self) -> String {
        self.loopback.url(PATH)
    }

    /// The value of `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
    #[must_use]
    pub(crate) fn token(&self) -> &Secret {
        &self.token
    }

    /// Answers for as long as this future is polled.
    pub(crate) async fn serve(self, keeper: Keeper) -> Infallible {
        let Self { loopback, token } = self;
        loopback.serve(LIMITS, CredentialSite { token, keeper, reported: Mutex::default() }).await
    }
}

struct CredentialSite {
    token: Secret,
    keeper: Keeper,
    /// What was already said on stderr: a client that is refused asks again and again.
    reported: Mutex<HashSet<Denial>>,
}

impl CredentialSite {
    fn denied(&self, denial: Denial) -> Response<String> {
        let (status, message) = denial.explain();
        if self.reported.lock().unwrap_or_else(PoisonError::into_inner).insert(denial) {
            terminal::say(&format!("aws-sso: refused a request for credentials: {message}\n"));
        }
        complaint(status, "Refused", message)
    }
}

impl Site for CredentialSite {
    /// It serves without end.
    type Outcome = Infallible;

    fn wrong_host(&self) -> Response<String> {
        self.denied(Denial::Host)
    }

    async fn reply(&self, request: Request<()>, _peer: Peer) -> Reply<Infallible> {
        if let Err(denial) = guard::judge(&request, &self.token) {
            return self.denied(denial).into();
        }
        let response = match self.keeper.answer().await {
            Ok(credentials) => json_response(StatusCode::OK, credentials),
            Err(error) => complaint(StatusCode::SERVICE_UNAVAILABLE, code(&error), &in_one_line(&error)),
        };
        response.into()
    }
}

/// An error in the form that the SDKs show.
fn complaint(status: StatusCode, code: &str, message: &str) -> Response<String> {
    json_response(status, json!({ "code": code, "message": message }).to_string())
}

fn json_response(status: StatusCode, body: String) -> Response<String> {
    respond(status, "application/json", body)
}

fn code(error: &Error) -> &'static str {
    match error.kind() {
        Kind::SignInNeeded => "SignInNeeded",
        Kind::Denied => "AccessDenied",
        Kind::Service => "ServiceUnavailable",
        _ => "Failed",
    }
}

/// What happened and what to do.
fn in_one_line(error: &Error) -> String {
    match error.remedy() {
        Some(remedy) => format!("{error}; {}", remedy.replace('\n', "; ")),
        None => error.to_string(),
    }
}
