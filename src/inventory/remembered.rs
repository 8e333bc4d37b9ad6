//! The accounts and roles that were fetched last, in a cache file.

use std::time::SystemTime;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::paths;
use crate::aws_config::directory::Directory;
use crate::error::{Error, Result};
use crate::files::atomic;
use crate::files::folder::Privacy;
use crate::identity_center::Account;
use crate::role::RoleArn;

/// A list that is older, in seconds, is fetched again in the background.
const DAY: i64 = 24 * 60 * 60;

/// Every account and role that the user has in one sso-session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inventory {
    /// The start URL that it was fetched from: a list from another start URL is not used.
    start_url: String,
    /// The region of the Identity Center, which decides the partition of the ARNs.
    region: String,
    /// When it was fetched, in seconds since 1970.
    #[serde(default)]
    fetched_at: i64,
    /// Sorted by name, then by id.
    pub accounts: Vec<Account>,
}

impl Inventory {
    /// The list that was fetched last, if there is one.
    pub(crate) fn remembered(directory: &Directory) -> Result<Option<Self>> {
        let bytes = atomic::read(&paths::inventory(directory)?)?;
        // A file with other content counts as none, so that the list is fetched again.
        let inventory: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(inventory.filter(|inventory| directory.has_start_url(&inventory.start_url)))
    }

    /// When the list was fetched last.
    #[must_use]
    pub(crate) fn written(directory: &Directory) -> Option<SystemTime> {
        std::fs::metadata(paths::inventory(directory).ok()?).and_then(|metadata| metadata.modified()).ok()
    }

    /// The list as it is now, fetched from this sso-session.
    pub(super) fn new(directory: &Directory, accounts: Vec<Account>) -> Self {
        Self {
            start_url: directory.start_url.clone(),
            region: directory.region.to_string(),
            fetched_at: Timestamp::now().as_second(),
            accounts,
        }
    }

    pub(super) fn remember(&self, directory: &Directory) -> Result<()> {
        let bytes = serde_json::to_vec(self)
            .map_err(|error| Error::failed("cannot write the list of accounts").with_source(error))?;
        atomic::write(&paths::inventory(directory)?, &bytes, Privacy::Secret)
    }

    /// Whether it is older than a day. A time in the future counts as old: the clock was changed.
    #[must_use]
    pub(crate) fn is_old(&self) -> bool {
        !(0..DAY).contains(&(Timestamp::now().as_second() - self.fetched_at))
    }

    /// Every role, in the order of the accounts.
    pub(crate) fn roles(&self) -> impl Iterator<Item = (&Account, RoleArn)> {
        self.accounts
            .iter()
            .flat_map(move |account| account.roles.iter().map(move |role| (account, self.arn(account, role))))
    }

    /// The ARN of a role in one of the accounts.
    #[must_use]
    pub(crate) fn arn(&self, account: &Account, role_name: &str) -> RoleArn {
        RoleArn::in_region(&self.region, &account.id, role_name)
    }

    /// The role that `ACCOUNT_NAME/NAME` names; two accounts may share a name.
    pub(crate) fn role(&self, account_name: &str, role_name: &str) -> Result<RoleArn> {
        let named: Vec<_> = self.accounts.iter().filter(|account| account.name == account_name).collect();
        let has_role = |account: &&&Account| account.roles.iter().any(|role| role == role_name);
        let with_role: Vec<_> = named.iter().filter(has_role).collect();
        match (named.as_slice(), with_role.as_slice()) {
            (_, [account]) => Ok(self.arn(account, role_name)),
            (_, [_, _, ..]) => {
                let ids: Vec<_> = named.iter().map(|account| format!("{}/{role_name}", account.id)).collect();
                Err(Error::usage(format!("several accounts are called {account_name}"))
                    .with_remedy(format!("use the account id: {}", ids.join(", "))))
            }
            ([], _) => Err(Error::denied(format!("there is no account called {account_name}"))
                .with_remedy("run: aws-sso list --refresh")),
            _ => Err(Error::denied(format!("the account {account_name} has no role {role_name}"))
                .with_remedy("run: aws-sso list --refresh")),
        }
    }
}
