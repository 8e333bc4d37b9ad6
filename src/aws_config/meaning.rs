//! What a profile means: a role of Identity Center, or exactly why not.
//!
//! [`Section::role`] answers the first half, fast enough for lists of fifty thousand profiles. Here is the other half:
//! what AWS tools would refuse in a profile, and what else a profile without a role may be. The verbs and `doctor` tell
//! users the same.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::config::{Config, Section};
use super::misspelt::{KEYS, key_for};
use super::no_role::{NoRole, example, missing};
use super::process_words;
use super::sso_keys::{session_fault, sso_fault};
use super::static_keys::{AccessKeys, CredentialsFile, StaticKeys};
use crate::error::Error;
use crate::quote;
use crate::role::RoleRef;

impl Section<'_> {
    /// Whether a profile begins some source of credentials, its own keys apart.
    pub(super) fn has_source(self) -> bool {
        const SOURCES: [&str; 6] = [
            "sso_account_id",
            "sso_role_name",
            "credential_process",
            "login_session",
            "web_identity_token_file",
            "role_arn",
        ];
        SOURCES.iter().any(|key| self.get(key).is_some())
    }

    /// Whether the section says anything about credentials, right or wrong.
    pub(crate) fn has_credentials(self) -> bool {
        let is_source = |key: &str| {
            !matches!(key, "region" | "sso_registration_scopes" | "sso_redirect_port") && KEYS.contains(&key)
        };
        self.keys().any(is_source) || ["sso_account_id", "sso_role_name"].iter().any(|key| key_for(self, key).is_some())
    }
}

/// What the profiles of a config mean, together with the credentials file.
#[derive(Debug)]
pub(crate) struct Meanings<'a> {
    config: &'a Config,
    /// Read when a profile makes it necessary.
    credentials: OnceCell<Option<CredentialsFile>>,
}

impl<'a> Meanings<'a> {
    pub(crate) fn new(config: &'a Config) -> Self {
        Self { config, credentials: OnceCell::new() }
    }

    /// The role of a profile and the name of the profile or sso-session to sign in with, or why there is none.
    pub(crate) fn role(&self, profile: Section<'a>) -> Result<(Cow<'a, str>, RoleRef), NoRole> {
        match self.fault(profile) {
            Some(fault) => Err(fault),
            None => profile.role().ok_or_else(|| self.without_role(profile)),
        }
    }

    /// What makes AWS tools refuse this profile. The order is botocore's: the first source that a profile begins
    /// counts.
    pub(crate) fn fault(&self, profile: Section<'a>) -> Option<NoRole> {
        if profile.get("role_arn").is_some() || profile.get("web_identity_token_file").is_some() {
            return self.assumed_fault(profile).or_else(|| session_fault(profile));
        }
        sso_fault(profile).or_else(|| self.keys_fault(profile)).or_else(|| Self::misspelt_source(profile))
    }

    /// Why a profile names no Identity Center.
    pub(super) fn no_directory(&self, profile: Section<'a>) -> Error {
        let fault = self.fault(profile);
        let remedy = fault.as_ref().map(|fault| fault.remedy.clone());
        let reason = fault.unwrap_or_else(|| self.without_role(profile));
        let session = example(self.config, "sso_session");
        let remedy = remedy
            .unwrap_or_else(|| format!("name an sso-session with -p, or add to its section: sso_session = {session}"));
        Error::usage(format!("{}: {}", reason.place(self.config), reason.found)).with_remedy(remedy).of_config()
    }

    /// A profile of which only the credentials file knows.
    pub(crate) fn in_credentials_file(&self, profile: &str) -> Option<Error> {
        let keys = self.credentials()?.keys_of(profile)?;
        Some(
            Error::usage(format!("profile {profile} has access keys of its own ({}), and no role", keys.place))
                .with_remedy(use_without_us(profile)),
        )
    }

    fn credentials(&self) -> Option<&CredentialsFile> {
        self.credentials.get_or_init(CredentialsFile::read).as_ref()
    }

