//! A change of an environment, as data: shells render it, and commands start with it.

use std::ffi::OsString;
use std::fmt;
use std::process::Command;

use super::dialect::Shell;
use super::displaced::{Current, Displaced};
use super::grant::{Grant, RoleLabels};
use super::proxy;
use super::quote::is_printable;
use super::variables::{EXPIRATION, REGION, ROLE, of_identity};
use crate::credential_chain::{CONTAINER, KEYS, PROFILE};
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::timestamp;

/// `name → value`, where `None` removes the variable.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Change {
    values: Vec<(&'static str, Option<String>)>,
    /// Whether it enters a role: then what it removes must be gone.
    enters: bool,
}

/// A credential server as a program finds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerAddress<'a> {
    pub(crate) uri: &'a str,
    pub(crate) token: &'a Secret,
    /// The file that holds the token, for SDKs that read no other.
    pub(crate) token_file: Option<&'a str>,
}

impl Change {
    /// Exports a role's credentials.
    #[must_use]
    pub fn to_role(grant: &Grant<'_>) -> Self {
        let mut change = Self::default();
        change.set_credentials(grant.credentials);
        change.entering(grant.labels, grant.region)
    }

    /// Names a profile in `AWS_PROFILE`, so that each program's SDK gets and renews the credentials by itself.
    #[must_use]
    pub(crate) fn to_profile(profile: &str, labels: &RoleLabels, region: Option<&str>) -> Self {
        let mut change = Self::default();
        change.set([(PROFILE, profile.to_owned())]);
        change.entering(labels, region)
    }

    /// Names a credential server, from which each program's SDK gets and renews the credentials.
    #[must_use]
    pub(crate) fn to_server(
        server: ServerAddress<'_>,
        labels: &RoleLabels,
        region: Option<&str>,
        current: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        let mut change = Self::default();
        let values = [Some(server.uri), Some(server.token.expose()), server.token_file];
        change.values.extend(CONTAINER.into_iter().zip(values.map(|value| value.map(str::to_owned))));
        change.set(proxy::exceptions(&current));
        change.entering(labels, region)
    }

    /// Adds the role's names and region, and removes all else by which a program would find other credentials.
    fn entering(mut self, labels: &RoleLabels, region: Option<&str>) -> Self {
        self.enters = true;
        if let Some(region) = region {
            self.set(REGION.map(|name| (name, region.to_owned())));
        }
        self.values.extend(ROLE.into_iter().zip(labels.values()));
        let others: Vec<_> = of_identity().filter(|name| !self.touches(name)).collect();
        self.remove(others);
        self
    }

    /// Newer credentials for the role that the environment has already. Everything else stays as it is.
    ///
    /// `note` is what `use` noted of its change: `clear` still has to know these values for its own.
    #[must_use]
    pub(crate) fn to_renewed(credentials: &RoleCredentials, note: Option<Displaced>) -> Self {
        let mut change = Self::default();
        change.set_credentials(credentials);
        if let Some(mut note) = note {
            for (name, value) in &change.values {
                note.renew(name, value.as_deref());
            }
            change.set([(Displaced::VARIABLE, note.to_variable())]);
        }
        change
    }

    /// Undoes what earlier changes did, where nothing has changed it since.
    ///
    /// Without a note the role may come from `env`: then the variables that only this tool sets are removed. Without a
    /// role the keys are the user's own and stay.
    #[must_use]
    pub(crate) fn back(note: Option<&Displaced>, has_role: bool, folder: Option<&str>, current: Current<'_>) -> Self {
        let mut change = Self::default();
        if let Some(note) = note {
            // A value that a shell must not get is dropped; the role goes all the same.
            let values = note.undo(folder, current).into_iter();
            change.values = values.map(|(name, value)| (name, value.filter(|value| is_printable(value)))).collect();
            change.remove([Displaced::VARIABLE]);
        } else if has_role {
            change.remove(KEYS);
            change.remove(CONTAINER);
            change.remove(ROLE);
            change.remove([EXPIRATION]);
        }
        change
    }

