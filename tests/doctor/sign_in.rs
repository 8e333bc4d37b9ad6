//! The sso-sessions and their sign-ins.

use std::fs;

use serde_json::Value;

use crate::support::START_URL;
use crate::support::doctor::{Case, append, check};
use crate::support::user::TOKEN_FILE;

const CASES: &[Case] = &[
    (
        "a session without a start URL",
        |user, run| {
            append(user, "\n[sso-session half]\nsso_region = us-east-1\n");
            run
        },
        ["Sign-in", "broken", "sso-session half has no sso_start_url", "sso_start_url = "],
    ),
    (
        "not signed in",
        |user, run| {
            fs::remove_file(user.home.path(TOKEN_FILE)).unwrap();
            run
        },
        ["Sign-in", "warning", "corp: not signed in", "aws-sso login -p corp"],
    ),
    (
        "an expired sign-in",
        |user, run| {
            user.edit_token(|token| {
                token["expiresAt"] = "2020-01-01T00:00:00Z".into();
                token["refreshToken"] = Value::Null;
            });
            run
        },
        ["Sign-in", "warning", "corp: the sign-in expired at 2020-01-01", "aws-sso login -p corp"],
    ),
    (
        "a token file with other content",
        |user, run| {
            user.home.write(TOKEN_FILE, "{}");
            run
        },
        ["Sign-in", "warning", "the file of its token holds no token", "aws-sso login"],
    ),
    (
        "the token of another start URL",
        |user, run| {
            user.edit_token(|token| token["startUrl"] = "https://other.awsapps.com/start".into());
            run
        },
        ["Sign-in", "warning", "another start URL", "aws-sso login"],
    ),
    (
        "a start URL of another Region",
        |user, run| {
            append(
                user,
                "\n[sso-session half]\nsso_start_url = https://ssoins-1.eu-west-1.portal.amazonaws.com\n\
                 sso_region = us-east-1\n",
            );
            run
        },
        ["Sign-in", "warning", "half is us-east-1, but its start URL is that of eu-west-1", "sso_region = eu-west-1"],
    ),
    (
        "an sso-session without a Region, which its start URL names",
        |user, run| {
            append(user, "\n[sso-session half]\nsso_start_url = https://ssoins-1.portal.eu-west-1.app.aws\n");
            run
        },
        ["Sign-in", "warning", "half has no sso_region", "write below [sso-session half]: sso_region = eu-west-1"],
    ),
    (
        "a company's own domain that led to another Region",
        |user, run| {
            let config = user.home.read(".aws/config").replace(START_URL, "https://aws.mycompany.com");
            user.home.write(".aws/config", config);
            user.edit_token(|token| {
                token["startUrl"] = "https://aws.mycompany.com".into();
                token["region"] = "eu-west-1".into();
            });
            run
        },
        [
            "Sign-in",
            "warning",
            "the sign-in is in eu-west-1, where https://aws.mycompany.com",
            "sso_region = eu-west-1",
        ],
    ),
    (
        "a start URL without https://",
        |user, run| {
            append(user, "\n[sso-session half]\nsso_start_url = corp.awsapps.com/start\nsso_region = eu-west-1\n");
            run
        },
        ["Sign-in", "broken", "is not a valid https URL", "sso_start_url = https://corp.awsapps.com/start"],
    ),
    (
        "an endpoint without TLS",
        |_, run| run.env("AWS_ENDPOINT_URL_SSO", "http://portal.example.com"),
        ["Sign-in", "broken", "is not encrypted", "use https"],
    ),
];

#[test]
fn each_fault_of_a_sign_in_is_found() {
    check(CASES);
}
