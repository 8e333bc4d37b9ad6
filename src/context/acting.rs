//! As whom programs of this shell act: what their SDKs take, not only what this tool has noted.

use super::Context;
use super::chain::{credentials_file, gives_role};
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::credential_chain::{Answer, CONTAINER, KEYS, Sdk, Source, Surroundings, TakenSource};
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
    /// Whether this shell has a role that it has entered with this sign-in.
    pub(crate) fn gave_shell_its_role(&self, directory: &Directory) -> bool {
        let Some((_, session)) = self.session_of_environment().filter(|_| environment::shell_role().is_some()) else {
            return false;
        };
        match self.config().and_then(|config| config.directory(&session)) {
            Ok(of_shell) => of_shell.origin() == directory.origin(),
            Err(_) => session == directory.name,
        }
    }

    /// The role of this shell; `None` if it has entered none.
    pub(crate) fn shell_role(&self) -> Result<Option<ShellRole>> {
        let Some((role, expiration)) = environment::shell_role() else { return Ok(None) };
        let credentials = credentials_file()?;
        let config = self.config()?;
        let surroundings = Surroundings::new(environment::value, config, &credentials);
        let answers = Sdk::ALL.map(|sdk| (sdk, surroundings.answer(sdk)));
        let arn: Option<RoleArn> = role.parse().ok();
        let origin = environment::role_origin();
        let is_origin = |name: &str| origin.is_none() || environment::value(name) == origin;
        let is_role = |answer: &Answer| match answer {
            Answer::Takes(found) if found.source == Source::EnvironmentKeys => is_origin(KEYS[0]),
            Answer::Takes(found) if found.source == Source::Container => is_origin(CONTAINER[0]),
            Answer::Takes(TakenSource { profile: Some(profile), .. }) => {
                let reference = config.role_of(profile).map(|(_, reference)| reference);
                let names = |reference: &RoleRef| arn.as_ref().is_some_and(|arn| reference.names(arn));
                gives_role(answer, config) && reference.as_ref().is_some_and(names)
            }
            // A bare ARN says of nothing that it gives the role.
            Answer::Nothing => origin.is_none(),
            Answer::Takes(_) | Answer::Fails(_) | Answer::NoProfile(_) => false,
        };
        let others: Vec<_> = answers.iter().filter(|(_, answer)| !is_role(answer)).cloned().collect();
        let instead = (!others.is_empty())
            .then(|| Instead { description: Answer::describe(&others), profile: common_profile(&answers, config) });
        Ok(Some(ShellRole { role, expiration, instead }))
    }
}

/// The profile whose role every SDK takes.
fn common_profile(answers: &[(Sdk, Answer)], config: &Config) -> Option<String> {
    let profile = |answer: &Answer| match answer {
        Answer::Takes(found) if gives_role(answer, config) => found.profile.clone(),
        _ => None,
    };
    let first = profile(&answers.first()?.1)?;
    answers.iter().all(|(_, answer)| profile(answer).as_ref() == Some(&first)).then_some(first)
}
