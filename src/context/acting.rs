//! As whom programs of this shell act: what their SDKs take, not only what this tool has noted.

use super::Context;
use super::enter::note;
use crate::credential_chain::{Answer, KEYS, Sdk, Source, Surroundings};
use crate::environment;
use crate::error::Result;
use crate::role::{RoleArn, RoleRef};

/// The role that this shell entered, and whether programs act as this role.
#[derive(Clone, Debug)]
pub(crate) struct ShellRole {
    /// Its ARN, as the shell has it.
    pub(crate) role: String,
    /// When its keys expire, in epoch seconds; `None` if programs renew them by themselves.
    pub(crate) expiration: Option<i64>,
    /// What programs do instead.
    pub(crate) instead: Option<Instead>,
}

/// What programs take although the shell entered another role.
#[derive(Clone, Debug)]
pub(crate) struct Instead {
    /// Which SDKs take what.
    pub(crate) description: String,
    /// The profile whose role all of them take.
    pub(crate) profile: Option<String>,
}

impl Context {
    /// The role of this shell; `None` if it has entered none.
    pub(crate) fn shell_role(&self) -> Result<Option<ShellRole>> {
        let Some((role, expiration)) = environment::shell_role() else { return Ok(None) };
        let credentials = self.credentials_file()?;
        let config = self.config()?;
        let surroundings = Surroundings::new(environment::value, config, &credentials);
        let answers = Sdk::ALL.map(|sdk| (sdk, surroundings.answer(sdk)));
        let arn: Option<RoleArn> = role.parse().ok();
        let is_role = |answer: &Answer| {
            let found = match answer {
                Answer::Takes(found) => found,
                // Then programs act as nobody else.
                Answer::Nothing => return true,
                Answer::Fails(_) | Answer::NoProfile(_) => return false,
            };
            match (found.source, &found.profile) {
                (Source::EnvironmentKeys, _) => expiration.is_some() && is_as_left(KEYS[0]),
                (Source::Container, _) => expiration.is_none(),
                (_, Some(profile)) => {
                    let reference = config.role_of(profile).map(|(_, reference)| reference);
                    let names = |reference: &RoleRef| arn.as_ref().is_some_and(|arn| reference.names(arn));
                    found.is_in_config_alone && reference.as_ref().is_some_and(names)
                }
                _ => false,
            }
        };
        let others: Vec<_> = answers.iter().filter(|(_, answer)| !is_role(answer)).cloned().collect();
        let instead = (!others.is_empty()).then(|| Instead {
            description: Answer::describe(&others),
            profile: common_profile(&answers).filter(|profile| config.role_of(profile).is_some()),
        });
        Ok(Some(ShellRole { role, expiration, instead }))
    }
}

/// Whether a variable is as `use` left it. Without a note, as after `env`, nothing else is known.
fn is_as_left(name: &str) -> bool {
    note().is_none_or(|note| note.is_as_left(name, &environment::current))
}

/// The profile whose credentials every SDK takes.
fn common_profile(answers: &[(Sdk, Answer)]) -> Option<String> {
    let profile = |answer: &Answer| match answer {
        Answer::Takes(found) if found.is_in_config_alone => found.profile.clone(),
        _ => None,
    };
    let first = profile(&answers.first()?.1)?;
    answers.iter().all(|(_, answer)| profile(answer).as_ref() == Some(&first)).then_some(first)
}
