//! The portal's API (SSO): lists accounts and roles, gives credentials of a role, and signs out.

use std::time::Duration;

use aws_sdk_sso::operation::get_role_credentials::GetRoleCredentialsOutput;
use aws_sdk_sso::operation::list_account_roles::ListAccountRolesOutput;
use jiff::{SignedDuration, Timestamp};

use super::client::Client;
use super::failure::RequestError;
use super::no_response::unexpected_response;
use super::retry::Resend;
use super::service::{Reuse, Service, mixed_up};
use crate::credentials::{LONGEST_SECONDS, RoleCredentials};
use crate::error::{Error, Kind};
use crate::role::{is_account_id, is_role_name};
use crate::secret::Secret;

/// The largest page of a list that the service allows.
const PAGE_SIZE: i32 = 100;

/// More rows on one page are no list of accounts or roles. The service sends no more than it is asked for; what stands
/// in for it may send all at once.
const MOST_ROWS: usize = 10_000;

/// More characters than an account's name or e-mail address has: AWS allows 50 and 64.
const LONGEST_NAME: usize = 128;

/// More bytes than a secret key, a session token or the name of a page has.
const LONGEST_PART: usize = 32 << 10;

const PORTAL: &str = "the portal";

/// An account in which the user has roles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The account's name, which may hold any characters; empty if it has none.
    pub name: String,
    /// Twelve digits.
    pub id: String,
    /// The root user's e-mail address; empty if the service gave none.
    pub email: String,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct ListPage<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The service's name for the next page; `None` on the last.
    pub next: Option<String>,
}

/// Why a request to the portal failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortalError {
    /// The token does not work any more, whatever its date says: sign in again.
    TokenRejected,
    /// The user has no access.
    Denied(Error),
    /// Anything else.
    Other(Error),
}

impl From<PortalError> for Error {
    fn from(error: PortalError) -> Self {
        match error {
            PortalError::TokenRejected => Self::new(Kind::SignInNeeded, "the service does not accept this sign-in"),
            PortalError::Denied(error) | PortalError::Other(error) => error,
        }
    }
}

impl From<Error> for PortalError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Service {
    /// One page of the user's accounts, without their roles.
    pub async fn list_accounts(&self, token: &Secret, page: Option<&str>) -> Result<ListPage<Account>, PortalError> {
        let response = self
            .send(Resend::Freely, || {
                self.sso()
                    .list_accounts()
                    .access_token(token.expose())
                    .max_results(PAGE_SIZE)
                    .set_next_token(page.map(str::to_owned))
                    .send()
            })
            .await
            .map_err(|error| PortalError::of(error, || no_access("the list of accounts")))?;
        let items = rows(response.account_list, response.next_token.as_deref())?
            .filter_map(|account| {
                Some(Account {
                    id: account.account_id.filter(|id| is_account_id(id))?,
                    name: cut(account.account_name),
                    email: cut(account.email_address),
                })
            })
            .collect();
        Ok(ListPage { items, next: next_page(response.next_token)? })
    }

    /// One page of the user's roles in an account.
    pub async fn list_account_roles(
        &self,
        token: &Secret,
        account_id: &str,
        page: Option<&str>,
    ) -> Result<ListPage<String>, PortalError> {
        let request = || {
            self.sso()
                .list_account_roles()
                .access_token(token.expose())
                .account_id(account_id)
                .max_results(PAGE_SIZE)
                .set_next_token(page.map(str::to_owned))
                .send()
        };
        let check = |response: &ListAccountRolesOutput| {
            let is_list = response.role_list.is_some() || response.next_token.is_some();
            if !is_list {
                return Err(unexpected_response(PORTAL));
            }
            let is_own = response.role_list().iter().all(|role| role.account_id().is_none_or(|id| id == account_id));
            if is_own { Ok(()) } else { Err(mixed_up()) }
        };
        let response = self
            .send_for(Resend::Freely, Reuse::Yes, request, check)
            .await
            .map_err(|error| PortalError::of(error, || no_access(&format!("the account {account_id}"))))?;
        let items = rows(response.role_list, response.next_token.as_deref())?;
        let items = items.filter_map(|role| role.role_name).filter(|name| is_role_name(name)).collect();
        Ok(ListPage { items, next: next_page(response.next_token)? })
    }

    /// Credentials of a role. Identity Center decides how long they are valid.
    pub async fn role_credentials(
        &self,
        token: &Secret,
        account_id: &str,
        role_name: &str,
    ) -> Result<RoleCredentials, PortalError> {
        match self.get_role_credentials(token, account_id, role_name).await {
            // Right after a sign-in the service may deny a role that it grants a moment later (aws-cli #7871).
            Err(PortalError::Denied(_)) => {
                tokio::time::sleep(Duration::from_millis(400)).await;
                self.get_role_credentials(token, account_id, role_name).await
            }
            result => result,
        }
    }

