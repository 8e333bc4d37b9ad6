//! The AWS config, read as the AWS SDKs read it.
//!
//! Reading never fails on what stands in the file: a line that nothing can be made of is passed over, duplicate
//! sections are merged and the last of two keys wins, a byte that is not UTF-8 becomes U+FFFD in its value.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use super::line::{Kind, is_legible, split_setting};
use super::scan::Scan;
use super::store;
use crate::error::Result;

/// One section: a profile, an sso-session or a services section.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    name: String,
    settings: Vec<(String, String)>,
}

impl Section {
    /// The name without its kind.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value as the SDKs read it: a nested block is an empty first line and its lines, trimmed.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        // The last one wins, without looking for duplicates while reading.
        self.settings.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The value, if there is one on the key's own line.
    #[must_use]
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.get(key).filter(|value| !value.is_empty() && !value.starts_with('\n'))
    }

    /// `key` in the nested block under `block`, such as `endpoint_url` under `sso =`.
    #[must_use]
    pub fn nested(&self, block: &str, key: &str) -> Option<&str> {
        let lines = self.get(block)?.strip_prefix('\n')?;
        lines.lines().rev().find_map(|line| {
            let (name, value) = split_setting(line.as_bytes())?;
            // Cut at ASCII bytes, so both are still text.
            let (name, value) = (std::str::from_utf8(name).ok()?, std::str::from_utf8(value).ok()?);
            (name == key && !value.is_empty()).then_some(value)
        })
    }

    /// The keys in file order; one that stands twice is named twice.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.settings.iter().map(|(key, _)| key.as_str())
    }
}

/// What was read of an AWS config file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    path: PathBuf,
    missing: bool,
    /// Whether only one profile was read.
    partial: bool,
    sections: Vec<(Kind, Section)>,
    // Ordered maps: a hash map would ask the kernel for randomness on every `credential_process` call.
    index: BTreeMap<Kind, BTreeMap<String, usize>>,
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
        let mut config = Self::default();
        Scan::new(&mut config, None).text(bytes);
        config
    }

    fn scan(path: &Path, only: Option<&[u8]>) -> Result<Self> {
        let mut config = Self { path: path.to_path_buf(), partial: only.is_some(), ..Self::default() };
        match File::open(path) {
            Ok(file) => Scan::new(&mut config, only).file(file, path)?,
            Err(error) if store::is_absent(&error) => config.missing = true,
            Err(error) => return Err(store::unreadable(path, &error)),
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
    pub fn profile(&self, name: &str) -> Option<&Section> {
        self.find(Kind::Profile, name).or_else(|| self.find(Kind::Default, name))
    }

    /// The sso-session of this name.
    #[must_use]
    pub fn sso_session(&self, name: &str) -> Option<&Section> {
        self.find(Kind::SsoSession, name)
    }

    /// The services section of this name.
    #[must_use]
    pub fn services(&self, name: &str) -> Option<&Section> {
        self.find(Kind::Services, name)
    }

    /// Every profile, in file order.
    pub fn profiles(&self) -> impl Iterator<Item = &Section> {
        let shadowed = self.find(Kind::Profile, "default").is_some();
        self.sections
            .iter()
            .filter(move |(kind, _)| *kind == Kind::Profile || (*kind == Kind::Default && !shadowed))
            .map(|(_, section)| section)
    }

    /// Every sso-session, in file order.
    pub fn sso_sessions(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|(kind, _)| *kind == Kind::SsoSession).map(|(_, section)| section)
    }

    fn find(&self, kind: Kind, name: &str) -> Option<&Section> {
        self.index.get(&kind)?.get(name).map(|at| &self.sections[*at].1)
    }

    /// The place of the section called `name`, a new one where there is none.
    pub(super) fn place(&mut self, kind: Kind, name: String) -> usize {
        let names = self.index.entry(kind).or_default();
        if let Some(at) = names.get(&name) {
            return *at;
        }
        let at = self.sections.len();
        names.insert(name.clone(), at);
        self.sections.push((kind, Section { name, settings: Vec::new() }));
        at
    }

    /// The settings of the section at this place, open for more.
    pub(super) fn settings(&mut self, place: usize) -> &mut Vec<(String, String)> {
        &mut self.sections[place].1.settings
    }
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
