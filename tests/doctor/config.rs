//! The AWS config as its readers understand it.

use crate::support::doctor::{Case, append, check};

const CASES: &[Case] = &[
    (
        "a second section",
        |user, run| {
            append(user, "\n[sso-session corp]\nsso_region = x\n");
            run
        },
        [
            "AWS config",
            "broken",
            "the AWS CLI and boto3 cannot read this file: a second [sso-session corp]",
            "merge the two sections",
        ],
    ),
    (
        "an indented comment",
        |user, run| {
            append(user, "\n[profile x]\ns3 =\n  # note\n  addressing_style = path\n");
            run
        },
        [
            "AWS config",
            "broken",
            "the AWS SDK for Rust cannot read this file: an indented comment",
            "delete the white space",
        ],
    ),
    (
        "a name in quotes",
        |user, run| {
            append(user, "\n[profile \"x y\"]\nregion = r\n");
            run
        },
        ["AWS config", "warning", "the AWS SDKs for Rust and JavaScript ignore", "without quotes"],
    ),
    (
        "a comment after a value",
        |user, run| {
            append(user, "\n[profile x]\nregion = r # mine\n");
            run
        },
        [
            "AWS config",
            "warning",
            "the AWS CLI and boto3 read this differently: a comment after a value",
            "a line of its own",
        ],
    ),
    (
        "a section that is no profile",
        |user, run| {
            append(user, "\n[dev]\nregion = r\n");
            run
        },
        ["AWS config", "warning", "the section [dev]: AWS tools do not read it", "write [profile dev]"],
    ),
    (
        "a session and a region in one profile",
        |user, run| {
            append(user, "\n[profile x]\nsso_session = corp\nsso_region = r\n");
            run
        },
        ["AWS config", "warning", "the AWS SDK for Rust refuses the profile x", "delete the line sso_region"],
    ),
];

#[test]
fn each_fault_of_the_aws_config_is_found() {
    check(CASES);
}
