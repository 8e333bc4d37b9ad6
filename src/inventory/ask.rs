//! What a verb is about to decide by the list, and so what has to be asked of the service before.

use super::account::{Account, Gap};
use super::age::{self, ListAge};
use super::journal::Resume;
use super::remembered::Inventory;
use super::selection::Selection;

/// The accounts whose roles matter.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scope<'a> {
    /// None: what the accounts are called is enough.
    Names,
    All,
    /// Those with roles that these patterns could select.
    Selected(&'a Selection),
    /// Those with this name or id.
    Account(&'a str),
}

impl Scope<'_> {
    pub(crate) fn has(&self, account: &Account) -> bool {
        match self {
            Self::Names => false,
            Self::All => true,
            Self::Selected(selection) => selection.in_account(account).could_have_some(),
            Self::Account(name) => account.is_called(name),
        }
    }
}

/// A reason to believe that the list is wrong, however new it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Doubt<'a> {
    /// The list does not have this account, or not this role of it.
    Absent { account: &'a str, role: Option<&'a str> },
    /// The service refused the credentials of a role that the list has.
    Refused { account_id: &'a str, role: &'a str },
    /// The list has nothing that these patterns match.
    Unmatched(&'a str),
}

impl Doubt<'_> {
    /// What the list remembers of it.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Absent { account, role } => format!("{account}/{}", role.unwrap_or_default()),
            Self::Refused { account_id, role } => format!("refused {account_id}/{role}"),
            Self::Unmatched(patterns) => (*patterns).to_owned(),
        }
    }

    /// Whether the list needs not be asked: it has changed since, or it has just been asked.
    fn is_settled_by(&self, list: &Inventory) -> bool {
        let mut accounts = list.accounts.iter();
        let has_changed = match self {
            Self::Absent { account: name, role: None } => {
                accounts.any(|account| account.is_called(name) && !account.roles.is_empty())
            }
            Self::Absent { account: name, role: Some(role) } => {
                accounts.any(|account| account.is_called(name) && account.has(role))
            }
            Self::Refused { account_id, role } => {
                accounts.any(|account| account.is_called(account_id) && !account.has(role))
            }
            Self::Unmatched(_) => false,
        };
        has_changed || list.was_asked_about(&self.key())
    }
}

/// Why the service is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why<'a> {
    /// Because the list is old or has gaps.
    Due,
    Doubt(Doubt<'a>),
    /// Because the user said so.
    Refresh(Resume),
}

/// A question to the service.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub scope: Scope<'a>,
    pub age: ListAge,
    pub why: Why<'a>,
    /// Whether messages may be written.
    pub is_for_person: bool,
}

impl Ask<'_> {
    /// Whether the user wants the service's answer and no other.
    pub(super) fn is_refresh(&self) -> bool {
        matches!(self.why, Why::Refresh(_))
    }

    /// Whether the list is good enough as it is. After a wait for another process, so is what that one has asked
    /// meanwhile: `since` is when the wait began.
    pub(crate) fn is_settled_by(&self, list: &Inventory, since: Option<i64>) -> bool {
        let is_since = |at: i64| since.is_some_and(|since| at >= since);
        let is_certain = match &self.why {
            Why::Due => true,
            Why::Doubt(doubt) => doubt.is_settled_by(list),
            Why::Refresh(_) => false,
        };
        let mut in_scope = list.accounts.iter().filter(|account| self.scope.has(account));
        (is_since(list.fetched_at) || (is_certain && list.has_recent_accounts(self.age)))
            && in_scope
                .all(|account| is_since(list.asked_at(account)) || (is_certain && !list.is_due(account, self.age)))
    }

    /// Whether the accounts have to be listed again.
    pub(super) fn needs_accounts(&self, list: Option<&Inventory>) -> bool {
        !matches!(self.why, Why::Due) || list.is_none_or(|list| !list.has_recent_accounts(self.age))
    }

    /// Whether the roles of an account have to be listed again; `before` is what was remembered of it.
    pub(super) fn needs_roles(&self, account: &Account, before: Option<(&Inventory, &Account)>) -> bool {
        let is_certain =
            matches!(self.why, Why::Due) && before.is_some_and(|(list, known)| !list.is_due(known, self.age));
        self.scope.has(account) && !is_certain
    }
}

impl Inventory {
    /// Whether the accounts were listed lately. Where no account is assigned yet, that may change within a minute.
    pub(super) fn has_recent_accounts(&self, age: ListAge) -> bool {
        let age = if self.accounts.is_empty() { age::OF_ABSENCE } else { age };
        age.allows(self.fetched_at)
    }

    /// Whether the roles of an account have to be asked for: they are unknown, or were listed too long ago.
    fn is_due(&self, account: &Account, age: ListAge) -> bool {
        match &account.gap {
            Some(Gap::Unasked | Gap::Failed { .. }) => true,
            Some(Gap::Refused { at }) => !age::OF_REFUSAL.allows(*at),
            None => !age.allows(self.asked_at(account)),
        }
    }

    /// When the roles of an account were asked for last.
    pub(super) fn asked_at(&self, account: &Account) -> i64 {
        match &account.gap {
            Some(Gap::Failed { at, .. } | Gap::Refused { at }) => *at,
            Some(Gap::Unasked) => 0,
            None => account.listed_at.unwrap_or(self.fetched_at),
        }
    }

    /// Whether this process has heard all that is known of these accounts, so that nothing is gained by asking again.
    #[must_use]
    pub(crate) fn has_asked_about(&self, scope: &Scope<'_>) -> bool {
        let is_new = |known: &Account| known.is_new || known.gap == Some(Gap::Unasked);
        self.is_new && self.accounts.iter().filter(|known| scope.has(known)).all(is_new)
    }
}
