//! An account of the remembered list, and what is known of its roles.

use serde::{Deserialize, Serialize};

use crate::identity_center;

/// An account, and the roles in it that the user has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    /// The account's name, which may hold any characters; empty if it has none.
    pub name: String,
    /// Twelve digits.
    pub id: String,
    /// The root user's e-mail address; empty if the service gave none.
    pub email: String,
    /// Role names, as the service listed them last.
    pub roles: Vec<String>,
    /// When the service listed the roles, in seconds since 1970; `None` if that was together with the accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) listed_at: Option<i64>,
    /// Why the roles are not known. Those that were listed before may be there all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gap: Option<Gap>,
    /// Whether this process has asked for the roles.
    #[serde(skip)]
    pub(super) is_new: bool,
}

/// Why the roles of an account are not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Gap {
    /// Nobody has asked for them yet.
    Unasked,
    /// The request failed: when, and why.
    Failed { at: i64, reason: String },
    /// The service refused: when. It does so for a suspended or closed account.
    Refused { at: i64 },
}

impl Account {
    /// An account whose roles have not been fetched yet.
    pub(crate) fn new(listed: identity_center::Account) -> Self {
        let identity_center::Account { name, id, email } = listed;
        Self { name, id, email, roles: Vec::new(), listed_at: None, gap: Some(Gap::Unasked), is_new: false }
    }

    /// An account whose roles are those that are put here.
    pub(crate) fn with_roles(name: String, id: String) -> Self {
        Self { name, id, email: String::new(), roles: Vec::new(), listed_at: None, gap: None, is_new: false }
    }

    /// Takes the roles as the service listed them at this time.
    pub(super) fn receive(&mut self, roles: Vec<String>, at: i64) {
        (self.roles, self.listed_at, self.gap) = (roles, Some(at), None);
    }

    /// Whether there may be roles that the list does not have.
    #[must_use]
    pub(crate) fn is_unknown(&self) -> bool {
        matches!(self.gap, Some(Gap::Unasked | Gap::Failed { .. }))
    }

    #[must_use]
    pub(crate) fn is_refused(&self) -> bool {
        matches!(self.gap, Some(Gap::Refused { .. }))
    }

    #[must_use]
    pub(crate) fn has(&self, role_name: &str) -> bool {
        self.roles.iter().any(|role| role == role_name)
    }

    /// Whether this is its name or its id.
    #[must_use]
    pub(crate) fn is_called(&self, name_or_id: &str) -> bool {
        self.name == name_or_id || self.id == name_or_id
    }

    /// For messages: its id and, if it has one, its name.
    #[must_use]
    pub(crate) fn label(&self) -> String {
        if self.name.is_empty() { self.id.clone() } else { format!("{} ({})", self.id, self.name) }
    }

    /// The roles that it has, as a remedy for somebody who named another.
    #[must_use]
    pub(crate) fn roles_as_remedy(&self) -> String {
        const NAMED: usize = 10;
        if self.roles.is_empty() {
            return "see what there is: aws-sso list".to_owned();
        }
        let mut lines: Vec<_> = self.roles.iter().take(NAMED).map(|role| format!("{}/{role}", self.id)).collect();
        if self.roles.len() > NAMED {
            lines.push(format!("and {} more: aws-sso list --match {}", self.roles.len() - NAMED, self.id));
        }
        format!("name one that it has:\n{}", lines.join("\n"))
    }
}
