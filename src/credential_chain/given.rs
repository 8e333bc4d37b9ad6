//! Whether a source of credentials is there, as an SDK sees it.

use super::sdk::Sdk;
use super::source::Source;
use super::surroundings::{BothFiles, Surroundings};

/// How much of a source is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Given {
    /// Nothing: the SDK goes on to the next source.
    Nothing,
    /// A part: the SDK stops here with an error.
    Half,
    /// A part: the SDK gives up the whole profile, and goes on to the environment's other sources.
    Skip,
    /// All that the SDK needs to try it.
    Whole,
}

impl Given {
    fn whole_if(is_whole: bool, otherwise: Self) -> Self {
        if is_whole { Self::Whole } else { otherwise }
    }
}

/// How much of a source an SDK finds in these variables and in this profile.
pub(super) fn given(source: Source, sdk: Sdk, surroundings: &Surroundings<'_>, profile: BothFiles<'_>) -> Given {
    let is_set = |name: &str| surroundings.variable(name).is_some();
    let any_is_set = |names: &[&str]| names.iter().any(|name| is_set(name));
    let has = |key: &str| profile.has(key);
    let stops_at_half = matches!(sdk, Sdk::Boto3 | Sdk::AwsCli | Sdk::Rust | Sdk::Go);
    let half = if stops_at_half { Given::Half } else { Given::Nothing };
    match source {
        Source::EnvironmentKeys => environment_keys(sdk, &any_is_set),
        Source::EnvironmentWebIdentity if is_set("AWS_WEB_IDENTITY_TOKEN_FILE") => {
            let half = if sdk == Sdk::Rust { Given::Nothing } else { half };
            Given::whole_if(is_set("AWS_ROLE_ARN"), half)
        }
        Source::AssumedRole if has("role_arn") => {
            assumed_role(sdk, profile, is_set("AWS_ACCESS_KEY_ID") && is_set("AWS_SECRET_ACCESS_KEY"))
        }
        Source::WebIdentity if has("web_identity_token_file") => Given::whole_if(has("role_arn"), half),
        Source::SingleSignOn => single_sign_on(sdk, profile),
        Source::CredentialsFileKeys | Source::ConfigFileKeys => file_keys(source, sdk, profile),
        Source::Login => Given::whole_if(has("login_session"), Given::Nothing),
        Source::Process => Given::whole_if(has("credential_process"), Given::Nothing),
        Source::OldFiles => {
            let is_named = any_is_set(&["AWS_CREDENTIAL_FILE", "BOTO_CONFIG"]) || surroundings.has_boto_file;
            Given::whole_if(is_named, Given::Nothing)
        }
        Source::Container => Given::whole_if(
            any_is_set(&["AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]),
            Given::Nothing,
        ),
        Source::EnvironmentWebIdentity | Source::AssumedRole | Source::WebIdentity => Given::Nothing,
    }
}

/// The key of a profile with which this family refuses the whole profile, because of another one.
pub(super) fn contradiction(sdk: Sdk, profile: BothFiles<'_>) -> Option<&'static str> {
    const ONE_OF: [&str; 4] = ["credential_process", "credential_source", "source_profile", "web_identity_token_file"];
    let mut present = ONE_OF.into_iter().filter(|key| sdk == Sdk::Go && profile.has(key));
    let first = present.next();
    present.next().and(first)
}

/// A role over the credentials of another profile or of another source.
fn assumed_role(sdk: Sdk, profile: BothFiles<'_>, environment_has_keys: bool) -> Given {
    let has = |key: &str| profile.has(key);
    let is_environment = profile.value("credential_source") == Some("Environment");
    let has_source = has("credential_source") && (environment_has_keys || !is_environment);
    let has_one_source = has("source_profile") != has("credential_source") && (has("source_profile") || has_source);
    match sdk {
        // With a web identity, the role belongs to that.
        Sdk::Boto3 | Sdk::AwsCli | Sdk::Rust if has("web_identity_token_file") => Given::Nothing,
        Sdk::Boto3 | Sdk::AwsCli | Sdk::Rust => Given::whole_if(has_one_source, Given::Half),
        Sdk::JavaScript | Sdk::Java => {
            let part = if has("credential_source") { Given::Skip } else { Given::Nothing };
            Given::whole_if(has_one_source, part)
        }
        // Go assumes the role over whatever else the profile has, but for a web identity.
        Sdk::Go if has("credential_source") && !has_source && !has("aws_access_key_id") => Given::Half,
        Sdk::Go => {
            let base = ["credential_process", "login_session", "sso_account_id"].iter().any(|key| has(key));
            let is_over_base = base && !has("web_identity_token_file");
            let is_over_other = has("source_profile") || has_source || has("aws_access_key_id");
            Given::whole_if(is_over_other || is_over_base, Given::Nothing)
        }
    }
}

fn environment_keys(sdk: Sdk, any_is_set: &dyn Fn(&[&str]) -> bool) -> Given {
    if sdk == Sdk::JavaScript && any_is_set(&["AWS_PROFILE"]) {
        return Given::Nothing;
    }
    // Go alone still reads the old names.
    let names = if sdk == Sdk::Go { 2 } else { 1 };
    let has_id = any_is_set(&["AWS_ACCESS_KEY_ID", "AWS_ACCESS_KEY"][..names]);
    let has_secret = any_is_set(&["AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY"][..names]);
    let half = if sdk.is_botocore() && has_id { Given::Half } else { Given::Nothing };
    Given::whole_if(has_id && has_secret, half)
}

fn single_sign_on(sdk: Sdk, profile: BothFiles<'_>) -> Given {
    let has = |key: &str| profile.has(key);
    let (has_account, has_role) = (has("sso_account_id"), has("sso_role_name"));
    // A profile with an sso_session alone is for `aws sso login`: for botocore it has no credentials.
    let is_asked = if sdk.is_botocore() {
        has_account || has_role
    } else {
        super::source::keys(Source::SingleSignOn).iter().any(|key| has(key))
    };
    if !is_asked {
        return Given::Nothing;
    }
    let has_portal = has("sso_session") || (has("sso_start_url") && has("sso_region"));
    if sdk == Sdk::Rust && has("sso_session") && (has("sso_start_url") || has("sso_region")) {
        return Given::Half;
    }
    let half = if sdk == Sdk::Java { Given::Skip } else { Given::Half };
    Given::whole_if(has_account && has_role && has_portal, half)
}

fn file_keys(source: Source, sdk: Sdk, profile: BothFiles<'_>) -> Given {
    const ID: &str = "aws_access_key_id";
    const SECRET: &str = "aws_secret_access_key";
    let file = if source == Source::CredentialsFileKeys { profile.credentials } else { profile.config };
    let has = |key: &str| file.section_of(key).is_some();
    // botocore reads the keys of each file by themselves, the other SDKs those of both together.
    let has_secret = if sdk.is_botocore() { has(SECRET) } else { profile.has(SECRET) };
    let half = match sdk {
        Sdk::Boto3 | Sdk::AwsCli | Sdk::Java if has(ID) => Given::Half,
        Sdk::Rust if has(ID) || has(SECRET) => Given::Half,
        _ => Given::Nothing,
    };
    Given::whole_if(has(ID) && has_secret, half)
}