    pub(super) fn config(&self) -> &'a Config {
        self.config
    }

    /// Whether the credentials file has a profile of this name.
    pub(super) fn is_in_credentials_file(&self, profile: &str) -> bool {
        self.credentials().is_some_and(|file| file.line_of(profile).is_some())
    }

    /// What is wrong with the keys of a profile of the credentials file, if they lack the secret.
    pub(super) fn incomplete_in_file(&self, profile: &str) -> Option<String> {
        let keys = self.credentials()?.keys_of(profile)?;
        let is_incomplete = keys.missing == Some("aws_secret_access_key");
        let what = || format!("profile {profile} has an aws_access_key_id without an aws_secret_access_key");
        is_incomplete.then(|| format!("{} ({})", what(), keys.place))
    }

    /// Whether a profile has access keys of its own, in either file.
    pub(super) fn has_keys(&self, profile: Section<'a>) -> bool {
        self.static_keys(profile).is_some()
    }

    /// What the credentials file says of this profile in place of the config, if that concerns how a role is assumed.
    pub(crate) fn overridden(&self, profile: Section<'a>) -> Option<NoRole> {
        let name = profile.name();
        let (key, place) = self.credentials()?.assuming_key_of(name)?;
        let found = format!("profile {name} has a {key} in {place} too, which AWS tools take in place of the config's");
        Some(NoRole::new(profile, key, found, format!("move what you need of it to the config, and delete {place}")))
    }

    /// The profile, if a chain of `named` can begin with its access keys.
    ///
    /// Errors: AWS tools take something else, or nobody can send them.
    pub(super) fn usable_keys(&self, profile: &str, named: Section<'a>) -> Result<String, NoRole> {
        let fault = |found, remedy: &str| Err(NoRole::new(named, "source_profile", found, remedy.to_owned()));
        let in_file = self.credentials().filter(|file| !file.has_id(profile)).and_then(|file| file.source_of(profile));
        if let Some((key, place)) = in_file {
            let found = format!("profile {profile} has a {key} in {place}, which AWS tools take in place of its keys");
            return fault(found, "delete the one that is not meant");
        }
        match self.access_keys(profile).filter(|keys| !keys.are_sendable()) {
            Some(keys) => {
                let found = format!("the access keys of profile {profile} ({}) hold what no key does", keys.place);
                fault(found, "write each in one line, as IAM shows it")
            }
            None => Ok(profile.to_owned()),
        }
    }

    fn static_keys(&self, profile: Section<'a>) -> Option<StaticKeys> {
        let of_file = self.credentials().and_then(|file| file.keys_of(profile.name()));
        // A secret alone is nothing there.
        let counts = of_file.as_ref().is_some_and(|keys| keys.missing != Some("aws_access_key_id"));
        let of_section = if counts { None } else { StaticKeys::of_section(profile) };
        of_section.or(of_file)
    }

    /// The access keys of a profile, from the one file that AWS tools take them from: the credentials file if it has
    /// an id, else the config.
    pub(crate) fn access_keys(&self, profile: &str) -> Option<AccessKeys> {
        let in_file = self.credentials().filter(|file| file.has_id(profile));
        match in_file {
            Some(file) => file.access_keys_of(profile),
            None => AccessKeys::of_section(self.config.profile(profile)?),
        }
    }

    /// What is wrong with the profiles that a `role_arn` leads through.
    fn assumed_fault(&self, profile: Section<'a>) -> Option<NoRole> {
        if profile.setting("web_identity_token_file").is_some() {
            return missing(profile, "role_arn", "web_identity_token_file");
        }
        self.walk(profile).err()
    }

    pub(super) fn keys_fault(&self, profile: Section<'a>) -> Option<NoRole> {
        // An id without a secret is an error to AWS tools, a secret without an id is nothing.
        let keys = self.static_keys(profile).filter(|keys| keys.missing == Some("aws_secret_access_key"))?;
        let found = format!("profile {} has an aws_access_key_id without an aws_secret_access_key", profile.name());
        let remedy = format!("add the secret in {}, or delete the id", keys.place);
        Some(NoRole::new(profile, "aws_access_key_id", found, remedy))
    }

    /// A profile without any source of credentials that has a key like one.
    fn misspelt_source(profile: Section<'a>) -> Option<NoRole> {
        if profile.has_source() || profile.get("sso_session").is_some() || profile.get("sso_start_url").is_some() {
            return None;
        }
        let name = profile.name();
        let sources = ["credential_process", "role_arn", "sso_session", "sso_start_url", "web_identity_token_file"];
        let (key, written) = sources.iter().find_map(|key| Some((key, key_for(profile, key)?)))?;
        let found = format!("profile {name} has the key {written}, which AWS tools do not read");
        Some(NoRole::new(profile, written, found, format!("write {key} in place of {written}")))
    }

    /// What a profile is that AWS tools take, and that has no role of Identity Center.
    pub(super) fn without_role(&self, profile: Section<'a>) -> NoRole {
        let name = profile.name();
        let other = |key: &str, found: String, remedy: String| NoRole::new(profile, key, found, remedy);
        if let Some(role) = profile.setting("role_arn") {
            let source = match (profile.setting("source_profile"), profile.setting("credential_source")) {
                _ if profile.setting("web_identity_token_file").is_some() => "with a web identity".to_owned(),
                (Some(source), _) => format!("with the credentials of profile {source}"),
                (None, Some(place)) => format!("with the credentials of {place} (credential_source)"),
                (None, None) => "with a web identity".to_owned(),
            };
            let found =
                format!("profile {name} is chained: it assumes {role} {source}, which aws-sso leaves to AWS tools");
            return other("role_arn", found, use_without_us(name));
        }
        if let Some(line) = profile.setting("credential_process") {
            return self.process_without_role(profile, line);
        }
        if let Some(session) = profile.setting("login_session") {
            let found = format!("profile {name} gets its credentials from aws login ({session}), and has no role");
            return other("login_session", found, use_without_us(name));
        }
        if let Some(keys) = self.static_keys(profile) {
            let found = format!("profile {name} has access keys of its own ({}), and no role", keys.place);
            return other("aws_access_key_id", found, use_without_us(name));
        }
        let key = ["sso_session", "sso_start_url"].into_iter().find(|key| profile.setting(key).is_some());
        if let Some(key) = key {
            let found = format!("profile {name} has no role: neither sso_account_id nor sso_role_name");
            let remedy = format!("add both to its section, or name a role of: aws-sso list -p {name}");
            return other(key, found, remedy);
        }
        if profile.setting("source_profile").is_some() {
            let found = format!("profile {name} has a source_profile and no role_arn, so that AWS tools ignore it");
            let remedy = format!("add to its section: role_arn = {}", example(self.config, "role_arn"));
            return other("source_profile", found, remedy);
        }
        let found = format!("profile {name} has no SSO settings: its section says nothing about credentials");
        let session = example(self.config, "sso_session");
        other("", found, format!("add to its section sso_session = {session}, sso_account_id and sso_role_name"))
    }

    fn process_without_role(&self, profile: Section<'a>, line: &str) -> NoRole {
        let name = profile.name();
        let (found, remedy) = match profile.process_command() {
            Some((None, role)) if !role.is_empty() && role.parse::<RoleRef>().is_ok() => (
                format!("the credential_process of profile {name} names no sso-session, and there are several"),
                format!("add to the line: -p {}", self.config.directories().first().map_or("NAME", String::as_str)),
            ),
            Some((_, role)) => match role.parse::<RoleRef>() {
                Err(error) => (
                    format!("the credential_process of profile {name} names no role: {error}"),
                    error.remedy().unwrap_or("write a role like arn:aws:iam::123456789012:role/NAME").to_owned(),
                ),
                Ok(_) => (
                    format!("the credential_process of profile {name} leads to no role"),
                    "write it as: aws-sso process ACCOUNT_ID/NAME -p NAME".to_owned(),
                ),
            },
            None => {
                let words = process_words::split(line).unwrap_or_default();
                let first = || line.split_ascii_whitespace().next().unwrap_or(line);
                let program = words.first().map_or_else(first, String::as_str);
                let found =
                    format!("profile {name} gets its credentials from another program, {program}, and has no role");
                (found, use_without_us(name))
            }
        };
        NoRole::new(profile, "credential_process", found, remedy)
    }
}

/// The way to use a profile that AWS tools can use, and this one cannot.
pub(super) fn use_without_us(profile: &str) -> String {
    format!("AWS tools use it themselves: {}", quote::export("AWS_PROFILE", profile))
}
