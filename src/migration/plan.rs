//! What taking over another tool's config adds to the AWS config and to the settings, and what it leaves out.

use crate::aws_config::config::Config;
use crate::aws_config::document::{Document, Header};
use crate::error::Result;
use crate::settings::table::Setting;
use crate::settings::{Settings, aliases, edit};

/// The files as they are.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Files<'a> {
    pub(crate) config: &'a Config,
    pub(crate) credentials: &'a Config,
    pub(crate) settings: &'a Settings,
}

/// What is to be added, and what is to be said about the rest.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(super) sections: Vec<NewSection>,
    pub(super) settings: Vec<NewSetting>,
    pub(super) aliases: Vec<(String, String)>,
    /// The sso-session of each Identity Center, the default one first.
    pub(super) sessions: Vec<String>,
    /// Where something else is there already, so that it was left as it is. Each a sentence.
    pub(super) clashes: Vec<String>,
    /// What has no place here, or another one. Each a sentence.
    pub(super) left_out: Vec<String>,
}

/// The sso-session of an Identity Center of theirs.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) session: String,
    pub(super) start_url: String,
}

/// A setting that the settings do not have, and its value.
#[derive(Debug)]
pub(super) struct NewSetting(pub(super) &'static Setting, pub(super) String);

/// A section that the AWS config does not have.
#[derive(Debug)]
pub(super) struct NewSection {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) settings: Vec<(&'static str, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    SsoSession,
    Profile,
}

impl NewSection {
    fn header(&self) -> Header<'_> {
        match self.kind {
            Kind::SsoSession => Header::sso_session(&self.name),
            Kind::Profile => Header::profile(&self.name),
        }
    }

    /// Adds its lines. Errors: some AWS SDK would read one of them differently.
    pub(super) fn write(&self, document: &mut Document) -> Result<()> {
        let header = self.header();
        self.settings.iter().try_for_each(|(key, value)| document.set(&header, key, value))
    }
}

impl Plan {
    /// Whether nothing is added.
    pub(crate) fn is_empty(&self) -> bool {
        self.sections.is_empty() && self.settings.is_empty() && self.aliases.is_empty()
    }

    /// The AWS config with what is added.
    pub(crate) fn config(&self, before: &[u8]) -> Result<Vec<u8>> {
        let mut document = Document::parse(before);
        self.sections.iter().try_for_each(|section| section.write(&mut document))?;
        Ok(document.to_bytes())
    }

    /// The settings file with what is added.
    pub(crate) fn settings(&self, before: &[u8]) -> Result<Vec<u8>> {
        let set = |text: Vec<u8>, NewSetting(setting, value): &NewSetting| edit::with(&text, setting, value);
        let text = self.settings.iter().fold(before.to_vec(), set);
        aliases::add(&text, &self.aliases)
    }

    /// The sso-session of each Identity Center that the other tool has, the default one first.
    pub(crate) fn sessions(&self) -> &[String] {
        &self.sessions
    }

    /// What is there already and was left as it is.
    pub(crate) fn clashes(&self) -> &[String] {
        &self.clashes
    }

    /// What is not taken over.
    pub(crate) fn left_out(&self) -> &[String] {
        &self.left_out
    }
}
