//! The AWS config, read as the AWS SDKs read it.
//!
//! Reading never fails on what stands in the file: a line that nothing can be made of is passed over, duplicate
//! sections are merged and the last of two keys wins, a byte that is not UTF-8 becomes U+FFFD in its value.

use std::borrow::Cow;
use std::fs::File;
use std::hash::BuildHasher as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::line::{Classifier, Kind, Line, find_byte, is_legible, is_space, split_setting};
pub use super::scan::Parts;
use super::scan::Scan;
use crate::error::Result;
use crate::files::atomic;

/// One section: a profile, an sso-session or a services section.
#[derive(Clone, Copy, Debug)]
pub struct Section<'a> {
    config: &'a Config,
    at: usize,
    place: &'a Place,
}

/// Where a section is. What it says is read once somebody asks: of fifty thousand profiles most are never asked.
#[derive(Clone, Debug)]
struct Place {
    kind: Kind,
    /// Of all names.
    name: Range<usize>,
    /// Of the text: its lines, headers included.
    lines: Range<usize>,
    /// And those of the other places where it stands.
    more: Vec<Range<usize>>,
    settings: OnceLock<Vec<(String, String)>>,
}

impl PartialEq for Section<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.name() == other.name() && self.settings() == other.settings()
    }
}

impl Eq for Section<'_> {}

impl<'a> Section<'a> {
    /// The name without its kind.
    #[must_use]
    pub fn name(self) -> &'a str {
        &self.config.names[self.place.name.clone()]
    }

    /// The value as the SDKs read it: a nested block is an empty first line and its lines, trimmed.
    #[must_use]
    pub fn get(self, key: &str) -> Option<&'a str> {
        if self.place.settings.get().is_none() && self.place.more.is_empty() {
            match plain_value(&self.config.text[self.place.lines.clone()], key) {
                Plain::None => return None,
                Plain::Value(value) => return Some(value),
                Plain::Unclear => {}
            }
        }
        // The last one wins, without looking for duplicates while reading.
        self.settings().iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
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
            // Cut at ASCII bytes, so both are still text.
            let (name, value) = (std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?);
            (name == key && !value.is_empty()).then_some(value)
        })
    }

    /// The keys in file order; one that stands twice is named twice.
    pub fn keys(self) -> impl Iterator<Item = &'a str> {
        self.settings().iter().map(|(key, _)| key.as_str())
    }

    /// What `Config::section` finds it by.
    #[must_use]
    pub fn at(self) -> usize {
        self.at
    }

    /// The config that it stands in.
    pub(super) fn config(self) -> &'a Config {
        self.config
    }

    /// Its lines, of each place where it stands.
    pub(super) fn texts(self) -> impl Iterator<Item = &'a [u8]> {
        let Place { lines, more, .. } = self.place;
        std::iter::once(lines).chain(more).map(|lines| &self.config.text[lines.clone()])
    }

    fn settings(self) -> &'a [(String, String)] {
        self.place.settings.get_or_init(|| {
            let mut settings: Vec<(String, String)> = Vec::new();
            let mut classifier = Classifier::default();
            for line in self.texts().flat_map(|lines| lines.split(|byte| *byte == b'\n')) {
                match classifier.classify(line) {
                    Line::Setting { key, value } => {
                        settings.push((text(key).to_ascii_lowercase(), text(value)));
                    }
                    Line::Continuation(more) => {
                        if let Some((_, value)) = settings.last_mut() {
                            value.push('\n');
                            value.push_str(&text(more));
                        }
                    }
                    _ => {}
                }
            }
            settings
        })
    }
}

/// Where a key first stands among these lines, if only in a comment or a value; a key without `_` is not looked for.
fn mention(lines: &[u8], key: &str) -> Option<usize> {
    let Some((before, after)) = key.split_once('_') else { return Some(0) };
    let mut from = 0;
    while let Some(at) = find_byte(b'_', &lines[from..]) {
        let (left, right) = (&lines[..from + at], &lines[from + at + 1..]);
        let start = left.len().checked_sub(before.len());
        let is_left = start.is_some_and(|start| left[start..].eq_ignore_ascii_case(before.as_bytes()));
        if is_left && right.get(..after.len()).is_some_and(|text| text.eq_ignore_ascii_case(after.as_bytes())) {
            return start;
        }
        from += at + 1;
    }
    None
}

fn first_line(text: &[u8]) -> &[u8] {
    &text[..find_byte(b'\n', text).unwrap_or(text.len())]
}

/// What lines say of a key at a glance.
enum Plain<'a> {
    /// It is not there.
    None,
    /// It stands there once, unindented, with all of its value on its line.
    Value(&'a str),
    /// All of them have to be read.
    Unclear,
}

