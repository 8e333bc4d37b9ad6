//! What surrounds every handler: the log, latency, the rate limit and faults.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::body::Frame;

use super::hosts;
use super::lock::lock;
use super::log::{self, Note};
use super::options::Fault;
use super::organizations;
use super::service_error::ServiceError;
use super::state::SandboxState;
use super::sts;

/// In a response's extensions: close the connection instead of sending the response.
#[derive(Clone, Copy)]
pub(super) struct Dropped;

/// Which API a request is for; each has its own form of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Api {
    Oidc,
    Portal,
    Sts,
    Organizations,
    Federation,
    /// HTML pages and the sandbox's own paths, which neither fail nor wait.
    Own,
}

fn operation(method: &Method, path: &str) -> (&'static str, Api) {
    match (method.as_str(), path) {
        ("POST", "/client/register") => ("RegisterClient", Api::Oidc),
        ("POST", "/device_authorization") => ("StartDeviceAuthorization", Api::Oidc),
        ("POST", "/token") => ("CreateToken", Api::Oidc),
        ("GET", "/authorize") => ("Authorize", Api::Own),
        ("GET", "/assignment/accounts") => ("ListAccounts", Api::Portal),
        ("GET", "/assignment/roles") => ("ListAccountRoles", Api::Portal),
        ("GET", "/federation/credentials") => ("GetRoleCredentials", Api::Portal),
        ("POST", "/logout") => ("Logout", Api::Portal),
        (_, "/federation") => ("Federation", Api::Federation),
        ("GET", "/oauth") => ("ConsoleLogout", Api::Own),
        (_, "/" | "/start" | "/device" | "/authorize" | "/sandbox/requests" | "/sandbox/revoke") => ("Page", Api::Own),
        _ => ("Unknown", Api::Own),
    }
}

/// The request, and what it asks of which API. Services that are all at `/` name that in a header or in the body.
async fn named(request: Request) -> (Request, &'static str, Api) {
    const LARGEST_BODY: usize = 1024 * 1024;
    if (request.method(), request.uri().path()) != (&Method::POST, "/") {
        let (operation, api) = operation(request.method(), request.uri().path());
        return (request, operation, api);
    }
    if request.headers().contains_key(organizations::TARGET) {
        return (request, organizations::OPERATION, Api::Organizations);
    }
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, LARGEST_BODY).await.unwrap_or_default();
    let operation = sts::operation(&body);
    (Request::from_parts(parts, Body::from(body)), operation, Api::Sts)
}

pub(super) async fn watch(Shared(state): Shared<Arc<SandboxState>>, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/sandbox/") {
        return next.run(request).await;
    }
    let (request, operation, api) = named(request).await;
    let entry = state.log.add(log::LoggedRequest {
        operation: operation.to_owned(),
        method: request.method().to_string(),
        host: host(&request).to_owned(),
        account: parameter(&request, "account_id"),
        role: parameter(&request, "role_name"),
        path,
        ..log::LoggedRequest::default()
    });
    let mut response = match at_host(&state, &request) {
        Some(response) => response,
        None if lock(&state.options).unanswered == Some(operation) => std::future::pending().await,
        None => handled(&state, api, request, next).await,
    };
    set_date(&state, &mut response);
    let note = response.extensions_mut().remove::<Note>().unwrap_or_default();
    let dropped = response.extensions().get::<Dropped>().is_some();
    state.log.end(entry, (!dropped).then(|| response.status().as_u16()), note);
    response
}

async fn handled(state: &SandboxState, api: Api, request: Request, next: Next) -> Response {
    match before(state, api).await {
        Some(response) => response,
        None => next.run(request).await,
    }
}

/// The response of a host that serves something else than Identity Center, or nothing.
fn at_host(state: &SandboxState, request: &Request) -> Option<Response> {
    let (host, options) = (host(request), lock(&state.options));
    let region = || hosts::signed_region(host).unwrap_or_else(|| hosts::region(host, &options));
    let is_down = || options.regions_down.iter().any(|down| down == region());
    hosts::vanity(host, request.method(), &options).or_else(|| is_down().then(dropped))
}

fn dropped() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(Dropped);
    response
}

/// The host that the client asked for, in a request's `Host` header or in its target.
pub(super) fn host<B>(request: &axum::http::Request<B>) -> &str {
    let header = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    header.or_else(|| request.uri().host()).unwrap_or_default()
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query()?;
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    percent_encoding::percent_decode_str(value).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// Waits for the latency, then returns the response that replaces the handler's, if there is one.
async fn before(state: &SandboxState, api: Api) -> Option<Response> {
    if api == Api::Own {
        return None;
    }
    let latency = lock(&state.options).latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    if api == Api::Portal && !admit(state) {
        return Some(ServiceError::portal("TooManyRequestsException", "HTTP 429 Unknown Code").into_response());
    }
    next_fault(state, api).map(|fault| fail(fault, api))
}

/// Counts a portal request; `false` if it exceeds the rate.
fn admit(state: &SandboxState) -> bool {
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

fn next_fault(state: &SandboxState, api: Api) -> Option<Fault> {
    let mut options = lock(&state.options);
    if matches!(options.fail_first, Some((_, Fault::Key(_)))) && api != Api::Oidc {
        return None;
    }
    let (left, fault) = options.fail_first.take()?;
    let left = left.checked_sub(1)?;
    options.fail_first = Some((left, fault));
    Some(fault)
}

fn fail(fault: Fault, api: Api) -> Response {
    const MESSAGE: &str = "The sandbox is set to fail";
    const GARBLED: &str = "{\"accountList\": [{\"accountId\": 12,, \"roleCredentials\": \"none\"";
    const JSON: (HeaderName, HeaderValue) = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    match fault {
        Fault::InternalError => match api {
            Api::Oidc => ServiceError::oidc("InternalServerException", MESSAGE),
            Api::Sts => ServiceError::sts(500, "InternalFailure", MESSAGE),
            Api::Organizations => ServiceError::json(500, "ServiceException", MESSAGE),
            Api::Federation => ServiceError::page(500, "InternalFailure", MESSAGE),
            Api::Portal | Api::Own => ServiceError::portal("InternalServerException", MESSAGE),
        }
        .into_response(),
        Fault::Key(reason) => {
            let name = if reason == "KMS_AccessDenied" { "AccessDeniedException" } else { "InvalidRequestException" };
            ServiceError::oidc(name, MESSAGE).with_reason(reason).into_response()
        }
        Fault::Throttled => match api {
            Api::Oidc => ServiceError::oidc("SlowDownException", MESSAGE),
            Api::Sts => ServiceError::sts(400, "Throttling", "Rate exceeded"),
            Api::Organizations => ServiceError::json(400, "TooManyRequestsException", MESSAGE),
            Api::Federation => ServiceError::page(429, "TooManyRequests", MESSAGE),
            Api::Portal | Api::Own => ServiceError::portal("TooManyRequestsException", "HTTP 429 Unknown Code"),
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
        Fault::Dropped => dropped(),
    }
}

/// A body that ends before the length that its head announced.
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
        // hyper sends what it has when the body is pending. An error without that pause would drop the head too.
        if !std::mem::replace(&mut self.flushed, true) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())))
    }
}

/// Sets the header that clients compare their clock with.
fn set_date(state: &SandboxState, response: &mut Response) {
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
