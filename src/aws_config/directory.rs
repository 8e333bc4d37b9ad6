//! Which Identity Center a name in the AWS config means: its start URL, its region and its scopes.

use std::collections::HashSet;

use super::config::{Config, Section};
use crate::address::{Link, StartUrl};
use crate::error::{Error, Result};
use crate::partition::{InvalidRegion, Region};
use crate::suggest::nearest;

/// What the AWS CLI names the cache files of role credentials after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// An sso-session's name.
    Session(&'a str),
    /// A legacy profile's start URL.
    StartUrl(&'a str),
}

/// An Identity Center: where the user signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The profile or sso-session that was asked for; what `-p` takes.
    pub name: String,
    /// The sso-session's name; `None` for a legacy profile.
    pub session: Option<String>,
    /// `sso_start_url`, exactly as written: cache files are named after it. [`StartUrl`] compares it with another.
    pub start_url: String,
    /// `sso_region`.
    pub region: Region,
    /// `sso_registration_scopes`; empty where none are set.
    pub scopes: Vec<String>,
}

impl Directory {
    /// What the token's cache file is named after.
    #[must_use]
    pub fn token_key(&self) -> &str {
        self.session.as_deref().unwrap_or(&self.start_url)
    }

    /// What role-credential cache files are named after.
    #[must_use]
    pub fn origin(&self) -> Origin<'_> {
        match &self.session {
            Some(session) => Origin::Session(session),
            None => Origin::StartUrl(&self.start_url),
        }
    }

    /// What the name is a name of: an sso-session, or a profile.
    #[must_use]
    pub fn named_by(&self) -> &'static str {
        if self.session.as_ref() == Some(&self.name) { "sso-session" } else { "profile" }
    }

    /// Whether this is the Identity Center of another start URL too.
    #[must_use]
    pub fn has_start_url(&self, start_url: &str) -> bool {
        StartUrl::is_same(&self.start_url, start_url)
    }

    /// Reads an sso-session, or a legacy profile, which holds the same keys itself.
    fn described_by(section: Section<'_>, kind: &str, name: &str, session: Option<&str>) -> Result<Self> {
        let described = format!("{kind} {}", section.name());
        let required = |key: &str, example: &str| {
            section.setting(key).ok_or_else(|| {
                Error::usage(format!("{described} has no {key}"))
                    .with_remedy(format!("add to its section, for example: {key} = {example}"))
            })
        };
        let start_url = required("sso_start_url", "https://d-1234567890.awsapps.com/start")?;
        // A browser is sent there.
        if !Link::parse(start_url).is_some_and(|link| link.is_safe()) {
            return Err(Error::usage(format!(
                "the sso_start_url of {described} is not a valid https URL: {start_url}"
            ))
            .with_remedy("write it as your administrator gave it, such as https://d-1234567890.awsapps.com/start"));
        }
        let region = required("sso_region", "us-east-1")?;
        let Ok(region) = region.parse() else {
            return Err(Error::usage(format!("the sso_region of {described} is not a region: {region}"))
                .with_remedy(InvalidRegion::REMEDY));
        };
        let scopes = section.setting("sso_registration_scopes").filter(|_| session.is_some()).unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            session: session.map(str::to_owned),
            start_url: start_url.to_owned(),
            region,
            scopes: scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        })
    }
}

impl Config {
    /// The Identity Center that a profile or an sso-session means. A profile with SSO settings wins over an
    /// sso-session of the same name.
    pub fn directory(&self, name: &str) -> Result<Directory> {
        let profile = self.profile(name);
        if let Some(session) = profile.and_then(|profile| profile.setting("sso_session")) {
            let section = self.sso_session(session).ok_or_else(|| self.unknown_session(name, session))?;
            return Directory::described_by(section, "sso-session", name, Some(session));
        }
        match (profile, self.sso_session(name)) {
            (Some(profile), None) if is_legacy(profile) || profile.setting("sso_region").is_some() => {
                Directory::described_by(profile, "profile", name, None)
            }
            (Some(profile), Some(_)) if is_legacy(profile) => Directory::described_by(profile, "profile", name, None),
            (_, Some(session)) => Directory::described_by(session, "sso-session", name, Some(name)),
            (Some(_), None) => Err(Error::usage(format!("profile {name} has no SSO settings"))
                .with_remedy("add to its section: sso_session = NAME, or name another with -p")),
            (None, None) if self.is_missing() => Err(self.no_config()),
            (None, None) => Err(self.unknown(name)),
        }
    }

    /// A name for each Identity Center: all sso-sessions, then one legacy profile for each further start URL.
    #[must_use]
    pub fn directories(&self) -> &[String] {
        self.directories.get_or_init(|| self.find_directories())
    }