fn plain_value<'a>(lines: &'a [u8], key: &str) -> Plain<'a> {
    let Some(start) = mention(lines, key) else { return Plain::None };
    if start.checked_sub(1).is_none_or(|before| lines[before] != b'\n') {
        return Plain::Unclear;
    }
    let line = first_line(&lines[start..]);
    let next = lines.get(start + line.len() + 1..).unwrap_or_default();
    let goes_on = !next.trim_ascii().is_empty()
        && !matches!(Classifier::default().classify(first_line(next)), Line::Setting { .. } if !is_space(next[0]));
    if goes_on || mention(next, key).is_some() {
        return Plain::Unclear;
    }
    match split_setting(line) {
        Some((name, value)) if name.eq_ignore_ascii_case(key.as_bytes()) => {
            std::str::from_utf8(value).map_or(Plain::Unclear, Plain::Value)
        }
        _ => Plain::Unclear,
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What was read of an AWS config file.
#[derive(Clone, Debug, Default)]
pub struct Config {
    path: PathBuf,
    missing: bool,
    /// Whether only one profile was read.
    partial: bool,
    /// The file, or the lines of the sections that were wanted.
    pub(super) text: Vec<u8>,
    /// Their names, one behind the other.
    names: String,
    /// In file order.
    places: Vec<Place>,
    /// Their hashes, and where they are in `places`.
    index: HashTable<(u64, usize)>,
    /// The names of the directories, once somebody asks.
    pub(super) directories: OnceLock<Vec<String>>,
}

impl Config {
    /// Reads the whole file. A file that is not there is an empty config that says so.
    pub fn read(path: &Path) -> Result<Self> {
        Self::scan(path, None)
    }

    /// Reads the profile and the sso-session called `name`, and every other sso-session, in one pass.
    ///
    /// This is the road of every `credential_process` call: the lines of other profiles are neither copied nor looked
    /// at. Services sections are left out.
    pub fn read_profile(path: &Path, name: &str) -> Result<Self> {
        Self::scan(path, Some(name.as_bytes()))
    }

    /// A config from a file's content.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self::of(bytes.to_vec())
    }

    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let mut config = Self::default();
        Scan::new(&mut config, None).whole(bytes);
        config
    }

    fn scan(path: &Path, only: Option<&[u8]>) -> Result<Self> {
        let mut config = Self { path: path.to_path_buf(), partial: only.is_some(), ..Self::default() };
        match File::open(path) {
            Ok(file) => Scan::new(&mut config, only).file(file, path)?,
            Err(error) if atomic::is_absent(&error) => config.missing = true,
            Err(error) => return Err(atomic::unreadable(path, &error)),
        }
        Ok(config)
    }

    /// The file that was read.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there was no file.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.missing
    }

    /// Whether this is but one profile of the file.
    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    /// The profile of this name. `[profile default]` takes the place of `[default]`.
    #[must_use]
    pub fn profile(&self, name: &str) -> Option<Section<'_>> {
        self.find(Kind::Profile, name).or_else(|| self.find(Kind::Default, name))
    }

    /// The sso-session of this name.
    #[must_use]
    pub fn sso_session(&self, name: &str) -> Option<Section<'_>> {
        self.find(Kind::SsoSession, name)
    }

    /// The services section of this name.
    #[must_use]
    pub fn services(&self, name: &str) -> Option<Section<'_>> {
        self.find(Kind::Services, name)
    }

    /// Every profile, in file order.
    pub fn profiles(&self) -> impl Iterator<Item = Section<'_>> {
        let shadowed = self.find(Kind::Profile, "default").is_some();
        self.sections(move |kind| kind == Kind::Profile || (kind == Kind::Default && !shadowed))
    }

    /// Every sso-session, in file order.
    pub fn sso_sessions(&self) -> impl Iterator<Item = Section<'_>> {
        self.sections(|kind| kind == Kind::SsoSession)
    }

    fn sections(&self, is_wanted: impl Fn(Kind) -> bool) -> impl Iterator<Item = Section<'_>> {
        let wanted = self.places.iter().enumerate().filter(move |(_, place)| is_wanted(place.kind));
        wanted.map(|(at, place)| Section { config: self, at, place })
    }

    /// The section that has said to be there.
    #[must_use]
    pub fn section(&self, at: usize) -> Section<'_> {
        Section { config: self, at, place: &self.places[at] }
    }

    fn find(&self, kind: Kind, name: &str) -> Option<Section<'_>> {
        self.indexed(hash(kind, name), kind, name).map(|at| self.section(at))
    }

    fn indexed(&self, hash: u64, kind: Kind, name: &str) -> Option<usize> {
        let is_it = |(other, at): &(u64, usize)| {
            let place = &self.places[*at];
            *other == hash && place.kind == kind && self.names[place.name.clone()] == *name
        };
        self.index.find(hash, is_it).map(|(_, at)| *at)
    }

    /// Makes room for so many sections.
    pub(super) fn expect(&mut self, sections: usize) {
        self.places.reserve(sections);
        self.index.reserve(sections, |(hash, _)| *hash);
    }

    /// The place of the section called `name`, a new one where there is none. Its lines begin at `start` of the text.
    pub(super) fn place(&mut self, kind: Kind, name: &[u8], start: usize) -> usize {
        // In two steps: to look for what is wrong takes longer than to see that nothing is.
        let name = std::str::from_utf8(name).map_or_else(|_| String::from_utf8_lossy(name), Cow::Borrowed);
        let hash = hash(kind, &name);
        let lines = start..start;
        if let Some(at) = self.indexed(hash, kind, &name) {
            self.places[at].more.push(lines);
            return at;
        }
        let at = self.places.len();
        let start = self.names.len();
        self.names.push_str(&name);
        let name = start..self.names.len();
        self.places.push(Place { kind, name, lines, more: Vec::new(), settings: OnceLock::new() });
        self.index.insert_unique(hash, (hash, at), |(hash, _)| *hash);
        at
    }

    /// Has the section that was placed last end there.
    pub(super) fn extend(&mut self, at: usize, end: usize) {
        let place = &mut self.places[at];
        place.more.last_mut().unwrap_or(&mut place.lines).end = end;
    }
}

