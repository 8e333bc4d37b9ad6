//! The places where programs find credentials.

use crate::aws_config::config::Section;

/// A place where a program may find credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    EnvironmentKeys,
    /// `AWS_WEB_IDENTITY_TOKEN_FILE` with `AWS_ROLE_ARN`, as in a Kubernetes pod.
    EnvironmentWebIdentity,
    /// `role_arn` in a profile, over `source_profile` or `credential_source`.
    AssumedRole,
    /// `web_identity_token_file` in a profile.
    WebIdentity,
    /// `sso_session` and the other keys of IAM Identity Center in a profile.
    SingleSignOn,
    /// `aws_access_key_id` in the credentials file.
    CredentialsFileKeys,
    /// `aws_access_key_id` in the config file.
    ConfigFileKeys,
    /// `login_session` in a profile, which `aws login` writes.
    Login,
    /// `credential_process` in a profile.
    Process,
    /// The files of boto 2 and of the first EC2 tools.
    OldFiles,
    /// A credential server: `AWS_CONTAINER_CREDENTIALS_FULL_URI` or `…_RELATIVE_URI`.
    Container,
}

/// The sources that a profile may have.
const ALL: [Source; 6] = [
    Source::AssumedRole,
    Source::WebIdentity,
    Source::SingleSignOn,
    Source::CredentialsFileKeys,
    Source::Login,
    Source::Process,
];

/// Whether a profile of the credentials file has any source of its own.
pub(crate) fn has_source(profile: Section<'_>) -> bool {
    ALL.into_iter().flat_map(keys).any(|key| profile.setting(key).is_some())
}

/// The keys by which a profile has another source than this tool or IAM Identity Center. The SDKs disagree on which
/// source they use then.
pub(crate) fn keys_of_others() -> impl Iterator<Item = &'static str> {
    let others = ALL.into_iter().filter(|source| !matches!(source, Source::SingleSignOn | Source::Process));
    others.flat_map(keys).copied().chain(["source_profile", "credential_source"])
}

/// Whether a profile of the config has one source alone, of which no part is missing or said twice: then no SDK can
/// take another one.
pub(crate) fn has_one_source(profile: Section<'_>) -> bool {
    let has = |key: &&str| profile.setting(key).is_some();
    let others = ALL.into_iter().flat_map(keys).filter(|key| has(key));
    let is_process = others.clone().eq(&["credential_process"]);
    is_process || others.eq(&["sso_session", "sso_account_id", "sso_role_name"])
}

/// The keys of a profile that make a source, the first of which stands for it in messages.
pub(super) fn keys(source: Source) -> &'static [&'static str] {
    match source {
        Source::AssumedRole => &["role_arn"],
        Source::WebIdentity => &["web_identity_token_file"],
        Source::SingleSignOn => &["sso_session", "sso_account_id", "sso_role_name", "sso_start_url", "sso_region"],
        Source::CredentialsFileKeys | Source::ConfigFileKeys => &["aws_access_key_id", "aws_secret_access_key"],
        Source::Login => &["login_session"],
        Source::Process => &["credential_process"],
        Source::EnvironmentKeys | Source::EnvironmentWebIdentity | Source::OldFiles | Source::Container => &[],
    }
}
