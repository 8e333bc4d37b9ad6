//! What there is to set.

use std::str::FromStr;

use crate::browser::BrowserCommand;
use crate::discovery::Template;
use crate::picker::Picker;
use crate::secret_store::Kind;
use crate::session::LoginPolicy;

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// The section it stands in; empty above the first.
    pub section: &'static str,
    /// What stands before the `=`.
    pub key: &'static str,
    /// What it is for, in a few words.
    pub meaning: &'static str,
    /// What its value looks like.
    pub values: &'static str,
    /// What counts where it is not set, in words where it is no value.
    pub default: &'static str,
    /// The environment variable that goes before the file.
    pub variable: Option<&'static str>,
    /// Why a value is not one of those it can have.
    pub(super) check: fn(&str) -> Result<(), String>,
}

/// The section of the aliases, whose keys are the person's own.
pub const ALIASES: &str = "alias";

/// The directory to sign in to.
pub static PROFILE: Setting = Setting {
    section: "",
    key: "profile",
    meaning: "the directory where neither -p nor AWS_SSO_PROFILE names one",
    values: "a profile or sso-session of the AWS config",
    default: "the only directory in the AWS config",
    variable: Some("AWS_SSO_PROFILE"),
    check: |_| Ok(()),
};

/// Whether a missing sign-in may be asked for.
pub static LOGIN: Setting = Setting {
    section: "",
    key: "login",
    meaning: "whether a missing sign-in may be asked for",
    values: "auto or never",
    default: "auto",
    variable: None,
    check: |value| login(value).map(drop),
};

/// Who asks for a role.
pub static PICKER: Setting = Setting {
    section: "",
    key: "picker",
    meaning: "who asks for a role",
    values: "skim, fzf or number",
    default: "skim",
    variable: None,
    check: |value| picker(value).map(drop),
};

/// Where secrets are kept.
pub static STORE: Setting = Setting {
    section: "",
    key: "store",
    meaning: "where sign-ins and role credentials are kept",
    values: "files or keyring",
    default: "files",
    variable: None,
    check: |value| store(value).map(drop),
};

/// What opens the console.
pub static BROWSER_COMMAND: Setting = Setting {
    section: "",
    key: "browser-command",
    meaning: "the command that opens the console",
    values: "words with {url}, {account_name}, {account_id}, {role}",
    default: "BROWSER, else the system's browser",
    variable: None,
    check: |value| BrowserCommand::from_str(value).map(drop).map_err(|error| error.to_string()),
};

/// How discovered profiles are named.
pub static DISCOVER_NAME: Setting = Setting {
    section: "discover",
    key: "name",
    meaning: "how discovered profiles are named",
    values: "a template, as of discover --name",
    default: "{account_id}-{role}",
    variable: None,
    check: |value| Template::from_str(value).map(drop).map_err(|error| error.to_string()),
};

/// All of them, in the order in which they are shown.
pub static TABLE: [&Setting; 6] = [&PROFILE, &LOGIN, &PICKER, &STORE, &BROWSER_COMMAND, &DISCOVER_NAME];

impl Setting {
    /// `key`, or `section.key`.
    #[must_use]
    pub fn name(&self) -> String {
        if self.section.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.section, self.key) }
    }
}

pub(super) fn find(section: &str, key: &str) -> Option<&'static Setting> {
    TABLE.into_iter().find(|setting| setting.section == section && setting.key == key)
}

/// Every section that may be there.
pub(super) fn sections() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|setting| setting.section).chain([ALIASES])
}

pub(super) fn login(value: &str) -> Result<LoginPolicy, String> {
    match value {
        "auto" => Ok(LoginPolicy::Auto),
        "never" => Ok(LoginPolicy::Never),
        other => Err(format!("login is auto or never, not {other}")),
    }
}

pub(super) fn store(value: &str) -> Result<Kind, String> {
    match value {
        "files" => Ok(Kind::Files),
        "keyring" => Ok(Kind::Keyring),
        other => Err(format!("store is files or keyring, not {other}")),
    }
}

pub(super) fn picker(value: &str) -> Result<Picker, String> {
    value.parse().map_err(|error: crate::error::Error| error.to_string())
}
