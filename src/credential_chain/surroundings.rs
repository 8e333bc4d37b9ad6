//! What decides which credentials a program takes: variables, the config file and the credentials file.

use std::path::PathBuf;

use super::sdk::Sdk;
use crate::aws_config::config::{Config, Section};
use crate::environment;
use crate::files::read;

/// The value of each environment variable.
type Variables<'a> = Box<dyn Fn(&str) -> Option<String> + 'a>;

/// What decides which credentials a program takes.
pub(crate) struct Surroundings<'a> {
    /// The value of an environment variable.
    variables: Variables<'a>,
    config: &'a Config,
    credentials: &'a Config,
    /// `[DEFAULT]` of either file, from which Python's parser adds to every section.
    inherited: [Option<&'a Config>; 2],
    /// Whether one of the files of boto 2 holds keys.
    pub(super) has_boto_file: bool,
}

/// A profile as both files give it together.
#[derive(Clone, Copy)]
pub(super) struct BothFiles<'a> {
    pub(super) config: InFile<'a>,
    pub(super) credentials: InFile<'a>,
    /// The section that is meant by the profile's name: that of the config.
    meant: Option<Section<'a>>,
}

/// A profile in one file, with what it inherits.
#[derive(Clone, Copy)]
pub(super) struct InFile<'a> {
    own: Option<Section<'a>>,
    inherited: Option<Section<'a>>,
}

impl<'a> InFile<'a> {
    pub(super) fn is_there(self) -> bool {
        self.own.is_some()
    }

    /// The section that gives the key's value.
    pub(super) fn section_of(self, key: &str) -> Option<Section<'a>> {
        let sections = [self.own, self.own.and(self.inherited)];
        sections.into_iter().flatten().find(|section| section.setting(key).is_some())
    }
}

impl<'a> BothFiles<'a> {
    pub(super) fn has(self, key: &str) -> bool {
        self.section_of(key).is_some()
    }

    pub(super) fn value(self, key: &str) -> Option<&'a str> {
        self.section_of(key)?.setting(key)
    }

    /// The section that gives the key's value. What the credentials file says comes first.
    pub(super) fn section_of(self, key: &str) -> Option<Section<'a>> {
        self.credentials.section_of(key).or_else(|| self.config.section_of(key))
    }

    /// Whether all that is said of these keys stands in the section that is meant by the profile's name.
    pub(super) fn is_meant(self, keys: &[&str]) -> bool {
        let is_meant = |section: Section<'_>| self.meant.is_some_and(|meant| meant.is_same(section));
        keys.iter().filter_map(|key| self.section_of(key)).all(is_meant)
    }
}

impl<'a> Surroundings<'a> {
    /// The variables that `variables` gives, and these two files.
    pub(crate) fn new(
        variables: impl Fn(&str) -> Option<String> + 'a,
        config: &'a Config,
        credentials: &'a Config,
    ) -> Self {
        let has_keys = |file: &PathBuf| {
            let content = read::whole(file).ok().flatten().unwrap_or_default();
            memchr::memmem::find(&content, b"aws_access_key_id").is_some()
        };
        let has_boto_file = environment::boto_files().iter().any(has_keys);
        Self { has_boto_file, ..Self::of_variables(variables, config, credentials) }
    }

    /// The same, as if there were no file but these two. None is read.
    pub(crate) fn of_variables(
        variables: impl Fn(&str) -> Option<String> + 'a,
        config: &'a Config,
        credentials: &'a Config,
    ) -> Self {
        let inherited = [config.python_defaults(), credentials.python_defaults()];
        Self { variables: Box::new(variables), config, credentials, inherited, has_boto_file: false }
    }

    /// An environment variable. An empty one counts as unset, as in nearly every SDK.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    /// The variable that chooses the profile, and its value. For boto3 and the AWS CLI an empty one is a name.
    pub(super) fn profile_variable(&self, sdk: Sdk) -> Option<(&'static str, String)> {
        let value = |name: &str| if sdk.is_botocore() { (self.variables)(name) } else { self.variable(name) };
        sdk.profile_variables().iter().find_map(|name| Some((*name, value(name)?)))
    }

    /// What both files say of a profile, as this family reads them.
    pub(super) fn profile(&self, sdk: Sdk, name: &str) -> BothFiles<'_> {
        let inherited =
            |file: usize| self.inherited[file].filter(|_| sdk.is_botocore()).and_then(|file| file.profile("DEFAULT"));
        let meant = self.config.profile(name);
        let own = if sdk.is_botocore() { meant } else { self.config.prefixed_profile(name) };
        BothFiles {
            config: InFile { own, inherited: inherited(0) },
            credentials: InFile { own: self.credentials.profile(name), inherited: inherited(1) },
            meant,
        }
    }
}