    /// Adds the note of what this change displaces, which `clear` undoes.
    ///
    /// `earlier` is the note of the changes in force. What they displaced is the first state, and variables that this
    /// change does not touch go back to it. `folder` is the one whose variables direnv has set.
    ///
    /// Errors: a value could not be restored later.
    pub(crate) fn recorded(
        mut self,
        earlier: Option<&Displaced>,
        folder: Option<String>,
        current: Current<'_>,
    ) -> Result<Self> {
        let undone = earlier.map(|note| note.undo(folder.as_deref(), current)).unwrap_or_default();
        let mut note = Displaced::in_folder(folder);
        for (name, value) in &self.values {
            let before = match undone.iter().find(|(undone, _)| undone == name) {
                Some((_, before)) => before.clone(),
                None => current(name).map(|value| restorable(name, value)).transpose()?,
            };
            note.insert(name, before, value.as_deref());
        }
        let restored: Vec<_> = undone.into_iter().filter(|(name, _)| !self.touches(name)).collect();
        self.values.extend(restored);
        self.set([(Displaced::VARIABLE, note.to_variable())]);
        Ok(self)
    }

    /// Removes the note, for a program that is not a shell: it has no `clear`, and must not see what the role replaced.
    #[must_use]
    pub(crate) fn without_record(mut self) -> Self {
        self.values.retain(|(name, _)| *name != Displaced::VARIABLE);
        self.remove([Displaced::VARIABLE]);
        self
    }

