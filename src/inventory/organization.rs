//! The accounts of an organization, as a list like that of an sso-session: each has the same role, which can be
//! assumed there.

use std::collections::HashSet;

use super::account::Account;
use super::progress::Progress;
use super::remembered::Inventory;
use crate::aws_config::directory::Directory;
use crate::credentials::RoleCredentials;
use crate::error::Error;
use crate::identity_center::{self, Client, OrganizationAccount, OrganizationsError};

/// An organization has a few thousand accounts, and a page 20 of them.
const MOST_PAGES: usize = 10_000;

/// All accounts of the organization, with the credentials of a role that may list them.
pub(crate) fn accounts(
    client: &Client,
    credentials: &RoleCredentials,
    progress: &Progress,
) -> Result<Vec<OrganizationAccount>, OrganizationsError> {
    let listed = client.block_on(async {
        let service = client.service();
        let (mut pages, mut ids, mut listed) = (HashSet::new(), HashSet::new(), Vec::new());
        let mut next: Option<String> = None;
        loop {
            let page = match service.organization_accounts(credentials, next.as_deref()).await {
                Ok(page) => page,
                Err(error) => return Ok(Err(error)),
            };
            listed.extend(page.items.into_iter().filter(|item| ids.insert(item.account.id.clone())));
            progress.show_listed(listed.len());
            next = page.next;
            match &next {
                None => return Ok(Ok(listed)),
                Some(token) if pages.len() < MOST_PAGES && pages.insert(token.clone()) => {}
                Some(_) => {
                    let endless = Error::service("the list of the organization's accounts has no end");
                    return Err(endless.with_remedy("try again later"));
                }
            }
        }
    });
    progress.end();
    listed?
}

impl Inventory {
    /// Accounts with this role in each.
    pub(crate) fn of_role(directory: &Directory, accounts: Vec<identity_center::Account>, role: &str) -> Self {
        let with_role = |listed| Account { roles: vec![role.to_owned()], gap: None, ..Account::new(listed) };
        Self::partial(directory, accounts.into_iter().map(with_role).collect())
    }
}
