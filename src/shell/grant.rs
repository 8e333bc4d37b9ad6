//! What a shell gets to know about a role.

use jiff::Timestamp;

use crate::credentials::RoleCredentials;
use crate::role::RoleArn;

/// By which names a shell, its prompt and this tool know a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleLabels {
    /// What prompts show: a profile, an alias, or `ACCOUNT/ROLE`.
    pub shown: String,
    /// The sso-session or profile that grants it, as `-p` takes it.
    pub session: String,
    /// The role in its account.
    pub role: RoleArn,
    /// The account's name, if it is known.
    pub account_name: Option<String>,
    /// When the session of the sign-in is expected to end, if that is known.
    pub session_end: Option<Timestamp>,
}

impl RoleLabels {
    /// The same with the account's id in place of a name that cannot be held.
    pub(crate) fn held_by(mut self, can_hold: impl Fn(&str) -> bool) -> Self {
        let RoleArn { role_name, account_id, .. } = &self.role;
        if !can_hold(&self.shown) {
            self.shown = format!("{account_id}/{role_name}");
        }
        self.account_name = self.account_name.filter(|name| can_hold(name));
        self
    }

    /// The values of [`super::variables::ROLE`].
    pub(super) fn values(&self) -> [Option<String>; 6] {
        let RoleArn { role_name, account_id, .. } = &self.role;
        // A script that reads the name finds something in any case.
        let account_name = self.account_name.as_ref().unwrap_or(account_id);
        [&self.shown, &self.session, &self.role.to_string(), role_name, account_id, account_name]
            .map(|value| Some(value.clone()))
    }
}

/// A role's credentials and what a shell should know about them.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The role's names.
    pub labels: &'a RoleLabels,
    /// What signs its requests.
    pub credentials: &'a RoleCredentials,
    /// The region to work in, if one is known.
    pub region: Option<&'a str>,
}
