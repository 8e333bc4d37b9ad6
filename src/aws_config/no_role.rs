//! Why a profile leads to no role: the answer that verbs and `doctor` give.

use super::config::{Config, Section};
use super::misspelt::key_for;
use crate::access_portal::{AccessPortal, Owner};
use crate::environment::shown;
use crate::error::Error;

/// Why a profile leads to no role of Identity Center.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoRole {
    /// What the profile is, or what is wrong with it: a sentence that names it.
    pub(crate) found: String,
    /// What to do.
    pub(crate) remedy: String,
    /// Where the line is that tells, in the config's text.
    at: usize,
}

impl NoRole {
    /// A fault in the line of this key, or in the section's header where the key is not there.
    pub(super) fn new(section: Section<'_>, key: &str, found: String, remedy: String) -> Self {
        Self { found, remedy, at: section.start_of(key) }
    }

    /// The same line and remedy, in other words.
    pub(super) fn saying(self, found: String) -> Self {
        Self { found, ..self }
    }

    /// The same line in other words, with another remedy.
    pub(super) fn advising(self, found: String, remedy: String) -> Self {
        Self { found, remedy, ..self }
    }

    /// The file and the line that tell.
    pub(crate) fn place(&self, config: &Config) -> String {
        format!("{}:{}", shown(config.path()), config.line_at(self.at))
    }

    /// The error with which a verb ends.
    pub(crate) fn error(&self, config: &Config) -> Error {
        Error::usage(format!("{}: {}", self.place(config), self.found)).with_remedy(self.remedy.clone()).of_config()
    }
}

/// Whether this key is missing, with the line that was probably meant for it. `by` is the key that makes it necessary.
pub(super) fn missing(profile: Section<'_>, key: &str, by: &str) -> Option<NoRole> {
    if profile.setting(key).is_some() { None } else { Some(without(profile, "profile", key, by)) }
}

/// Whether a start URL is a company's own, which leads to a Region when it is asked.
fn is_company(start_url: &str) -> bool {
    AccessPortal::read(start_url).is_ok_and(|portal| portal.owner == Owner::Company)
}

/// A section without this key, in a sentence with the line that was probably meant for it.
pub(super) fn without(section: Section<'_>, kind: &str, key: &str, by: &str) -> NoRole {
    let (name, example) = (section.name(), example(section.config(), key));
    if section.get(key).is_some() {
        let remedy = format!("write it, for example: {key} = {example}");
        return NoRole::new(section, key, format!("{kind} {name} has an empty {key}"), remedy);
    }
    let found = format!("{kind} {name} has no {key}");
    if let Some(written) = key_for(section, key) {
        let value = section.setting(written).unwrap_or(example);
        return NoRole::new(section, written, format!("{found}; it has {written}"), format!("write: {key} = {value}"));
    }
    let company = section.setting("sso_start_url").filter(|url| key == "sso_region" && is_company(url));
    let add = format!("add to its section, for example: {key} = {example}");
    let remedy = match company.filter(|_| kind == "sso-session") {
        Some(url) => format!("to add the one to which the start URL leads, run: aws-sso setup {url}\nor {add}"),
        None => add,
    };
    NoRole::new(section, by, found, remedy)
}

/// A value that could stand after this key.
pub(super) fn example<'a>(config: &'a Config, key: &str) -> &'a str {
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
