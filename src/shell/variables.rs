//! The environment variables that a change of a shell may set or remove.

use super::msys;
use super::proxy::NO_PROXY;
use crate::credential_chain::{self, LABELS_OF_OTHER_TOOLS};

/// The variables by which prompts and this tool know the shell's role, in the order of [`super::RoleLabels`].
pub(super) const ROLE: [&str; 7] = [
    "AWS_SSO_PROFILE",
    "AWS_SSO_SESSION",
    "AWS_SSO_ROLE_ARN",
    "AWS_SSO_ROLE_NAME",
    "AWS_SSO_ACCOUNT_ID",
    "AWS_SSO_ACCOUNT_NAME",
    "AWS_SSO_ROLE_LINE",
];
/// When the keys expire, in epoch seconds, for prompts and the hook.
pub(super) const EXPIRATION: &str = "AWS_SSO_EXPIRATION";
/// When the session of the sign-in ends, as far as it is known: in RFC 3339 for prompts and scripts, which know this
/// name from other tools, and in epoch seconds for the hook.
pub(super) const SESSION_END: [&str; 2] = ["AWS_SSO_SESSION_EXPIRATION", "AWS_SSO_SESSION_END"];
/// The variables by which SDKs know the region.
pub(super) const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// The access key id, the profile or the server that a change has set, to tell later whether it is still that one.
pub(super) const ORIGIN: &str = "AWS_SSO_ORIGIN";

/// The role's ARN among these.
pub(crate) const ROLE_ARN: &str = ROLE[2];
/// How the role is made again if it was assumed with another one: words of our command line.
pub(crate) const ROLE_LINE: &str = ROLE[6];
/// The role that the shell had before, for `awsso -`.
pub(crate) const PREVIOUS: &str = "AWS_SSO_PREVIOUS";

/// The variables that say whose credentials the environment has. A change that enters a role sets or removes each.
pub(crate) fn of_identity() -> impl Iterator<Item = &'static str> {
    credential_chain::VARIABLES
        .into_iter()
        .chain(LABELS_OF_OTHER_TOOLS)
        .chain(ROLE)
        .chain([EXPIRATION, ORIGIN])
        .chain(SESSION_END)
}

/// The variable of this name, if a change may touch it.
pub(super) fn known_name(name: &str) -> Option<&'static str> {
    of_identity().chain(REGION).chain(NO_PROXY.iter().copied()).chain([msys::UNCHANGED]).find(|known| *known == name)
}
