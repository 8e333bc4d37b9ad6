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

use super::variables::{REGION, ROLE_ARN, known_name};
use crate::credential_chain::{DISPLACED, KEYS};

/// The variables that are keys only together.
const KEY: &[&str] = KEYS.split_at(3).0;

/// The environment that the note is compared with.
pub(crate) type Current<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// A variable before and after the change.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Changed {
    /// Its value before the change; `None` if it was not set.
    before: Option<String>,
    #[serde(default)]
    after: After,
}

/// What a variable was after the change.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum After {
    /// The note is of a version that did not say.
    #[default]
    Unknown,
    Removed,
    /// A digest of its value.
    Set(String),
}

impl After {
    fn of(value: Option<&str>) -> Self {
        value.map_or(Self::Removed, |value| Self::Set(digest(value)))
    }
}

/// The note of what changed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Displaced {
    /// The folder whose variables direnv had set at the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    folder: Option<String>,
    changed: BTreeMap<String, Changed>,
    /// The region that `awsso region` has chosen for this shell. Roles without a region of their own have it, too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    /// A digest of the variables that name the files of AWS, if a profile in them gives the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    files: Option<String>,
}

impl Displaced {
    /// The variable that holds the note in the shell.
    pub(crate) const VARIABLE: &'static str = DISPLACED;

    /// A note without entries, for a shell in this folder of direnv.
    pub(super) fn in_folder(folder: Option<String>) -> Self {
        Self { folder, ..Self::default() }
    }

    /// Reads the note; `None` if this is not one. Names that no change touches are dropped.
    #[must_use]
    pub(crate) fn from_variable(text: &str) -> Option<Self> {
        let json = BASE64.decode(text).ok()?;
        let mut note = serde_json::from_slice(&json).or_else(|_| {
            // The form of the version before this one: names and values before the change.
            let before: BTreeMap<String, Option<String>> = serde_json::from_slice(&json)?;
            let changed = |(name, before)| (name, Changed { before, after: After::Unknown });
            let changed = before.into_iter().map(changed).collect();
            Ok::<_, serde_json::Error>(Self { changed, ..Self::default() })
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

    /// Notes in which files the profile is that gives the role.
    pub(super) fn note_files(&mut self, current: Current<'_>) {
        self.files = Some(files(current));
    }

    /// Whether variables name the files that were noted, if any were.
    pub(super) fn has_files(&self, current: Current<'_>) -> bool {
        self.files.as_ref().is_none_or(|noted| *noted == files(current))
    }

    /// Notes that a variable changes from one value to another.
    pub(super) fn insert(&mut self, name: &str, before: Option<String>, after: Option<&str>) {
        if before.is_none() && after.is_none() {
            return;
        }
        self.changed.insert(name.to_owned(), Changed { before, after: After::of(after) });
    }

    /// Notes that a variable has a newer value of the same change. One that is not noted was not set before.
    pub(super) fn renew(&mut self, name: &str, after: Option<&str>) {
        match self.changed.get_mut(name) {
            Some(changed) => changed.after = After::of(after),
            None => self.insert(name, None, after),
        }
    }

    /// The region of an environment without what the note says of it.
    pub(crate) fn own_region(note: Option<&Self>, folder: Option<&str>, current: Current<'_>) -> Option<String> {
        let undone = note.map(|note| note.undo(folder, current)).unwrap_or_default();
        let own = |name: &str| match undone.iter().find(|(undone, _)| *undone == name) {
            Some((_, before)) => note.and_then(|note| note.region.clone()).or_else(|| before.clone()),
            None => current(name)?.into_string().ok(),
        };
        REGION.into_iter().filter_map(own).find(|region| !region.is_empty())
    }

    /// Notes the region that the user has chosen for this shell, whatever its role is.
    pub(super) fn choose_region(&mut self, region: &str) {
        self.region = Some(region.to_owned());
    }

    /// The region that the user has chosen for this shell.
    pub(crate) fn chosen_region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Whether a variable is noted, and still is as the change left it.
    pub(crate) fn has_left(&self, name: &str, current: Current<'_>) -> bool {
        self.changed.contains_key(name) && self.is_as_left(name, current)
    }

    /// Whether the note is of a change that entered a role.
    pub(super) fn has_role(&self) -> bool {
        self.changed.contains_key(ROLE_ARN)
    }

    /// The noted variables that still are as the change left them, with the values that they go back to.
    pub(super) fn undo(&self, folder: Option<&str>, current: Current<'_>) -> Vec<(&'static str, Option<String>)> {
        let is_in_force = self.is_as_left(ROLE_ARN, current);
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
        let now = current(name).map(|value| value.to_string_lossy().into_owned());
        match self.changed.get(name).map(|changed| &changed.after) {
            None | Some(After::Unknown) => true,
            Some(after) => After::of(now.as_deref()) == *after,
        }
    }
}

/// A digest of the variables that name the files of AWS.
fn files(current: Current<'_>) -> String {
    let names = ["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"];
    digest(&format!("{:?}", names.map(|name| current(name).filter(|value| !value.is_empty()))))
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
