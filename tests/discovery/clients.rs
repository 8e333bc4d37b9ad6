//! Real AWS clients read what discovery wrote, beside profiles that were written by hand.

use std::collections::BTreeSet;

use aws_sso::sandbox::Options;

use crate::support::REGION;
use crate::support::clients::rust_sdk_identity;
use crate::support::discovery::handwritten_config;
use crate::support::ini::rust_sdk;
use crate::support::user::User;

#[test]
fn three_clients_list_exactly_the_discovered_profiles_and_use_them() {
    for style in ["process", "sso"] {
        let user = User::signed_in(Options { accounts: 6, roles: 5, ..Options::default() });
        let before = handwritten_config();
        user.home.write(".aws/config", &before);
        let _ = user.aws_sso(&format!("discover -p corp --region {REGION} --style {style}")).run().success();
        let after = user.home.read(".aws/config");
        assert!(after.starts_with(&before), "what was there stays, byte for byte");

        let accounts = user.sandbox.accounts();
        let discovered =
            accounts.iter().flat_map(|account| account.roles.iter().map(|role| format!("{}-{role}", account.id)));
        let by_hand = (0..40).map(|number| format!("hand-{number}")).chain(["default".to_owned()]);
        let expected: BTreeSet<String> = discovered.chain(by_hand).collect();
        assert_eq!(expected.len(), 30 + 41);

        if let Some(cli) = user.home.aws_cli(["configure", "list-profiles"]) {
            let names: BTreeSet<_> = cli.run().success().stdout.lines().map(str::to_owned).collect();
            assert_eq!(names, expected, "the AWS CLI, {style}");
        }
        let script = "import boto3, json; print(json.dumps(boto3.Session().available_profiles))";
        if let Some(python) = user.home.boto3(script) {
            let names: BTreeSet<String> = serde_json::from_value(python.run().success().json()).unwrap();
            assert_eq!(names, expected, "boto3, {style}");
        }
        let sections = rust_sdk(after.as_bytes()).unwrap();
        let profiles = sections.keys().filter_map(|section| section.strip_prefix("profile ").map(str::to_owned));
        assert_eq!(profiles.collect::<BTreeSet<_>>(), expected, "the Rust SDK, {style}");

        if style == "sso" {
            continue;
        }
        let endpoint = user.sandbox.endpoint();
        for (account, role) in [(0, 0), (2, 3), (5, 4)] {
            let (id, role) = (&accounts[account].id, &accounts[account].roles[role]);
            let profile = format!("{id}-{role}");
            let expected = format!(":sts::{id}:assumed-role/AWSReservedSSO_{role}_");
            let identity = ["sts", "get-caller-identity", "--profile", &profile, "--endpoint-url", &endpoint];
            if let Some(cli) = user.home.aws_cli(identity) {
                let answer = cli.endpoint(&endpoint).run().success().json();
                assert!(answer["Arn"].as_str().unwrap().contains(&expected), "{answer}");
            }
            let script = format!(
                "import boto3; \
                print(boto3.Session(profile_name='{profile}').client('sts').get_caller_identity()['Arn'])"
            );
            if let Some(python) = user.home.boto3(&script) {
                let answer = python.endpoint(&endpoint).run().success();
                assert!(answer.stdout.contains(&expected), "{answer}");
            }
            let answer = rust_sdk_identity(&user, &profile);
            assert!(answer.contains(&expected), "{answer}");
        }
    }
}

/// Native profiles: the client gets credentials itself, with the shared token.
#[test]
fn native_profiles_work_in_boto3() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso(&format!("discover -p corp --style sso --region {REGION}")).run().success();
    let account = &user.sandbox.accounts()[1];
    let script = format!(
        "import boto3; print(boto3.Session(profile_name='{}-{}').client('sts').get_caller_identity()['Arn'])",
        account.id, account.roles[1]
    );
    let Some(python) = user.home.boto3(&script) else { return };
    let answer = python.endpoint(user.sandbox.endpoint()).run().success();
    assert!(answer.stdout.contains(&format!(":sts::{}:assumed-role/", account.id)), "{answer}");
}