    /// The code that makes the change in a shell. If one value cannot be rendered safely, there is no code at all.
    pub fn render(&self, shell: Shell) -> Result<String> {
        let mut code = String::new();
        if self.enters {
            let removed = self.values.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name);
            code.push_str(&shell.check_removable(removed));
        }
        for (name, value) in &self.values {
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
        for (name, value) in &self.values {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
    }

    /// The value of a variable after the change; `current` gives those that it does not touch.
    pub(crate) fn value_after(&self, name: &str, current: Current<'_>) -> Option<String> {
        match self.values.iter().rev().find(|(touched, _)| *touched == name) {
            Some((_, value)) => value.clone(),
            None => current(name)?.into_string().ok(),
        }
    }

    fn touches(&self, name: &str) -> bool {
        self.values.iter().any(|(touched, _)| *touched == name)
    }

    fn set(&mut self, values: impl IntoIterator<Item = (&'static str, String)>) {
        self.values.extend(values.into_iter().map(|(name, value)| (name, Some(value))));
    }

    fn set_credentials(&mut self, credentials: &RoleCredentials) {
        self.set(KEYS.into_iter().zip([
            credentials.access_key_id.clone(),
            credentials.secret_access_key.expose().to_owned(),
            credentials.session_token.expose().to_owned(),
            timestamp::format(credentials.expiration),
            credentials.account_id.clone(),
        ]));
        self.set([(EXPIRATION, credentials.expiration.as_second().to_string())]);
    }

    fn remove(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.values.extend(names.into_iter().map(|name| (name, None)));
    }
}

/// The names alone: the values are secrets.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.values.iter().map(|(name, value)| (name, value.as_ref().map(|_| "…")));
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

    /// Variables, changed as a shell would change them, and the folder of direnv.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Environment(BTreeMap<String, String>);

    impl Environment {
        fn of(values: &str) -> Self {
            let pairs = values.split_whitespace().filter_map(|pair| pair.split_once('='));
            Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        }

        fn get(&self, name: &str) -> Option<OsString> {
            self.0.get(name).map(OsString::from)
        }

        fn note(&self) -> Option<Displaced> {
            self.0.get(Displaced::VARIABLE).and_then(|text| Displaced::from_variable(text))
        }

        fn folder(&self) -> Option<String> {
            self.0.get("DIRENV_DIR").cloned()
        }

        /// What `use` does: `name=value` sets a variable, `name=` removes it.
        fn enter(&mut self, values: &str) {
            let change = change(values);
            let current = |name: &str| self.get(name);
            self.apply(change.recorded(self.note().as_ref(), self.folder(), &current).unwrap());
        }

        fn clear(&mut self) {
            let has_role = self.0.contains_key("AWS_SSO_ROLE_ARN");
            let current = |name: &str| self.get(name);
            self.apply(Change::back(self.note().as_ref(), has_role, self.folder().as_deref(), &current));
        }

        fn apply(&mut self, change: Change) {
            for (name, value) in change.values {
                match value {
                    Some(value) => self.0.insert(name.to_owned(), value),
                    None => self.0.remove(name),
                };
            }
        }

        /// What the user or another program does.
        fn do_elsewhere(&mut self, values: &str) {
            for (name, value) in values.split_whitespace().filter_map(|pair| pair.split_once('=')) {
                if value.is_empty() {
                    self.0.remove(name);
                } else {
                    self.0.insert(name.to_owned(), value.to_owned());
                }
            }
        }
    }

    fn change(values: &str) -> Change {
        let pairs = values.split_whitespace().filter_map(|pair| pair.split_once('='));
        let known = |name| super::super::variables::known_name(name).unwrap();
        let value = |value: &str| Some(value.to_owned()).filter(|value| !value.is_empty());
        Change { values: pairs.map(|(name, text)| (known(name), value(text))).collect(), enters: true }
    }

    const KEYS_OF_A: &str = "AWS_SSO_ROLE_ARN=a AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=As AWS_SESSION_TOKEN=At \
                             AWS_PROFILE=";
    const KEYS_OF_B: &str = "AWS_SSO_ROLE_ARN=b AWS_ACCESS_KEY_ID=B AWS_SECRET_ACCESS_KEY=Bs AWS_SESSION_TOKEN=Bt \
                             AWS_PROFILE=";
    const PROFILE_C: &str = "AWS_SSO_ROLE_ARN=c AWS_PROFILE=c AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY= \
                             AWS_SESSION_TOKEN=";

    #[test]
    fn clear_restores_the_first_state_however_often_use_ran() {
        let first = Environment::of("AWS_PROFILE=mine AWS_REGION=eu-west-1 EDITOR=vi");
        let mut shell = first.clone();
        shell.enter(&format!("{KEYS_OF_A} AWS_REGION=x"));
        assert_eq!(shell.0.get("AWS_REGION").map(String::as_str), Some("x"));

        shell.enter(PROFILE_C);
        assert_eq!(shell.0.get("AWS_ACCESS_KEY_ID"), None, "the first role's key must not outlive it");
        assert_eq!(shell.0.get("AWS_REGION").map(String::as_str), Some("eu-west-1"));

        shell.clear();
        assert_eq!(shell, first);
    }

    /// The steps: `use:` enters, `do:` is somebody else's change, `clear` undoes.
    #[test]
    fn clear_undoes_what_use_did_and_nothing_else() {
        let keys = "AWS_ACCESS_KEY_ID=K AWS_SECRET_ACCESS_KEY=Ks AWS_SESSION_TOKEN=Kt";
        let a = KEYS_OF_A;
        let of_a = "AWS_SSO_ROLE_ARN=a AWS_ACCESS_KEY_ID=A AWS_SECRET_ACCESS_KEY=As AWS_SESSION_TOKEN=At";
        let cases = [
            ("a later value stays", "", &[a, "do:AWS_PROFILE=mine"][..], "AWS_PROFILE=mine"),
            ("it outlives a second use", "", &[a, "do:AWS_PROFILE=mine", KEYS_OF_B], "AWS_PROFILE=mine"),
            ("keys go back together", keys, &[a], keys),
            ("or not at all", keys, &[a, "do:AWS_ACCESS_KEY_ID=L"], "AWS_ACCESS_KEY_ID=L"),
            (
                "another tool's role has no displaced profile beside it",
                "AWS_PROFILE=mine",
                &[a, "do:AWS_SSO_ROLE_ARN= AWS_ACCESS_KEY_ID=L AWS_SECRET_ACCESS_KEY=Ls AWS_SESSION_TOKEN=Lt"],
                "AWS_ACCESS_KEY_ID=L AWS_SECRET_ACCESS_KEY=Ls AWS_SESSION_TOKEN=Lt",
            ),
            (
                "a folder's role does not follow",
                &format!("DIRENV_DIR=-/a {of_a}"),
                &[
                    KEYS_OF_B,
                    "do:DIRENV_DIR= AWS_SSO_ROLE_ARN= AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY= AWS_SESSION_TOKEN=",
                ],
                "",
            ),
            ("a folder's profile does not follow", "DIRENV_DIR=-/a AWS_PROFILE=dev", &[a, "do:DIRENV_DIR="], ""),
            (
                "within the folder they come back",
                &format!("DIRENV_DIR=-/a {of_a}"),
                &[KEYS_OF_B],
                &format!("DIRENV_DIR=-/a {of_a}"),
            ),
            (
                "what was there before any folder comes back in each",
                "AWS_PROFILE=mine",
                &[a, "do:DIRENV_DIR=-/b"],
                "DIRENV_DIR=-/b AWS_PROFILE=mine",
            ),
            (
                "a folder's own value stays",
                "",
                &[a, "do:DIRENV_DIR=-/b AWS_PROFILE=dev"],
                "DIRENV_DIR=-/b AWS_PROFILE=dev",
            ),
        ];
        for (name, before, steps, after) in cases {
            let mut shell = Environment::of(before);
            for step in steps {
                match step.strip_prefix("do:") {
                    Some(values) => shell.do_elsewhere(values),
                    None => shell.enter(step),
                }
            }
            shell.clear();
            assert_eq!(shell, Environment::of(after), "{name}");
        }
    }

    #[test]
    fn clear_removes_renewed_keys_too() {
        let mut shell = Environment::default();
        shell.enter(KEYS_OF_A);
        let mut note = shell.note().unwrap();
        note.renew("AWS_ACCESS_KEY_ID", Some("A2"));
        shell.do_elsewhere(&format!("AWS_ACCESS_KEY_ID=A2 {}={}", Displaced::VARIABLE, note.to_variable()));
        shell.clear();
        assert_eq!(shell, Environment::default());
    }

    #[test]
    fn a_note_of_the_version_before_is_understood() {
        use base64::Engine as _;
        let json = r#"{"AWS_PROFILE":"mine","AWS_ACCESS_KEY_ID":null,"AWS_SSO_ROLE_ARN":null,"PATH":"/tmp"}"#;
        let note = base64::engine::general_purpose::STANDARD.encode(json);
        let mut shell = Environment::of(&format!("AWS_SSO_ROLE_ARN=a AWS_ACCESS_KEY_ID=A AWS_SSO_DISPLACED={note}"));
        shell.clear();
        assert_eq!(shell, Environment::of("AWS_PROFILE=mine"), "and no other variable can be named");
        assert_eq!(Displaced::from_variable("not base64!"), None);
    }

    #[test]
    fn clear_without_a_role_leaves_the_users_own_keys() {
        let mut shell = Environment::of("AWS_ACCESS_KEY_ID=mine");
        shell.clear();
        assert_eq!(shell, Environment::of("AWS_ACCESS_KEY_ID=mine"));
        shell.do_elsewhere("AWS_SSO_ROLE_ARN=a");
        shell.clear();
        assert_eq!(shell, Environment::default());
    }

    #[test]
    fn what_clear_could_not_restore_is_not_displaced() {
        let odd = |_: &str| Some(OsString::from("eu\r"));
        let error = change("AWS_REGION=x").recorded(None, None, &odd).unwrap_err();
        assert!(error.report().contains("unset AWS_REGION"));
        let mut forged = Displaced::default();
        forged.insert("AWS_REGION", Some("a\nb".to_owned()), None);
        assert_eq!(Change::back(Some(&forged), true, None, &|_| None).values[0], ("AWS_REGION", None));
    }

    #[test]
    fn a_value_with_a_control_character_renders_nothing() {
        let mut hostile = change("AWS_PROFILE=ok");
        hostile.set([("AWS_REGION", "a\nrm -rf ~".to_owned())]);
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::Powershell, Shell::Posix] {
            assert!(hostile.render(shell).is_err());
        }
    }
}
