//! Every setting: its name, meaning, values and default.

use std::str::FromStr;

use crate::browser::BrowserCommand;
use crate::discovery::Template;
use crate::environment;
use crate::identity_center::oidc::Flow;
use crate::inventory::ListAge;
use crate::known_regions;
use crate::picker::{Picker, PickerColor};
use crate::secret_store::StoreKind;
use crate::session::LoginPolicy;

/// A setting, as `aws-sso settings` shows it.
#[derive(Debug)]
pub struct Setting {
    /// Its section; empty above the first one.
    pub section: &'static str,
    /// Its name before the `=`.
    pub key: &'static str,
    /// What it is for, in a few words.
    pub meaning: &'static str,
    /// The values it can have.
    pub values: &'static str,
    /// What applies where it is not set; in words where no single value does.
    pub default: &'static str,
    /// The environment variable that overrides the file.
    pub variable: Option<&'static str>,
    /// The error for a value that it cannot have.
    pub(super) check: fn(&str) -> Result<(), String>,
}

/// The section of the aliases, whose keys the user chooses.
pub const ALIASES: &str = "alias";

/// The sso-session to sign in with.
pub static PROFILE: Setting = Setting {
    section: "",
    key: "profile",
    meaning: "the sso-session to use without -p and AWS_SSO_SESSION",
    values: "a profile or sso-session in the AWS config",
    default: "the only one in the AWS config",
    variable: Some(environment::SSO_SESSION),
    check: |_| Ok(()),
};

/// The region for commands where nothing else sets one.
pub static REGION: Setting = Setting {
    section: "",
    key: "region",
    meaning: "the region for commands where nothing else sets one",
    values: "a region, such as eu-west-1",
    default: "none",
    variable: None,
    check: |value| known_regions::form(known_regions::of_insistence(value).0).map(drop),
};

/// Whether the user is asked to sign in when a sign-in is needed.
pub static LOGIN: Setting = Setting {
    section: "",
    key: "login",
    meaning: "whether you are asked to sign in when that is needed",
    values: "auto or never",
    default: "auto",
    variable: None,
    check: |value| login(value).map(drop),
};

/// How a person signs in.
pub static SIGN_IN: Setting = Setting {
    section: "",
    key: "sign-in",
    meaning: "how you sign in, if no option of login says it",
    values: "browser or device-code",
    default: "browser, else device-code",
    variable: None,
    check: |value| sign_in(value).map(drop),
};

/// The program in which the user chooses a role.
pub static PICKER: Setting = Setting {
    section: "",
    key: "picker",
    meaning: "the program in which you choose a role",
    values: "skim, fzf or number",
    default: "skim",
    variable: None,
    check: |value| picker(value).map(drop),
};

/// The colors of the program in which the user chooses a role.
pub static PICKER_COLOR: Setting = Setting {
    section: "",
    key: "picker-color",
    meaning: "the colors of picker = skim, where NO_COLOR is not set",
    values: "a theme (dark, light, 16, bw) and PART:COLOR, with commas",
    default: "none: reverse video, underlines",
    variable: None,
    check: |value| PickerColor::from_str(value).map(drop).map_err(|error| error.to_string()),
};

/// Whether only problems are said.
pub static QUIET: Setting = Setting {
    section: "",
    key: "quiet",
    meaning: "whether verbs say nothing of what went well, as with -q",
    values: "yes or no",
    default: "no",
    variable: None,
    check: |value| quiet(value).map(drop),
};

/// Where tokens and role credentials are kept.
pub static STORE: Setting = Setting {
    section: "",
    key: "store",
    meaning: "where sign-ins and role credentials are kept",
    values: "files or keyring",
    default: "files",
    variable: None,
    check: |value| store(value).map(drop),
};

/// How old the remembered list of accounts and roles may be.
pub static LIST_AGE: Setting = Setting {
    section: "",
    key: "list-age",
    meaning: "how old the list of accounts and roles may be before it is fetched again",
    values: "a number of minutes, hours or days: 90m, 12h, 1d",
    default: "1d",
    variable: None,
    check: |value| ListAge::from_str(value).map(drop),
};

/// The command that opens the console.
pub static BROWSER_COMMAND: Setting = Setting {
    section: "",
    key: "browser-command",
    meaning: "the command that opens the console",
    values: "words with {url}, {account_name}, {account_id}, {role}",
    default: "BROWSER, else the system's",
    variable: None,
    check: |value| BrowserCommand::from_str(value).map(drop).map_err(|error| error.to_string()),
};

/// How discovered profiles are named.
pub static DISCOVER_NAME: Setting = Setting {
    section: "discover",
    key: "name",
    meaning: "how discovered profiles are named",
    values: "a template, as for discover --name",
    default: "{account_id}-{role}",
    variable: None,
    check: |value| Template::from_str(value).map(drop).map_err(|error| error.to_string()),
};

/// All settings, in the order in which they are shown.
pub static TABLE: [&Setting; 11] = [
    &PROFILE,
    &REGION,
    &LOGIN,
    &SIGN_IN,
    &PICKER,
    &PICKER_COLOR,
    &QUIET,
    &STORE,
    &LIST_AGE,
    &BROWSER_COMMAND,
    &DISCOVER_NAME,
];

impl Setting {
    /// `key`, or `section.key`.
    #[must_use]
    pub fn name(&self) -> String {
        if self.section.is_empty() { self.key.to_owned() } else { format!("{}.{}", self.section, self.key) }
    }

    /// Whether it can have this value.
    pub(crate) fn accepts(&self, value: &str) -> bool {
        (self.check)(value).is_ok()
    }
}

pub(crate) fn find(section: &str, key: &str) -> Option<&'static Setting> {
    TABLE.into_iter().find(|setting| setting.section == section && setting.key == key)
}

/// The sections that the file can have.
pub(super) fn sections() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|setting| setting.section).chain([ALIASES])
}

pub(super) fn login(value: &str) -> Result<LoginPolicy, String> {
    match value {
        "auto" => Ok(LoginPolicy::Auto),
        "never" => Ok(LoginPolicy::Never),
        other => Err(format!("login must be auto or never, not {other}")),
    }
}

pub(super) fn sign_in(value: &str) -> Result<Option<Flow>, String> {
    match value {
        "browser" => Ok(Some(Flow::Browser)),
        "device-code" => Ok(Some(Flow::Device)),
        other => Err(format!("sign-in must be browser or device-code, not {other}")),
    }
}

pub(super) fn quiet(value: &str) -> Result<bool, String> {
    match value {
        "yes" => Ok(true),
        "no" => Ok(false),
        other => Err(format!("quiet must be yes or no, not {other}")),
    }
}

pub(super) fn store(value: &str) -> Result<StoreKind, String> {
    match value {
        "files" => Ok(StoreKind::Files),
        "keyring" => Ok(StoreKind::Keyring),
        other => Err(format!("store must be files or keyring, not {other}")),
    }
}

pub(super) fn picker(value: &str) -> Result<Picker, String> {
    value.parse().map_err(|error: crate::error::Error| error.to_string())
}