    async fn get_role_credentials(
        &self,
        token: &Secret,
        account_id: &str,
        role_name: &str,
    ) -> Result<RoleCredentials, PortalError> {
        let request = || {
            self.sso()
                .get_role_credentials()
                .access_token(token.expose())
                .account_id(account_id)
                .role_name(role_name)
                .send()
        };
        let check = |response: &GetRoleCredentialsOutput| {
            let credentials = response.role_credentials().ok_or_else(|| unexpected_response(PORTAL))?;
            let is_own = credentials.access_key_id().is_none_or(|id| self.is_first_owner(id, account_id, role_name));
            if is_own { Ok(()) } else { Err(mixed_up()) }
        };
        let response = self.send_for(Resend::Freely, Reuse::No, request, check).await.map_err(|error| {
            PortalError::of(error, || no_access(&format!("the role {role_name} in the account {account_id}")))
        })?;
        // Zero stands for an end that was left out.
        let credentials = response.role_credentials.filter(|credentials| credentials.expiration != 0);
        let credentials = credentials.ok_or_else(|| unexpected_response(PORTAL))?;
        let latest = Timestamp::now() + SignedDuration::from_secs(LONGEST_SECONDS) + self.lag();
        let expiration = Timestamp::from_millisecond(credentials.expiration.min(latest.as_millisecond()))
            .and_then(|expiration| expiration.checked_sub(self.lag()))
            .map_err(|_| unexpected_response(PORTAL))?;
        let (Some(access_key_id), Some(secret_access_key), Some(session_token)) = (
            filled(credentials.access_key_id),
            filled(credentials.secret_access_key),
            filled(credentials.session_token),
        ) else {
            return Err(unexpected_response(PORTAL).into());
        };
        let credentials = RoleCredentials {
            access_key_id,
            secret_access_key: secret_access_key.into(),
            session_token: session_token.into(),
            expiration,
            account_id: account_id.to_owned(),
        };
        if credentials.seconds_left() <= 0 {
            return Err(self.already_expired("credentials", expiration).into());
        }
        Ok(credentials)
    }

    /// Revokes the token, and the session with it.
    pub async fn log_out(&self, token: &Secret) -> Result<(), PortalError> {
        // A POST without a body says so: some servers refuse one that does not.
        let request = || {
            let request = self.sso().logout().access_token(token.expose()).customize();
            request.mutate_request(|request| drop(request.headers_mut().insert("content-length", "0"))).send()
        };
        self.send(Resend::Freely, request)
            .await
            .map(drop)
            .map_err(|error| PortalError::of(error, || no_access("this sign-in")))
    }
}

impl Client {
    /// See [`Service::role_credentials`].
    pub fn role_credentials(
        &self,
        token: &Secret,
        account_id: &str,
        role_name: &str,
    ) -> Result<RoleCredentials, PortalError> {
        self.block_on(async { Ok(self.service().role_credentials(token, account_id, role_name).await) })?
    }

    /// See [`Service::log_out`].
    pub fn log_out(&self, token: &Secret) -> Result<(), PortalError> {
        self.block_on(async { Ok(self.service().log_out(token).await) })?
    }
}

/// A part of the credentials, if it is a plain word: anything else would break the line that it is printed on. A longer
/// one than AWS's would not fit into an environment.
pub(super) fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| (1..=LONGEST_PART).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()))
}

/// The rows of a page. One without a list has no rows, where another page follows. Else it is an error, as is a page of
/// far more rows than were asked for: an answer that says nothing must not count as the list of a user without roles.
fn rows<T>(list: Option<Vec<T>>, next: Option<&str>) -> Result<impl Iterator<Item = T>, Error> {
    let list = list.or_else(|| next.filter(|next| !next.is_empty()).map(|_| Vec::new()));
    let rows = list.filter(|rows| rows.len() <= MOST_ROWS).ok_or_else(|| unexpected_response(PORTAL))?;
    Ok(rows.into_iter())
}

/// The service's name for the next page, if there is one.
pub(super) fn next_page(next: Option<String>) -> Result<Option<String>, Error> {
    match next {
        Some(next) if next.len() > LONGEST_PART => Err(unexpected_response(PORTAL)),
        next => Ok(next.filter(|next| !next.is_empty())),
    }
}

/// A name or an address of an account, no longer than a list can show.
pub(super) fn cut(text: Option<String>) -> String {
    let text = text.unwrap_or_default();
    match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => text[..end].to_owned(),
        None => text,
    }
}

fn no_access(what: &str) -> Error {
    Error::denied(format!("no access to {what}")).with_remedy("run: aws-sso list")
}

impl PortalError {
    fn of(error: RequestError, denied: impl Fn() -> Error) -> Self {
        match error {
            RequestError::Failed(error) => Self::Other(error),
            RequestError::Exception(exception) => match (exception.status, exception.code.as_str()) {
                (401, _) | (_, "UnauthorizedException") => Self::TokenRejected,
                (403 | 404, _) | (_, "ForbiddenException" | "ResourceNotFoundException") => Self::Denied(denied()),
                _ => Self::Other(exception.error()),
            },
        }
    }
}
