//! Which Identity Center a name in the AWS config means: its start URL, its region and its scopes.

use std::borrow::Cow;
use std::collections::HashSet;

use super::config::{Config, Section};
use super::meaning::Meanings;
use super::plain::count_urls;
use super::sso_keys;
use super::value::{is_start_url, region_in};
use crate::address::StartUrl;
use crate::error::Result;
use crate::partition::Region;

/// An Identity Center: where the user signs in. Or, in place of one, a profile with access keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directory {
    /// The profile or sso-session that was asked for; what `-p` takes.
    pub name: String,
    /// The sso-session's name; `None` for a legacy profile.
    pub session: Option<String>,
    /// `sso_start_url`, exactly as written: cache files are named after it. Only access keys have none.
    pub start_url: String,
    /// `sso_region`, else the Region that the start URL names.
    pub region: Region,
    /// `sso_registration_scopes`; empty where none are set.
    pub scopes: Vec<String>,
    /// `sso_redirect_port` as written: only a sign-in with a browser needs it, and says if it is none.
    pub redirect_port: Option<String>,
}

impl Directory {
    /// What the token's cache file is named after.
    #[must_use]
    pub fn token_key(&self) -> &str {
        self.session.as_deref().unwrap_or(&self.start_url)
    }

    /// The section of the config that has the start URL: its kind, and its name.
    #[must_use]
    pub(crate) fn section(&self) -> (&'static str, &str) {
        self.session.as_ref().map_or(("profile", &self.name), |session| ("sso-session", session))
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
        let required = |key: &str| {
            section.setting(key).ok_or_else(|| sso_keys::incomplete(section, kind, key).error(section.config()))
        };
        let start_url = required("sso_start_url")?;
        let region = match section.setting("sso_region") {
            Some(region) => region.parse(),
            None => match region_in(start_url) {
                Some(region) => Ok(region),
                None => required("sso_region")?.parse(),
            },
        };
        // A browser is sent to the start URL.
        let (true, Ok(region)) = (is_start_url(start_url), region) else {
            return Err(sso_keys::malformed_directory(section, kind).error(section.config()));
        };
        let scopes = section.setting("sso_registration_scopes").filter(|_| session.is_some()).unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            session: session.map(str::to_owned),
            start_url: start_url.to_owned(),
            region,
            redirect_port: section.setting("sso_redirect_port").map(str::to_owned),
            scopes: scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect(),
        })
    }
}

impl Config {
    /// The Identity Center that a profile or an sso-session means. A profile with SSO settings wins over an
    /// sso-session of the same name.
    ///
    /// A profile without SSO settings means the Identity Center of the profile that it takes its credentials from.
    pub fn directory(&self, name: &str) -> Result<Directory> {
        self.directory_within(name, LONGEST_CHAIN)
    }

    fn directory_within(&self, name: &str, steps: usize) -> Result<Directory> {
        let profile = self.profile(name);
        if let Some((profile, session)) = profile.and_then(|profile| Some((profile, profile.setting("sso_session")?))) {
            let section = self.sso_session(session).ok_or_else(|| sso_keys::unknown_session(profile).error(self))?;
            if is_another(profile, section) {
                return Err(sso_keys::inconsistent(profile, section).error(self));
            }
            return Directory::described_by(section, "sso-session", name, Some(session));
        }
        match (profile, self.sso_session(name)) {
            (Some(profile), None) if is_legacy(profile) || profile.setting("sso_region").is_some() => {
                Directory::described_by(profile, "profile", name, None)
            }
            (Some(profile), Some(_)) if is_legacy(profile) => Directory::described_by(profile, "profile", name, None),
            (_, Some(session)) => Directory::described_by(session, "sso-session", name, Some(name)),
            (Some(profile), None) => self.directory_behind(profile, steps),
            (None, None) if self.is_missing() => Err(self.no_config()),
            (None, None) => Err(self.unknown(name)),
        }
    }

