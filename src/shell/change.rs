//! A change of an environment, as data: shells render it, and commands start with it.

use std::ffi::OsString;
use std::fmt;
use std::path::Path;
use std::process::Command;

use jiff::Timestamp;

use super::dialect::{Dialect, Shell};
use super::displaced::{Current, Displaced};
use super::grant::{Grant, RoleLabels};
use super::variables::{EXPIRATION, ORIGIN, PREVIOUS, REGION, ROLE, ROLE_ARN, SESSION_END, of_identity};
use super::{msys, proxy};
use crate::credential_chain::{CONTAINER, KEYS, PROFILE};
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::error::{Error, Result};
use crate::quote::{self, is_printable};
use crate::secret::Secret;
use crate::timestamp;

/// `name → value`, where `None` removes the variable.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Change {
    values: Vec<(&'static str, Option<String>)>,
    /// Whether it enters a role: then what it removes must be gone.
    enters: bool,
}

/// One of the forms in which a shell takes a change.
type Rendering = fn(&'static dyn Dialect, &[(&'static str, Option<String>)]) -> String;

/// A credential server as a program finds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerAddress<'a> {
    pub(crate) uri: &'a str,
    pub(crate) token: &'a Secret,
    /// The file that holds the token, for SDKs that read no other.
    pub(crate) token_file: Option<&'a Path>,
}

impl Change {
    /// Exports a role's credentials.
    #[must_use]
    pub fn to_role(grant: &Grant<'_>) -> Self {
        let mut change = Self::default();
        change.set_credentials(grant.credentials);
        if cfg!(windows) {
            change.set([msys::exclusions(environment::current)]);
        }
        change.entering(grant.labels, grant.region)
    }

    /// Names a profile in `AWS_PROFILE`, so that each program's SDK gets and renews the credentials by itself.
    #[must_use]
    pub(crate) fn to_profile(profile: &str, labels: &RoleLabels, region: Option<&str>) -> Self {
        let mut change = Self::default();
        change.set([(PROFILE, profile.to_owned()), (ORIGIN, profile.to_owned())]);
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
        let token_file = server.token_file.and_then(Path::to_str);
        let values = [Some(server.uri), Some(server.token.expose()), token_file];
        change.values.extend(CONTAINER.into_iter().zip(values.map(|value| value.map(str::to_owned))));
        change.set([(ORIGIN, server.uri.to_owned())]);
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
        if labels.session_end.is_some() {
            self.values.extend(session_end(labels.session_end));
        }
        let others: Vec<_> = of_identity().filter(|name| !self.touches(name)).collect();
        self.remove(others);
        self
    }

    /// Newer credentials for the role that the environment has already, if it has keys, and what is known now about the
    /// end of the session. Everything else stays as it is.
    ///
    /// `note` is what `use` noted of its change: `clear` still has to know these values for its own.
    #[must_use]
    pub(crate) fn to_renewed(
        credentials: Option<&RoleCredentials>,
        end: Option<Timestamp>,
        note: Option<Displaced>,
    ) -> Self {
        let mut change = Self::default();
        if let Some(credentials) = credentials {
            change.set_credentials(credentials);
        }
        change.values.extend(session_end(end));
        if let Some(mut note) = note {
            for (name, value) in &change.values {
                note.renew(name, value.as_deref());
            }
            change.set([(Displaced::VARIABLE, note.to_variable())]);
        }
        change
    }

    /// Another region to work in, which the user has chosen for this shell. Its role stays, and `clear` gives back the
    /// region that was there before all changes in force.
    ///
    /// Errors: a value could not be restored later.
    pub(crate) fn to_region(
        region: &str,
        note: Option<Displaced>,
        folder: Option<String>,
        current: Current<'_>,
    ) -> Result<Self> {
        let mut change = Self::default();
        let mut note = note.unwrap_or_else(|| Displaced::in_folder(folder));
        for name in REGION {
            if note.has_left(name, current) {
                note.renew(name, Some(region));
            } else {
                let before = current(name).map(|value| restorable(name, value)).transpose()?;
                note.insert(name, before, Some(region));
            }
        }
        note.choose_region(region);
        change.set(REGION.map(|name| (name, region.to_owned())));
        change.set([(Displaced::VARIABLE, note.to_variable())]);
        Ok(change)
    }