/// Always the same: a seed would be asked of the kernel on every `credential_process` call.
fn hash(kind: Kind, name: &str) -> u64 {
    FixedState::default().hash_one((kind, name))
}

/// A profile's name that every SDK reads, out of one that some would not: `-` stands for what they do not take.
#[must_use]
pub fn safe_name(name: &str) -> String {
    name.chars().map(|letter| if is_legible(letter) { letter } else { '-' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], only: Option<&str>) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, bytes).unwrap();
        match only {
            Some(name) => Config::read_profile(&path, name).unwrap(),
            None => Config::read(&path).unwrap(),
        }
    }

    #[test]
    fn a_missing_file_is_an_empty_config_that_says_so() {
        let config = Config::read(Path::new("/no/such/config")).unwrap();
        assert!(config.is_missing());
        assert_eq!(config.profiles().count(), 0);
        assert!(!read(b"", None).is_missing());
        assert!(Config::read(Path::new("/etc/hostname/below-a-file")).unwrap().is_missing());
    }

    #[test]
    fn a_folder_in_the_files_place_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Config::read(folder.path()).unwrap_err();
        assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    }

    #[test]
    fn one_profile_is_read_with_every_sso_session_and_nothing_else() {
        let config = b"[services x]\na = 1\n[profile corporate]\na = 1\n[profile \"corp\"]\nregion = r\n[default]\n\
            a = 1\n[sso-session one]\nsso_region = s\n[profile other]\na = [profile corp]\n[ profile  corp ] # again\n\
            output = json\n[sso-session corp]\nsso_region = t";
        let config = read(config, Some("corp"));
        let profiles: Vec<_> = config.profiles().map(Section::name).collect();
        let sessions: Vec<_> = config.sso_sessions().map(Section::name).collect();
        assert_eq!(profiles, ["corp"]);
        assert_eq!(sessions, ["one", "corp"]);
        let profile = config.profile("corp").unwrap();
        assert_eq!(profile.keys().collect::<Vec<_>>(), ["region", "output"]);
        assert_eq!(config.sso_session("corp").unwrap().get("sso_region"), Some("t"));
        assert_eq!(config.services("x"), None);
    }

    #[test]
    fn the_prefixed_default_takes_the_place_of_the_other_wherever_it_stands() {
        for file in [
            "[default]\nregion = bare\noutput = json\n[profile default]\nregion = prefixed\n",
            "[profile default]\nregion = prefixed\n[default]\nregion = bare\noutput = json\n",
        ] {
            for config in [read(file.as_bytes(), None), read(file.as_bytes(), Some("default"))] {
                let default = config.profile("default").unwrap();
                assert_eq!(default.get("region"), Some("prefixed"));
                assert_eq!(default.get("output"), None);
                assert_eq!(config.profiles().count(), 1);
            }
        }
        assert_eq!(read(b"[default]\nregion = bare", None).profile("default").unwrap().name(), "default");
    }

    #[test]
    fn nested_blocks_and_long_values_are_kept_apart() {
        let config = read(
            b"[profile a]\ns3 =\n  addressing_style = path # why\n\n # note\n\n  endpoint_url=http://x\nregion = r\n\
              long = one\n  two = 2\n[services s]\nsso =\n  endpoint_url = http://sso\n  junk\nsso_oidc =\n",
            None,
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
