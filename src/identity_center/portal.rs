//! The portal (SSO): accounts, roles, a role's credentials, and signing out.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::client::{Refused, Service};
use super::failure::foreign;
use super::retry::Resend;
use crate::credentials::RoleCredentials;
use crate::error::Error;
use crate::secret::Secret;

/// The most that the service lists at once; it refuses more.
const PAGE: i32 = 100;

const PORTAL: &str = "the portal";

/// An account of the directory and the roles that the person has in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Account {
    /// Whatever the organisation called it; empty if nothing.
    pub name: String,
    /// Twelve digits.
    pub id: String,
    /// The root user's e-mail address; empty if the service gave none.
    pub email: String,
    /// Role names, in the service's order.
    pub roles: Vec<String>,
}

/// One page of a list, and where the next one begins.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Names the next page; `None` on the last.
    pub next: Option<String>,
}

/// Why the portal gives no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortalError {
    /// The token is not good any more, whatever its date says: sign in again.
    TokenRejected,
    /// Not for this person.
    Denied(Error),
    /// Anything else.
    Other(Error),
}

impl From<Error> for PortalError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Service {
    /// One page of the person's accounts, their roles not yet filled in.
    pub async fn list_accounts(&self, token: &Secret, page: Option<&str>) -> Result<Page<Account>, PortalError> {
        let answer = self
            .send(Resend::Freely, || {
                self.sso()
                    .list_accounts()
                    .access_token(token.expose())
                    .max_results(PAGE)
                    .set_next_token(page.map(str::to_owned))
                    .send()
            })
            .await
            .map_err(|refused| PortalError::of(refused, || no_access("the list of accounts")))?;
        let accounts = answer.account_list.ok_or_else(|| foreign(PORTAL))?;
        let items = accounts
            .into_iter()
            .filter_map(|account| {
                Some(Account {
                    id: account.account_id?,
                    name: account.account_name.unwrap_or_default(),
                    email: account.email_address.unwrap_or_default(),
                    roles: Vec::new(),
                })
            })
            .collect();
        Ok(Page { items, next: answer.next_token.filter(|next| !next.is_empty()) })
    }

    /// One page of the person's roles in an account.
    pub async fn list_account_roles(
        &self,
        token: &Secret,
        account_id: &str,
        page: Option<&str>,
    ) -> Result<Page<String>, PortalError> {
        let answer = self
            .send(Resend::Freely, || {
                self.sso()
                    .list_account_roles()
                    .access_token(token.expose())
                    .account_id(account_id)
                    .max_results(PAGE)
                    .set_next_token(page.map(str::to_owned))
                    .send()
            })
            .await
            .map_err(|refused| PortalError::of(refused, || no_access(&format!("the account {account_id}"))))?;
        let roles = answer.role_list.ok_or_else(|| foreign(PORTAL))?;
        let items = roles.into_iter().filter_map(|role| role.role_name).collect();
        Ok(Page { items, next: answer.next_token.filter(|next| !next.is_empty()) })
    }

    /// Credentials of a role, as long-lived as the directory makes them.
    pub async fn role_credentials(
        &self,
        token: &Secret,
        account_id: &str,
        role_name: &str,
    ) -> Result<RoleCredentials, PortalError> {
        match self.ask_for_credentials(token, account_id, role_name).await {
            // Right after a sign-in the service may say so of a role that it grants a moment later (aws-cli #7871).
            Err(PortalError::Denied(_)) => {
                tokio::time::sleep(Duration::from_millis(400)).await;
                self.ask_for_credentials(token, account_id, role_name).await
            }
            outcome => outcome,
        }
    }

    async fn ask_for_credentials(
        &self,
        token: &Secret,
        account_id: &str,
        role_name: &str,
    ) -> Result<RoleCredentials, PortalError> {
        let answer = self
            .send(Resend::Freely, || {
                self.sso()
                    .get_role_credentials()
                    .access_token(token.expose())
                    .account_id(account_id)
                    .role_name(role_name)
                    .send()
            })
            .await
            .map_err(|refused| {
                PortalError::of(refused, || no_access(&format!("the role {role_name} in the account {account_id}")))
            })?;
        let credentials = answer.role_credentials.ok_or_else(|| foreign(PORTAL))?;
        let expiration = Timestamp::from_millisecond(credentials.expiration)
            .and_then(|expiration| expiration.checked_sub(self.lag()))
            .map_err(|_| foreign(PORTAL))?;
        let (Some(access_key_id), Some(secret_access_key), Some(session_token)) = (
            filled(credentials.access_key_id),
            filled(credentials.secret_access_key),
            filled(credentials.session_token),
        ) else {
            return Err(foreign(PORTAL).into());
        };
        let credentials = RoleCredentials {
            access_key_id,
            secret_access_key: secret_access_key.into(),
            session_token: session_token.into(),
            expiration,
            account_id: account_id.to_owned(),
        };
        if credentials.seconds_left() <= 0 {
            return Err(self.lapsed("credentials", expiration).into());
        }
        Ok(credentials)
    }

    /// Revokes the token. One that the service does not know is as good as revoked.
    pub async fn log_out(&self, token: &Secret) -> Result<(), PortalError> {
        let outcome = self
            .send(Resend::Freely, || self.sso().logout().access_token(token.expose()).send())
            .await
            .map_err(|refused| PortalError::of(refused, || no_access("this sign-in")));
        match outcome {
            Ok(_) | Err(PortalError::TokenRejected) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Credentials are words: what holds anything else would break the line it is printed on.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic()))
}

fn no_access(what: &str) -> Error {
    Error::denied(format!("no access to {what}")).with_remedy("run: aws-sso list")
}

impl PortalError {
    fn of(refused: Refused, denied: impl Fn() -> Error) -> Self {
        match refused {
            Refused::Failed(error) => Self::Other(error),
            Refused::By(refusal) => match (refusal.status, refusal.code.as_str()) {
                (401, _) | (_, "UnauthorizedException") => Self::TokenRejected,
                (403 | 404, _) | (_, "ForbiddenException" | "ResourceNotFoundException") => Self::Denied(denied()),
                _ => Self::Other(refusal.tell()),
            },
        }
    }
}
