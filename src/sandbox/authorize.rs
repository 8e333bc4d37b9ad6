//! Where a person approves or denies a sign-in: the authorization endpoint, and the page for device codes.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::clock::millis;
use super::lock::lock;
use super::options::Approval;
use super::page;
use super::random;
use super::service_error::{ServiceError, ServiceResult};
use super::state::{BrowserFlow, Client, Decision, SandboxState};

/// The query of `/authorize`.
#[derive(Deserialize)]
pub(super) struct AuthorizeQuery {
    response_type: Option<String>,
    client_id: Option<String>,
    redirect_uri: Option<String>,
    state: Option<String>,
    code_challenge: Option<String>,
    code_challenge_method: Option<String>,
    /// Separated by spaces. The service's parameter has this name, not OAuth's `scope`.
    scopes: Option<String>,
}

/// `GET /authorize`.
pub(super) async fn authorize(
    Shared(state): Shared<Arc<SandboxState>>,
    Query(asked): Query<AuthorizeQuery>,
) -> ServiceResult {
    // Until the redirect is known to be the client's, no response may be sent there, not even an error.
    let client_id = asked.client_id.clone().unwrap_or_default();
    let client = state
        .client(&client_id)
        .ok_or_else(|| ServiceError::page(400, "InvalidClientException", "This client is not registered here."))?;
    let redirect = asked.redirect_uri.clone().filter(|redirect| is_registered(&client, redirect)).ok_or_else(|| {
        ServiceError::page(400, "InvalidRedirectUriException", "The client did not register this redirect address.")
    })?;
    let challenge = match check(&client, &asked) {
        Ok(challenge) => challenge,
        Err((error, description)) => {
            return Ok(redirect_back(
                &redirect,
                asked.state.as_deref(),
                &[("error", error), ("error_description", description)],
            ));
        }
    };
    let options = state.options();
    let authorization = BrowserFlow {
        id: random::token::<24>()?,
        form_token: random::token::<24>()?,
        client: client_id,
        redirect,
        state: asked.state,
        challenge,
        decision: Decision::Pending,
        expires: state.now().saturating_add(millis(options.sign_in_lifetime)),
    };
    let code = random::token::<60>()?;
    let answer = match options.approval {
        Approval::ByPage => page::authorization(&client, &authorization.id, &authorization.form_token),
        Approval::Automatic => return Ok(approve(&state, code, authorization)),
        Approval::Denied => return Ok(deny(&authorization)),
    };
    lock(&state.authorizations).insert(code, authorization);
    Ok(answer)
}

/// The challenge of a valid request, or OAuth's error code and its description.
fn check(client: &Client, asked: &AuthorizeQuery) -> Result<String, (&'static str, &'static str)> {
    if asked.response_type.as_deref() != Some("code") {
        return Err(("unsupported_response_type", "response_type must be code"));
    }
    if !client.grants.iter().any(|grant| grant == "authorization_code") {
        return Err(("unauthorized_client", "The client did not register for this grant"));
    }
    if asked.code_challenge_method.as_deref() != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    // The SHA-256 of the verifier, in base64url without padding, always has this length.
    let challenge = asked.code_challenge.clone().filter(|challenge| challenge.len() == 43);
    let challenge = challenge.ok_or(("invalid_request", "code_challenge is not a SHA-256 in base64url"))?;
    let scopes = asked.scopes.as_deref().unwrap_or_default();
    if scopes.split_whitespace().any(|scope| !client.scopes.iter().any(|registered| registered == scope)) {
        return Err(("invalid_scope", "The client did not register a scope"));
    }
    Ok(challenge)
}

fn approve(state: &SandboxState, code: String, mut authorization: BrowserFlow) -> Response {
    authorization.decision = Decision::Approved;
    let answer = redirect_back(&authorization.redirect, authorization.state.as_deref(), &[("code", &code)]);
    lock(&state.authorizations).insert(code, authorization);
    answer
}

fn deny(authorization: &BrowserFlow) -> Response {
    redirect_back(
        &authorization.redirect,
        authorization.state.as_deref(),
        &[("error", "access_denied"), ("error_description", "The user denied the request")],
    )
}

