//! Organizations: `ListAccounts`, for those that may list the accounts.

use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::json;

use super::directory::Account;
use super::issued::{IssuedCredentials, partition_of};
use super::log::Note;
use super::options::{Options, Organization};
use super::service_error::{JSON_1_1, ServiceError, ServiceResult, noted};
use super::signature::{self, Refused};
use super::state::SandboxState;

/// The header that names the operation.
pub(super) const TARGET: &str = "x-amz-target";

/// The operation in the log: the portal has a `ListAccounts` too.
pub(super) const OPERATION: &str = "organizations:ListAccounts";

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListAccounts {
    next_token: Option<String>,
    max_results: Option<usize>,
}

/// `POST /` with the header.
pub(super) fn answer(state: &SandboxState, parts: &Parts, target: &HeaderValue, body: &[u8]) -> Response {
    let mut note = Note::default();
    let answer = match target.to_str() {
        Ok("AWSOrganizationsV20161128.ListAccounts") => list_accounts(state, parts, body, &mut note),
        _ => Err(ServiceError::json(400, "UnknownOperationException", "The sandbox supports only ListAccounts")),
    };
    noted(answer, note)
}

fn list_accounts(state: &SandboxState, parts: &Parts, body: &[u8], note: &mut Note) -> ServiceResult {
    let options = state.options();
    let signer = signature::signer(state, parts, body, "organizations").map_err(refused)?;
    (note.account, note.role) = (Some(signer.key.account.clone()), Some(signer.key.role.clone()));
    note.region = Some(signer.region.clone());
    if signer.region != home(&options.region) {
        return Err(refused(Refused::region()));
    }
    let directory = state.directory();
    let accounts: Vec<_> = directory.organization().collect();
    let management = accounts.first().map(|account| account.id.as_str()).unwrap_or_default();
    check_access(&options, &signer.key, management)?;
    let request: ListAccounts = serde_json::from_slice(body)
        .map_err(|_| ServiceError::json(400, "SerializationException", "The body is not valid JSON"))?;
    let (page, next) = page(&accounts, &request)?;
    let partition = partition_of(&options.region);
    let list: Vec<_> = page
        .iter()
        .map(|account| {
            let state = if options.suspended_accounts.contains(&account.id) { "SUSPENDED" } else { "ACTIVE" };
            json!({
                "Id": account.id,
                "Arn": format!("arn:{partition}:organizations::{management}:account/o-sandbox123/{}", account.id),
                "Email": account.email,
                "Name": account.name,
                "Status": state,
                "State": state,
                "JoinedMethod": if account.id == management { "INVITED" } else { "CREATED" },
                "JoinedTimestamp": 1_600_000_000.5,
            })
        })
        .collect();
    let mut answer = json!({ "Accounts": list });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(([(header::CONTENT_TYPE, JSON_1_1)], answer.to_string()).into_response())
}

fn refused(refused: Refused) -> ServiceError {
    let name = match refused {
        Refused::Missing => "MissingAuthenticationTokenException",
        Refused::Incomplete(_) => "IncompleteSignatureException",
        Refused::Unknown => "UnrecognizedClientException",
        Refused::Expired => "ExpiredTokenException",
        Refused::Mismatch(_) => "InvalidSignatureException",
    };
    ServiceError::json(400, name, refused.message())
}

/// The one Region of a partition in which Organizations is.
fn home(region: &str) -> &'static str {
    match partition_of(region) {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        "aws-eusc" => "eusc-de-east-1",
        "aws-iso" => "us-iso-east-1",
        "aws-iso-b" => "us-isob-east-1",
        "aws-iso-e" => "eu-isoe-west-1",
        "aws-iso-f" => "us-isof-south-1",
        _ => "us-east-1",
    }
}

fn check_access(options: &Options, key: &IssuedCredentials, management: &str) -> ServiceResult<()> {
    let denied = |message: String| Err(ServiceError::json(400, "AccessDeniedException", message));
    match &options.organization {
        Organization::Absent => {
            let message = "Your account is not a member of an organization.";
            Err(ServiceError::json(400, "AWSOrganizationsNotInUseException", message))
        }
        Organization::OfManagementAccount if key.account == management => Ok(()),
        Organization::OfManagementAccount => denied("You don't have permissions to access this resource.".to_owned()),
        Organization::ListedBy(principals) => {
            if principals.contains(&format!("{}/{}", key.account, key.role)) {
                return Ok(());
            }
            let caller = key.arn(partition_of(&options.region), &options.user);
            denied(format!(
                "User: {caller} is not authorized to perform: organizations:ListAccounts on resource: * because no \
                 identity-based policy allows the organizations:ListAccounts action"
            ))
        }
    }
}

/// The accounts of a page, and the token of the next one. As in the service, a page can be empty and yet not the last:
/// here the second one is.
fn page<'a>(accounts: &'a [&'a Account], request: &ListAccounts) -> ServiceResult<(&'a [&'a Account], Option<String>)> {
    const LARGEST_PAGE: usize = 20;
    const EMPTY: &str = "empty-";
    let invalid = |message: &str| ServiceError::json(400, "InvalidInputException", message);
    let size = request.max_results.unwrap_or(LARGEST_PAGE);
    if !(1..=LARGEST_PAGE).contains(&size) {
        return Err(invalid("You specified an invalid value for MaxResults."));
    }
    let token = request.next_token.as_deref().unwrap_or("0");
    if let Some(next) = token.strip_prefix(EMPTY) {
        return Ok((&[], Some(next.to_owned())));
    }
    let rest = token.parse().ok().and_then(|start: usize| accounts.get(start..));
    let rest = rest.ok_or_else(|| invalid("You specified an invalid value for NextToken."))?;
    let (page, after) = rest.split_at(size.min(rest.len()));
    let start = accounts.len() - after.len();
    let next = (!after.is_empty()).then(|| match request.next_token {
        None => format!("{EMPTY}{start}"),
        Some(_) => start.to_string(),
    });
    Ok((page, next))
}
