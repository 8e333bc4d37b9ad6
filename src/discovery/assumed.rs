//! Roles that are assumed with a role of Identity Center, in accounts where the user has none: `--assume`, `--via`.

use super::keys::{CHAIN_KEYS, CredentialSource, PROCESS_KEY};
use crate::aws_config::config::Config;
use crate::aws_config::credential_process;
use crate::aws_config::directory::Directory;
use crate::error::Result;
use crate::role::{Assume, IamRole, RoleArn, RoleRef};

/// An account's id and the name of a role there; that of a role that is assumed has its path.
pub(super) type Role = (String, String);

/// How the role of a profile is assumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Assumed {
    /// By this program, with this role or profile and these options.
    By { role: String, options: Vec<String> },
    /// By the program that reads the profile, with the credentials of this one.
    Source(String),
}

impl Assumed {
    /// What the keys of a profile say, and the role.
    pub(super) fn of_keys(role_arn: &str, source_profile: &str) -> Option<(Self, Role)> {
        Some((Self::Source(source_profile.to_owned()), role(&role_arn.parse().ok()?)))
    }

    /// Whether it is assumed with this role.
    pub(super) fn is_via(&self, via: &Via, config: &Config) -> bool {
        let is_role = |found: Option<Role>| found.is_some() && found == granted(via.role.parse().ok());
        match self {
            Self::By { role, .. } => *role == via.role || is_role(granted(role.parse().ok())),
            Self::Source(profile) => {
                via.source_profile.as_ref() == Some(profile)
                    || is_role(config.role_of(profile).and_then(|(_, role)| granted(Some(role))))
            }
        }
    }

    /// The profile or sso-session to sign in with, where a profile says it: at the end of the source profiles.
    pub(super) fn sign_in(&self, config: &Config) -> Option<String> {
        /// Longer chains, and loops, are nothing that discovery writes.
        const LONGEST: usize = 10;
        let Self::Source(profile) = self else { return None };
        let next = |profile: &String| config.profile(profile)?.setting("source_profile").map(str::to_owned);
        let mut profiles = std::iter::successors(Some(profile.clone()), next).take(LONGEST);
        profiles.find_map(|profile| config.role_of(&profile).map(|(sign_in, _)| sign_in.into_owned()))
    }
}

/// The account and the name of a role that can be assumed.
pub(super) fn role(role: &IamRole) -> Role {
    let path = role.as_str().split_once(":role/").map_or("", |(_, path)| path);
    (role.account_id().to_owned(), path.to_owned())
}

/// The account and the name of a role that is named so.
pub(super) fn granted(role: Option<RoleRef>) -> Option<Role> {
    match role? {
        RoleRef::Arn(arn) => Some((arn.account_id, arn.role_name)),
        RoleRef::Id { account_id, role_name } => Some((account_id, role_name)),
        _ => None,
    }
}

/// With which role the discovered ones are assumed, and how.
#[derive(Clone, Debug)]
pub(crate) struct Via {
    /// The role, as a line of `credential_process` names it: by its ARN, or by a profile that is a chain itself.
    pub role: String,
    /// The profile that gives its credentials to the SDKs.
    pub source_profile: Option<String>,
    /// The name of the roles that are assumed, with their path.
    pub name: String,
    /// How they are assumed.
    pub options: Assume,
}

impl Via {
    /// The options with which this role is assumed.
    fn options(&self, role: &RoleArn) -> Assume {
        Assume { assume: Some(role.to_string()), ..self.options.clone() }
    }

    /// The same as words of a line.
    pub(super) fn words(&self, role: &RoleArn) -> Vec<String> {
        self.options(role).words()
    }

    /// The keys with which a profile gets the credentials of this account's role.
    pub(super) fn keys(
        &self,
        directory: &Directory,
        role: &RoleArn,
        source: &CredentialSource,
    ) -> Result<Vec<(&'static str, String)>> {
        let options = self.options(role);
        match source {
            CredentialSource::Process { program } => {
                let line = credential_process::assuming(program, &directory.name, &self.role, &options.words())?;
                Ok(vec![(PROCESS_KEY, line)])
            }
            CredentialSource::Sso => {
                let duration = options.lifetime.map(|seconds| seconds.to_string());
                let Assume { assume, external_id, session_name, .. } = options;
                let values = [assume, self.source_profile.clone(), external_id, session_name, duration];
                let keys = CHAIN_KEYS.into_iter().zip(values);
                Ok(keys.filter_map(|(key, value)| Some((key, value?))).collect())
            }
        }
    }
}
