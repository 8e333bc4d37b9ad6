//! Errors for names that are not in the config, each with what was probably meant.

use super::config::{Config, Section};
use super::document::Document;
use super::line::SectionKind;
use super::meaning::Meanings;
use super::misspelt::{self, MisspeltSection};
use super::value::word;
use crate::environment::shown;
use crate::error::Error;
use crate::files::links;
use crate::quote;
use crate::suggest::nearest;

/// The shortest config that works.
const MINIMAL: &str = "or write there:
  [sso-session corp]
  sso_start_url = https://d-1234567890.awsapps.com/start
  sso_region = us-east-1
  sso_registration_scopes = sso:account:access";

impl Config {
    pub(super) fn no_config(&self) -> Error {
        let found = format!("there is no AWS config at {}", shown(self.path()));
        match links::missing_target(self.path()) {
            Some(target) => Error::usage(format!("{found}: it is a link to {}, which is not there", target.display()))
                .with_remedy(format!("create that file again, or run: {}", quote::remove(self.path()))),
            None => Error::usage(found).with_remedy(format!("run: aws-sso setup\n{MINIMAL}")),
        }
    }

    /// Whether a section is written in a way that no AWS tool reads, so that more than an empty config is meant.
    pub(crate) fn has_misspelt(&self) -> bool {
        !self.misspelt().is_empty()
    }

    /// The error for a section or a key that was probably meant for an sso-session, and that no AWS tool reads as such.
    pub(crate) fn misspelt_session(&self) -> Option<Error> {
        if let Some(section) = self.misspelt().into_iter().find(|section| section.kind == SectionKind::SsoSession) {
            let found = format!("{} has an sso-session that AWS tools do not read", shown(self.path()));
            return Some(Error::usage(found).with_remedy(written(&section)));
        }
        let has_misspelt_key = |session: &Section<'_>| {
            session.setting("sso_start_url").is_none() && misspelt::key_for(*session, "sso_start_url").is_some()
        };
        self.sso_sessions().find(has_misspelt_key).and_then(|session| self.directory(session.name()).err())
    }

    /// There is no sso-session, and no profile of the older form.
    pub(super) fn no_directory(&self) -> Error {
        let error = Error::usage(format!("{} has no sso-session", shown(self.path())));
        match self.misspelt().into_iter().find(|section| section.kind == SectionKind::SsoSession) {
            Some(section) => error.with_remedy(written(&section)),
            None => error.with_remedy(format!("run: aws-sso setup\n{MINIMAL}")),
        }
    }

    /// There is no such profile or sso-session.
    pub(super) fn unknown(&self, name: &str) -> Error {
        // The fast path reads one profile alone; the suggestion needs them all.
        let reread = if self.is_partial() { Self::read(self.path()).ok() } else { None };
        let config = reread.as_ref().unwrap_or(self);
        let error = Error::usage(format!("there is no profile or sso-session {name} in {}", shown(self.path())));
        if let Some(section) = config.misspelt().into_iter().find(|section| section.name == name) {
            return error.with_remedy(written(&section));
        }
        let names = config.sso_sessions().chain(config.profiles()).map(Section::name);
        let near = nearest(name, names, 5);
        if !near.is_empty() {
            return error.with_remedy(format!("did you mean {}?", near.join(", ")));
        }
        match config.directories() {
            [] => error.with_remedy(format!("run: aws-sso setup\n{MINIMAL}")),
            names => error.with_remedy(format!("name one of: {}", listed(names))),
        }
    }

    /// What is wrong with a profile that names an sso-session which is not there, and what to do.
    pub(super) fn unknown_session(&self, profile: &str, session: &str) -> (String, String) {
        let found = format!("profile {profile} names the sso-session {session}, which is not there");
        let is_meant = |section: &MisspeltSection| section.kind == SectionKind::SsoSession && section.name == session;
        if let Some(section) = self.misspelt().into_iter().find(is_meant) {
            return (found, written(&section));
        }
        let names: Vec<_> = self.sso_sessions().map(|section| section.name().to_owned()).collect();
        let near = nearest(session, names.iter().map(String::as_str), 5);
        let remedy = match (names.is_empty(), near.as_slice()) {
            (true, _) => format!("add a section [sso-session {session}] with sso_start_url and sso_region"),
            (false, []) => {
                let names = listed(&names);
                format!("add a section [sso-session {session}], or name one that is there: {names}")
            }
            (false, near) => format!("did you mean {}?", near.join(", ")),
        };
        (found, remedy)
    }

    /// What a name that was given for a role names in its place, and why that is no role.
    pub(crate) fn named_otherwise(&self, name: &str) -> Option<Error> {
        if let Some(section) = self.misspelt().into_iter().find(|section| section.name == name) {
            return Some(Error::usage(format!("there is no profile {name}")).with_remedy(written(&section)));
        }
        let error = || {
            Error::usage(format!("{name} is an sso-session, not a role"))
                .with_remedy(format!("see its roles: aws-sso list -p {}", word(name)))
        };
        Meanings::new(self).in_credentials_file(name).or_else(|| self.sso_session(name).map(|_| error()))
    }

    /// Why a name that was given for a role is none: neither a profile with a role nor anything else.
    pub(crate) fn no_such_role<'a>(&'a self, name: &str, aliases: impl Iterator<Item = &'a str>) -> Error {
        if let Some(error) = self.named_otherwise(name) {
            return error;
        }
        let error = Error::denied(format!("{name} is not a role, an alias, or a profile with a role"));
        let names = self.profiles().map(Section::name).chain(aliases);
        match nearest(name, names, 5).as_slice() {
            [] => error.with_remedy("run: aws-sso list"),
            near => error.with_remedy(format!("did you mean {}?\nall roles: aws-sso list", near.join(", "))),
        }
    }

    fn misspelt(&self) -> Vec<MisspeltSection> {
        misspelt::sections(&Document::parse(&self.text))
    }

    /// None is named, and there are several.
    pub(super) fn several_directories(&self, names: &[String]) -> Error {
        Error::usage(format!("there are several sso-sessions in {}", shown(self.path())))
            .with_remedy(format!("name one with -p or AWS_SSO_SESSION: {}", listed(names)))
    }
}

/// Where the section is that was probably meant, and what to write there.
fn written(section: &MisspeltSection) -> String {
    let MisspeltSection { line, header, .. } = section;
    format!("line {line} says [{header}]; {}: {}", section.fault(), section.remedy())
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