    fn find_directories(&self) -> Vec<String> {
        let mut start_urls = HashSet::new();
        let mut names = Vec::new();
        for session in self.sso_sessions() {
            start_urls.extend(session.setting("sso_start_url").map(StartUrl::of));
            names.push(session.name().to_owned());
        }
        for profile in self.profiles() {
            let Some(url) = profile.setting("sso_start_url") else { continue };
            if profile.setting("sso_session").is_none() && start_urls.insert(StartUrl::of(url)) {
                names.push(profile.name().to_owned());
            }
        }
        names
    }

    /// The lines of all sections that describe an Identity Center.
    #[must_use]
    pub fn directory_lines(&self) -> Vec<u8> {
        let legacy = self.profiles().filter(|profile| is_legacy(*profile));
        let texts = self.sso_sessions().chain(legacy).flat_map(Section::texts);
        texts.flat_map(|text| [text, b"\n"]).flatten().copied().collect()
    }

    /// The Identity Center to use where none is named: the only one there is.
    pub fn only_directory(&self) -> Result<Directory> {
        match self.directories() {
            [] if self.is_missing() => Err(self.no_config()),
            [] => Err(Error::usage(format!("{} has no sso-session", self.path().display()))
                .with_remedy(format!("run: aws configure sso\n{MINIMAL}"))),
            [name] => self.directory(name),
            names => Err(Error::usage(format!("there are several sso-sessions in {}", self.path().display()))
                .with_remedy(format!("name one with -p or AWS_SSO_SESSION: {}", listed(names)))),
        }
    }

    fn no_config(&self) -> Error {
        Error::usage(format!("there is no AWS config at {}", self.path().display()))
            .with_remedy(format!("run: aws configure sso\n{MINIMAL}"))
    }

    fn unknown(&self, name: &str) -> Error {
        // The fast path reads one profile alone; the suggestion needs them all.
        let reread = if self.is_partial() { Self::read(self.path()).ok() } else { None };
        let config = reread.as_ref().unwrap_or(self);
        let names = config.sso_sessions().chain(config.profiles()).map(Section::name);
        let near = nearest(name, names, 5);
        let error = Error::usage(format!("there is no profile or sso-session {name} in {}", self.path().display()));
        if !near.is_empty() {
            return error.with_remedy(format!("did you mean {}?", near.join(", ")));
        }
        match config.directories() {
            [] => error.with_remedy(format!("run: aws configure sso\n{MINIMAL}")),
            names => error.with_remedy(format!("name one of: {}", listed(names))),
        }
    }

    fn unknown_session(&self, profile: &str, session: &str) -> Error {
        let names: Vec<_> = self.sso_sessions().map(|section| section.name().to_owned()).collect();
        let error = Error::usage(format!(
            "profile {profile} names the sso-session {session}, which is not in {}",
            self.path().display()
        ));
        if names.is_empty() {
            return error
                .with_remedy(format!("add a section [sso-session {session}] with sso_start_url and sso_region"));
        }
        error.with_remedy(format!(
            "add a section [sso-session {session}], or name one that is there: {}",
            listed(&names)
        ))
    }
}

/// The shortest config that works.
const MINIMAL: &str = "or write there:
  [sso-session corp]
  sso_start_url = https://d-1234567890.awsapps.com/start
  sso_region = us-east-1
  sso_registration_scopes = sso:account:access";

fn is_legacy(profile: Section<'_>) -> bool {
    profile.setting("sso_start_url").is_some()
}

