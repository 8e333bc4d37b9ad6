//! Credentials that the sandbox accepts, and whose they are.

use super::clock::Millis;

/// Credentials by their access key id, which is the key of the map that holds them.
#[derive(Clone)]
pub(super) struct IssuedCredentials {
    pub(super) secret: String,
    /// None for the access key of an IAM user.
    pub(super) token: Option<String>,
    pub(super) account: String,
    /// The permission set, the assumed role without its path, or the IAM user.
    pub(super) role: String,
    pub(super) expires: Millis,
    pub(super) identity: Identity,
}

/// What kind of principal holds credentials.
#[derive(Clone)]
pub(super) enum Identity {
    /// A permission set, from the portal.
    PermissionSet,
    /// A role, from `AssumeRole`.
    AssumedRole(RoleSession),
    /// An IAM user with an access key of its own.
    User,
}

/// A session that `AssumeRole` began.
#[derive(Clone, Default)]
pub(super) struct RoleSession {
    pub(super) name: String,
    /// Whether another role began it.
    pub(super) is_chained: bool,
    pub(super) source_identity: Option<String>,
    /// Tags that every further session of the chain inherits.
    pub(super) transitive_tags: Vec<(String, String)>,
}

impl IssuedCredentials {
    /// The ARN of the caller; `user` is the user of Identity Center.
    pub(super) fn arn(&self, partition: &str, user: &str) -> String {
        let Self { account, role, .. } = self;
        match &self.identity {
            Identity::PermissionSet => {
                format!("arn:{partition}:sts::{account}:assumed-role/{}/{user}", reserved_role(account, role))
            }
            Identity::AssumedRole(session) => {
                format!("arn:{partition}:sts::{account}:assumed-role/{role}/{}", session.name)
            }
            Identity::User => format!("arn:{partition}:iam::{account}:user/{role}"),
        }
    }

    /// The unique id of the caller.
    pub(super) fn user_id(&self, user: &str) -> String {
        let Self { account, role, .. } = self;
        match &self.identity {
            Identity::PermissionSet => format!("{}:{user}", unique_id("AROA", account, &reserved_role(account, role))),
            Identity::AssumedRole(session) => format!("{}:{}", unique_id("AROA", account, role), session.name),
            Identity::User => unique_id("AIDA", account, role),
        }
    }

    /// The session, if these credentials are those of a chain.
    pub(super) fn role_session(&self) -> Option<&RoleSession> {
        match &self.identity {
            Identity::AssumedRole(session) => Some(session),
            Identity::PermissionSet | Identity::User => None,
        }
    }

    /// Whether a role that these credentials assume is a chained one, which lasts an hour at most.
    pub(super) fn is_role(&self) -> bool {
        !matches!(self.identity, Identity::User)
    }
}

/// The IAM role of a permission set, as Identity Center creates it in an account: with 16 hex digits at the end.
fn reserved_role(account: &str, permission_set: &str) -> String {
    let suffix = digest(&format!("{account}/{permission_set}"));
    format!("AWSReservedSSO_{permission_set}_{suffix:016x}")
}

/// The id that IAM gives to a principal.
pub(super) fn unique_id(prefix: &str, account: &str, name: &str) -> String {
    format!("{prefix}{:017X}", digest(&format!("{account}/{name}")))
}

fn digest(seed: &str) -> u64 {
    let digest = ring::digest::digest(&ring::digest::SHA256, seed.as_bytes());
    digest.as_ref().iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte))
}

/// The sandbox's own table, so that an error in the client's table shows up in tests.
pub(super) fn partition_of(region: &str) -> &'static str {
    match region.split('-').collect::<Vec<_>>().as_slice() {
        ["cn", ..] => "aws-cn",
        ["us", "gov", ..] => "aws-us-gov",
        ["eusc", ..] => "aws-eusc",
        ["us", "iso", ..] => "aws-iso",
        ["us", "isob", ..] => "aws-iso-b",
        ["eu", "isoe", ..] => "aws-iso-e",
        ["us", "isof", ..] => "aws-iso-f",
        _ => "aws",
    }
}
