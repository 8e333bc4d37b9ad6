//! What a profile means: a role of Identity Center, or exactly why not.
//!
//! [`Section::role`] answers the first half, fast enough for lists of fifty thousand profiles. Here is the other half:
//! what AWS tools would refuse in a profile, and what else a profile without a role may be. The verbs and `doctor` tell
//! users the same.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::config::{Config, Section};
use super::misspelt::{KEYS, key_for};
use super::static_keys::{CredentialsFile, StaticKeys};
use super::value::{malformed, word};
use crate::environment::shown;
use crate::error::Error;
use crate::role::RoleRef;
use crate::suggest::nearest;

/// Why a profile leads to no role of Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoRole {
    /// What the profile is, or what is wrong with it: a sentence that names it.
    pub(crate) found: String,
    /// What to do.
    pub(crate) remedy: String,
    /// Whether AWS tools cannot use the profile either.
    pub(crate) is_fault: bool,
    /// Where the line is that tells, in the config's text.
    at: usize,
}

impl NoRole {
    /// The file and the line that tell.
    pub(crate) fn place(&self, config: &Config) -> String {
        format!("{}:{}", shown(config.path()), config.line_at(self.at))
    }

    /// The error with which a verb ends.
    pub(crate) fn error(&self, config: &Config) -> Error {
        Error::usage(format!("{}: {}", self.place(config), self.found)).with_remedy(self.remedy.clone())
    }
}

impl Section<'_> {
    /// Whether the section says anything about credentials, right or wrong.
    pub(crate) fn has_credentials(self) -> bool {
        let is_source = |key: &str| !matches!(key, "region" | "sso_registration_scopes") && KEYS.contains(&key);
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

/// The values of `credential_source` that SDKs know.
const SOURCES: [&str; 3] = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];

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

    /// What makes AWS tools refuse this profile. The order is botocore's: the first source that a profile begins counts.
    pub(crate) fn fault(&self, profile: Section<'a>) -> Option<NoRole> {
        if profile.get("role_arn").is_some() || profile.get("web_identity_token_file").is_some() {
            return self.assumed_fault(profile).or_else(|| session_fault(profile));
        }
        sso_fault(profile).or_else(|| self.keys_fault(profile)).or_else(|| self.misspelt_source(profile))
    }

    /// Why a profile names no Identity Center.
    pub(super) fn no_directory(&self, profile: Section<'a>) -> Error {
        let fault = self.fault(profile);
        let remedy = fault.as_ref().map(|fault| fault.remedy.clone());
        let reason = fault.unwrap_or_else(|| self.without_role(profile));
        let session = example(self.config, "sso_session");
        let remedy = remedy
            .unwrap_or_else(|| format!("name an sso-session with -p, or add to its section: sso_session = {session}"));
        Error::usage(format!("{}: {}", reason.place(self.config), reason.found)).with_remedy(remedy)
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

    fn static_keys(&self, profile: Section<'a>) -> Option<StaticKeys> {
        let of_file = self.credentials().and_then(|file| file.keys_of(profile.name()));
        of_file.or_else(|| StaticKeys::of_section(profile))
    }

    /// What is wrong with the profiles that a `role_arn` leads through.
    fn assumed_fault(&self, profile: Section<'a>) -> Option<NoRole> {
        if profile.setting("web_identity_token_file").is_some() {
            return missing(profile, "role_arn", "web_identity_token_file");
        }
        let mut chain = vec![profile.name()];
        let mut current = profile;
        loop {
            let name = current.name();
            let fault = |found: String, remedy: String, key: &str| Some(NoRole::fault(current, key, found, remedy));
            let (source, place) = (current.get("source_profile"), current.get("credential_source"));
            let source = match (source, place) {
                (Some(_), Some(_)) => {
                    let found = format!("profile {name} has both source_profile and credential_source");
                    return fault(found, "delete one of the two lines".to_owned(), "credential_source");
                }
                (None, None) => return missing(current, "source_profile", "role_arn"),
                (None, Some(place)) if SOURCES.contains(&place) => return None,
                (None, Some(place)) => {
                    let found = format!("the credential_source of profile {name} is none that AWS tools know: {place}");
                    return fault(found, format!("write one of: {}", SOURCES.join(", ")), "credential_source");
                }
                (Some(source), None) => source,
            };
            let Some(next) = self.config.profile(source) else {
                if self.credentials().is_some_and(|file| file.line_of(source).is_some()) {
                    return None;
                }
                let found = format!("profile {name} names the source_profile {source}, which is not there");
                let near = nearest(source, self.config.profiles().map(Section::name), 5);
                let remedy = match near.as_slice() {
                    [] => format!("add a section [profile {source}], or name another source_profile"),
                    near => format!("did you mean {}?", near.join(", ")),
                };
                return fault(found, remedy, "source_profile");
            };
            let has_keys = self.static_keys(next).is_some();
            if chain.contains(&source) {
                // A profile may name itself for the keys that it holds.
                if source == name && has_keys {
                    return None;
                }
                chain.push(source);
                let found = format!("the source_profile of profile {name} leads in a circle: {}", chain.join(" → "));
                return fault(found, "name a source_profile with credentials of its own".to_owned(), "source_profile");
            }
            chain.push(source);
            let is_assumed = next.get("role_arn").is_some() && next.get("web_identity_token_file").is_none();
            if is_assumed && !has_keys {
                current = next;
                continue;
            }
            if let Some(fault) = self.fault(next) {
                return Some(NoRole {
                    found: format!("profile {} cannot be used: {}", chain[0], fault.found),
                    ..fault
                });
            }
            if !has_source(next) && !has_keys {
                let found = format!("profile {name} takes its credentials from profile {source}, which has none");
                return fault(found, "name a source_profile with credentials".to_owned(), "source_profile");
            }
            return None;
        }
    }

    fn keys_fault(&self, profile: Section<'a>) -> Option<NoRole> {
        // An id without a secret is an error to AWS tools, a secret without an id is nothing.
        let keys = self.static_keys(profile).filter(|keys| keys.missing == Some("aws_secret_access_key"))?;
        let found = format!("profile {} has an aws_access_key_id without an aws_secret_access_key", profile.name());
        let remedy = format!("add the secret in {}, or delete the id", keys.place);
        Some(NoRole::fault(profile, "aws_access_key_id", found, remedy))
    }

    /// A profile without any source of credentials that has a key like one.
    fn misspelt_source(&self, profile: Section<'a>) -> Option<NoRole> {
        if has_source(profile) || profile.get("sso_session").is_some() || profile.get("sso_start_url").is_some() {
            return None;
        }
        let name = profile.name();
        let sources = ["credential_process", "role_arn", "sso_session", "sso_start_url", "web_identity_token_file"];
        let (key, written) = sources.iter().find_map(|key| Some((key, key_for(profile, key)?)))?;
        let found = format!("profile {name} has the key {written}, which AWS tools do not read");
        Some(NoRole::fault(profile, written, found, format!("write {key} in place of {written}")))
    }

    /// What a profile is that AWS tools take, and that has no role of Identity Center.
    fn without_role(&self, profile: Section<'a>) -> NoRole {
        let name = profile.name();
        let other = |key: &str, found: String, remedy: String| NoRole {
            is_fault: false,
            ..NoRole::fault(profile, key, found, remedy)
        };
        if let Some(role) = profile.setting("role_arn") {
            let (source, then) = match (profile.setting("source_profile"), profile.setting("credential_source")) {
                (Some(source), _) => (
                    format!("with the credentials of profile {source}"),
                    format!("for the role of the source, name {source}\n"),
                ),
                (None, Some(place)) => (format!("with the credentials of {place}"), String::new()),
                (None, None) => ("with a web identity".to_owned(), String::new()),
            };
            let found =
                format!("profile {name} is chained: it assumes {role} {source}, which aws-sso leaves to AWS tools");
            return other("role_arn", found, format!("{then}{}", use_without_us(name)));
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
            let remedy = format!("add both to its section, or choose a role: aws-sso list -p {name}");
            return other(key, found, remedy);
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
                let words = shlex::split(line).unwrap_or_default();
                let first = || line.split_ascii_whitespace().next().unwrap_or(line);
                let program = words.first().map_or_else(first, String::as_str);
                let found =
                    format!("profile {name} gets its credentials from another program, {program}, and has no role");
                (found, use_without_us(name))
            }
        };
        NoRole { is_fault: false, ..NoRole::fault(profile, "credential_process", found, remedy) }
    }
}