    /// Undoes what earlier changes did, where nothing has changed it since.
    ///
    /// Where no note is of a role, that may come from `env`: then the variables that only this tool sets are removed.
    /// Without a role the keys are the user's own and stay.
    #[must_use]
    pub(crate) fn back(note: Option<&Displaced>, has_role: bool, folder: Option<&str>, current: Current<'_>) -> Self {
        let mut change = Self::default();
        if let Some(note) = note {
            // A value that a shell must not get is dropped; the role goes all the same.
            let values = note.undo(folder, current).into_iter();
            change.values = values.map(|(name, value)| (name, value.filter(|value| is_printable(value)))).collect();
            change.remove([Displaced::VARIABLE]);
        }
        if has_role && !note.is_some_and(Displaced::has_role) {
            let origin = current(ORIGIN);
            let is_origin = |name: &str| origin.is_none() || current(name) == origin;
            for (name, all) in [(KEYS[0], &KEYS[..]), (CONTAINER[0], &CONTAINER), (PROFILE, &[PROFILE])] {
                // Before there was an origin, a profile was never removed.
                if is_origin(name) && !(name == PROFILE && origin.is_none()) {
                    change.remove(all.iter().copied());
                }
            }
            change.remove(ROLE);
            change.remove([EXPIRATION, ORIGIN]);
            change.remove(SESSION_END);
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
        let has_region = undone.iter().any(|(name, _)| REGION.contains(name));
        let chosen = earlier.and_then(Displaced::chosen_region).filter(|_| has_region);
        let mut note = Displaced::in_folder(folder);
        for (name, value) in &self.values {
            let before = match undone.iter().find(|(undone, _)| undone == name) {
                Some((_, before)) => before.clone(),
                None => current(name).map(|value| restorable(name, value)).transpose()?,
            };
            note.insert(name, before, value.as_deref());
        }
        if self.values.iter().any(|(name, value)| *name == PROFILE && value.is_some()) {
            note.note_files(current);
        }
        for (name, before) in undone.into_iter().filter(|(name, _)| !self.touches(name)).collect::<Vec<_>>() {
            let chosen = chosen.filter(|_| REGION.contains(&name)).map(str::to_owned);
            if chosen.is_some() {
                note.insert(name, before.clone(), chosen.as_deref());
            }
            self.values.push((name, chosen.or(before)));
        }
        if let Some(region) = chosen {
            note.choose_region(region);
        }
        self.set([(Displaced::VARIABLE, note.to_variable())]);
        Ok(self)
    }

    /// Adds what `awsso -` goes back to.
    #[must_use]
    pub(crate) fn with_previous(mut self, line: Option<String>) -> Self {
        self.values.push((PREVIOUS, line));
        self
    }

    /// Removes the note and the role before, for a program that is not a shell: it has no `clear`, and must not see
    /// what the role replaced.
    #[must_use]
    pub(crate) fn without_record(mut self) -> Self {
        const RECORDS: [&str; 2] = [Displaced::VARIABLE, PREVIOUS];
        self.values.retain(|(name, _)| !RECORDS.contains(name));
        self.remove(RECORDS);
        self
    }

    /// The same, but this variable is removed.
    #[must_use]
    pub(crate) fn without(mut self, name: &str) -> Self {
        for (_, value) in self.values.iter_mut().filter(|(touched, _)| *touched == name) {
            *value = None;
        }
        self
    }

    /// Each variable with its value; `None` removes it.
    pub(super) fn values(&self) -> impl Iterator<Item = (&'static str, Option<&str>)> {
        self.values.iter().map(|(name, value)| (*name, value.as_deref()))
    }

    /// Whether it changes the region, and no role.
    pub(super) fn is_region(&self) -> bool {
        self.touches(REGION[0]) && !self.touches(ROLE_ARN)
    }

    /// The code that makes the change in a shell, for the `awsso` function: all of it or nothing. Once it is made, the
    /// shell says this line.
    pub(crate) fn render_in_function(&self, shell: Shell, said: Option<&str>) -> Result<String> {
        let dialect = shell.dialect();
        let names: Vec<_> = self.values.iter().map(|(name, _)| *name).collect();
        let check = if names.is_empty() { String::new() } else { dialect.check_writable(&names.join(" ")) };
        let said = said.and_then(|line| dialect.say(line)).unwrap_or_default();
        Ok(format!("{}{check}{}{said}", dialect.untraced(), self.rendered(shell, Dialect::change_in_function)?))
    }

    /// Whether nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The code that makes the change in a shell. If one value cannot be rendered safely, there is no code at all.
    pub fn render(&self, shell: Shell) -> Result<String> {
        self.rendered(shell, Dialect::change)
    }

    fn rendered(&self, shell: Shell, change: Rendering) -> Result<String> {
        let dialect = shell.dialect();
        if let Some((name, _)) = self.values.iter().find(|(_, value)| !value.as_deref().is_none_or(is_printable)) {
            return Err(Error::failed(format!(
                "the value for {name} holds a control character, so it is not given to a shell"
            )));
        }
        if let Some((name, _)) = self.values().find(|(_, value)| !value.is_none_or(|value| shell.can_hold(value))) {
            return Err(Error::failed(format!("{} cannot hold the value for {name}", shell.name()))
                .with_remedy("take another form: --format json"));
        }
        let removed: Vec<_> = self.values.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| *name).collect();
        let check = if self.enters { dialect.check_removable(&removed.join(" ")) } else { String::new() };
        Ok(check + &change(dialect, &self.values))
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
        self.set([(ORIGIN, credentials.access_key_id.clone())]);
    }

    fn remove(&mut self, names: impl IntoIterator<Item = &'static str>) {
        self.values.extend(names.into_iter().map(|name| (name, None)));
    }
}

/// The variables for the end of the session.
fn session_end(end: Option<Timestamp>) -> impl Iterator<Item = (&'static str, Option<String>)> {
    SESSION_END.into_iter().zip([end.map(timestamp::format), end.map(|end| end.as_second().to_string())])
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
        .with_remedy(format!("correct it, or run: {}", quote::unset(name)))
    })
}

#[cfg(test)]
mod tests;
