//! As whom programs of this shell act: what their SDKs take, not only what this tool has noted.

use super::Context;
use super::assumed::{base_of_shell, end_of_profile};
use super::chain::{credentials_file, gives_role};
use super::find::Found;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::credential_chain::{Answer, CONTAINER, KEYS, Sdk, Source, Surroundings, TakenSource};
use crate::environment;
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::role::{RoleArn, RoleRef};
use crate::shell::ROLE_LINE;
use crate::terminal;

/// The role that this shell entered, and whether programs act as this role; else that of its `AWS_PROFILE`.
#[derive(Clone, Debug)]
pub(crate) struct ShellRole {
    /// Its ARN, as the shell has it, or as far as the files tell it of a profile, whose name it is otherwise.
    pub(crate) role: String,
    /// When its keys expire, in epoch seconds; `None` if programs renew them by themselves.
    pub(crate) expiration: Option<i64>,
    /// What programs do instead.
    pub(crate) instead: Option<Instead>,
    /// The profile by which every program takes it, if the shell has entered no role.
    pub(crate) profile: Option<String>,
    /// What it is assumed with, if it is, as people read it.
    pub(crate) via: Option<String>,
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

    /// The role of this shell: the one that it entered, else that of its `AWS_PROFILE`.
    pub(crate) fn shell_role(&self) -> Result<Option<ShellRole>> {
        match environment::shell_role() {
            Some((role, expiration)) => self.entered_role(role, expiration).map(Some),
            None if environment::aws_profile().is_some() => self.role_of_profile(),
            None => Ok(None),
        }
    }

    /// The role that programs of this shell take, for a verb that was given none. `name_it` is the verb's line with a
    /// role. A role that is not what `-p` names is none.
    pub(crate) fn find_of_shell(&self, name_it: &str) -> Result<Option<Found>> {
        let Some(of_shell) = self.shell_role()? else { return Ok(None) };
        let profile = match of_shell.instead {
            None => of_shell.profile,
            Some(Instead { profile: Some(profile), .. }) => Some(profile),
            Some(Instead { description, .. }) => {
                return Err(Error::usage(format!("this shell entered {}, but {description}", of_shell.role))
                    .with_remedy(format!("name the role: {name_it}")));
            }
        };
        let find = |context: &Self| match &profile {
            Some(profile) => context.find_by_profile(profile),
            None => context.find_entered(&of_shell.role),
        };
        let Some(option) = self.profile_option() else { return find(self).map(Some) };
        let asked = self.directory()?;
        // It warns of mistakes once.
        self.settings()?;
        // Without -p, which would make it a role of that Identity Center.
        let found = find(&self.narrowed_to(None)).ok().filter(|found| found.directory.origin() == asked.origin());
        let names_role = self.config()?.role_of(option).is_some();
        let is_named = |found: &Found| self.find_by_profile(option).is_ok_and(|named| named.is_same_role(found));
        Ok(found.filter(|found| !names_role || is_named(found)))
    }

    /// Why `AWS_PROFILE` gives no role, if no profile has its name.
    pub(crate) fn unknown_profile(&self) -> Option<String> {
        let name = environment::value("AWS_PROFILE")?;
        let has = |config: &Config| config.profile(&name).is_some();
        let is_known = has(self.config().ok()?) || has(&credentials_file().ok()?);
        (!is_known).then(|| format!("AWS_PROFILE is {name}, which is no profile"))
    }

    /// The same, where no `-p` says which profile counts.
    pub(crate) fn unknown_profile_alone(&self) -> Option<String> {
        self.unknown_profile().filter(|_| self.profile_option().is_none())
    }

    /// Says it before the user chooses.
    pub(crate) fn warn_of_unknown_profile(&self) {
        if let Some(why) = self.unknown_profile_alone() {
            terminal::warn(&format!("{why}; choose the role"));
        }
    }

    /// The role of the profile that `AWS_PROFILE` names, if every program takes it.
    fn role_of_profile(&self) -> Result<Option<ShellRole>> {
        let (config, credentials) = (self.config()?, credentials_file()?);
        let Some(profile) = common_profile(&answers(config, &credentials), config) else { return Ok(None) };
        let of_identity_center = || arn(config, &profile).map(|role| role.to_string());
        let (assumed, via) = end_of_profile(config, &profile).map(|end| (end.role.to_string(), end.via)).unzip();
        let role = assumed.or_else(of_identity_center).unwrap_or_else(|| profile.clone());
        Ok(Some(ShellRole { role, expiration: None, instead: None, profile: Some(profile), via }))
    }

    fn entered_role(&self, role: String, expiration: Option<i64>) -> Result<ShellRole> {
        let (config, credentials) = (self.config()?, credentials_file()?);
        let answers = answers(config, &credentials);
        let parsed: Option<RoleArn> = role.parse().ok();
        let is_assumed = environment::value(ROLE_LINE).is_some();
        let origin = environment::role_origin();
        let is_origin = |name: &str| origin.is_none() || environment::value(name) == origin;
        let is_role = |answer: &Answer| match answer {
            Answer::Takes(found) if found.source == Source::EnvironmentKeys => is_origin(KEYS[0]),
            Answer::Takes(found) if found.source == Source::Container => is_origin(CONTAINER[0]),
            Answer::Takes(TakenSource { profile: Some(profile), .. }) => {
                let reference = config.role_of(profile).map(|(_, reference)| reference);
                let names = |reference: &RoleRef| parsed.as_ref().is_some_and(|role| reference.names(role));
                let is_it = match end_of_profile(config, profile) {
                    Some(end) => end.role.as_str() == role,
                    None => !is_assumed && reference.as_ref().is_some_and(names),
                };
                gives_role(answer, config) && is_it
            }
            // A bare ARN says of nothing that it gives the role.
            Answer::Nothing => origin.is_none(),
            Answer::Takes(_) | Answer::Fails(_) | Answer::NoProfile(_) => false,
        };
        let others: Vec<_> = answers.iter().filter(|(_, answer)| !is_role(answer)).cloned().collect();
        let instead = (!others.is_empty())
            .then(|| Instead { description: Answer::describe(&others), profile: common_profile(&answers, config) });
        let via = base_of_shell(config, &role);
        Ok(ShellRole { role, expiration, instead, profile: None, via })
    }
}

/// What the programs of this shell do, by SDK.
fn answers(config: &Config, credentials: &Config) -> [(Sdk, Answer); Sdk::ALL.len()] {
    let surroundings = Surroundings::new(environment::value, config, credentials);
    Sdk::ALL.map(|sdk| (sdk, surroundings.answer(sdk)))
}

/// The role of a profile, as far as the files tell it.
fn arn(config: &Config, profile: &str) -> Option<RoleArn> {
    let (name, reference) = config.role_of(profile)?;
    let directory = config.directory(&name).ok()?;
    match reference {
        RoleRef::Arn(role) => Some(role),
        RoleRef::Id { account_id, role_name } => Some(RoleArn::in_region(&directory.region, &account_id, &role_name)),
        RoleRef::AccountName { account_name, role_name } => {
            Inventory::remembered(&directory).ok()??.role(&account_name, &role_name).ok()
        }
        RoleRef::Place(_) | RoleRef::Name(_) => None,
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