impl NoRole {
    /// A fault in the line of this key, or in the section's header where the key is not there.
    fn fault(section: Section<'_>, key: &str, found: String, remedy: String) -> Self {
        Self { found, remedy, is_fault: true, at: section.start_of(key) }
    }
}

/// The way to use a profile that AWS tools can use, and this one cannot.
fn use_without_us(profile: &str) -> String {
    format!("AWS tools use it themselves: export AWS_PROFILE={}", word(profile))
}

/// Whether a profile begins some source of credentials, its own keys apart.
fn has_source(profile: Section<'_>) -> bool {
    let sources = ["sso_account_id", "sso_role_name", "credential_process", "login_session", "web_identity_token_file"];
    sources.iter().any(|key| profile.get(key).is_some()) || profile.get("role_arn").is_some()
}

/// Whether this key is missing, with the line that was probably meant for it. `by` is the key that makes it necessary.
fn missing(profile: Section<'_>, key: &str, by: &str) -> Option<NoRole> {
    if profile.setting(key).is_some() { None } else { Some(without(profile, "profile", key, by)) }
}

/// A section without this key, in a sentence with the line that was probably meant for it.
fn without(section: Section<'_>, kind: &str, key: &str, by: &str) -> NoRole {
    let (name, example) = (section.name(), example(section.config(), key));
    if section.get(key).is_some() {
        let remedy = format!("write it, for example: {key} = {example}");
        return NoRole::fault(section, key, format!("{kind} {name} has an empty {key}"), remedy);
    }
    let found = format!("{kind} {name} has no {key}");
    match key_for(section, key) {
        Some(written) => {
            let value = section.setting(written).unwrap_or(example);
            NoRole::fault(section, written, format!("{found}; it has {written}"), format!("write: {key} = {value}"))
        }
        None => {
            let remedy = format!("add to its section, for example: {key} = {example}");
            NoRole::fault(section, by, found, remedy)
        }
    }
}

