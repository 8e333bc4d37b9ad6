//! The federation endpoint, which turns role credentials into a browser session of the AWS console.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::json;

use super::clock::Millis;
use super::lock::lock;
use super::log::Note;
use super::page;
use super::random;
use super::service_error::{ServiceError, ServiceResult};
use super::state::{ConsoleTicket, SandboxState};

/// The parameters of a request.
pub(super) type Form = HashMap<String, String>;

/// Decodes a query string or a form; the last value of a repeated name counts.
pub(super) fn form(text: &[u8]) -> Form {
    let decode = |part: &str| percent_decode_str(&part.replace('+', " ")).decode_utf8_lossy().into_owned();
    String::from_utf8_lossy(text)
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn invalid(message: &str) -> ServiceError {
    ServiceError::page(400, "InvalidRequest", message)
}

/// `GET` or `POST /federation`.
pub(super) async fn federation(
    Shared(state): Shared<Arc<SandboxState>>,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> ServiceResult {
    let mut parameters = form(uri.query().unwrap_or_default().as_bytes());
    parameters.extend(form(&body));
    match parameters.get("Action").map(String::as_str) {
        Some("getSigninToken") => signin_token(&state, &parameters),
        Some("login") => login(&state, &headers, &parameters),
        _ => Err(invalid("Action must be getSigninToken or login.")),
    }
}

/// The parameter `Session`.
#[derive(Deserialize)]
struct SessionParameter {
    #[serde(rename = "sessionId")]
    id: String,
    #[serde(rename = "sessionKey")]
    key: String,
    #[serde(rename = "sessionToken")]
    token: String,
}

fn signin_token(state: &SandboxState, parameters: &Form) -> ServiceResult {
    let session: SessionParameter = parameters
        .get("Session")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| invalid("Session must hold sessionId, sessionKey and sessionToken."))?;
    let mut chosen = None;
    if let Some(duration) = parameters.get("SessionDuration") {
        let seconds = duration.parse::<u32>().ok().filter(|seconds| (900..=43_200).contains(seconds));
        let seconds = seconds.ok_or_else(|| invalid("SessionDuration must be between 900 and 43200 seconds."))?;
        chosen = Some(Millis::from(seconds) * 1000);
    }
    let now = state.now();
    let key = lock(&state.keys)
        .get(&session.id)
        .filter(|key| key.secret == session.key && key.token.as_ref() == Some(&session.token) && now < key.expires)
        .cloned()
        .ok_or_else(|| ServiceError::page(403, "AccessDenied", "The credentials are not valid."))?;
    if chosen.is_some()
        && (state.options().chained_roles || key.role_session().is_some_and(|session| session.is_chained))
    {
        return Err(invalid("Invalid credentials parameter."));
    }
    let token = random::token::<300>()?;
    let lifetime = 15 * 60 * 1000;
    let session = chosen.unwrap_or(key.expires - now);
    let ticket = ConsoleTicket { account: key.account, role: key.role, expires: now + lifetime, session };
    let note = note_for("GetSigninToken", &ticket);
    lock(&state.console).insert(token.clone(), ticket);
    let mut response = Json(json!({ "SigninToken": token })).into_response();
    response.extensions_mut().insert(note);
    Ok(response)
}

/// The browser's session, as in a browser without multi-session support: it has one at a time.
const SESSION: &str = "sandbox-console";

fn login(state: &SandboxState, headers: &HeaderMap, parameters: &Form) -> ServiceResult<Response> {
    let destination =
        parameters.get("Destination").ok_or_else(|| invalid("Destination must name a page of the console."))?;
    let now = state.now();
    let ticket = parameters
        .get("SigninToken")
        .and_then(|token| lock(&state.console).remove(token))
        .filter(|ticket| now < ticket.expires)
        .ok_or_else(|| invalid("The sign-in token is not valid: it works once, within 15 minutes."))?;
    let session = format!("{SESSION}={}", ticket.account);
    let cookies = headers.get(COOKIE).and_then(|cookies| cookies.to_str().ok()).unwrap_or_default();
    let mut cookies = cookies.split("; ").filter(|cookie| cookie.starts_with(SESSION));
    if cookies.any(|cookie| cookie != session) {
        return Err(invalid("You must first log out before logging into a different AWS account."));
    }
    let mut response = page::console(&ticket, destination);
    set_cookie(&mut response, &format!("{session}; Path=/"));
    response.extensions_mut().insert(note_for("ConsoleLogin", &ticket));
    Ok(response)
}

/// `GET /oauth?Action=logout`: ends the browser's session, and leads on to a link of this endpoint's own.
pub(super) async fn logout(Shared(state): Shared<Arc<SandboxState>>, uri: Uri) -> ServiceResult<Response> {
    let parameters = form(uri.query().unwrap_or_default().as_bytes());
    let next = parameters.get("redirect_uri").map(String::as_str).unwrap_or_default();
    let is_own = next.strip_prefix(&state.endpoint).is_some_and(|rest| rest.starts_with("/federation?"));
    if parameters.get("Action").map(String::as_str) != Some("logout") || !is_own {
        return Err(invalid("Action must be logout, and redirect_uri a link of this endpoint."));
    }
    let mut response = Redirect::to(next).into_response();
    set_cookie(&mut response, &format!("{SESSION}=; Path=/; Max-Age=0"));
    Ok(response)
}

fn set_cookie(response: &mut Response, cookie: &str) {
    if let Ok(cookie) = cookie.parse() {
        response.headers_mut().insert(SET_COOKIE, cookie);
    }
}

fn note_for(operation: &'static str, ticket: &ConsoleTicket) -> Note {
    Note {
        operation: Some(operation),
        account: Some(ticket.account.clone()),
        role: Some(ticket.role.clone()),
        ..Note::default()
    }
}
