//! Where a person says yes or no: the authorization endpoint, and the page for device codes.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::options::Approval;
use super::page;
use super::random;
use super::refusal::{Answer, Refusal};
use super::state::{Authorization, Client, Decision, State, lock, millis};

/// The query of `/authorize`.
#[derive(Deserialize)]
pub(super) struct AuthorizeRequest {
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
pub(super) async fn authorize(Shared(state): Shared<Arc<State>>, Query(asked): Query<AuthorizeRequest>) -> Answer {
    // Before client and redirect are known to belong together, nothing may be sent to that address.
    let client_id = asked.client_id.clone().unwrap_or_default();
    let client = state
        .client(&client_id)
        .ok_or_else(|| Refusal::page(400, "InvalidClientException", "This client is not registered here."))?;
    let redirect = asked.redirect_uri.clone().filter(|redirect| is_registered(&client, redirect)).ok_or_else(|| {
        Refusal::page(400, "InvalidRedirectUriException", "The client did not register this redirect address.")
    })?;
    let challenge = match check(&client, &asked) {
        Ok(challenge) => challenge,
        Err((error, description)) => {
            return Ok(lead_back(
                &redirect,
                asked.state.as_deref(),
                &[("error", error), ("error_description", description)],
            ));
        }
    };
    let options = state.options();
    let authorization = Authorization {
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

/// The challenge of a sound request, or OAuth's name for what is wrong with it.
fn check(client: &Client, asked: &AuthorizeRequest) -> Result<String, (&'static str, &'static str)> {
    if asked.response_type.as_deref() != Some("code") {
        return Err(("unsupported_response_type", "response_type must be code"));
    }
    if !client.grants.iter().any(|grant| grant == "authorization_code") {
        return Err(("unauthorized_client", "The client did not register for this grant"));
    }
    if asked.code_challenge_method.as_deref() != Some("S256") {
        return Err(("invalid_request", "code_challenge_method must be S256"));
    }
    // The SHA-256 of the verifier in base64url without padding is always this long.
    let challenge = asked.code_challenge.clone().filter(|challenge| challenge.len() == 43);
    let challenge = challenge.ok_or(("invalid_request", "code_challenge is not a SHA-256 in base64url"))?;
    let scopes = asked.scopes.as_deref().unwrap_or_default();
    if scopes.split_whitespace().any(|scope| !client.scopes.iter().any(|registered| registered == scope)) {
        return Err(("invalid_scope", "The client did not register a scope"));
    }
    Ok(challenge)
}

fn approve(state: &State, code: String, mut authorization: Authorization) -> Response {
    authorization.decision = Decision::Approved;
    let answer = lead_back(&authorization.redirect, authorization.state.as_deref(), &[("code", &code)]);
    lock(&state.authorizations).insert(code, authorization);
    answer
}

fn deny(authorization: &Authorization) -> Response {
    lead_back(
        &authorization.redirect,
        authorization.state.as_deref(),
        &[("error", "access_denied"), ("error_description", "The person denied the request")],
    )
}

fn lead_back(redirect: &str, state: Option<&str>, answer: &[(&str, &str)]) -> Response {
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
        // After a form's POST, too, the browser has to GET.
        Ok(location) => (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response(),
        Err(_) => Refusal::page(400, "InvalidRedirectUriException", "The redirect is no address.").into_response(),
    }
}

/// Whether the client registered this redirect; the port is the client's to choose at each sign-in.
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
    let port_is_sound = match authority.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        None => authority.is_empty(),
    };
    (port_is_sound && !path.contains('#')).then_some(path)
}

/// What the page's two buttons send.
#[derive(Deserialize)]
pub(super) struct Answered {
    request: String,
    token: String,
    decision: String,
}

impl Answered {
    fn decision(&self) -> Decision {
        if self.decision == "approve" { Decision::Approved } else { Decision::Denied }
    }
}

fn not_waiting() -> Refusal {
    Refusal::page(
        400,
        "InvalidRequestException",
        "This request is not waiting for an answer: it may have expired, or been answered before.",
    )
}

/// `POST /authorize`: the person's answer to an authorization request.
pub(super) async fn answer_authorization(Shared(state): Shared<Arc<State>>, Form(answered): Form<Answered>) -> Answer {
    let now = state.now();
    let (code, authorization) = {
        let mut authorizations = lock(&state.authorizations);
        let code = authorizations
            .iter()
            .find(|(_, waiting)| {
                waiting.id == answered.request
                    && waiting.form_token == answered.token
                    && waiting.decision == Decision::Pending
                    && now < waiting.expires
            })
            .map(|(code, _)| code.clone())
            .ok_or_else(not_waiting)?;
        let authorization = authorizations.remove(&code).ok_or_else(not_waiting)?;
        (code, authorization)
    };
    Ok(match answered.decision() {
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
pub(super) async fn device(Shared(state): Shared<Arc<State>>, Query(asked): Query<DeviceQuery>) -> Answer {
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

/// `POST /device`: the person's answer to a device code.
pub(super) async fn answer_device(Shared(state): Shared<Arc<State>>, Form(answered): Form<Answered>) -> Answer {
    let now = state.now();
    let decision = answered.decision();
    {
        let mut devices = lock(&state.devices);
        let device = devices
            .values_mut()
            .find(|device| {
                device.user_code == answered.request
                    && device.form_token == answered.token
                    && device.decision == Decision::Pending
                    && now < device.expires
            })
            .ok_or_else(not_waiting)?;
        device.decision = decision;
    }
    Ok(match decision {
        Decision::Approved => {
            page::message(StatusCode::OK, "Approved", "You can close this tab: the program that asked is signed in.")
        }
        _ => page::message(StatusCode::OK, "Denied", "You can close this tab: nothing was given away."),
    })
}
