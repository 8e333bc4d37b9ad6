//! Which handler answers which path.
//!
//! Besides the services' own paths there are `/` and `/start`, a page with the accounts and roles; `/device`, where
//! device codes are approved; `GET /sandbox/requests`, the log as JSON; `DELETE /sandbox/requests`, which empties it;
//! and `POST /sandbox/revoke`, which ends every session.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Json, Router, middleware};

use super::lock::lock;
use super::log::LoggedRequest;
use super::state::SandboxState;
use super::{authorize, federation, oidc, organizations, page, portal, sts, traffic};

pub(super) fn router(state: &Arc<SandboxState>) -> Router {
    Router::new()
        .route("/client/register", post(oidc::register))
        .route("/device_authorization", post(oidc::device_authorization))
        .route("/token", post(oidc::token))
        .route("/authorize", get(authorize::authorize).post(authorize::answer_authorization))
        .route("/device", get(authorize::device).post(authorize::answer_device))
        .route("/assignment/accounts", get(portal::accounts))
        .route("/assignment/roles", get(portal::roles))
        .route("/federation/credentials", get(portal::credentials))
        .route("/logout", post(portal::logout))
        .route("/federation", get(federation::federation).post(federation::federation))
        .route("/oauth", get(federation::logout))
        .route("/", post(root).get(overview))
        .route("/start", get(overview))
        .route("/sandbox/requests", get(requests).delete(clear_requests))
        .route("/sandbox/revoke", post(revoke))
        .layer(middleware::from_fn_with_state(Arc::clone(state), traffic::watch))
        .with_state(Arc::clone(state))
}

/// The services that have one path for everything.
async fn root(Shared(state): Shared<Arc<SandboxState>>, parts: Parts, body: Bytes) -> Response {
    match parts.headers.get(organizations::TARGET) {
        Some(target) => organizations::answer(&state, &parts, target, &body),
        None => sts::query(&state, &parts, &body),
    }
}

async fn overview(Shared(state): Shared<Arc<SandboxState>>) -> Response {
    page::overview(&state.directory().accounts)
}

async fn requests(Shared(state): Shared<Arc<SandboxState>>) -> Json<Vec<LoggedRequest>> {
    Json(state.log.all())
}

async fn clear_requests(Shared(state): Shared<Arc<SandboxState>>) -> StatusCode {
    state.log.clear();
    StatusCode::NO_CONTENT
}

async fn revoke(Shared(state): Shared<Arc<SandboxState>>) -> StatusCode {
    lock(&state.sessions).end_all();
    StatusCode::NO_CONTENT
}