fn redirect_back(redirect: &str, state: Option<&str>, answer: &[(&str, &str)]) -> Response {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    let mut address = redirect.to_owned();
    let mut separator = if redirect.contains('?') { '&' } else { '?' };
    for (name, value) in answer.iter().copied().chain(state.map(|state| ("state", state))) {
        address.push(separator);
        address.push_str(name);
        address.push('=');
        address.extend(utf8_percent_encode(value, NON_ALPHANUMERIC));
        separator = '&';
    }
    match HeaderValue::from_str(&address) {
        // 303, so that the browser sends a GET even after the form's POST.
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => ServiceError::page(400, "InvalidRedirectUriException", "The redirect is not a valid address.")
            .into_response(),
    }
}

/// Whether the client registered this redirect. The port may differ: a client chooses it at each sign-in.
fn is_registered(client: &Client, redirect: &str) -> bool {
    let asked = loopback_path(redirect);
    asked.is_some() && client.redirects.iter().any(|registered| loopback_path(registered) == asked)
}

pub(super) fn is_loopback(redirect: &str) -> bool {
    loopback_path(redirect).is_some()
}

/// The path and query of `http://127.0.0.1[:PORT]/PATH`; `None` for every other address.
fn loopback_path(redirect: &str) -> Option<&str> {
    let rest = redirect.strip_prefix("http://127.0.0.1")?;
    let (authority, path) = rest.split_at(rest.find('/')?);
    let is_port_valid = match authority.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        None => authority.is_empty(),
    };
    (is_port_valid && !path.contains('#')).then_some(path)
}

/// The form that the page's two buttons send.
#[derive(Deserialize)]
pub(super) struct DecisionForm {
    request: String,
    token: String,
    decision: String,
}

impl DecisionForm {
    fn decision(&self) -> Decision {
        if self.decision == "approve" { Decision::Approved } else { Decision::Denied }
    }
}

fn not_waiting() -> ServiceError {
    ServiceError::page(
        400,
        "InvalidRequestException",
        "This request is not waiting for a decision: it has expired, or was decided before.",
    )
}

/// `POST /authorize`: the person's decision in the browser flow.
pub(super) async fn answer_authorization(
    Shared(state): Shared<Arc<SandboxState>>,
    Form(form): Form<DecisionForm>,
) -> ServiceResult {
    let now = state.now();
    let (code, authorization) = {
        let mut authorizations = lock(&state.authorizations);
        let code = authorizations
            .iter()
            .find(|(_, waiting)| {
                waiting.id == form.request
                    && waiting.form_token == form.token
                    && waiting.decision == Decision::Pending
                    && now < waiting.expires
            })
            .map(|(code, _)| code.clone())
            .ok_or_else(not_waiting)?;
        let authorization = authorizations.remove(&code).ok_or_else(not_waiting)?;
        (code, authorization)
    };
    Ok(match form.decision() {
        Decision::Approved => approve(&state, code, authorization),
        _ => deny(&authorization),
    })
}

/// The query of `/device`.
#[derive(Deserialize)]
pub(super) struct DeviceQuery {
    user_code: Option<String>,
}

/// `GET /device`: the page that `verificationUri` and `verificationUriComplete` lead to.
pub(super) async fn device(
    Shared(state): Shared<Arc<SandboxState>>,
    Query(asked): Query<DeviceQuery>,
) -> ServiceResult {
    let Some(user_code) = asked.user_code.map(|code| code.trim().to_ascii_uppercase()) else {
        return Ok(page::enter_code());
    };
    let now = state.now();
    let found = lock(&state.devices)
        .values()
        .find(|device| device.user_code == user_code && device.decision == Decision::Pending && now < device.expires)
        .map(|device| (device.client.clone(), device.form_token.clone()));
    let (client_id, form_token) = found.ok_or_else(not_waiting)?;
    let client = state.client(&client_id).ok_or_else(not_waiting)?;
    Ok(page::device(&client, &user_code, &form_token))
}

/// `POST /device`: the person's decision in the device flow.
pub(super) async fn answer_device(
    Shared(state): Shared<Arc<SandboxState>>,
    Form(form): Form<DecisionForm>,
) -> ServiceResult {
    let now = state.now();
    let decision = form.decision();
    {
        let mut devices = lock(&state.devices);
        let device = devices
            .values_mut()
            .find(|device| {
                device.user_code == form.request
                    && device.form_token == form.token
                    && device.decision == Decision::Pending
                    && now < device.expires
            })
            .ok_or_else(not_waiting)?;
        device.decision = decision;
    }
    Ok(match decision {
        Decision::Approved => {
            page::message(StatusCode::OK, "Approved", "You can close this tab: the program is signed in.")
        }
        _ => page::message(StatusCode::OK, "Denied", "You can close this tab: the program was not signed in."),
    })
}
