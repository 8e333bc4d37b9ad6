//! The environment variables that a change of a shell may set or remove.

/// The variables that hold a role's credentials.
pub(super) const CREDENTIALS: [&str; 5] =
    ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION", "AWS_ACCOUNT_ID"];
/// The variables by which prompts and this tool know the shell's role.
pub(super) const ROLE: [&str; 3] = ["AWS_SSO_PROFILE", "AWS_SSO_ROLE_ARN", EXPIRATION];
/// When the keys expire, in epoch seconds, for prompts and the hook.
pub(super) const EXPIRATION: &str = "AWS_SSO_EXPIRATION";
/// The variables by which SDKs know the region.
pub(super) const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// The variables by which other tools name a profile or a token; they would contradict the credentials.
pub(super) const RIVALS: [&str; 3] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"];

/// The variables by which SDKs know a credential server.
pub(super) const SERVER: [&str; 2] = ["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"];
/// The same token in a file, which some clients read alone and most prefer.
pub(super) const TOKEN_FILE: &str = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
/// Further variables that some SDK prefers to those of a credential server, besides keys and profiles.
pub(super) const SERVER_RIVALS: [&str; 4] =
    ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", TOKEN_FILE, "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_ARN"];

/// What `use` displaced, kept in the shell until `clear` gives it back.
pub(super) const DISPLACED: &str = "AWS_SSO_DISPLACED";

/// The variables that are secrets, contain secrets, or lead to secrets.
pub(crate) const SECRETS: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    DISPLACED,
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    TOKEN_FILE,
];

/// The variable of this name, if a change may touch it.
pub(super) fn known_name(name: &str) -> Option<&'static str> {
    let known = [&CREDENTIALS[..], &ROLE, &REGION, &RIVALS, &SERVER, &SERVER_RIVALS];
    known.into_iter().flatten().copied().find(|known| *known == name)
}
