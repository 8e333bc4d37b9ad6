//! The AWS config, read as the AWS SDKs read it.
//!
//! No content is an error: a line that makes no sense is skipped, duplicate sections are merged, the last of two keys
//! wins, and a byte that is not UTF-8 becomes U+FFFD in its value.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::index::Index;
use super::line::{SectionKind, split_setting};
use super::plain::{Plain, plain_value};
use super::section::settings;

/// One section: a profile, an sso-session or a services section.
#[derive(Clone, Copy)]
pub struct Section<'a> {
    config: &'a Config,
    at: usize,
    record: &'a SectionRecord,
}

/// Where a section is. Its settings are read on first use: of fifty thousand profiles most are never used.
#[derive(Clone)]
struct SectionRecord {
    kind: SectionKind,
    /// A range of `Config::names`.
    name: Range<usize>,
    /// A range of `Config::text`: the section's lines with its header.
    lines: Range<usize>,
    /// The same for each repetition of the section in the file.
    more: Vec<Range<usize>>,
    settings: OnceLock<Vec<ConfigSetting>>,
}

/// A setting as it was read.
#[derive(Clone)]
pub(super) struct ConfigSetting {
    /// In lower case.
    pub(super) key: String,
    pub(super) value: String,
    /// Where the key's line begins in the config's text.
    pub(super) start: usize,
}

/// Settings may be keys, so they are left out.
impl fmt::Debug for Section<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Section").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// Two sections are equal if they have the same name and settings, even in different places.
impl PartialEq for Section<'_> {
    fn eq(&self, other: &Self) -> bool {
        let settings = self.settings().iter().map(|setting| (&setting.key, &setting.value));
        self.name() == other.name()
            && settings.eq(other.settings().iter().map(|setting| (&setting.key, &setting.value)))
    }
}

impl Eq for Section<'_> {}

impl<'a> Section<'a> {
    /// The name without its kind.
    #[must_use]
    pub fn name(self) -> &'a str {
        &self.config.names[self.record.name.clone()]
    }

    /// The value as the SDKs read it. A nested block is an empty first line and its lines, trimmed.
    #[must_use]
    pub fn get(self, key: &str) -> Option<&'a str> {
        if self.record.settings.get().is_none() && self.record.more.is_empty() {
            match plain_value(&self.config.text[self.record.lines.clone()], key) {
                Plain::None => return None,
                Plain::Value(value) => return Some(value),
                Plain::Unclear => {}
            }
        }
        // From the end: the last of several wins.
        self.settings().iter().rev().find(|setting| setting.key == key).map(|setting| setting.value.as_str())
    }

    /// The value, if there is one on the key's own line.
    #[must_use]
    pub fn setting(self, key: &str) -> Option<&'a str> {
        self.get(key).filter(|value| !value.is_empty() && !value.starts_with('\n'))
    }

    /// `key` in the nested block under `block`, such as `endpoint_url` under `sso =`.
    #[must_use]
    pub fn nested(self, block: &str, key: &str) -> Option<&'a str> {
        let lines = self.get(block)?.strip_prefix('\n')?;
        lines.lines().rev().find_map(|line| {
            let (name, value) = split_setting(line.as_bytes())?;
            // Text that is cut at ASCII bytes is still text.
            let (name, value) = (std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?);
            (name == key && !value.is_empty()).then_some(value)
        })
    }

    /// The keys in file order, with repetitions.
    pub fn keys(self) -> impl Iterator<Item = &'a str> {
        self.settings().iter().map(|setting| setting.key.as_str())
    }

    /// The number that [`Config::section`] takes.
    #[must_use]
    pub fn at(self) -> usize {
        self.at
    }

    /// Whether both are one section of one reading.
    pub(crate) fn is_same(self, other: Section<'_>) -> bool {
        std::ptr::eq(self.config, other.config) && self.at == other.at
    }

    /// The file that the section was read from.
    #[must_use]
    pub fn file(self) -> &'a Path {
        &self.config.path
    }

    /// The number of the line with this key in the whole file; of several, the last, which decides.
    #[must_use]
    pub fn line_of(self, key: &str) -> Option<usize> {
        let setting = self.settings().iter().rev().find(|setting| setting.key == key)?;
        Some(1 + memchr::memchr_iter(b'\n', &self.config.text[..setting.start]).count())
    }

    pub(super) fn config(self) -> &'a Config {
        self.config
    }

    /// The section's lines, and those of each repetition.
    pub(super) fn texts(self) -> impl Iterator<Item = &'a [u8]> {
        self.ranges().map(|lines| &self.config.text[lines.clone()])
    }

    /// Where the section begins in the config's text, or its last repetition.
    pub(super) fn start(self) -> usize {
        self.record.more.last().unwrap_or(&self.record.lines).start
    }

    /// Where the last line of this key begins in the config's text, or the section if it does not have the key.
    pub(super) fn start_of(self, key: &str) -> usize {
        let settings = self.settings().iter().rev();
        settings.clone().find(|setting| setting.key == key).map_or_else(|| self.start(), |setting| setting.start)
    }

    fn ranges(self) -> impl Iterator<Item = &'a Range<usize>> {
        std::iter::once(&self.record.lines).chain(&self.record.more)
    }

    /// All settings in file order, with repetitions.
    pub(super) fn settings(self) -> &'a [ConfigSetting] {
        self.record.settings.get_or_init(|| {
            let mut found = Vec::new();
            for range in self.ranges() {
                let lines = &self.config.text[range.clone()];
                found.extend(settings(lines).map(|setting| ConfigSetting {
                    key: String::from_utf8_lossy(setting.key).to_ascii_lowercase(),
                    value: setting.whole_value(lines),
                    start: range.start + setting.lines.key.start,
                }));
            }
            found
        })
    }
}

