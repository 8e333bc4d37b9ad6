//! SSO-OIDC: client registration, device authorization, and the exchange of grants for tokens.

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::authorize;
use super::clock::millis;
use super::hosts;
use super::lock::lock;
use super::log::Note;
use super::options::Approval;
use super::random;
use super::service_error::{ServiceError, ServiceResult};
use super::state::{Client, Decision, DeviceFlow, SandboxState, Tokens};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const AUTHORIZATION_CODE: &str = "authorization_code";
const REFRESH_TOKEN: &str = "refresh_token";

fn parse<T: DeserializeOwned>(body: &[u8]) -> ServiceResult<T> {
    serde_json::from_slice(body)
        .map_err(|_| ServiceError::oidc("InvalidRequestException", "The request is not the expected JSON"))
}

fn required(value: Option<String>, name: &str) -> ServiceResult<String> {
    value
        .filter(|text| !text.is_empty())
        .ok_or_else(|| ServiceError::oidc("InvalidRequestException", format!("{name} is missing")))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RegisterRequest {
    client_name: Option<String>,
    client_type: Option<String>,
    #[serde(default)]
    scopes: Vec<String>,
    grant_types: Option<Vec<String>>,
    #[serde(default)]
    redirect_uris: Vec<String>,
    issuer_url: Option<String>,
}

/// `RegisterClient`.
pub(super) async fn register(
    Shared(state): Shared<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> ServiceResult<Json<Value>> {
    let asked: RegisterRequest = parse(&body)?;
    let name = required(asked.client_name, "clientName")?;
    if required(asked.client_type, "clientType")? != "public" {
        return Err(ServiceError::oidc("InvalidClientMetadataException", "clientType must be public"));
    }
    if asked.scopes.iter().any(|scope| scope.split(':').count() != 3) {
        return Err(ServiceError::oidc("InvalidScopeException", "A scope is not known"));
    }
    let grants = asked.grant_types.unwrap_or_else(|| vec![DEVICE_CODE.to_owned(), REFRESH_TOKEN.to_owned()]);
    if grants.iter().any(|grant| ![DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN].contains(&grant.as_str())) {
        return Err(ServiceError::oidc("UnsupportedGrantTypeException", "A grant type is not known"));
    }
    if grants.iter().any(|grant| grant == AUTHORIZATION_CODE) {
        if asked.redirect_uris.is_empty() {
            return Err(ServiceError::oidc("InvalidRequestException", "redirectUris is missing"));
        }
        check_start_url(&state, &headers, &required(asked.issuer_url, "issuerUrl")?)?;
    }
    if !asked.redirect_uris.iter().all(|uri| authorize::is_loopback(uri)) {
        return Err(ServiceError::oidc("InvalidRedirectUriException", "A redirect must lead to http://127.0.0.1"));
    }
    let (id, secret) = (random::token::<18>()?, random::token::<180>()?);
    let now = state.now();
    let expires = now.saturating_add(millis(state.options().registration_lifetime));
    let client =
        Client { secret: secret.clone(), name, scopes: asked.scopes, grants, redirects: asked.redirect_uris, expires };
    lock(&state.clients).insert(id.clone(), client);
    Ok(Json(json!({
        "clientId": id,
        "clientSecret": secret,
        "clientIdIssuedAt": now / 1000,
        "clientSecretExpiresAt": expires / 1000,
    })))
}

/// Checks that a client names the portal of this Region; the service ignores `/` and `#` at the end.
fn check_start_url(state: &SandboxState, headers: &HeaderMap, url: &str) -> ServiceResult<()> {
    let plain = |url: &str| url.trim_end_matches(['/', '#']).to_owned();
    let options = state.options();
    let region = hosts::region_of(headers, &options);
    let further = options.portals.iter().find(|portal| portal.region == region);
    let expected = further.map_or_else(|| state.start_url(), |portal| portal.start_url.clone());
    if plain(url) == plain(&expected) {
        Ok(())
    } else {
        Err(ServiceError::oidc("InvalidRequestException", "The start URL belongs to another Identity Center"))
    }
}

fn authenticate(state: &SandboxState, id: &str, secret: &str) -> ServiceResult<Client> {
    state.client(id).filter(|client| client.secret == secret).ok_or_else(|| {
        ServiceError::oidc("InvalidClientException", "The client is unknown, or its secret is wrong or expired")
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DeviceRequest {
    client_id: Option<String>,
    client_secret: Option<String>,
    start_url: Option<String>,
}

/// `StartDeviceAuthorization`.
pub(super) async fn device_authorization(
    Shared(state): Shared<Arc<SandboxState>>,
    headers: HeaderMap,
    body: Bytes,
) -> ServiceResult<Json<Value>> {
    let asked: DeviceRequest = parse(&body)?;
    let client_id = required(asked.client_id, "clientId")?;
    let client = authenticate(&state, &client_id, &required(asked.client_secret, "clientSecret")?)?;
    if !client.grants.iter().any(|grant| grant == DEVICE_CODE) {
        return Err(ServiceError::oidc("UnauthorizedClientException", "The client did not register for device codes"));
    }
    check_start_url(&state, &headers, &required(asked.start_url, "startUrl")?)?;
    let options = state.options();
    let (code, user_code) = (random::token::<60>()?, random::user_code()?);
    let device = DeviceFlow {
        client: client_id,
        user_code: user_code.clone(),
        form_token: random::token::<24>()?,
        decision: Decision::Pending,
        expires: state.now().saturating_add(millis(options.sign_in_lifetime)),
        polls: 0,
        polled: None,
    };
    lock(&state.devices).insert(code.clone(), device);
    let page = format!("{}/device", state.endpoint);
    Ok(Json(json!({
        "deviceCode": code,
        "userCode": user_code,
        "verificationUri": page,
        "verificationUriComplete": format!("{page}?user_code={user_code}"),
        "expiresIn": options.sign_in_lifetime.as_secs(),
        "interval": options.interval.as_secs(),
    })))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TokenRequest {
    client_id: Option<String>,
    client_secret: Option<String>,
    grant_type: Option<String>,
    device_code: Option<String>,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
}

/// `CreateToken`.
pub(super) async fn token(Shared(state): Shared<Arc<SandboxState>>, headers: HeaderMap, body: Bytes) -> ServiceResult {
    let asked: TokenRequest = parse(&body)?;
    let grant = asked.grant_type.clone();
    let region = hosts::region_of(&headers, &state.options());
    let mut response = create_token(&state, asked, &region).map(Json).into_response();
    let mut note = response.extensions_mut().remove::<Note>().unwrap_or_default();
    note.grant = grant;
    response.extensions_mut().insert(note);
    Ok(response)
}

fn create_token(state: &SandboxState, asked: TokenRequest, region: &str) -> ServiceResult<Value> {
    let client_id = required(asked.client_id, "clientId")?;
    let client = authenticate(state, &client_id, &required(asked.client_secret, "clientSecret")?)?;
    let grant = required(asked.grant_type, "grantType")?;
    if ![DEVICE_CODE, AUTHORIZATION_CODE, REFRESH_TOKEN].contains(&grant.as_str()) {
        return Err(ServiceError::oidc("UnsupportedGrantTypeException", "The grant type is not known"));
    }
    if !client.grants.contains(&grant) {
        return Err(ServiceError::oidc("UnauthorizedClientException", "The client did not register for this grant"));
    }
    let options = state.options();
    let now = state.now();
    let tokens = match grant.as_str() {
        DEVICE_CODE => {
            redeem_device_code(state, &client_id, &required(asked.device_code, "deviceCode")?)?;
            lock(&state.sessions).begin(&client_id, &client, &options, now, region)?
        }
        AUTHORIZATION_CODE => {
            let code = required(asked.code, "code")?;
            let redirect = required(asked.redirect_uri, "redirectUri")?;
            let verifier = required(asked.code_verifier, "codeVerifier")?;
            redeem_authorization(state, &client_id, &code, &redirect, &verifier)?;
            lock(&state.sessions).begin(&client_id, &client, &options, now, region)?
        }
        _ => {
            let refresh = required(asked.refresh_token, "refreshToken")?;
            lock(&state.sessions)
                .renew(&client_id, &refresh, &options, now, region)?
                .ok_or_else(|| invalid_grant("The refresh token is not valid"))?
        }
    };
    Ok(token_answer(tokens))
}

fn token_answer(tokens: Tokens) -> Value {
    let mut answer = json!({
        "accessToken": tokens.access,
        "tokenType": "Bearer",
        "expiresIn": tokens.lifetime.as_secs(),
    });
    if let Some(refresh) = tokens.refresh {
        answer["refreshToken"] = refresh.into();
    }
    answer
}

fn invalid_grant(message: &str) -> ServiceError {
    ServiceError::oidc("InvalidGrantException", message)
}

/// Consumes a device code if it is approved; until then each call counts as a poll.
fn redeem_device_code(state: &SandboxState, client_id: &str, code: &str) -> ServiceResult<()> {
    let options = state.options();
    let now = state.now();
    let mut devices = lock(&state.devices);
    let device = devices
        .get_mut(code)
        .filter(|device| device.client == client_id)
        .ok_or_else(|| invalid_grant("The device code is not valid"))?;
    if now >= device.expires {
        return Err(ServiceError::oidc("ExpiredTokenException", "The device code has expired"));
    }
    let early = device.polled.is_some_and(|polled| polled.elapsed() < options.interval);
    device.polled = Some(Instant::now());
    if early {
        return Err(ServiceError::oidc("SlowDownException", "The client polls faster than the interval allows"));
    }
    device.polls += 1;
    let decision = match (device.decision, options.approval) {
        (Decision::Pending, Approval::Denied) => Decision::Denied,
        (Decision::Pending, Approval::Automatic) if device.polls > options.polls_before_approval => Decision::Approved,
        (decision, _) => decision,
    };
    match decision {
        Decision::Pending => {
            Err(ServiceError::oidc("AuthorizationPendingException", "Waiting for the user to approve"))
        }
        Decision::Denied => Err(ServiceError::oidc("AccessDeniedException", "The user denied the request")),
        Decision::Approved => {
            devices.remove(code);
            Ok(())
        }
    }
}

/// Consumes an authorization code. It works once, with its client, its redirect and the verifier of its challenge.
fn redeem_authorization(
    state: &SandboxState,
    client_id: &str,
    code: &str,
    redirect: &str,
    verifier: &str,
) -> ServiceResult<()> {
    let now = state.now();
    let mut authorizations = lock(&state.authorizations);
    let known = authorizations
        .get(code)
        .is_some_and(|authorization| authorization.client == client_id && authorization.decision == Decision::Approved);
    // Consumed before the other checks: a second guess at the verifier must not be possible.
    let authorization = known
        .then(|| authorizations.remove(code))
        .flatten()
        .ok_or_else(|| invalid_grant("The authorization code is not valid"))?;
    if now >= authorization.expires {
        return Err(invalid_grant("The authorization code has expired"));
    }
    if authorization.redirect != redirect {
        return Err(invalid_grant("The redirect differs from the one in the authorization request"));
    }
    if !is_verifier(verifier) || challenge_of(verifier) != authorization.challenge {
        return Err(invalid_grant("The code verifier does not match the challenge"));
    }
    Ok(())
}

/// RFC 7636: 43 to 128 unreserved characters.
fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte))
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(ring::digest::digest(&ring::digest::SHA256, verifier.as_bytes()))
}
