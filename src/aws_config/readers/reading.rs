//! What a program reads from a config file: the same shape for every reader, so that they can be compared.

use std::collections::BTreeMap;
use std::fmt;

use super::quirk::Quirk;
use crate::aws_config::config::{Config, Section};
use crate::aws_config::line::{SectionKind, without_comment};

/// A program's reading of a file: its profiles, sso-sessions and services sections. The default profile has the kind
/// [`SectionKind::Profile`].
pub type Reading = BTreeMap<(SectionKind, String), ReadSection>;

/// A section, and where it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadSection {
    /// The line number of its header.
    pub line: usize,
    /// Its settings, without those that are empty.
    pub settings: BTreeMap<String, ReadValue>,
}

/// A value, and where it is.
#[derive(Clone, PartialEq, Eq)]
pub struct ReadValue {
    /// The line number of its key.
    pub line: usize,
    /// The value. A nested block is `\nkey=value` for each of its keys, in the order of their names.
    pub text: String,
}

/// A value may be a key, so only its place is shown.
impl fmt::Debug for ReadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadValue").field("line", &self.line).finish_non_exhaustive()
    }
}

/// Why a reader refuses a whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The number of the line that it refuses.
    pub line: usize,
    /// What is unusual about that line.
    pub quirk: Quirk,
}

/// The file as its user means it: the reading of every verb of this tool.
#[must_use]
pub fn meant(file: &[u8]) -> Reading {
    let config = Config::parse(file);
    let line_ends: Vec<usize> = memchr::memchr_iter(b'\n', file).collect();
    let line_at = |start: usize| line_ends.partition_point(|end| *end < start) + 1;
    let read = |section: Section<'_>| {
        let settings = section.settings().iter().map(|setting| {
            let value = ReadValue::of_lines(line_at(setting.start), &lines_of(&setting.value));
            (setting.key.clone(), value)
        });
        ReadSection { line: line_at(section.start()), settings: settings.collect() }
    };
    let profiles = config.profiles().map(|section| (SectionKind::Profile, section));
    let sessions = config.sso_sessions().map(|section| (SectionKind::SsoSession, section));
    let services = config.services_sections().map(|section| (SectionKind::Services, section));
    let sections = profiles.chain(sessions).chain(services);
    tidy(sections.map(|(kind, section)| ((kind, section.name().to_owned()), read(section))).collect())
}

/// The lines of a value, in a nested block without their comments.
fn lines_of(value: &str) -> Vec<String> {
    let is_nested = value.starts_with('\n');
    let uncommented = |line: &str| String::from_utf8_lossy(without_comment(line.as_bytes())).into_owned();
    value.split('\n').map(|line| if is_nested { uncommented(line) } else { line.to_owned() }).collect()
}

impl ReadValue {
    /// A value of these lines. The first is the rest of the key's own line; blank lines have no meaning to any reader.
    pub(super) fn of_lines(line: usize, lines: &[String]) -> Self {
        let (first, more) = lines.split_first().map_or(("", lines), |(first, more)| (first.as_str(), more));
        let more = more.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let text = if first.is_empty() {
            let pairs: BTreeMap<_, _> = more.filter_map(|line| line.split_once('=')).collect();
            let trimmed: BTreeMap<_, _> = pairs.iter().map(|(key, value)| (key.trim(), value.trim())).collect();
            trimmed.iter().map(|(key, value)| format!("\n{key}={value}")).collect()
        } else {
            std::iter::once(first).chain(more).collect::<Vec<_>>().join("\n")
        };
        Self { line, text }
    }

    pub(super) fn is_nested(&self) -> bool {
        self.text.starts_with('\n')
    }
}

/// Removes what no program uses: empty values, empty sections, and values in services sections that are not nested.
pub(super) fn tidy(mut reading: Reading) -> Reading {
    for ((kind, _), section) in &mut reading {
        let is_used = |value: &ReadValue| *kind != SectionKind::Services || value.is_nested();
        section.settings.retain(|_, value| !value.text.is_empty() && is_used(value));
    }
    reading.retain(|_, section| !section.settings.is_empty());
    reading
}

/// The number of the line with the first byte that is not UTF-8.
pub(super) fn line_of_bad_byte(file: &[u8]) -> Option<usize> {
    let valid = std::str::from_utf8(file).err()?.valid_up_to();
    Some(1 + memchr::memchr_iter(b'\n', &file[..valid]).count())
}
