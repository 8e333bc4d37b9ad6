//! The federation endpoint, which turns role credentials into a browser session of the AWS console.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::json;

use super::lock::lock;
use super::log::Note;
use super::page;
use super::random;
use super::service_error::{ServiceError, ServiceResult};
use super::state::{ConsoleTicket, SandboxState};

/// Decodes a query string or a form; the last value of a repeated name counts.
pub(super) fn form(text: &[u8]) -> HashMap<String, String> {
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
pub(super) async fn federation(Shared(state): Shared<Arc<SandboxState>>, uri: Uri, body: Bytes) -> ServiceResult {
    let mut parameters = form(uri.query().unwrap_or_default().as_bytes());
    parameters.extend(form(&body));
    match parameters.get("Action").map(String::as_str) {
        Some("getSigninToken") => signin_token(&state, &parameters),
        Some("login") => login(&state, &parameters),
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

fn signin_token(state: &SandboxState, parameters: &HashMap<String, String>) -> ServiceResult {
    let session: SessionParameter = parameters
        .get("Session")
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| invalid("Session must hold sessionId, sessionKey and sessionToken."))?;
    if let Some(duration) = parameters.get("SessionDuration") {
        let seconds = duration.parse::<u32>().ok().filter(|seconds| (900..=43_200).contains(seconds));
        seconds.ok_or_else(|| invalid("SessionDuration must be between 900 and 43200 seconds."))?;
    }
    let now = state.now();
    let key = lock(&state.keys)
        .get(&session.id)
        .filter(|key| key.secret == session.key && key.token == session.token && now < key.expires)
        .cloned()
        .ok_or_else(|| ServiceError::page(403, "AccessDenied", "The credentials are not valid."))?;
    let token = random::token::<300>()?;
    let lifetime = 15 * 60 * 1000;
    let ticket = ConsoleTicket { account: key.account, role: key.role, expires: now + lifetime };
    let note = note_for("GetSigninToken", &ticket);
    lock(&state.console).insert(token.clone(), ticket);
    let mut response = Json(json!({ "SigninToken": token })).into_response();
    response.extensions_mut().insert(note);
    Ok(response)
}

fn login(state: &SandboxState, parameters: &HashMap<String, String>) -> ServiceResult<Response> {
    let destination =
        parameters.get("Destination").ok_or_else(|| invalid("Destination must name a page of the console."))?;
    let now = state.now();
    let ticket = parameters
        .get("SigninToken")
        .and_then(|token| lock(&state.console).remove(token))
        .filter(|ticket| now < ticket.expires)
        .ok_or_else(|| invalid("The sign-in token is not valid: it works once, within 15 minutes."))?;
    let mut response = page::console(&ticket.account, &ticket.role, destination);
    response.extensions_mut().insert(note_for("ConsoleLogin", &ticket));
    Ok(response)
}

fn note_for(operation: &'static str, ticket: &ConsoleTicket) -> Note {
    Note {
        operation: Some(operation),
        account: Some(ticket.account.clone()),
        role: Some(ticket.role.clone()),
        ..Note::default()
    }
}
