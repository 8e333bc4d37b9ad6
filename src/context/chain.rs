//! What programs take in place of a role, as the credential chain of each SDK has it.

use super::Context;
use crate::aws_config::config::Config;
use crate::aws_config::meaning::Meanings;
use crate::credential_chain::{Answer, Sdk, Source, Surroundings, has_one_source};
use crate::environment;
use crate::error::Result;
use crate::role::RoleRef;
use crate::shell::Change;

/// What some SDKs do, although others or all should do something else.
pub(crate) struct Deviation(Vec<(Sdk, Answer)>);

impl Deviation {
    /// The answers that differ from what is meant; `None` if there are none.
    fn of(surroundings: &Surroundings<'_>, is_meant: impl Fn(&Answer) -> bool) -> Option<Self> {
        let answers = Sdk::ALL.map(|sdk| (sdk, surroundings.answer(sdk))).into_iter();
        let others: Vec<_> = answers.filter(|(_, answer)| !is_meant(answer)).collect();
        (!others.is_empty()).then_some(Self(others))
    }

    /// Whether some program works with other credentials, and does not only fail.
    pub(crate) fn takes_others(&self) -> bool {
        self.0.iter().any(|(_, answer)| matches!(answer, Answer::Takes(_)))
    }

    /// Which SDKs do what, as a sentence without its end.
    pub(crate) fn describe(&self) -> String {
        Answer::describe(&self.0)
    }
}

impl Context {
    /// What SDKs do if they are given this profile, where that is not to take its role.
    pub(crate) fn hiding_profile(&self, profile: &str) -> Result<Option<Deviation>> {
        Ok(hiding_profile(profile, self.config()?, &credentials_file()?))
    }

    /// What SDKs do in an environment that names a credential server, where that is not to ask it.
    pub(crate) fn hiding_server(&self, change: &Change) -> Result<Option<Deviation>> {
        let credentials = credentials_file()?;
        let variables = |name: &str| change.value_after(name, &environment::current);
        let surroundings = Surroundings::new(variables, self.config()?, &credentials);
        Ok(Deviation::of(&surroundings, |answer| takes(answer, Source::Container)))
    }

    /// What SDKs would do with these files and the given variables, where that is not to take the keys of the default
    /// profile in the credentials file.
    pub(crate) fn hiding_default(
        &self,
        credentials: &Config,
        variables: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Deviation>> {
        let surroundings = Surroundings::new(variables, self.config()?, credentials);
        let is_meant = |answer: &Answer| match answer {
            Answer::Takes(found) => {
                found.source == Source::CredentialsFileKeys && found.profile.as_deref() == Some("default")
            }
            _ => false,
        };
        Ok(Deviation::of(&surroundings, is_meant))
    }
}

/// The credentials file, as SDKs read it.
pub(crate) fn credentials_file() -> Result<Config> {
    Config::read_credentials(&environment::credentials_file()?)
}

/// What SDKs do if they are given this profile, where that is not to take its role.
pub(crate) fn hiding_profile(profile: &str, config: &Config, credentials: &Config) -> Option<Deviation> {
    // Nearly every profile of fifty thousand is of this kind.
    let has_no_rival = credentials.profile(profile).is_none() && config.python_defaults().is_none();
    if has_no_rival && profile != "default" && config.profile(profile).is_some_and(has_one_source) {
        return None;
    }
    let variables = |name: &str| (name == "AWS_PROFILE").then(|| profile.to_owned());
    let surroundings = Surroundings::new(variables, config, credentials);
    Deviation::of(&surroundings, |answer| gives_role(answer, config))
}

/// Whether an SDK takes the role for which a profile of the config stands.
pub(crate) fn gives_role(answer: &Answer, config: &Config) -> bool {
    let Answer::Takes(found) = answer else { return false };
    let gives = |profile: &String| gives_its_role(config, profile, found.source);
    found.is_meant && found.profile.as_ref().is_some_and(gives)
}

/// Whether this source of a profile gives the role for which the profile stands.
fn gives_its_role(config: &Config, profile: &str, source: Source) -> bool {
    let Some(section) = config.profile(profile) else { return false };
    if section.assumes() {
        let has_chain = || Meanings::new(config).chain(section).is_ok_and(|chain| chain.is_some());
        return source == Source::AssumedRole && has_chain();
    }
    match source {
        Source::SingleSignOn => section.sso_role().is_some() && section.assuming_line().is_none(),
        Source::Process => {
            if section.assuming_line().is_some() {
                return section.sso_role().is_none();
            }
            let Some((_, role)) = section.process_role() else { return false };
            let id = |role: &RoleRef| match role {
                RoleRef::Arn(role) => Some((role.account_id.clone(), role.role_name.clone())),
                RoleRef::Id { account_id, role_name } => Some((account_id.clone(), role_name.clone())),
                _ => None,
            };
            section.sso_role().is_none_or(|other| id(&other) == id(&role))
        }
        _ => false,
    }
}

fn takes(answer: &Answer, source: Source) -> bool {
    matches!(answer, Answer::Takes(found) if found.source == source)
}