/// The first ten names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 10;
    let shown = names.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;

    const CONFIG: &str = "\
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start#/
sso_region = eu-west-1
sso_registration_scopes = sso:account:access, ,extra,
[sso-session shared]
sso_start_url = https://shared.awsapps.com/start
sso_region = eu-west-1
[profile dev]
sso_session = corp
sso_account_id = 123456789012
sso_role_name = reader
[profile old]
sso_start_url = https://old.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = ignored
[profile old-again]
sso_start_url = https://old.awsapps.com/start/
sso_region = us-east-1
[profile corp-again]
sso_start_url = HTTPS://Corp.awsapps.com/start/?lang=en#/accounts
sso_region = eu-west-1
[profile corp]
region = eu-west-1
[profile shared]
sso_session = corp
[profile plain]
region = eu-west-1
[profile lost]
sso_session = nowhere
";

    fn fault(config: &str, name: &str) -> (String, String) {
        let error = Config::parse(config.as_bytes()).directory(name).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{error}");
        (error.to_string(), error.report())
    }

    #[test]
    fn a_profile_or_an_sso_session_names_an_identity_center() {
        let config = Config::parse(CONFIG.as_bytes());
        let cases = [
            ("dev", Some("corp"), "https://corp.awsapps.com/start#/"),
            ("old", None, "https://old.awsapps.com/start"),
            // A profile without SSO settings does not hide the sso-session, one with them does.
            ("corp", Some("corp"), "https://corp.awsapps.com/start#/"),
            ("shared", Some("corp"), "https://corp.awsapps.com/start#/"),
        ];
        for (name, session, start_url) in cases {
            let directory = config.directory(name).unwrap();
            assert_eq!(directory.name, name);
            assert_eq!(directory.session.as_deref(), session, "{name}");
            assert_eq!(directory.start_url, start_url, "{name}");
        }
        assert_eq!(config.directory("dev").unwrap().scopes, ["sso:account:access", "extra"]);
        assert!(config.directory("old").unwrap().scopes.is_empty());
    }

    #[test]
    fn each_identity_center_is_listed_once() {
        let config = Config::parse(CONFIG.as_bytes());
        assert_eq!(config.directories(), ["corp", "shared", "old"]);
        let error = config.only_directory().unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.report().contains("corp, shared, old"), "{}", error.report());

        let many = (0..13).map(|n| format!("[sso-session s{n}]")).collect::<Vec<_>>().join("\n");
        let report = Config::parse(many.as_bytes()).only_directory().unwrap_err().report();
        assert!(report.contains("s0, s1") && report.contains("s9 and 3 more"), "{report}");

        let one = Config::parse(b"[profile a]\nsso_start_url = https://x/start\nsso_region = us-east-1");
        assert_eq!(one.only_directory().unwrap().name, "a");
    }

    #[test]
    fn what_is_wrong_with_an_sso_session_is_reported_with_its_remedy() {
        let session = |lines: &str| format!("[sso-session s]\n{lines}");
        let cases = [
            (CONFIG.to_owned(), "plain", "profile plain has no SSO settings", "sso_session = NAME"),
            (CONFIG.to_owned(), "lost", "names the sso-session nowhere", "corp, shared"),
            (CONFIG.to_owned(), "shar", "no profile or sso-session shar", "did you mean shared?"),
            (CONFIG.to_owned(), "zzzzzzzz", "no profile or sso-session zzzzzzzz", "corp, shared, old"),
            ("[profile p]\nsso_session = s".to_owned(), "p", "names the sso-session s", "[sso-session s]"),
            (session("sso_start_url = https://x/start"), "s", "sso-session s has no sso_region", "us-east-1"),
            (session("sso_region = us-east-1"), "s", "sso-session s has no sso_start_url", "https://"),
            ("[profile p]\nsso_region = r".to_owned(), "p", "profile p has no sso_start_url", "https://"),
            (
                session("sso_start_url = http://x/start\nsso_region = r"),
                "s",
                "not a valid https URL: http://x",
                "https:",
            ),
            (session("sso_start_url = https://x\nsso_region = x.example/"), "s", "not a region", "eu-west-1"),
            (session("sso_start_url = https://x\nsso_region = US-EAST-1"), "s", "not a region", "eu-west-1"),
            (
                session("sso_start_url = https://x/start\\#/\nsso_region = r"),
                "s",
                "not a valid https URL",
                "administrator",
            ),
            (String::new(), "p", "no profile or sso-session p", "aws configure sso"),
        ];
        for (config, name, message, remedy) in cases {
            let (said, report) = fault(&config, name);
            assert!(said.contains(message), "{said}");
            assert!(report.contains(remedy), "{report}");
        }
    }

    #[test]
    fn without_a_config_the_error_shows_its_place_and_the_lines_to_write() {
        let config = Config::read("/no/such/config".as_ref()).unwrap();
        for error in [config.only_directory().unwrap_err(), config.directory("corp").unwrap_err()] {
            assert_eq!(error.kind(), Kind::Usage);
            let report = error.report();
            for part in ["/no/such/config", "aws configure sso", "[sso-session corp]", "sso_start_url ="] {
                assert!(report.contains(part), "{report}");
            }
        }
        let empty = Config::parse(b"[default]\nregion = us-east-1\n").only_directory().unwrap_err();
        assert!(empty.report().contains("has no sso-session"));
    }

    #[test]
    fn a_config_read_for_one_profile_suggests_from_the_whole_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, CONFIG).unwrap();
        let config = Config::read_profile(&path, "old-agan").unwrap();
        let report = config.directory("old-agan").unwrap_err().report();
        assert!(report.contains("did you mean old-again, old?"), "{report}");
    }
}
