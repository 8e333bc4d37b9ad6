//! The accounts and roles that were fetched last, in a cache file.

use serde::{Deserialize, Serialize};

use super::account::{Account, Gap};
use super::age::{self, now};
use super::paths;
use crate::aws_config::directory::Directory;
use crate::error::{Error, Result};
use crate::files::folder::Privacy;
use crate::files::{atomic, read};
use crate::role::RoleArn;
use crate::suggest::nearest;

/// Every account and role that the user has in one sso-session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inventory {
    /// The start URL that it was fetched from: a list from another start URL is not used.
    start_url: String,
    /// The region of the Identity Center, which decides the partition of the ARNs.
    region: String,
    /// When the accounts were listed, in seconds since 1970.
    #[serde(default)]
    pub(super) fetched_at: i64,
    /// Sorted by name, then by id.
    pub accounts: Vec<Account>,
    /// What the service was asked about in vain, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) asked_about: Vec<(String, i64)>,
    /// Whether this process has listed the accounts.
    #[serde(skip)]
    pub(super) is_new: bool,
}

impl Inventory {
    /// The list that was fetched last, if there is one.
    pub(crate) fn remembered(directory: &Directory) -> Result<Option<Self>> {
        let bytes = read::spare(&paths::inventory(directory)?);
        // A file with other content counts as none, so that the list is fetched again.
        let inventory: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let inventory = inventory.filter(|inventory| directory.has_start_url(&inventory.start_url));
        Ok(inventory.map(Self::with_gaps))
    }

    /// Earlier versions wrote an account without roles where these could not be fetched.
    fn with_gaps(mut self) -> Self {
        let silent = self.accounts.iter_mut().filter(|account| account.roles.is_empty() && account.listed_at.is_none());
        for account in silent.filter(|account| account.gap.is_none()) {
            account.gap = Some(Gap::Unasked);
        }
        self
    }

    /// The list of an sso-session; `fetched_at` is when its accounts were listed.
    pub(super) fn new(directory: &Directory, fetched_at: i64, mut accounts: Vec<Account>) -> Self {
        accounts.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        Self {
            start_url: directory.start_url.clone(),
            region: directory.region.to_string(),
            fetched_at,
            accounts,
            asked_about: Vec::new(),
            is_new: false,
        }
    }

    /// The accounts of a list that is still being fetched.
    pub(crate) fn partial(directory: &Directory, accounts: Vec<Account>) -> Self {
        Self::new(directory, 0, accounts)
    }

    /// All accounts of several lists, for messages about them.
    #[must_use]
    pub(crate) fn merged(lists: &[&Self]) -> Option<Self> {
        let (first, others) = lists.split_first()?;
        let mut merged = (*first).clone();
        merged.accounts.extend(others.iter().flat_map(|list| &list.accounts).cloned());
        Some(merged)
    }

    pub(super) fn remember(&self, directory: &Directory) -> Result<()> {
        let bytes = serde_json::to_vec(self)
            .map_err(|error| Error::failed("cannot write the list of accounts").with_source(error))?;
        atomic::write(&paths::inventory(directory)?, &bytes, Privacy::Cache)
    }

    pub(super) fn start_url(&self) -> &str {
        &self.start_url
    }

    /// How long ago the accounts were listed, in seconds.
    #[must_use]
    pub(crate) fn seconds_old(&self) -> i64 {
        now() - self.fetched_at
    }

    /// Whether the service has just been asked about this, in vain.
    pub(super) fn was_asked_about(&self, key: &str) -> bool {
        self.asked_about.iter().any(|(asked, at)| asked == key && age::OF_ABSENCE.allows(*at))
    }

    /// Remembers what the service was asked about in vain, beside what `earlier` lists have asked lately.
    pub(super) fn note(&mut self, key: Option<String>, earlier: Option<&Self>) {
        let lately = earlier.into_iter().flat_map(|list| &list.asked_about);
        self.asked_about = lately.filter(|(_, at)| age::OF_ABSENCE.allows(*at)).cloned().collect();
        self.asked_about.extend(key.map(|key| (key, now())));
    }

    /// The account with this name or id, if there is exactly one.
    #[must_use]
    pub(crate) fn account(&self, name_or_id: &str) -> Option<&Account> {
        let mut named = self.accounts.iter().filter(|account| account.is_called(name_or_id));
        named.next().filter(|_| named.next().is_none())
    }

    /// The accounts in which the user has roles, or may have.
    pub(crate) fn with_roles(&self) -> impl Iterator<Item = &Account> {
        self.accounts.iter().filter(|account| !account.roles.is_empty() || account.is_unknown())
    }

    #[must_use]
    pub(crate) fn count_roles(&self) -> usize {
        self.accounts.iter().map(|account| account.roles.len()).sum()
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
    ///
    /// In an account whose roles are not known, the service decides whether there is such a role.
    pub(crate) fn role(&self, account_name: &str, role_name: &str) -> Result<RoleArn> {
        let named: Vec<_> = self.accounts.iter().filter(|account| account.name == account_name).collect();
        let may_have_role = |account: &&&Account| account.has(role_name) || account.gap.is_some();
        let with_role: Vec<_> = named.iter().filter(may_have_role).collect();
        match (named.as_slice(), with_role.as_slice()) {
            (_, [account]) => Ok(self.arn(account, role_name)),
            (_, [_, _, ..]) => {
                let ids: Vec<_> = with_role.iter().map(|account| format!("{}/{role_name}", account.id)).collect();
                Err(Error::usage(format!("several accounts are called {account_name}"))
                    .with_remedy(format!("use the account id: {}", ids.join(", "))))
            }
            ([], _) => {
                let known = self.accounts.iter().map(|account| account.name.as_str());
                let remedy = match nearest(account_name, known, 1).first() {
                    Some(near) => format!("did you mean {near}/{role_name}?"),
                    None => "see what there is: aws-sso list".to_owned(),
                };
                Err(Error::denied(format!("there is no account called {account_name}")).with_remedy(remedy))
            }
            ([account, ..], _) => Err(Error::denied(format!("the account {account_name} has no role {role_name}"))
                .with_remedy(account.roles_as_remedy())),
        }
    }
}