/// An AWS config file, or one profile of it with all sso-sessions.
#[derive(Clone, Default)]
pub struct Config {
    path: PathBuf,
    pub(super) missing: bool,
    /// Whether only one profile was read.
    partial: bool,
    /// The file, or the lines of the sections that were read.
    pub(super) text: Vec<u8>,
    /// The names of all sections, one after the other.
    names: String,
    /// In file order.
    records: Vec<SectionRecord>,
    index: Index,
    /// What `Config::directories` returns, once it was called.
    pub(super) directories: OnceLock<Vec<String>>,
    /// The profiles with a `role_arn`, by that, once `Config::assuming` was called.
    pub(super) assuming: OnceLock<HashMap<String, Vec<usize>>>,
    /// What `Config::python_defaults` returns, once it was called.
    python_defaults: OnceLock<Option<Box<Self>>>,
}

/// The file may contain keys, so its text is left out.
impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("path", &self.path)
            .field("sections", &self.records.len())
            .finish_non_exhaustive()
    }
}

impl Config {
    /// A config without sections, for the scan to fill. `partial`: only one profile will be read.
    pub(super) fn empty(path: PathBuf, partial: bool) -> Self {
        Self { path, partial, ..Self::default() }
    }

    /// The path of the file that was read.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is no such file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.missing
    }

    /// Whether this is only one profile of the file.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// The number of the line that begins at this position of the text of a whole file.
    pub(super) fn line_at(&self, start: usize) -> usize {
        memchr::memchr_iter(b'\n', &self.text[..start]).count() + 1
    }

    /// The profile of this name. Of `[default]` and `[profile default]` the later one counts, as for the AWS CLI.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<Section<'_>> {
        let prefixed = self.find(SectionKind::Profile, name);
        if name != "default" {
            return prefixed;
        }
        match self.find(SectionKind::Default, name) {
            Some(bare) if prefixed.is_none_or(|prefixed| prefixed.at < bare.at) => Some(bare),
            _ => prefixed,
        }
    }

    /// The profile of this name for SDKs to which `[profile default]` counts wherever it stands.
    pub(crate) fn prefixed_profile(&self, name: &str) -> Option<Section<'_>> {
        self.find(SectionKind::Profile, name).or_else(|| self.profile(name))
    }

    /// The file once more, with `[DEFAULT]` as a profile of this name; `None` if it has no such section.
    pub(crate) fn python_defaults(&self) -> Option<&Self> {
        let read = || {
            memchr::memmem::find(&self.text, b"[DEFAULT]")?;
            Some(Box::new(Self::parse_credentials(&self.path, Some(self.text.clone()))))
        };
        self.python_defaults.get_or_init(read).as_deref()
    }

    /// Whether a `[default]` below `[profile default]` is the default profile here, and not for every SDK.
    pub(crate) fn has_contested_default(&self) -> bool {
        let prefixed = self.find(SectionKind::Profile, "default");
        prefixed.is_some() && self.profile("default").map(Section::at) != prefixed.map(Section::at)
    }

    /// The sso-session of this name.
    #[must_use]
    pub fn sso_session(&self, name: &str) -> Option<Section<'_>> {
        self.find(SectionKind::SsoSession, name)
    }

    /// The services section of this name.
    #[must_use]
    pub fn services(&self, name: &str) -> Option<Section<'_>> {
        self.find(SectionKind::Services, name)
    }

    /// Every profile, in file order.
    pub fn profiles(&self) -> impl Iterator<Item = Section<'_>> {
        let default = self.profile("default").map(Section::at);
        let is_profile = |kind| matches!(kind, SectionKind::Profile | SectionKind::Default);
        self.sections(is_profile).filter(move |section| section.name() != "default" || Some(section.at()) == default)
    }

    /// Every sso-session, in file order.
    pub fn sso_sessions(&self) -> impl Iterator<Item = Section<'_>> {
        self.sections(|kind| kind == SectionKind::SsoSession)
    }

    /// Every services section, in file order.
    pub(super) fn services_sections(&self) -> impl Iterator<Item = Section<'_>> {
        self.sections(|kind| kind == SectionKind::Services)
    }

    fn sections(&self, is_wanted: impl Fn(SectionKind) -> bool) -> impl Iterator<Item = Section<'_>> {
        let wanted = self.records.iter().enumerate().filter(move |(_, record)| is_wanted(record.kind));
        wanted.map(|(at, record)| Section { config: self, at, record })
    }

    /// The section whose [`Section::at`] this is.
    #[must_use]
    pub fn section(&self, at: usize) -> Section<'_> {
        Section { config: self, at, record: &self.records[at] }
    }

    fn find(&self, kind: SectionKind, name: &str) -> Option<Section<'_>> {
        self.indexed(Index::hash((kind, name)), kind, name).map(|at| self.section(at))
    }

    fn indexed(&self, hash: u64, kind: SectionKind, name: &str) -> Option<usize> {
        self.index.find(hash, |at| {
            let record = &self.records[at];
            record.kind == kind && self.names[record.name.clone()] == *name
        })
    }

    /// Makes room for this many sections.
    pub(super) fn reserve(&mut self, sections: usize) {
        self.records.reserve(sections);
        self.index.reserve(sections);
    }

    /// Begins a section, or a repetition of one, whose lines start at `start` of the text. Returns its position.
    pub(super) fn begin(&mut self, kind: SectionKind, name: &[u8], start: usize) -> usize {
        // In two steps: checking that all is UTF-8 is faster than the search for what is not.
        let name = std::str::from_utf8(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Borrowed);
        let hash = Index::hash((kind, &*name));
        let lines = start..start;
        if let Some(at) = self.indexed(hash, kind, &name) {
            self.records[at].more.push(lines);
            return at;
        }
        let at = self.records.len();
        let name_start = self.names.len();
        self.names.push_str(&name);
        let name = name_start..self.names.len();
        self.records.push(SectionRecord { kind, name, lines, more: Vec::new(), settings: OnceLock::new() });
        self.index.add(hash, at);
        at
    }

    /// Extends the lines that were begun last for this section.
    pub(super) fn extend(&mut self, at: usize, end: usize) {
        let record = &mut self.records[at];
        record.more.last_mut().unwrap_or(&mut record.lines).end = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_profile(bytes: &[u8], name: &str) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, bytes).unwrap();
        Config::read_profile(&path, name).unwrap()
    }

    #[test]
    fn the_later_of_two_default_profiles_replaces_the_other() {
        for (file, region) in [
            ("[default]\nregion = bare\noutput = json\n[profile default]\nregion = prefixed\n", "prefixed"),
            ("[profile default]\nregion = prefixed\noutput = json\n[default]\nregion = bare\n", "bare"),
        ] {
            for config in [Config::parse(file.as_bytes()), one_profile(file.as_bytes(), "default")] {
                let default = config.profile("default").unwrap();
                assert_eq!(default.get("region"), Some(region));
                assert_eq!(default.get("output"), None);
                assert_eq!(config.profiles().count(), 1);
            }
        }
        assert_eq!(Config::parse(b"[default]\nregion = bare").profile("default").unwrap().name(), "default");
    }

    #[test]
    fn nested_blocks_and_long_values_are_kept_apart() {
        let config = Config::parse(
            b"[profile a]\ns3 =\n  addressing_style = path # why\n\n # note\n\n  endpoint_url=http://x\nregion = r\n\
              long = one\n  two = 2\n[services s]\nsso =\n  endpoint_url = http://sso\n  junk\nsso_oidc =\n",
        );
        let profile = config.profile("a").unwrap();
        assert_eq!(profile.nested("s3", "addressing_style"), Some("path"));
        assert_eq!(profile.nested("s3", "endpoint_url"), Some("http://x"));
        assert_eq!(profile.nested("s3", "region"), None);
        assert_eq!(profile.nested("long", "two"), None);
        assert_eq!(profile.get("long"), Some("one\ntwo = 2"));
        assert_eq!((profile.setting("s3"), profile.setting("region")), (None, Some("r")));
        let services = config.services("s").unwrap();
        assert_eq!(services.nested("sso", "endpoint_url"), Some("http://sso"));
        assert_eq!(services.nested("sso_oidc", "endpoint_url"), None);
    }
}
