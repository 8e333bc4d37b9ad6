//! Access keys that a profile holds itself, in either file.

use std::fmt;
use std::path::PathBuf;

use sha1_smol::{Digest, Sha1};

use super::config::Section;
use super::document::{Document, Header};
use super::line::SectionKind;
use crate::environment;
use crate::files::read;
use crate::secret::Secret;

/// The credentials file, as far as it tells which profiles have keys. A file that cannot be read has none here.
#[derive(Debug)]
pub(super) struct CredentialsFile {
    path: PathBuf,
    document: Document,
}

/// The keys of one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct StaticKeys {
    /// Where they are: `line 7`, or a file and a line.
    pub(super) place: String,
    /// The one of the two that is missing.
    pub(super) missing: Option<&'static str>,
}

/// Access keys that a profile holds, with which a chain of roles can begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccessKeys {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    /// Keys of a user have none.
    pub(crate) session_token: Option<Secret>,
    /// Where they are: a file and a line.
    pub(crate) place: String,
}

impl AccessKeys {
    /// What tells these keys from others, without being one of them.
    pub(crate) fn mark(&self) -> KeyMark {
        KeyMark(Sha1::from(format!("aws-sso access key\n{}", self.id)).digest())
    }
}

/// A hash of an access key id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyMark(Digest);

impl fmt::Display for KeyMark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

const ID: &str = "aws_access_key_id";
const SECRET: &str = "aws_secret_access_key";
const TOKENS: [&str; 2] = ["aws_session_token", "aws_security_token"];
const ASSUMING: [&str; 9] = [
    "role_arn",
    "source_profile",
    "credential_source",
    "web_identity_token_file",
    "external_id",
    "role_session_name",
    "duration_seconds",
    "mfa_serial",
    "credential_process",
];

/// What AWS tools take before keys in the config, if the credentials file has it.
const SOURCES: [&str; 7] = [
    "credential_process",
    "web_identity_token_file",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "sso_role_name",
    "login_session",
];

impl CredentialsFile {
    pub(super) fn read() -> Option<Self> {
        let path = environment::credentials_file().ok()?;
        let document = Document::parse(&read::whole(&path).ok().flatten()?);
        Some(Self { path, document })
    }

    /// Whether it has a section of this name, and in which line that begins.
    pub(super) fn line_of(&self, profile: &str) -> Option<usize> {
        let names = |header: &Header<'_>| match header.kind {
            SectionKind::Default => profile == "default",
            SectionKind::Other => header.name == profile.as_bytes(),
            _ => false,
        };
        self.document.header_lines().find(|(_, header)| names(header)).map(|(line, _)| line)
    }

    /// The keys of this profile here.
    pub(super) fn keys_of(&self, profile: &str) -> Option<StaticKeys> {
        let place = self.place_of(profile)?;
        StaticKeys::of(self.has(profile, ID), self.has(profile, SECRET), place)
    }

    pub(super) fn has_id(&self, profile: &str) -> bool {
        self.has(profile, ID)
    }

    /// The values of those keys, if none is missing.
    pub(super) fn access_keys_of(&self, profile: &str) -> Option<AccessKeys> {
        let place = self.place_of(profile)?;
        AccessKeys::of(|key| self.value(profile, key), place)
    }

    /// Which of the keys that say how a role is assumed this profile has here, and where it is. AWS tools take them for
    /// those of the profile in the config.
    pub(super) fn assuming_key_of(&self, profile: &str) -> Option<(&'static str, String)> {
        let key = ASSUMING.into_iter().find(|key| self.has(profile, key))?;
        Some((key, self.place_of(profile)?))
    }

    /// Which other source of credentials this profile has here, and where it is.
    pub(super) fn source_of(&self, profile: &str) -> Option<(&'static str, String)> {
        let key = SOURCES.into_iter().find(|key| self.has(profile, key))?;
        Some((key, self.place_of(profile)?))
    }

    fn place_of(&self, profile: &str) -> Option<String> {
        Some(format!("{}:{}", environment::shown(&self.path), self.line_of(profile)?))
    }

    fn has(&self, profile: &str, key: &str) -> bool {
        self.value(profile, key).is_some()
    }

    fn value(&self, profile: &str, key: &str) -> Option<String> {
        let header = match profile {
            "default" => Header::DEFAULT,
            name => Header { kind: SectionKind::Other, name: name.as_bytes().into() },
        };
        self.document.get(&header, key).filter(|value| !value.is_empty())
    }
}

/// The profiles of a credentials file that have an id without a secret, each with its line number: an error to AWS
/// tools.
pub(crate) fn incomplete(document: &Document) -> Vec<(usize, String)> {
    let has = |header: &Header<'_>, key| document.get(header, key).is_some_and(|value| !value.is_empty());
    let headers = document.header_lines().filter(|(_, header)| has(header, ID) && !has(header, SECRET));
    headers.map(|(line, header)| (line, String::from_utf8_lossy(&header.name).into_owned())).collect()
}

impl AccessKeys {
    /// Whether they can be sent. A value that goes on in a second line cannot.
    pub(super) fn are_sendable(&self) -> bool {
        let token = self.session_token.as_ref().map(Secret::expose);
        let mut all = [self.id.as_str(), self.secret.expose()].into_iter().chain(token);
        all.all(|value| value.bytes().all(|byte| byte.is_ascii_graphic()))
    }

    fn of(value: impl Fn(&str) -> Option<String>, place: String) -> Option<Self> {
        let session_token = TOKENS.iter().find_map(|key| value(key)).map(Secret::from);
        Some(Self { id: value(ID)?, secret: value(SECRET)?.into(), session_token, place })
    }

    /// Those that a profile has in the config file itself.
    pub(super) fn of_section(section: Section<'_>) -> Option<Self> {
        let line = section.line_of(ID)?;
        let place = format!("{}:{line}", environment::shown(section.file()));
        Self::of(|key| section.setting(key).map(str::to_owned), place)
    }
}

impl StaticKeys {
    /// The keys that a profile has in the config file itself.
    pub(super) fn of_section(section: Section<'_>) -> Option<Self> {
        let has = |key| section.setting(key).is_some();
        if !has(ID) && !has(SECRET) {
            return None;
        }
        Self::of(has(ID), has(SECRET), "its section of the config".to_owned())
    }

    fn of(has_id: bool, has_secret: bool, place: String) -> Option<Self> {
        let missing = match (has_id, has_secret) {
            (true, true) => None,
            (true, false) => Some(SECRET),
            (false, true) => Some(ID),
            (false, false) => return None,
        };
        Some(Self { place, missing })
    }
}
