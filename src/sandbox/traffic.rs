//! What happens to a request before a handler sees it: the log, latency, throttling and faults.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;

use super::log::{self, Note};
use super::options::Fault;
use super::refusal::Refusal;
use super::state::{State, lock};

/// In a response's extensions: the connection closes without it.
#[derive(Clone, Copy)]
pub(super) struct Dropped;

/// Which service a request is for; it decides how an error is worded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Oidc,
    Portal,
    Sts,
    Federation,
    /// Pages for people and the sandbox's own addresses: they neither fail nor wait.
    Own,
}

fn operation(method: &Method, path: &str) -> (&'static str, Service) {
    match (method.as_str(), path) {
        ("POST", "/client/register") => ("RegisterClient", Service::Oidc),
        ("POST", "/device_authorization") => ("StartDeviceAuthorization", Service::Oidc),
        ("POST", "/token") => ("CreateToken", Service::Oidc),
        ("GET", "/authorize") => ("Authorize", Service::Own),
        ("GET", "/assignment/accounts") => ("ListAccounts", Service::Portal),
        ("GET", "/assignment/roles") => ("ListAccountRoles", Service::Portal),
        ("GET", "/federation/credentials") => ("GetRoleCredentials", Service::Portal),
        ("POST", "/logout") => ("Logout", Service::Portal),
        ("POST", "/") => ("Sts", Service::Sts),
        (_, "/federation") => ("Federation", Service::Federation),
        (_, "/" | "/start" | "/device" | "/authorize" | "/sandbox/requests" | "/sandbox/revoke") => {
            ("Page", Service::Own)
        }
        _ => ("Unknown", Service::Own),
    }
}

/// Wraps every request.
pub(super) async fn watch(Shared(state): Shared<Arc<State>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/sandbox/") {
        return next.run(request).await;
    }
    let (operation, service) = operation(request.method(), &path);
    let place = state.log.add(log::Request {
        operation: operation.to_owned(),
        method: request.method().to_string(),
        host: host(&request).to_owned(),
        account: parameter(&request, "account_id"),
        role: parameter(&request, "role_name"),
        path,
        ..log::Request::default()
    });
    let mut response = match before(&state, service).await {
        Some(response) => response,
        None => next.run(request).await,
    };
    set_date(&state, &mut response);
    let note = response.extensions_mut().remove::<Note>().unwrap_or_default();
    let dropped = response.extensions().get::<Dropped>().is_some();
    state.log.end(place, (!dropped).then(|| response.status().as_u16()), note);
    response
}

/// The host that the client asked for, in either form of a request.
pub(super) fn host<B>(request: &axum::http::Request<B>) -> &str {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| request.uri().host()).unwrap_or_default()
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    percent_encoding::percent_decode_str(value).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Latency, then what answers in the handler's place.
async fn before(state: &State, service: Service) -> Option<Response> {
    if service == Service::Own {
        return None;
    }
    let latency = lock(&state.options).latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    if service == Service::Portal && !admit(state) {
        return Some(Refusal::portal("TooManyRequestsException", "HTTP 429 Unknown Code").into_response());
    }
    next_fault(state).map(|fault| fail(fault, service))
}

/// Counts a portal request; `false` where it exceeds the rate.
fn admit(state: &State) -> bool {
    let (rate, revoke) = {
        let mut options = lock(&state.options);
        let revoke = options.revoke_after == Some(0);
        options.revoke_after = if revoke { None } else { options.revoke_after.map(|left| left - 1) };
        (options.rate_limit, revoke)
    };
    if revoke {
        lock(&state.sessions).end_all();
    }
    lock(&state.bucket).take(rate)
}

fn next_fault(state: &State) -> Option<Fault> {
    let mut options = lock(&state.options);
    let (left, fault) = options.fail_first.take()?;
    let left = left.checked_sub(1)?;
    options.fail_first = Some((left, fault));
    Some(fault)
}

fn fail(fault: Fault, service: Service) -> Response {
    const MESSAGE: &str = "The sandbox was asked to fail";
    const GARBLED: &str = "{\"accountList\": [{\"accountId\": 12,, \"roleCredentials\": \"none\"";
    const JSON: (HeaderName, HeaderValue) = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match fault {
        Fault::InternalError => match service {
            Service::Oidc => Refusal::oidc("InternalServerException", MESSAGE),
            Service::Sts => Refusal::sts(500, "InternalFailure", MESSAGE),
            Service::Federation => Refusal::page(500, "InternalFailure", MESSAGE),
            Service::Portal | Service::Own => Refusal::portal("InternalServerException", MESSAGE),
        }
        .into_response(),
        Fault::Garbled => ([JSON], GARBLED).into_response(),
        Fault::Truncated => {
            let length = (header::CONTENT_LENGTH, HeaderValue::from_static("4096"));
            (
                [JSON, length],
                Body::new(Unfinished { text: Some(Bytes::from_static(GARBLED.as_bytes())), flushed: false }),
            )
                .into_response()
        }
        Fault::Dropped => {
            let mut response = StatusCode::OK.into_response();
            response.extensions_mut().insert(Dropped);
            response
        }
    }
}

/// A body that breaks off before the length that its head announced.
struct Unfinished {
    text: Option<Bytes>,
    flushed: bool,
}

impl hyper::body::Body for Unfinished {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if let Some(text) = self.text.take() {
            return Poll::Ready(Some(Ok(Frame::data(text))));
        }
        // hyper sends what it has once a body keeps it waiting; an error at once would drop the head too.
        if !std::mem::replace(&mut self.flushed, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}

/// Clients that compare clocks read this header.
fn set_date(state: &State, response: &mut Response) {
    let ahead = lock(&state.options).clock_ahead;
    if ahead == 0 {
        return;
    }
    let text =
        jiff::Timestamp::from_millisecond(state.now()).map(|now| now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string());
    if let Some(date) = text.ok().and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(header::DATE, date);
    }
}

/// A token bucket that holds what one second admits.
pub(super) struct Bucket {
    rate: Option<u32>,
    tokens: f64,
    filled: Instant,
}

impl Bucket {
    pub(super) fn new(rate: Option<u32>) -> Self {
        Self { rate, tokens: rate.map_or(0.0, f64::from), filled: Instant::now() }
    }

    /// Takes a token, unless none is left; a bucket of another rate starts full.
    fn take(&mut self, rate: Option<u32>) -> bool {
        if rate != self.rate {
            *self = Self::new(rate);
        }
        let Some(rate) = rate.map(f64::from) else { return true };
        let now = Instant::now();
        self.tokens = (self.tokens + now.duration_since(self.filled).as_secs_f64() * rate).min(rate);
        self.filled = now;
        let admitted = self.tokens >= 1.0;
        if admitted {
            self.tokens -= 1.0;
        }
        admitted
    }
}
