//! The families of AWS SDKs, and the order in which each looks for credentials.

use super::source::Source;
use super::source::Source::{
    AssumedRole, ConfigFileKeys, Container, CredentialsFileKeys, EnvironmentKeys, EnvironmentWebIdentity, Login,
    OldFiles, Process, SingleSignOn, WebIdentity,
};
use super::variables::PROFILE;

/// A family of programs that look for credentials in one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sdk {
    /// boto3, and what is built on it.
    Boto3,
    /// The AWS CLI, which has the same order, and reads another variable first for the profile.
    AwsCli,
    /// `aws-config`.
    Rust,
    /// `aws-sdk-go-v2`: Terraform and kubectl, among others.
    Go,
    /// `@aws-sdk/credential-provider-node`: the CDK, among others.
    JavaScript,
    /// `software.amazon.awssdk:auth`.
    Java,
}

impl Sdk {
    /// All families.
    pub const ALL: [Self; 6] = [Self::Boto3, Self::AwsCli, Self::Rust, Self::Go, Self::JavaScript, Self::Java];

    /// The name in a table.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Boto3 => "boto3",
            Self::AwsCli => "AWS CLI",
            Self::Rust => "Rust",
            Self::Go => "Go",
            Self::JavaScript => "JavaScript",
            Self::Java => "Java",
        }
    }

    /// Several of them in a sentence.
    #[must_use]
    pub(crate) fn names(sdks: &[Self]) -> String {
        if sdks.len() == Self::ALL.len() {
            return "every AWS SDK".to_owned();
        }
        let is_botocore = |sdk: &&Self| sdk.is_botocore();
        let programs: Vec<_> = sdks.iter().filter(is_botocore).map(|sdk| sdk.program()).collect();
        let languages: Vec<_> = sdks.iter().filter(|sdk| !is_botocore(sdk)).map(|sdk| sdk.name()).collect();
        let languages = match languages.as_slice() {
            [] => None,
            [one] => Some(format!("the AWS SDK for {one}")),
            [first @ .., last] => Some(format!("the AWS SDKs for {} and {last}", first.join(", "))),
        };
        let programs = (!programs.is_empty()).then(|| programs.join(" and "));
        programs.into_iter().chain(languages).collect::<Vec<_>>().join(", and ")
    }

    /// Whether it is built on botocore.
    pub(super) fn is_botocore(self) -> bool {
        matches!(self, Self::Boto3 | Self::AwsCli)
    }

    /// The name of a program in a sentence.
    fn program(self) -> &'static str {
        if self == Self::AwsCli { "the AWS CLI" } else { self.name() }
    }

    /// The variables that choose the profile, in the order in which this family reads them.
    pub(super) fn profile_variables(self) -> &'static [&'static str] {
        match self {
            Self::Boto3 => &["AWS_DEFAULT_PROFILE", PROFILE],
            Self::AwsCli | Self::Go => &[PROFILE, "AWS_DEFAULT_PROFILE"],
            Self::Rust | Self::JavaScript | Self::Java => &[PROFILE],
        }
    }

    /// The sources in the order in which this family asks for them. The first that is there decides, even if it then
    /// gives no credentials.
    pub(super) fn order(self) -> &'static [Source] {
        match self {
            // botocore/credentials.py: create_credential_resolver, ProfileProviderBuilder.
            Self::Boto3 | Self::AwsCli => &[
                EnvironmentKeys,
                AssumedRole,
                EnvironmentWebIdentity,
                WebIdentity,
                SingleSignOn,
                CredentialsFileKeys,
                Login,
                Process,
                ConfigFileKeys,
                OldFiles,
                Container,
            ],
            // aws-config/src/default_provider/credentials.rs, profile/credentials/repr.rs: base_provider.
            Self::Rust => &[
                EnvironmentKeys,
                AssumedRole,
                WebIdentity,
                SingleSignOn,
                Login,
                Process,
                CredentialsFileKeys,
                ConfigFileKeys,
                EnvironmentWebIdentity,
                Container,
            ],
            // config/resolve_credentials.go: resolveCredentialChain, resolveCredsFromProfile.
            Self::Go => &[
                EnvironmentKeys,
                EnvironmentWebIdentity,
                AssumedRole,
                CredentialsFileKeys,
                ConfigFileKeys,
                WebIdentity,
                SingleSignOn,
                Login,
                Process,
                Container,
            ],
            // credential-provider-node/src/defaultProvider.ts, credential-provider-ini/src/resolveProfileData.ts.
            Self::JavaScript => &[
                EnvironmentKeys,
                AssumedRole,
                CredentialsFileKeys,
                ConfigFileKeys,
                WebIdentity,
                Process,
                SingleSignOn,
                Login,
                EnvironmentWebIdentity,
                Container,
            ],
            // DefaultCredentialsProvider.java, ProfileCredentialsUtils.java.
            Self::Java => &[
                EnvironmentKeys,
                EnvironmentWebIdentity,
                WebIdentity,
                SingleSignOn,
                AssumedRole,
                Login,
                Process,
                CredentialsFileKeys,
                ConfigFileKeys,
                Container,
            ],
        }
    }
}
