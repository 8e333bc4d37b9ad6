//! The environment variables by which programs find credentials, or know whose they are.

use std::ffi::OsStr;
use std::process::Command;

/// The keys themselves, in the order of a role's access key id, secret access key, session token, expiration, account.
pub(crate) const KEYS: [&str; 5] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_ACCOUNT_ID"];

/// The variable that names a profile for every SDK.
pub(crate) const PROFILE: &str = "AWS_PROFILE";

/// The address of a credential server, the token that it wants, and the file that holds this token.
pub(crate) const CONTAINER: [&str; 3] = [
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
];

/// Every variable that gives some program credentials, or says where they are. Entering a role sets some of these and
/// removes the others, so no program finds anything else.
pub(crate) const VARIABLES: [&str; 20] = [
    KEYS[0],
    KEYS[1],
    KEYS[2],
    KEYS[3],
    KEYS[4],
    // Go reads these names too; boto3 prefers the third to AWS_SESSION_TOKEN.
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    PROFILE,
    // boto3 prefers it to AWS_PROFILE.
    "AWS_DEFAULT_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    CONTAINER[0],
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    CONTAINER[1],
    CONTAINER[2],
    // boto3 still reads the files of older tools.
    "AWS_CREDENTIAL_FILE",
    "BOTO_CONFIG",
    // Calls of Amazon Bedrock are made with this key and not with the role.
    "AWS_BEARER_TOKEN_BEDROCK",
];

/// Variables by which prompts show the role that another tool entered. After a change they would be untrue.
pub(crate) const LABELS_OF_OTHER_TOOLS: [&str; 5] =
    ["AWS_VAULT", "AWSU_PROFILE", "AWSUME_PROFILE", "AWSUME_EXPIRATION", "AWS_SESSION_EXPIRATION"];

/// What `use` changed, kept in the shell until `clear` undoes it: the keys that were there before, too.
pub(crate) const DISPLACED: &str = "AWS_SSO_DISPLACED";

/// The variables that are secrets, contain secrets, or lead to secrets.
const SECRETS: [&str; 15] = [
    KEYS[0],
    KEYS[1],
    KEYS[2],
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_SECURITY_TOKEN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    CONTAINER[0],
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    CONTAINER[1],
    CONTAINER[2],
    "AWS_CREDENTIAL_FILE",
    "BOTO_CONFIG",
    "AWS_BEARER_TOKEN_BEDROCK",
    DISPLACED,
];

/// A program that this one starts for itself: a picker, a browser, another `aws-sso`. None of them needs the secrets of
/// this shell, so none gets them. Only the user's own commands do.
pub(crate) fn helper(program: impl AsRef<OsStr>) -> Command {
    #[allow(clippy::disallowed_methods, reason = "this is the function to use")]
    let mut command = Command::new(program);
    remove_secrets(&mut command);
    command
}

/// Makes a command one that gets no secrets of this shell.
pub(crate) fn remove_secrets(command: &mut Command) {
    for name in SECRETS {
        command.env_remove(name);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_variable_is_listed_once_and_every_secret_is_among_them() {
        let all: BTreeSet<_> = VARIABLES.into_iter().chain([DISPLACED]).collect();
        assert_eq!(all.len(), VARIABLES.len() + 1);
        assert!(SECRETS.iter().all(|secret| all.contains(secret)));
        assert!(LABELS_OF_OTHER_TOOLS.iter().all(|label| !all.contains(label)));
    }
}
