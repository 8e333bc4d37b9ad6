//! Environment variables and settings.

use std::path::Path;

use crate::support::AWS_SSO;
use crate::support::doctor::{Case, check};

const CASES: &[Case] = &[
    (
        "keys and a profile",
        |_, run| {
            run.env("AWS_ACCESS_KEY_ID", "AKIA").env("AWS_SECRET_ACCESS_KEY", "planted-1").env("AWS_PROFILE", "default")
        },
        ["Environment", "warning", "AWS_ACCESS_KEY_ID and AWS_PROFILE are both set", "unset AWS_PROFILE"],
    ),
    (
        "half a key",
        |_, run| run.env("AWS_SECRET_ACCESS_KEY", "planted-1"),
        ["Environment", "broken", "AWS_SECRET_ACCESS_KEY is set without", "unset AWS_SECRET_ACCESS_KEY"],
    ),
    (
        "an unknown profile",
        |_, run| run.env("AWS_PROFILE", "nowhere"),
        ["Environment", "broken", "AWS_PROFILE names the profile nowhere", "unset AWS_PROFILE"],
    ),
    (
        "an unknown sso-session",
        |_, run| run.env("AWS_SSO_SESSION", "nowhere"),
        ["Environment", "broken", "AWS_SSO_SESSION names nowhere", "name one of: corp"],
    ),
    (
        "a missing config",
        |_, run| run.env("AWS_CONFIG_FILE", "/nowhere/config"),
        ["Environment", "broken", "AWS_CONFIG_FILE names /nowhere/config", "unset AWS_CONFIG_FILE"],
    ),
    (
        "a role with expired credentials",
        |_, run| {
            run.env("AWS_ACCESS_KEY_ID", "AKIA")
                .env("AWS_SECRET_ACCESS_KEY", "planted-1")
                .env("AWS_SSO_ROLE_ARN", "arn:aws:iam::123456789012:role/x")
                .env("AWS_SSO_EXPIRATION", "1000000000")
        },
        ["Environment", "warning", "expired at 2001-09-09", "awsso refresh"],
    ),
    (
        "a missing picker",
        |user, run| {
            user.home.write(".config/aws-sso/config", "picker = fzf\n");
            run.env("PATH", Path::new(AWS_SSO).parent().unwrap())
        },
        ["Settings", "warning", "the program of the picker fzf is not installed", "picker = number"],
    ),
    (
        "an unknown setting",
        |user, run| {
            user.home.write(".config/aws-sso/config", "login = auto\nlogim = never\n");
            run
        },
        ["Settings", "warning", "~/.config/aws-sso/config:2: ", "aws-sso settings"],
    ),
    (
        "a bad setting",
        |user, run| {
            user.home.write(".config/aws-sso/config", "login = sometimes\n");
            run
        },
        ["Settings", "broken", "sometimes", ""],
    ),
];

#[test]
fn each_fault_of_the_environment_and_the_settings_is_found() {
    check(CASES);
}
