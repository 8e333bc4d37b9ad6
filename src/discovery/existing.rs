//! A profile that the config has already, open for the changes that discovery makes.

use std::collections::BTreeSet;

use super::keys::{CHAIN_KEYS, PROCESS_KEY, SSO_KEYS};
use super::source::Found;
use crate::aws_config::document::{Document, Header};
use crate::credential_chain;
use crate::error::Result;

/// A profile that the config has already.
pub(super) struct Existing<'a> {
    document: &'a mut Document,
    header: Header<'a>,
    pub(super) is_changed: bool,
}

impl<'a> Existing<'a> {
    pub(super) fn new(document: &'a mut Document, name: &'a str) -> Self {
        Self { document, header: Header::profile(name), is_changed: false }
    }

    fn get(&self, key: &str) -> Option<String> {
        self.document.get(&self.header, key).filter(|value| !value.is_empty())
    }

    pub(super) fn found(&self) -> Option<Found> {
        Found::of(|key| self.get(key))
    }

    /// Whether its process is a command of the user's own around this program.
    pub(super) fn wraps_this_program(&self) -> bool {
        self.found().is_none() && self.get(PROCESS_KEY).is_some_and(|line| line.contains("aws-sso "))
    }

    /// `assumes`: it is known to assume its role as discovery writes it.
    pub(super) fn has_other_source(&self, assumes: bool) -> bool {
        let mut others = credential_chain::keys_of_others().filter(|key| !assumes || !CHAIN_KEYS.contains(key));
        others.any(|key| self.get(key).is_some())
    }

    /// Gives it these keys for its credentials, in place of others that discovery writes. Its other keys, their order
    /// and all comments stay.
    pub(super) fn take_over(&mut self, keys: Vec<(&'static str, String)>) -> Result<()> {
        let has = |key: &str| keys.iter().any(|(own, _)| *own == key);
        // What goes with a role that is assumed may be the user's own, and has no meaning without it.
        let chain = if has("role_arn") || self.get("role_arn").is_none() { &[][..] } else { &CHAIN_KEYS };
        for key in [PROCESS_KEY].iter().chain(&SSO_KEYS).chain(chain) {
            if !has(key) {
                self.is_changed |= self.document.remove_key(&self.header, key);
            }
        }
        for (key, value) in keys {
            self.set(key, &value)?;
        }
        Ok(())
    }

    /// Sets a key, unless the profile has a value that discovery did not write. Returns whether it has this value now.
    pub(super) fn set_if_ours(&mut self, key: &str, value: Option<&str>, written: &BTreeSet<String>) -> Result<bool> {
        let Some(value) = value else { return Ok(true) };
        let is_ours = self.get(key).is_none_or(|old| old == value || written.contains(&old));
        if is_ours {
            self.set(key, value)?;
        }
        Ok(is_ours)
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        if self.get(key).as_deref() != Some(value) {
            self.document.set(&self.header, key, value)?;
            self.is_changed = true;
        }
        Ok(())
    }
}
