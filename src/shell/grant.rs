//! What a shell gets to know about a role.

use jiff::Timestamp;

use crate::credentials::RoleCredentials;

/// By which names a shell, its prompt and this tool know a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleLabels {
    /// What prompts show: a profile, an alias, or `ACCOUNT/ROLE`.
    pub shown: String,
    /// The sso-session or profile that grants it, as `-p` takes it; empty if access keys do.
    pub session: String,
    /// The ARN of the role that programs act as.
    pub arn: String,
    /// The id of its account.
    pub account_id: String,
    /// Its name.
    pub role_name: String,
    /// The account's name, if it is known.
    pub account_name: Option<String>,
    /// How it is made again, if it is assumed with another role: words of our command line.
    pub line: Option<String>,
    /// When the session of the sign-in is expected to end, if that is known.
    pub session_end: Option<Timestamp>,
}

impl RoleLabels {
    /// The same with the account's id in place of a name that cannot be held.
    pub(crate) fn held_by(mut self, can_hold: impl Fn(&str) -> bool) -> Self {
        if !can_hold(&self.shown) {
            self.shown = format!("{}/{}", self.account_id, self.role_name);
        }
        self.account_name = self.account_name.filter(|name| can_hold(name));
        self
    }

    /// The values of [`super::variables::ROLE`].
    pub(super) fn values(&self) -> [Option<String>; 7] {
        let Self { shown, session, arn, account_id, role_name, account_name, line, .. } = self;
        // A script that reads the name finds something in any case.
        let account_name = account_name.as_ref().unwrap_or(account_id);
        let [shown, session, arn, role_name, account_id, account_name] =
            [shown, session, arn, role_name, account_id, account_name].map(|value| Some(value.clone()));
        [shown, session.filter(|name| !name.is_empty()), arn, role_name, account_id, account_name, line.clone()]
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
