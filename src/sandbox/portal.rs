//! The SSO portal: accounts, roles and credentials for the holder of an access token.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Shared};
use axum::http::{HeaderMap, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::clock::millis;
use super::hosts;
use super::issued::{Identity, IssuedCredentials};
use super::lock::lock;
use super::random;
use super::service_error::{ServiceError, ServiceResult};
use super::state::SandboxState;

type Parameters = Query<HashMap<String, String>>;

/// The session of the bearer token.
fn session(state: &SandboxState, headers: &HeaderMap) -> ServiceResult<u64> {
    headers
        .get("x-amz-sso_bearer_token")
        .and_then(|token| token.to_str().ok())
        .and_then(|token| {
            let region = hosts::region_of(headers, &state.options());
            lock(&state.sessions).session(token, state.now(), &region)
        })
        .ok_or_else(|| ServiceError::portal("UnauthorizedException", "Session token not found or invalid"))
}

fn required<'a>(parameters: &'a Parameters, name: &str) -> ServiceResult<&'a str> {
    parameters
        .get(name)
        .map(String::as_str)
        .filter(|value| !value.is_empty())
        .ok_or_else(|| ServiceError::portal("InvalidRequestException", format!("{name} is missing")))
}

/// `ListAccounts`.
pub(super) async fn accounts(
    Shared(state): Shared<Arc<SandboxState>>,
    headers: HeaderMap,
    parameters: Parameters,
) -> ServiceResult<Json<Value>> {
    session(&state, &headers)?;
    let directory = state.directory();
    let (page, next) = page(&directory.accounts, &parameters, "accounts")?;
    let list: Vec<Value> = page
        .iter()
        .map(|account| {
            let mut entry = json!({ "accountId": account.id, "emailAddress": account.email });
            if !account.name.is_empty() {
                entry["accountName"] = account.name.as_str().into();
            }
            entry
        })
        .collect();
    Ok(Json(json!({ "accountList": list, "nextToken": next })))
}

/// `ListAccountRoles`.
pub(super) async fn roles(
    Shared(state): Shared<Arc<SandboxState>>,
    headers: HeaderMap,
    parameters: Parameters,
) -> ServiceResult<Json<Value>> {
    session(&state, &headers)?;
    let directory = state.directory();
    let account = directory.account(required(&parameters, "account_id")?).ok_or_else(no_access)?;
    if state.options().broken_accounts.contains(&account.id) {
        return Err(ServiceError::portal("InternalServerException", "The sandbox is set to fail"));
    }
    if state.options().closed_accounts.contains(&account.id) {
        return Err(no_access());
    }
    let (page, next) = page(&account.roles, &parameters, &account.id)?;
    let list: Vec<Value> = page.iter().map(|role| json!({ "roleName": role, "accountId": account.id })).collect();
    Ok(Json(json!({ "roleList": list, "nextToken": next })))
}

fn no_access() -> ServiceError {
    ServiceError::portal("ForbiddenException", "No access")
}

/// `GetRoleCredentials`.
pub(super) async fn credentials(
    Shared(state): Shared<Arc<SandboxState>>,
    headers: HeaderMap,
    parameters: Parameters,
) -> ServiceResult<Json<Value>> {
    session(&state, &headers)?;
    let account = required(&parameters, "account_id")?;
    let role = required(&parameters, "role_name")?;
    if !state.directory().permits(account, role) {
        return Err(no_access());
    }
    let id = format!("ASIA{}", random::upper(16)?);
    let token = random::base64::<400>()?;
    let key = IssuedCredentials {
        secret: random::base64::<30>()?,
        token: Some(token.clone()),
        account: account.to_owned(),
        role: role.to_owned(),
        expires: state.now().saturating_add(millis(state.options().credential_lifetime)),
        identity: Identity::PermissionSet,
    };
    let answer = json!({ "roleCredentials": {
        "accessKeyId": id,
        "secretAccessKey": key.secret,
        "sessionToken": token,
        "expiration": key.expires,
    }});
    lock(&state.keys).insert(id, key);
    Ok(Json(answer))
}

/// `Logout`.
pub(super) async fn logout(Shared(state): Shared<Arc<SandboxState>>, headers: HeaderMap) -> ServiceResult<StatusCode> {
    let session = session(&state, &headers)?;
    lock(&state.sessions).end(session);
    Ok(StatusCode::OK)
}

const DEFAULT_PAGE: usize = 20;
const LARGEST_PAGE: usize = 100;

/// The items of the requested page, and the token of the next page.
///
/// A token is valid for its own list only, so that a client that mixes up two lists fails.
fn page<'a, T>(items: &'a [T], parameters: &Parameters, list: &str) -> ServiceResult<(&'a [T], Option<String>)> {
    let invalid = |message: &str| ServiceError::portal("InvalidRequestException", message);
    let size = match parameters.get("max_result") {
        Some(text) => text
            .parse()
            .ok()
            .filter(|size| (1..=LARGEST_PAGE).contains(size))
            .ok_or_else(|| invalid("max_result must be between 1 and 100"))?,
        None => DEFAULT_PAGE,
    };
    let start = match parameters.get("next_token") {
        Some(token) => offset(token, list).ok_or_else(|| invalid("next_token is not valid"))?,
        None => 0,
    };
    let rest = items.get(start..).ok_or_else(|| invalid("next_token is not valid"))?;
    let (page, after) = rest.split_at(size.min(rest.len()));
    let next = (!after.is_empty()).then(|| URL_SAFE_NO_PAD.encode(format!("{list}:{}", start + size)));
    Ok((page, next))
}

fn offset(token: &str, list: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix(list)?.strip_prefix(':')?.parse().ok()
}