    /// The Identity Center of the profile or sso-session from which this profile takes its credentials.
    fn directory_behind(&self, profile: Section<'_>, steps: usize) -> Result<Directory> {
        let of_process = || profile.process_command()?.0;
        let source = match profile.setting("role_arn") {
            Some(_) => profile.setting("source_profile").map(Cow::Borrowed),
            None => of_process(),
        };
        let meanings = Meanings::new(self);
        if let Some(keys) = meanings.keys_without_sign_in(profile) {
            return Err(keys.error(self));
        }
        match source.filter(|_| steps > 0 && meanings.fault(profile).is_none()) {
            // The fast path has read this profile alone.
            Some(_) if self.is_partial() => Self::read(self.path())?.directory_within(profile.name(), steps),
            Some(source) => self.directory_within(&source, steps - 1),
            None => Err(meanings.no_directory(profile)),
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

    /// A name for each token that there can be: all sso-sessions, then one legacy profile for each spelling of a start
    /// URL, after which its token's file is named.
    #[must_use]
    pub fn sign_ins(&self) -> Vec<String> {
        let mut spellings = HashSet::new();
        let is_new = |profile: &Section<'_>| {
            profile.setting("sso_session").is_none()
                && profile.setting("sso_start_url").is_some_and(|url| spellings.insert(url.to_owned()))
        };
        let sections = self.sso_sessions().chain(self.profiles().filter(is_new));
        sections.map(|section| section.name().to_owned()).collect()
    }

    /// The lines of all sections that describe an Identity Center.
    #[must_use]
    pub fn directory_lines(&self) -> Vec<u8> {
        // Nobody who has thousands of profiles has a start URL in each, and one look at all is faster than one at each.
        let in_sessions: usize = self.sso_sessions().flat_map(Section::texts).map(count_urls).sum();
        let has_others = count_urls(&self.text) > in_sessions;
        let legacy = self.profiles().filter(|profile| has_others && is_legacy(*profile));
        let texts = self.sso_sessions().chain(legacy).flat_map(Section::texts);
        texts.flat_map(|text| [text, b"\n"]).flatten().copied().collect()
    }

    /// The Identity Center to use where none is named: the only one there is.
    pub fn only_directory(&self) -> Result<Directory> {
        match self.directories() {
            [] if self.is_missing() => Err(self.no_config()),
            [] => Err(self.no_directory()),
            [name] => self.directory(name),
            names => Err(self.several_directories(names)),
        }
    }
}

/// More profiles than anybody chains; only a circle is longer.
const LONGEST_CHAIN: usize = 16;

/// Whether the start URL or the region in a profile is not that of its sso-session.
fn is_another(profile: Section<'_>, session: Section<'_>) -> bool {
    let both = |key: &str| Some((profile.setting(key)?, session.setting(key)?));
    both("sso_start_url").is_some_and(|(one, other)| !StartUrl::is_same(one, other))
        || both("sso_region").is_some_and(|(one, other)| one != other)
}

fn is_legacy(profile: Section<'_>) -> bool {
    profile.setting("sso_start_url").is_some()
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
    fn the_region_may_be_left_out_where_the_host_of_the_start_url_names_it() {
        let hosts = [
            ("ssoins-1.eu-west-1.portal.amazonaws.com", "eu-west-1"),
            ("ssoins-1.portal.ap-south-1.app.aws/#/", "ap-south-1"),
            ("start.us-gov-east-1.us-gov-home.awsapps.com/directory/x", "us-gov-east-1"),
            ("start.cn-north-1.home.awsapps.cn/directory/x", "cn-north-1"),
            ("ssoins-1.eusc-de-east-1.portal.amazonaws.eu", "eusc-de-east-1"),
        ];
        for (host, region) in hosts {
            let keys = format!("sso_start_url = https://{host}\n");
            for section in ["[sso-session x]\n", "[profile x]\n"] {
                let config = Config::parse(format!("{section}{keys}").as_bytes());
                assert_eq!(&*config.directory("x").unwrap().region, region, "{host}");
                // What is written counts, and `doctor` says so.
                let config = Config::parse(format!("{section}{keys}sso_region = us-east-1").as_bytes());
                assert_eq!(&*config.directory("x").unwrap().region, "us-east-1", "{host}");
            }
        }
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
            (CONFIG.to_owned(), "plain", "profile plain has no SSO settings", "sso_session = corp"),
            (CONFIG.to_owned(), "lost", "names the sso-session nowhere", "corp, shared"),
            (CONFIG.to_owned(), "shar", "no profile or sso-session shar", "did you mean shared?"),
            (CONFIG.to_owned(), "zzzzzzzz", "no profile or sso-session zzzzzzzz", "corp, shared, old"),
            ("[profile p]\nsso_session = s".to_owned(), "p", "names the sso-session s", "[sso-session s]"),
            (session("sso_start_url = https://x/start"), "s", "sso-session s has no sso_region", "eu-west-1"),
            (session("sso_region = us-east-1"), "s", "sso-session s has no sso_start_url", "https://"),
            ("[profile p]\nsso_region = r".to_owned(), "p", "profile p has no sso_start_url", "https://"),
            // Only a request would tell to which Region a company's own domain leads.
            (
                session("sso_start_url = https://aws.x.example"),
                "s",
                "sso-session s has no sso_region",
                "run: aws-sso setup https://aws.x.example",
            ),
            (
                "[profile p]\nsso_start_url = https://x.awsapps.com/start".to_owned(),
                "p",
                "profile p has no sso_region",
                "eu-west-1",
            ),
            (
                session("sso_start_url = http://x/start\nsso_region = r"),
                "s",
                "it begins with http instead of https: http://x/start",
                "administrator",
            ),
            (session("sso_start_url = https://x\nsso_region = x.example/"), "s", "not a region", "eu-west-1"),
            (session("sso_start_url = https://x\nsso_region = US-EAST-1"), "s", "not a region", "us-east-1"),
            (
                session("sso_start_url = https://x/start\\#/\nsso_region = r"),
                "s",
                "is not a valid https URL: it has a backslash",
                "write: sso_start_url = https://x/start#/",
            ),
            (
                session("sso_start_ur = https://x\nsso_region = r"),
                "s",
                "it has sso_start_ur",
                "sso_start_url = https://x",
            ),
            (
                session("sso_start_url = https://x\nsso_region = r\n").replace("sso-", "sso_"),
                "s",
                "there is no",
                "line 1 says [sso_session s]",
            ),
            ("[sso_session s]\nsso_start_url = https://x".to_owned(), "x", "there is no", "aws-sso setup"),
            (String::new(), "p", "no profile or sso-session p", "aws-sso setup"),
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
            for part in ["/no/such/config", "aws-sso setup", "[sso-session corp]", "sso_start_url ="] {
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
