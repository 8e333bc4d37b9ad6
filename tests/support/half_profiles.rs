//! Profiles that lead to no role, each called `p`: what botocore does with it, and what this program says of it.

/// What botocore does with a profile.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Botocore {
    /// It raises an error, for every client.
    Raises,
    /// It finds credentials, or none.
    Takes,
    /// That depends on what else is installed, or on what the service answers.
    Depends,
}
use Botocore::{Depends, Raises, Takes};

/// What botocore does; the profile's lines in the config; the credentials file; what is found, and a part of the
/// remedy.
///
/// `FULL` stands for the two keys of a role, `ARN/` for the beginning of a role's ARN. Below the profile is another
/// one, `jump`, with a role.
pub type HalfProfile = (Botocore, &'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
pub const HALF_PROFILES: &[HalfProfile] = &[
    // A key is missing, or misspelt.
    (Raises, "sso_session = corp\nsso_account_id = 123456789012", "",
        "profile p has no sso_role_name", "sso_role_name = ReadOnlyAccess"),
    (Raises, "sso_session = corp\nsso_role_name = Admin", "",
        "profile p has no sso_account_id", "sso_account_id = 123456789012"),
    (Depends, "sso_session = corp\nsso_account_id =\nsso_role_name = Admin", "",
        "profile p has an empty sso_account_id", "sso_account_id = "),
    (Raises, "FULL", "",
        "profile p has no sso_session", "sso_session = corp"),
    (Raises, "sso_account_id = 123456789012", "",
        "profile p has no sso_session", "sso_session = corp"),
    (Raises, "FULL\nsso_start_url = https://other.awsapps.com/start", "",
        "profile p has no sso_region", "sso_region = "),
    (Raises, "FULL\nsso_region = eu-west-1", "",
        "profile p has no sso_session", "sso_session = corp"),
    (Raises, "sso_session = corp\nsso_acount_id = 123456789012\nsso_role_name = Admin", "",
        "has no sso_account_id; it has sso_acount_id", "write: sso_account_id = 123456789012"),
    (Raises, "sso_session = corp\nsso_account_id = 123456789012\nsso_rolename = Admin", "",
        "has no sso_role_name; it has sso_rolename", "write: sso_role_name = Admin"),
    (Depends, "sso_session = corp\nsso-account-id = 123456789012\nsso-role-name = Admin", "",
        "has no sso_account_id; it has sso-account-id", "write: sso_account_id = 123456789012"),
    (Raises, "FULL\nsso_sesion = corp", "",
        "has no sso_session; it has sso_sesion", "write: sso_session = corp"),
    (Raises, "FULL\nsso_starturl = https://x/start", "",
        "has no sso_start_url; it has sso_starturl", "write: sso_start_url = https://x/start"),
    (Depends, "credential_proces = /bin/true", "",
        "has the key credential_proces, which AWS tools do not read", "write credential_process"),
    // A value is malformed. botocore sends it; the service refuses.
    (Depends, "sso_session = corp\nsso_account_id = \"123456789012\"\nsso_role_name = Admin", "",
        "it has quotes", "write: sso_account_id = 123456789012"),
    (Depends, "sso_session = corp\nsso_account_id = 1234-5678-9012\nsso_role_name = Admin", "",
        "it has dashes", "write: sso_account_id = 123456789012"),
    (Depends, "sso_session = corp\nsso_account_id = 12345678901\nsso_role_name = Admin", "",
        "it has 11 digits", "sso_account_id = "),
    (Depends, "sso_session = corp\nsso_account_id = 123456\u{a0}789012\nsso_role_name = Admin", "",
        "a non-breaking space (U+00A0)", "write: sso_account_id = 123456789012"),
    (Depends, "sso_session = corp\nsso_account_id = 123456789012\u{200b}\nsso_role_name = Admin", "",
        "U+200B", "write: sso_account_id = 123456789012"),
    (Depends, "sso_session = corp\nsso_account_id = 123456789012\nsso_role_name = 'Admin'", "",
        "it has quotes", "write: sso_role_name = Admin"),
    (Depends, "FULL\nsso_region = eu-west-1\nsso_start_url = `https://x.awsapps.com/start`", "",
        "it has backticks", "write: sso_start_url = https://x.awsapps.com/start"),
    (Depends, "FULL\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start/\\#/", "",
        "it has a backslash", "write: sso_start_url = https://x.awsapps.com/start/#/"),
    (Depends, "FULL\nsso_region = \"eu-west-1\"\nsso_start_url = https://x.awsapps.com/start", "",
        "it has quotes", "write: sso_region = eu-west-1"),
    // The sso-session is not there, or says something else.
    (Raises, "sso_session = crop\nFULL", "",
        "names the sso-session crop, which is not there", "did you mean corp?"),
    (Raises, "sso_session = zzzzzz\nFULL", "",
        "names the sso-session zzzzzz", "add a section [sso-session zzzzzz], or name one that is there: corp"),
    (Raises, "sso_session = crop", "",
        "names the sso-session crop", "did you mean corp?"),
    (Raises, "sso_session = crop\ncredential_process = /bin/true", "",
        "names the sso-session crop", "did you mean corp?"),
    (Raises, "sso_session = new\nFULL\n[sso_session new]\nsso_start_url = https://x/start\nsso_region = r", "",
        "names the sso-session new",
        "line 9 says [sso_session new]; AWS tools do not read it: write [sso-session new]"),
    (Raises, "sso_session = corp\nFULL\nsso_start_url = https://other.awsapps.com/start", "",
        "the sso_start_url of profile p differs from that of its sso-session corp", "delete the line sso_start_url"),
    (Raises, "sso_session = corp\nFULL\nsso_start_url = https://d-abc123.awsapps.com/start/", "",
        "the sso_start_url of profile p differs", "delete the line sso_start_url"),
    (Raises, "sso_session = corp\nFULL\nsso_region = us-east-1", "",
        "the sso_region of profile p differs", "delete the line sso_region"),
    (Raises, "sso_session = corp\n  sso_account_id = 123456789012\n  sso_role_name = Admin", "",
        "the sso_session of profile p goes on in the next line", "delete the white space"),
    (Raises, "sso_session =\nFULL", "",
        "profile p has an empty sso_session", "sso_session = corp"),
    // Half a role beside another source: the half counts.
    (Raises, "sso_session = corp\nsso_role_name = Admin\n\
        credential_process = aws-sso -p corp -r 123456789012/Admin -ext", "",
        "profile p has no sso_account_id", "sso_account_id = "),
    (Raises, "sso_session = corp\nFULL\nrole_arn = ARN/x", "",
        "profile p has no source_profile", "source_profile = NAME"),
    // Chains.
    (Depends, "role_arn = ARN/x\ncredential_source = Environment", "",
        "with the credentials of Environment", "export AWS_PROFILE=p"),
    (Raises, "role_arn = ARN/x\nsource_profile = jmp", "",
        "names the source_profile jmp, which is not there", "did you mean jump?"),
    (Raises, "role_arn = ARN/x\nsource_profile = corp", "",
        "names the source_profile corp, which is not there", "[profile corp]"),
    (Raises, "role_arn = ARN/x\nsource_profile = p", "",
        "leads in a circle: p → p", "credentials of its own"),
    (Raises, "role_arn = ARN/x\nsource_profile = q\n[profile q]\nrole_arn = ARN/y\nsource_profile = p", "",
        "leads in a circle: p → q → p", "credentials of its own"),
    (Raises, "role_arn = ARN/x\nsource_profile = q\n[profile q]\nregion = eu-west-1", "",
        "takes its credentials from profile q, which has none", "with credentials"),
    (Raises, "role_arn = ARN/x\nsource_profile = q\n[profile q]\nsso_session = corp\nsso_role_name = Admin", "",
        "profile p cannot be used: profile q has no sso_account_id", "sso_account_id = "),
    (Raises, "role_arn = ARN/x\nsource_profile = jump\ncredential_source = Environment", "",
        "has both source_profile and credential_source", "delete one"),
    (Raises, "role_arn = ARN/x\ncredential_source = environment", "",
        "none that AWS tools know: environment", "Environment, Ec2InstanceMetadata, EcsContainer"),
    (Raises, "role_arn = ARN/x\nsource_profil = jump", "",
        "has no source_profile; it has source_profil", "write: source_profile = jump"),
    // Other sources.
    (Takes, "role_arn = ARN/x\nweb_identity_token_file = /token", "",
        "with a web identity", "export AWS_PROFILE=p"),
    (Raises, "web_identity_token_file = /token", "",
        "profile p has no role_arn", "role_arn = arn:"),
    (Takes, "credential_process = /usr/bin/printf \
            '{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"B\"}'", "",
        "gets its credentials from another program, /usr/bin/printf, and has no role", "export AWS_PROFILE=p"),
    (Depends, "login_session = arn:aws:iam::123456789012:user/me", "",
        "gets its credentials from aws login", "export AWS_PROFILE=p"),
    (Takes, "aws_access_key_id = AKIA\naws_secret_access_key = planted-1", "",
        "has access keys of its own (its section of the config), and no role", "export AWS_PROFILE=p"),
    (Raises, "aws_access_key_id = AKIA", "",
        "has an aws_access_key_id without an aws_secret_access_key", "add the secret"),
    (Takes, "region = eu-west-1", "[p]\naws_access_key_id = AKIA\naws_secret_access_key = planted-1\n",
        "has access keys of its own (~/.aws/credentials:1), and no role", "export AWS_PROFILE=p"),
    (Raises, "region = eu-west-1", "[p]\naws_access_key_id = AKIA\n",
        "has an aws_access_key_id without", "~/.aws/credentials:1"),
    // Nothing about credentials.
    (Takes, "source_profile = jump", "",
        "has a source_profile and no role_arn", "role_arn = arn:"),
    (Takes, "region = eu-west-1", "",
        "profile p has no SSO settings: its section says nothing about credentials", "sso_session = corp"),
    (Takes, "sso_session = corp", "",
        "profile p has no role: neither sso_account_id nor sso_role_name", "aws-sso list -p p"),
];
