//! What decides which credentials a program takes: variables, the config file and the credentials file.

use super::sdk::Sdk;
use crate::aws_config::config::{Config, Section};
use crate::environment;

/// What decides which credentials a program takes.
pub(crate) struct Surroundings<'a> {
    /// The value of an environment variable.
    variables: Box<dyn Fn(&str) -> Option<String> + 'a>,
    config: &'a Config,
    credentials: &'a Config,
    /// Whether one of the files of boto 2 holds keys.
    pub(super) has_boto_file: bool,
}

/// A profile as both files give it together. What the credentials file says comes first.
#[derive(Clone, Copy, Default)]
pub(super) struct BothFiles<'a> {
    pub(super) config: Option<Section<'a>>,
    pub(super) credentials: Option<Section<'a>>,
}

impl<'a> BothFiles<'a> {
    pub(super) fn has(self, key: &str) -> bool {
        self.section_of(key).is_some()
    }

    pub(super) fn is_in_credentials(self, key: &str) -> bool {
        self.credentials.is_some_and(|section| section.setting(key).is_some())
    }

    pub(super) fn value(self, key: &str) -> Option<&'a str> {
        self.section_of(key)?.setting(key)
    }

    /// The section that gives the key's value.
    pub(super) fn section_of(self, key: &str) -> Option<Section<'a>> {
        [self.credentials, self.config].into_iter().flatten().find(|section| section.setting(key).is_some())
    }
}

impl<'a> Surroundings<'a> {
    /// The variables that `variables` gives, and these two files.
    pub(crate) fn new(
        variables: impl Fn(&str) -> Option<String> + 'a,
        config: &'a Config,
        credentials: &'a Config,
    ) -> Self {
        Self { variables: Box::new(variables), config, credentials, has_boto_file: environment::has_boto_keys() }
    }

    /// An environment variable. An empty one counts as unset, as in every SDK.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        (self.variables)(name).filter(|value| !value.is_empty())
    }

    /// The variable that chooses the profile, and its value.
    pub(super) fn profile_variable(&self, sdk: Sdk) -> Option<(&'static str, String)> {
        let names = sdk.profile_variables();
        names.iter().find_map(|name| Some((*name, self.variable(name)?)))
    }

    /// What both files say of a profile.
    pub(super) fn profile(&self, name: &str) -> BothFiles<'a> {
        BothFiles { config: self.config.profile(name), credentials: self.credentials.profile(name) }
    }
}
