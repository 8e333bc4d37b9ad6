//! STS: `GetCallerIdentity` and `AssumeRole`, for requests that are signed with credentials from the portal, with those
//! of an earlier `AssumeRole`, or with the access key of an IAM user.

use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};

use super::assume_role;
use super::federation::{Form, form};
use super::issued::{IssuedCredentials, partition_of};
use super::log::Note;
use super::service_error::{ServiceError, ServiceResult, noted};
use super::signature::{self, Refused};
use super::state::SandboxState;

/// `POST /`, the query protocol.
pub(super) fn query(state: &SandboxState, parts: &Parts, body: &[u8]) -> Response {
    let mut note = Note::default();
    let answer = answer(state, parts, body, &form(body), &mut note);
    let xml = |document: Markup| ([(header::CONTENT_TYPE, "text/xml")], document.into_string()).into_response();
    noted(answer.map(xml), note)
}

/// The operation that a request names, for the log.
pub(super) fn operation(body: &[u8]) -> &'static str {
    let action = form(body).remove("Action").unwrap_or_default();
    OPERATIONS.into_iter().find(|operation| *operation == action).unwrap_or("Sts")
}

const OPERATIONS: [&str; 2] = ["GetCallerIdentity", "AssumeRole"];

fn answer(state: &SandboxState, parts: &Parts, body: &[u8], form: &Form, note: &mut Note) -> ServiceResult<Markup> {
    let missing = || ServiceError::sts(400, "MissingAction", "The request names no action");
    let action = form.get("Action").ok_or_else(missing)?.as_str();
    let version = form.get("Version").map_or("NO_VERSION_SPECIFIED", String::as_str);
    if !OPERATIONS.contains(&action) {
        let message = format!("Could not find operation {action} for version {version}");
        return Err(ServiceError::sts(400, "InvalidAction", message));
    }
    let signer = signature::signer(state, parts, body, "sts").map_err(refused)?;
    note.region = Some(signer.region.clone());
    let key = &signer.key;
    if state.options().sts_regions_off.contains(&signer.region) {
        let message = format!(
            "STS is not activated in this region for account:{}. Your account administrator can activate STS in this \
             region using the IAM Console.",
            key.account
        );
        return Err(ServiceError::sts(403, "RegionDisabledException", message));
    }
    if action == "AssumeRole" {
        return assume_role::assume(state, key, form, note);
    }
    (note.account, note.role) = (Some(key.account.clone()), Some(key.role.clone()));
    Ok(identity(state, key))
}

fn refused(refused: Refused) -> ServiceError {
    let (status, name) = match refused {
        Refused::Missing => (403, "MissingAuthenticationToken"),
        Refused::Incomplete(_) => (400, "IncompleteSignature"),
        Refused::Unknown => (403, "InvalidClientTokenId"),
        Refused::Expired => (403, "ExpiredToken"),
        Refused::Mismatch(_) => (403, "SignatureDoesNotMatch"),
    };
    ServiceError::sts(status, name, refused.message())
}

fn identity(state: &SandboxState, key: &IssuedCredentials) -> Markup {
    let options = state.options();
    html! {
        GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/" {
            GetCallerIdentityResult {
                Arn { (key.arn(partition_of(&options.region), &options.user)) }
                UserId { (key.user_id(&options.user)) }
                Account { (key.account) }
            }
            ResponseMetadata { RequestId { "00000000-0000-0000-0000-000000000000" } }
        }
    }
}