/// An sso-session, or a profile of the older form, without this key.
pub(super) fn incomplete(section: Section<'_>, kind: &str, key: &str) -> NoRole {
    without(section, kind, key, "")
}

/// An sso-session, or a profile of the older form, whose start URL or region is not one.
pub(super) fn malformed_directory(section: Section<'_>, kind: &str) -> NoRole {
    let of = |key| malformed_value(section, kind, key);
    of("sso_start_url").or_else(|| of("sso_region")).unwrap_or_else(|| incomplete(section, kind, "sso_start_url"))
}

/// What is wrong with the sso-session that a profile names.
fn session_fault(profile: Section<'_>) -> Option<NoRole> {
    let session = profile.get("sso_session")?;
    if profile.config().sso_session(session).is_some() { None } else { Some(unknown_session(profile)) }
}

/// A profile that names an sso-session which is not there.
pub(super) fn unknown_session(profile: Section<'_>) -> NoRole {
    let (found, remedy) =
        profile.config().unknown_session(profile.name(), profile.get("sso_session").unwrap_or_default());
    NoRole::fault(profile, "sso_session", found, remedy)
}

/// What is wrong with the SSO keys of a profile.
fn sso_fault(profile: Section<'_>) -> Option<NoRole> {
    if let Some(fault) = session_fault(profile) {
        return Some(fault);
    }
    let config = profile.config();
    let session = profile.setting("sso_session").and_then(|session| config.sso_session(session));
    let is_there = |key: &&str| profile.get(key).is_some();
    let keys = ["sso_account_id", "sso_role_name"];
    let has_directory = ["sso_session", "sso_start_url"].iter().any(is_there);
    // The key that makes the others necessary.
    let by = match keys.iter().find(|key| is_there(key)) {
        Some(key) => *key,
        None if has_directory && keys.iter().any(|key| key_for(profile, key).is_some()) => "",
        None => return None,
    };
    if !has_directory {
        let tried = key_for(profile, "sso_session").is_none() && key_for(profile, "sso_start_url").is_some();
        return missing(profile, if tried { "sso_start_url" } else { "sso_session" }, by);
    }
    let of_older_form = if session.is_some() { &[][..] } else { &["sso_region"] };
    let mut needed = keys.iter().chain(of_older_form);
    if let Some(fault) = needed.find_map(|key| missing(profile, key, by)) {
        return Some(fault);
    }
    if let Some(session) = session.filter(|session| differing_key(profile, *session).is_some()) {
        return Some(inconsistent(profile, session));
    }
    keys.iter().chain(&["sso_start_url", "sso_region"]).find_map(|key| malformed_value(profile, "profile", key))
}

/// A key of which a profile and its sso-session say different things: botocore refuses such a profile.
fn differing_key<'a>(profile: Section<'_>, session: Section<'a>) -> Option<&'a str> {
    session.keys().find(|key| matches!((profile.get(key), session.get(key)), (Some(one), Some(other)) if one != other))
}

/// A profile that says something else than its sso-session.
pub(super) fn inconsistent(profile: Section<'_>, session: Section<'_>) -> NoRole {
    let key = differing_key(profile, session).unwrap_or("sso_start_url");
    let (name, session) = (profile.name(), session.name());
    let found = format!("the {key} of profile {name} differs from that of its sso-session {session}");
    let remedy = format!("delete the line {key} from profile {name}; the sso-session has it");
    NoRole::fault(profile, key, found, remedy)
}

fn malformed_value(section: Section<'_>, kind: &str, key: &str) -> Option<NoRole> {
    let value = section.setting(key)?;
    let bad = malformed(key, value)?;
    let remedy = match bad.meant {
        Some(meant) => format!("write: {key} = {meant}"),
        None if key == "sso_start_url" => {
            format!("write it as your administrator gave it, such as {}", example(section.config(), key))
        }
        None => format!("write it like: {key} = {}", example(section.config(), key)),
    };
    let found = format!("the {key} of {kind} {} {}: {value}", section.name(), bad.why);
    Some(NoRole::fault(section, key, found, remedy))
}

fn example<'a>(config: &'a Config, key: &str) -> &'a str {
    match key {
        "sso_account_id" => "123456789012",
        "sso_role_name" => "ReadOnlyAccess",
        "sso_region" => "eu-west-1",
        "sso_start_url" => "https://d-1234567890.awsapps.com/start",
        "sso_session" => config.sso_sessions().next().map_or("NAME", Section::name),
        "role_arn" => "arn:aws:iam::123456789012:role/NAME",
        _ => "NAME",
    }
}
