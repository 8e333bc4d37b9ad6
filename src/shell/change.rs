//! A change of an environment, as data: shells render it, and commands start with it.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::process::Command;

use super::dialect::Shell;
use super::displaced::Displaced;
use super::grant::Grant;
use super::quote::is_printable;
use super::variables::{CREDENTIALS, EXPIRATION, REGION, RIVALS, ROLE, SERVER, SERVER_RIVALS, TOKEN_FILE};
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::role::RoleArn;
use crate::secret::Secret;
use crate::timestamp;

/// `name → value`, where `None` removes the variable.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Change(Vec<(&'static str, Option<String>)>);

impl Change {
    /// Exports a role's credentials.
    #[must_use]
    pub fn to_role(grant: &Grant<'_>) -> Self {
        let mut change = Self::default();
        change.set_credentials(grant.credentials);
        change.set_region(grant.region);
        change.set(ROLE.into_iter().zip([grant.directory.to_owned(), grant.role.to_string()]));
        change.remove(RIVALS);
        change
    }

    /// Names a profile in `AWS_PROFILE`, so that each program's SDK gets and renews the credentials by itself.
    #[must_use]
    pub(crate) fn to_profile(profile: &str, directory: &str, role: &str, region: Option<&str>) -> Self {
        let mut change = Self::default();
        change.set([("AWS_PROFILE", profile.to_owned())]);
        change.set_region(region);
        change.set(ROLE.into_iter().zip([directory.to_owned(), role.to_owned()]));
        change.remove(CREDENTIALS);
        change.remove([EXPIRATION, "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"]);
        change
    }

    /// Names a credential server, from which each program's SDK gets and renews the credentials.
    #[must_use]
    pub(crate) fn to_server(uri: &str, token: &Secret, directory: &str, role: &RoleArn, region: Option<&str>) -> Self {
        let mut change = Self::default();
        change.set(SERVER.into_iter().zip([uri.to_owned(), token.expose().to_owned()]));
        change.set_region(region);
        change.set(ROLE.into_iter().zip([directory.to_owned(), role.to_string()]));
        change.remove(CREDENTIALS);
        change.remove([EXPIRATION]);
        change.remove(RIVALS);
        change.remove(SERVER_RIVALS);
        change
    }

    /// Names the file with the server's token as well, for clients that read the token from nowhere else.
    #[must_use]
    pub(crate) fn with_token_file(mut self, path: Option<&Path>) -> Self {
        if let Some(path) = path.and_then(Path::to_str) {
            self.0.retain(|(name, _)| *name != TOKEN_FILE);
            self.set([(TOKEN_FILE, path.to_owned())]);
        }
        self
    }

    /// Newer credentials for the role that the environment has already. Everything else stays as it is.
    ///
    /// So nothing is displaced, and there is nothing to record, whether `use`, `env` or direnv set the role.
    #[must_use]
    pub(crate) fn to_renewed(credentials: &RoleCredentials) -> Self {
        let mut change = Self::default();
        change.set_credentials(credentials);
        change
    }

    /// Restores what earlier changes displaced.
    ///
    /// Without a record the role may come from `env`: then the variables that only this tool sets are removed. Without
    /// a role the keys are the user's own and stay.
    #[must_use]
    pub(crate) fn back(displaced: Option<Displaced>, has_role: bool) -> Self {
        let mut change = Self::default();
        if let Some(displaced) = displaced {
            // A value that a shell must not get is dropped; the role goes all the same.
            let values = displaced.into_values().into_iter();
            change.0 = values.map(|(name, value)| (name, value.filter(|value| is_printable(value)))).collect();
            change.remove([Displaced::VARIABLE]);
        } else if has_role {
            change.remove(CREDENTIALS);
            change.remove(SERVER);
            change.remove(ROLE);
        }
        change
    }

