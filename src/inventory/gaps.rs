//! Accounts whose roles are not known, and how verbs say so.

use super::account::{Account, Gap};
use super::ask::Scope;
use super::remembered::Inventory;
use crate::error::Error;

/// How many accounts a message names.
const NAMED: usize = 10;

/// Why a refusal is not tried again.
pub(crate) const REFUSAL: &str = "the service refuses a suspended or closed account for 90 days, so running this again \
does not help\nask the administrator of the account, or of Identity Center";

/// The accounts in some scope whose roles are not known.
#[derive(Debug)]
pub(crate) struct Gaps<'a> {
    pub unknown: Vec<&'a Account>,
    pub refused: Vec<&'a Account>,
}

impl Inventory {
    /// The accounts whose roles are not known, of those that matter.
    #[must_use]
    pub(crate) fn gaps(&self, scope: &Scope<'_>) -> Gaps<'_> {
        let in_scope = || self.accounts.iter().filter(|account| scope.has(account));
        Gaps {
            unknown: in_scope().filter(|account| account.is_unknown()).collect(),
            refused: in_scope().filter(|account| account.is_refused()).collect(),
        }
    }
}

impl Inventory {
    /// The error of a user to whom no account is assigned.
    #[must_use]
    pub(crate) fn no_account(&self) -> Error {
        Error::denied(format!("no account is assigned to you in {}", self.start_url()))
            .with_remedy("ask the administrator of Identity Center for an assignment")
    }
}

impl Gaps<'_> {
    /// The error that names the accounts whose roles could not be fetched, if there are any, with this remedy.
    #[must_use]
    pub(crate) fn shortfall(&self, remedy: &str) -> Option<Error> {
        let reason = self.unknown.iter().find_map(|account| match &account.gap {
            Some(Gap::Failed { reason, .. }) => Some(reason.as_str()),
            _ => None,
        });
        let lines =
            [names(&self.unknown), reason.unwrap_or("they have not been fetched yet").to_owned(), remedy.to_owned()];
        let error = Error::service(format!("the roles of {} could not be fetched", count(&self.unknown)));
        (!self.unknown.is_empty()).then(|| error.with_remedy(lines.join("\n")))
    }

    /// The error that names the accounts whose roles the service refuses, if there are any.
    #[must_use]
    pub(crate) fn refusal(&self) -> Option<Error> {
        let error = Error::denied(format!("IAM Identity Center refuses the roles of {}", count(&self.refused)));
        (!self.refused.is_empty()).then(|| error.with_remedy(format!("{}\n{REFUSAL}", names(&self.refused))))
    }
}

fn count(accounts: &[&Account]) -> String {
    if accounts.len() == 1 { "1 account".to_owned() } else { format!("{} accounts", accounts.len()) }
}

fn names(accounts: &[&Account]) -> String {
    let mut names: Vec<_> = accounts.iter().take(NAMED).map(|account| account.label()).collect();
    if accounts.len() > NAMED {
        names.push(format!("{} more", accounts.len() - NAMED));
    }
    names.join(", ")
}
