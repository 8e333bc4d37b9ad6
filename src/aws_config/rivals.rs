//! Credentials of a profile's own, which an SDK takes before those that it is offered.

use super::config::Config;

/// The keys by which a profile gets credentials without a credential server.
const KEYS: [&str; 8] = [
    "aws_access_key_id",
    "credential_process",
    "sso_session",
    "sso_account_id",
    "role_arn",
    "source_profile",
    "credential_source",
    "web_identity_token_file",
];

/// The first of these files whose default profile has credentials of its own: SDKs prefer them to a credential server.
pub(crate) fn rival_of_server(files: [&Config; 2]) -> Option<&Config> {
    files.into_iter().find(|file| {
        let default = file.profile("default");
        default.is_some_and(|profile| KEYS.iter().any(|key| profile.setting(key).is_some()))
    })
}