    /// Adds the record of what this change displaces, which `clear` restores.
    ///
    /// `earlier` is the record of the changes in force. What they displaced is the first state, and variables that this
    /// change does not touch go back to it.
    ///
    /// Errors: a value could not be restored later.
    pub(crate) fn recorded(
        mut self,
        earlier: Option<Displaced>,
        current: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self> {
        let mut displaced = Displaced::default();
        let mut restored = Vec::new();
        for (name, value) in earlier.map(Displaced::into_values).unwrap_or_default() {
            if self.touches(name) {
                displaced.insert(name, value);
            } else {
                restored.push((name, value));
            }
        }
        for (name, _) in &self.0 {
            if !displaced.holds(name) {
                displaced.insert(name, current(name).map(|value| restorable(name, value)).transpose()?);
            }
        }
        self.0.extend(restored);
        self.set([(Displaced::VARIABLE, displaced.to_variable())]);
        Ok(self)
    }

    /// Removes the record, for a program that is not a shell: it has no `clear`, and must not see what the role
    /// replaced.
    #[must_use]
    pub(crate) fn without_record(mut self) -> Self {
        self.0.retain(|(name, _)| *name != Displaced::VARIABLE);
        self.remove([Displaced::VARIABLE]);
        self
    }

    /// The code that makes the change in a shell. If one value cannot be rendered safely, there is no code at all.
    pub fn render(&self, shell: Shell) -> Result<String> {
        let mut code = String::new();
        for (name, value) in &self.0 {
            let statement = match value {
                None => shell.unset(name),
                Some(value) if is_printable(value) => shell.set(name, value),
                Some(_) => {
                    return Err(Error::failed(format!(
                        "the value for {name} holds a control character, so it is not given to a shell"
                    )));
                }
            };
            code.push_str(&statement);
            code.push('\n');
        }
        Ok(code)
    }

    /// Makes the change in the environment of a program that is about to start.
    pub(crate) fn apply(&self, command: &mut Command) {
        for (name, value) in &self.0 {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }

    fn touches(&self, name: &str) -> bool {
        self.0.iter().any(|(touched, _)| *touched == name)
    }

    fn set(&mut self, values: impl IntoIterator<Item = (&'static str, String)>) {
        self.0.extend(values.into_iter().map(|(name, value)| (name, Some(value))));
    }

    fn set_credentials(&mut self, credentials: &RoleCredentials) {
        self.set(CREDENTIALS.into_iter().zip([
            credentials.access_key_id.clone(),
            credentials.secret_access_key.expose().to_owned(),
            credentials.session_token.expose().to_owned(),
            timestamp::format(credentials.expiration),
            credentials.account_id.clone(),
        ]));
        self.set([(EXPIRATION, credentials.expiration.as_second().to_string())]);
    }

    fn set_region(&mut self, region: Option<&str>) {
        if let Some(region) = region {
            self.set(REGION.map(|name| (name, region.to_owned())));
        }
    }

    fn remove(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.0.extend(names.into_iter().map(|name| (name, None)));
    }
}

/// The names alone: the values are secrets.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.iter().map(|(name, value)| (name, value.as_ref().map(|_| "…")));
        f.debug_map().entries(names).finish()
    }
}

/// A value that the shell has now, if `clear` can render it again.
fn restorable(name: &str, value: OsString) -> Result<String> {
    value.into_string().ok().filter(|value| is_printable(value)).ok_or_else(|| {
        Error::usage(format!(
            "the value of {name} holds a control character or is not UTF-8, so awsso clear could not restore it"
        ))
        .with_remedy(format!("correct it, or unset {name}"))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Variables, changed as a shell would change them.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Environment(BTreeMap<String, String>);

    impl Environment {
        fn of(values: &[(&str, &str)]) -> Self {
            Self(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
        }

        fn displaced(&self) -> Option<Displaced> {
            self.0.get(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(text))
        }

        fn enter(&mut self, change: Change) {
            let change = change.recorded(self.displaced(), |name| self.0.get(name).map(OsString::from)).unwrap();
            self.apply(change);
        }

        fn apply(&mut self, change: Change) {
            for (name, value) in change.0 {
                match value {
                    Some(value) => self.0.insert(name.to_owned(), value),
                    None => self.0.remove(name),
                };
            }
        }
    }

    fn change(values: &[(&'static str, Option<&str>)]) -> Change {
        Change(values.iter().map(|(name, value)| (*name, value.map(str::to_owned))).collect())
    }

    #[test]
    fn clear_restores_the_first_state_however_often_use_ran() {
        let first = Environment::of(&[("AWS_PROFILE", "mine"), ("AWS_REGION", "eu-west-1"), ("EDITOR", "vi")]);
        let mut shell = first.clone();
        shell.enter(change(&[("AWS_PROFILE", None), ("AWS_ACCESS_KEY_ID", Some("A")), ("AWS_REGION", Some("x"))]));
        assert_eq!(shell.0.get("AWS_REGION").map(String::as_str), Some("x"));

        shell.enter(change(&[("AWS_PROFILE", Some("p")), ("AWS_SESSION_TOKEN", Some("T"))]));
        assert_eq!(shell.0.get("AWS_ACCESS_KEY_ID"), None, "the first role's key must not outlive it");
        assert_eq!(shell.0.get("AWS_REGION").map(String::as_str), Some("eu-west-1"));

        shell.apply(Change::back(shell.displaced(), true));
        assert_eq!(shell, first);
    }

    #[test]
    fn a_record_that_somebody_else_wrote_cannot_name_other_variables() {
        let mut forged = Displaced::default();
        forged.insert("PATH", Some("/tmp".to_owned()));
        let read = Displaced::from_variable(&forged.to_variable()).unwrap();
        assert_eq!(read.into_values(), []);
        assert_eq!(Displaced::from_variable("not base64!"), None);
    }

    #[test]
    fn clear_without_a_role_leaves_the_users_own_keys() {
        assert_eq!(Change::back(None, false), Change::default());
        assert!(Change::back(None, true).touches("AWS_ACCESS_KEY_ID"));
    }

    #[test]
    fn what_clear_could_not_restore_is_not_displaced() {
        let change = change(&[("AWS_REGION", Some("x"))]);
        let odd = |_: &str| Some(OsString::from("eu\r"));
        assert!(change.recorded(None, odd).unwrap_err().report().contains("unset AWS_REGION"));
        let mut forged = Displaced::default();
        forged.insert("AWS_REGION", Some("a\nb".to_owned()));
        assert_eq!(Change::back(Some(forged), true).0[0], ("AWS_REGION", None));
    }

    #[test]
    fn a_value_with_a_control_character_renders_nothing() {
        let hostile = change(&[("AWS_PROFILE", Some("ok")), ("AWS_REGION", Some("a\nrm -rf ~"))]);
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Powershell, Shell::Posix] {
            assert!(hostile.render(shell).is_err());
        }
    }
}
