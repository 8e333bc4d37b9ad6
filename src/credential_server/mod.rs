//! A credential server on this machine, which every AWS SDK can ask: the contract of containers' credentials.
//!
//! It answers `GET /credentials` to whoever has its token, with a role's credentials that are renewed in time, however
//! long the programs run that ask.

mod guard;
mod keeper;

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use serde_json::json;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::error::{Error, Kind, Result};
use crate::secret::Secret;
use guard::Refusal;
pub use keeper::{Keeper, Live};

/// Where the credentials are.
const PATH: &str = "/credentials";

/// How many connections are served at once; the next one waits until one of them ends.
const CONNECTIONS: usize = 256;

/// How long a client may take to ask. The SDKs ask at once and wait for a second or two.
const ASKING: Duration = Duration::from_secs(2);

/// How long a connection may last in all.
const LASTING: Duration = Duration::from_secs(5);

/// The largest request head read, in bytes, and the most headers in it.
const MAX_HEAD: usize = 16 << 10;
const MAX_HEADERS: usize = 64;

/// Listens on this machine alone.
#[derive(Debug)]
pub struct Server {
    socket: TcpListener,
    port: u16,
    token: Secret,
}

impl Server {
    /// Listens on this port of 127.0.0.1, or on any free one if it is 0, with a token of its own.
    pub async fn bind(port: u16) -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::failed(format!("cannot listen on 127.0.0.1:{port}: {error}"))
                .with_remedy("choose another port, or leave out --port for any free one")
        };
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(failed)?;
        let port = socket.local_addr().map_err(failed)?.port();
        Ok(Self { socket, port, token: token()? })
    }

    /// The value of `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
    #[must_use]
    pub fn uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// The value of `AWS_CONTAINER_AUTHORIZATION_TOKEN`.
    #[must_use]
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// Answers for as long as this future is polled.
    pub async fn serve(self, live: Live) -> Infallible {
        let Self { socket, port, token } = self;
        let site = Arc::new(Site { port, token, live });
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = socket.accept(), if connections.len() < CONNECTIONS => match accepted {
                    Ok((stream, _)) => {
                        let conversation = converse(stream, Arc::clone(&site));
                        connections.spawn(tokio::time::timeout(LASTING, conversation));
                    }
                    // The connection is gone before it is accepted, or this process has no more descriptors.
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

/// 32 bytes that nobody can guess, in characters that a header takes.
fn token() -> Result<Secret> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::failed(format!("the system has no random numbers: {error}")))?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// What every connection needs to know.
struct Site {
    port: u16,
    token: Secret,
    live: Live,
}

/// One request, one answer: a connection is cheap on loopback, and an idle one would keep a place from another.
async fn converse(stream: TcpStream, site: Arc<Site>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let site = Arc::clone(&site);
        async move { Ok::<_, Infallible>(site.answer(&request).await) }
    });
    // What ends a conversation early is the client's affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(ASKING)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

impl Site {
    async fn answer<B>(&self, request: &Request<B>) -> Response<String> {
        if let Err(refusal) = guard::judge(request, self.port, &self.token) {
            return refused(refusal);
        }
        match self.live.answer().await {
            Ok(body) => respond(StatusCode::OK, body),
            Err(error) => respond(StatusCode::SERVICE_UNAVAILABLE, complaint(code(&error), &told(&error))),
        }
    }
}

fn refused(refusal: Refusal) -> Response<String> {
    let (status, message) = refusal.told();
    respond(status, complaint("Refused", message))
}

fn respond(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// An error in the form that the SDKs show.
fn complaint(code: &str, message: &str) -> String {
    json!({ "code": code, "message": message }).to_string()
}

fn code(error: &Error) -> &'static str {
    match error.kind() {
        Kind::SignInNeeded => "SignInNeeded",
        Kind::Denied => "AccessDenied",
        Kind::Service => "ServiceUnavailable",
        _ => "Failed",
    }
}

/// What happened and what to do, in one line.
fn told(error: &Error) -> String {
    let advice = error.remedy().map(|advice| format!("; {}", advice.replace('\n', "; ")));
    format!("{error}{}", advice.unwrap_or_default())
}
