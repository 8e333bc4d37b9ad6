//! What `use` changed in a shell: kept in a variable of that shell, so that `clear` can undo it.
//!
//! `clear` undoes the change and restores no snapshot. A variable goes back only if it still is as `use` left it: what
//! the user or another tool has changed since then stays. And what was there before goes back only where it belongs: if
//! direnv had set it for a folder that the shell has left, it does not.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

use super::variables::{DISPLACED, ROLE, known_name};
use crate::credential_chain::KEYS;

/// The variables that are keys only together.
const KEY: &[&str] = KEYS.split_at(3).0;
/// The variable whose value says that the change is still in force.
const ARN: &str = ROLE[2];

/// The environment that the note is compared with.
pub(crate) type Current<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A variable before and after the change.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Changed {
    /// Its value before the change; `None` if it was not set.
    before: Option<String>,
    /// A digest of its value after the change; `None` if the change removed it. The outer `None`: not known.
    #[serde(default, with = "serde_with_unknown", skip_serializing_if = "Option::is_none")]
    after: Option<Option<String>>,
}

/// The note of what changed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Displaced {
    /// The folder whose variables direnv had set at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    changed: BTreeMap<String, Changed>,
}

/// A present `null` differs from an absent field.
mod serde_with_unknown {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[allow(clippy::option_option, reason = "removed and unknown are two states")]
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<String>>, D::Error> {
        Option::deserialize(from).map(Some)
    }

    #[allow(clippy::option_option, clippy::ref_option, reason = "as serde calls it")]
    pub(super) fn serialize<S: Serializer>(value: &Option<Option<String>>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(to)
    }
}

impl Displaced {
    /// The variable that holds the note in the shell.
    pub(crate) const VARIABLE: &'static str = DISPLACED;

    /// A note without entries, for a shell in this folder of direnv.
    pub(super) fn in_folder(folder: Option<String>) -> Self {
        Self { folder, changed: BTreeMap::new() }
    }

    /// Reads the note; `None` if this is not one. Names that no change touches are dropped.
    #[must_use]
    pub(crate) fn from_variable(text: &str) -> Option<Self> {
        let json = BASE64.decode(text).ok()?;
        let mut note = serde_json::from_slice(&json).or_else(|_| {
            // The form of the version before this one: names and values before the change.
            let before: BTreeMap<String, Option<String>> = serde_json::from_slice(&json)?;
            let changed = |(name, before)| (name, Changed { before, after: None });
            Ok::<_, serde_json::Error>(Self { folder: None, changed: before.into_iter().map(changed).collect() })
        });
        if let Ok(Self { changed, .. }) = &mut note {
            changed.retain(|name, _| known_name(name).is_some());
        }
        note.ok()
    }

    /// The note as a variable's value, in Base64: plain characters in every shell.
    #[must_use]
    pub(crate) fn to_variable(&self) -> String {
        // A map of strings always serialises.
        BASE64.encode(serde_json::to_string(self).unwrap_or_default())
    }

    /// Notes that a variable changes from one value to another.
    pub(super) fn insert(&mut self, name: &str, before: Option<String>, after: Option<&str>) {
        if before.is_none() && after.is_none() {
            return;
        }
        let after = Some(after.map(digest));
        self.changed.insert(name.to_owned(), Changed { before, after });
    }

    /// Notes that a variable, if it is noted, has a newer value of the same change.
    pub(super) fn renew(&mut self, name: &str, after: Option<&str>) {
        if let Some(changed) = self.changed.get_mut(name) {
            changed.after = Some(after.map(digest));
        }
    }

    /// The noted variables that still are as the change left them, with the values that they go back to.
    pub(super) fn undo(&self, folder: Option<&str>, current: Current<'_>) -> Vec<(&'static str, Option<String>)> {
        let is_in_force = self.is_as_left(ARN, current);
        let belongs_here = self.folder.is_none() || self.folder.as_deref() == folder;
        let has_all_keys = KEY.iter().all(|name| self.is_as_left(name, current));
        let mut values = Vec::new();
        for (name, changed) in &self.changed {
            let Some(name) = known_name(name).filter(|name| self.is_as_left(name, current)) else { continue };
            // A session token without its key, or beside another key, is of no use and misleads.
            let belongs_to_others = KEY.contains(&name) && !has_all_keys;
            let goes_back = is_in_force && belongs_here && !belongs_to_others;
            values.push((name, changed.before.clone().filter(|_| goes_back)));
        }
        values
    }

    /// Whether a variable still is as the change left it. One that is not noted is.
    pub(crate) fn is_as_left(&self, name: &str, current: Current<'_>) -> bool {
        let Some(Changed { after: Some(after), .. }) = self.changed.get(name) else { return true };
        current(name).map(|value| digest(&value.to_string_lossy())) == *after
    }
}

/// A digest that tells whether a value is the same, and does not contain it.
fn digest(value: &str) -> String {
    let digest = Sha1::from(value).digest().to_string();
    digest[..16].to_owned()
}

/// The names alone: the values may be secrets of the user's.
impl fmt::Debug for Displaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.changed.keys()).finish()
    }
}
