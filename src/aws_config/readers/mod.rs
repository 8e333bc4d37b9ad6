//! What each AWS SDK makes of a config file, line by line: the SDKs disagree on awkward ones.
//!
//! Each reader is told in its own file, as its source has it and its program was seen to do; `tests/readers.rs` holds
//! the two that can be run beside the real ones. What one of them makes of a file is compared with what its user means,
//! which is our own reading.

mod botocore;
mod difference;
mod javascript;
mod quirk;
mod rust;
mod shell_words;
mod user;

use std::collections::BTreeMap;

pub use difference::{Effect, Stumble, stumbles};
pub use quirk::Quirk;

use super::line::Kind;

/// A program's way of reading the config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reader {
    /// botocore: the AWS CLI, boto3 and what is built on them.
    Botocore,
    /// aws-runtime: the AWS SDK for Rust.
    Rust,
    /// `shared-ini-file-loader`: the AWS SDK for JavaScript.
    JavaScript,
}

impl Reader {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Botocore, Self::Rust, Self::JavaScript];

    /// The language that an SDK is for; `None` for botocore, which people know by the programs on it.
    #[must_use]
    pub fn language(self) -> Option<&'static str> {
        match self {
            Self::Botocore => None,
            Self::Rust => Some("Rust"),
            Self::JavaScript => Some("JavaScript"),
        }
    }

    /// What it makes of a file's content.
    pub fn read(self, file: &[u8]) -> Result<Reading, Refusal> {
        match self {
            Self::Botocore => botocore::read(file),
            Self::Rust => rust::read(file),
            Self::JavaScript => Ok(javascript::read(file)),
        }
    }
}

/// Why a reader takes nothing at all from a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The line that breaks it, from 1.
    pub line: usize,
    /// What is the matter with it.
    pub quirk: Quirk,
}

/// A value, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// The line of its key, from 1.
    pub line: usize,
    /// The value; a nested block is a `\nkey=value` for each of its keys, in the order of their names.
    pub text: String,
}

/// A section, and where it begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    /// The line of its header, from 1.
    pub line: usize,
    /// Its settings, without those that are empty.
    pub settings: BTreeMap<String, Value>,
}

/// What a reader makes of a file: its profiles, sso-sessions and services sections. The default profile is a
/// [`Kind::Profile`].
pub type Reading = BTreeMap<(Kind, String), Section>;

/// The file as its user means it.
#[must_use]
pub fn meant(file: &[u8]) -> Reading {
    user::read(file)
}

impl Value {
    /// A value of these lines, the first of them that of the key; blank lines mean nothing to anybody.
    fn of_lines(line: usize, lines: &[String]) -> Self {
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

    fn is_nested(&self) -> bool {
        self.text.starts_with('\n')
    }
}

/// Without what nobody reads: empty values, empty sections, and plain values of services sections.
fn tidy(mut reading: Reading) -> Reading {
    for ((kind, _), section) in &mut reading {
        section.settings.retain(|_, value| !value.text.is_empty() && (*kind != Kind::Services || value.is_nested()));
    }
    reading.retain(|_, section| !section.settings.is_empty());
    reading
}

/// The line of the first byte that is not UTF-8, from 1.
fn line_of_bad_byte(file: &[u8]) -> Option<usize> {
    let valid = std::str::from_utf8(file).err()?.valid_up_to();
    Some(1 + memchr::memchr_iter(b'\n', &file[..valid]).count())
}
