//! What `use` displaced in a shell: kept in a variable of that shell until `clear` restores it.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::variables::{DISPLACED, known_name};

/// `name → value before the change`, where `None` says that there was no such variable.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Displaced(BTreeMap<&'static str, Option<String>>);

impl Displaced {
    /// The variable that holds the record in the shell.
    pub(crate) const VARIABLE: &'static str = DISPLACED;

    /// Reads the record; `None` if this is not one. Names that no change touches are dropped.
    #[must_use]
    pub(crate) fn from_variable(text: &str) -> Option<Self> {
        let json = BASE64.decode(text).ok()?;
        let values: BTreeMap<String, Option<String>> = serde_json::from_slice(&json).ok()?;
        let known = |(name, value): (String, _)| Some((known_name(&name)?, value));
        Some(Self(values.into_iter().filter_map(known).collect()))
    }

    /// The record as a variable's value, in Base64: plain characters in every shell.
    #[must_use]
    pub(crate) fn to_variable(&self) -> String {
        // A map of strings always serialises.
        BASE64.encode(serde_json::to_string(&self.0).unwrap_or_default())
    }

    pub(crate) fn insert(&mut self, name: &'static str, value: Option<String>) {
        self.0.insert(name, value);
    }

    pub(crate) fn holds(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(crate) fn into_values(self) -> Vec<(&'static str, Option<String>)> {
        self.0.into_iter().collect()
    }
}

/// The names alone: the values may be secrets of the user's.
impl fmt::Debug for Displaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
