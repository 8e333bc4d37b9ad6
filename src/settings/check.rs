//! What is wrong in the file.

use std::collections::HashMap;

use super::file::Entry;
use super::table::{self, TABLE};
use crate::suggest::nearest;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gravity {
    /// Nothing is done with such settings.
    Error,
    /// The line has no effect.
    Warning,
}

/// A line that does not say what its writer meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// From 1.
    pub line: usize,
    /// How bad it is.
    pub gravity: Gravity,
    /// What is wrong.
    pub message: String,
}

impl Problem {
    pub(super) fn error(line: usize, message: String) -> Self {
        Self { line, gravity: Gravity::Error, message }
    }

    /// A line that has no effect.
    #[must_use]
    pub fn warning(line: usize, message: String) -> Self {
        Self { line, gravity: Gravity::Warning, message }
    }
}

/// The problems of all lines that could be read.
pub(super) fn problems(entries: &[Entry]) -> Vec<Problem> {
    let is_known = |entry: &Entry| table::sections().any(|section| section == entry.section);
    let unknown = entries.iter().filter(|entry| !is_known(entry) && entry.key.is_empty());
    let settings = entries.iter().filter(|entry| is_known(entry) && !entry.key.is_empty());
    unknown.map(unknown_section).chain(settings.filter_map(value)).chain(repeated(entries)).collect()
}

fn unknown_section(entry: &Entry) -> Problem {
    let names = table::sections().filter(|name| !name.is_empty());
    let hint = match nearest(&entry.section, names, 1).first() {
        Some(name) => format!("; did you mean [{name}]?"),
        None => String::new(),
    };
    Problem::warning(entry.line, format!("there is no section [{}]{hint}", entry.section))
}

fn value(entry: &Entry) -> Option<Problem> {
    if entry.section == table::ALIASES {
        return None;
    }
    let Some(setting) = table::find(&entry.section, &entry.key) else { return Some(unknown_key(entry)) };
    let outcome = if entry.value.is_empty() { Ok(()) } else { (setting.check)(&entry.value) };
    outcome.err().map(|message| Problem::error(entry.line, message))
}

fn unknown_key(entry: &Entry) -> Problem {
    let elsewhere = TABLE.iter().find(|setting| setting.key == entry.key);
    let message = match elsewhere.map(|setting| setting.section) {
        Some("") => format!("{} belongs above the first [section]", entry.key),
        Some(section) => format!("{} belongs in [{section}]", entry.key),
        None => {
            let keys = TABLE.iter().filter(|setting| setting.section == entry.section);
            let hint = match nearest(&entry.key, keys.map(|setting| setting.key), 1).first() {
                Some(name) => format!("; did you mean {name}?"),
                None => String::new(),
            };
            format!("there is no setting {}{hint}", entry.key)
        }
    };
    Problem::warning(entry.line, message)
}

/// A key that is set again further down.
fn repeated(entries: &[Entry]) -> impl Iterator<Item = Problem> {
    let settings = entries.iter().filter(|entry| !entry.key.is_empty());
    let last: HashMap<_, _> = settings.clone().map(|entry| ((&entry.section, &entry.key), entry.line)).collect();
    settings.filter_map(move |entry| {
        let counts = *last.get(&(&entry.section, &entry.key))?;
        let message = || format!("{} is set more than once; line {counts} counts", entry.key);
        (counts != entry.line).then(|| Problem::warning(entry.line, message()))
    })
}
