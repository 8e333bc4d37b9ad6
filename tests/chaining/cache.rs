//! What is cached of a chain: with the AWS CLI, by a crowd, beyond a sign-in, and not beyond a logout.

use std::fs;
use std::time::Duration;

use aws_sso::sandbox::Options;

use crate::support::chain::{Chains, identities};
use crate::support::process::Running;

const CACHE: &str = ".aws/cli/cache";

/// The files with credentials. Newer versions of the AWS CLI have a database beside them, which holds no secret.
fn cached(chains: &Chains) -> Vec<String> {
    let all = chains.user.home.list(CACHE).into_iter();
    all.filter(|name| !name.starts_with("session.db")).collect()
}

#[test]
fn the_aws_cli_uses_what_we_have_cached() {
    let chains = Chains::new(Options::default());
    for role in ["on-discovered", "two-hops", "external", "unnamed"] {
        let ours = chains.caller(role);
        chains.user.sandbox.clear_log();
        let Some(theirs) = chains.of_cli(role) else { return };
        assert_eq!(theirs, ours, "{role}");
        assert_eq!(chains.operations(), ["GetCallerIdentity"], "{role}");
    }
}

#[test]
fn we_use_what_the_aws_cli_has_cached() {
    let chains = Chains::new(Options::default());
    for role in ["on-discovered", "two-hops", "external", "unnamed"] {
        let Some(theirs) = chains.of_cli(role) else { return };
        assert!(role != "unnamed" || theirs.contains("/botocore-session-"), "{theirs}");
        chains.user.sandbox.clear_log();
        assert_eq!(chains.caller(role), theirs, "{role}");
        assert_eq!(chains.operations(), [""; 0], "{role}");
    }
}

#[test]
fn profiles_of_two_bases_for_one_role_never_share_its_credentials() {
    let chains = Chains::new(Options::default());
    let account = chains.user.sandbox.accounts().swap_remove(0);
    let [one, other] = [0, 1].map(|number| format!("{}/{}", account.id, account.roles[number]));
    let role = chains.role_arn("on-native");
    let ask = |base: &str| {
        let words = ["process", base, "--assume", &role, "--session-name", "same"];
        let answer = chains.user.home.aws_sso(words).endpoint(chains.user.sandbox.endpoint()).run().success().json();
        answer["AccessKeyId"].as_str().unwrap().to_owned()
    };
    let keys = [ask(&one), ask(&other), ask(&one), ask(&other)];
    let log = chains.user.sandbox.requests();
    let callers: Vec<_> =
        log.iter().filter_map(|request| request.assume_role.as_ref()).map(|asked| asked.caller.clone()).collect();
    assert_eq!(callers.len(), 2, "{callers:?}");
    for (caller, name) in callers.iter().zip(&account.roles) {
        assert!(caller.contains(&format!("/AWSReservedSSO_{name}_")), "{caller}");
    }
    assert_eq!((&keys[0], &keys[1]), (&keys[2], &keys[3]));
    assert_ne!(keys[0], keys[1]);
}

#[test]
fn a_hundred_programs_ask_once_for_each_role_of_a_chain() {
    let slow = Options { latency: Duration::from_millis(300), ..Options::default() };
    let chains = Chains::new(slow);
    for (role, expected) in [
        ("on-discovered", &["GetRoleCredentials", "AssumeRole"][..]),
        // The base is cached by now.
        ("two-hops", &["AssumeRole", "AssumeRole"][..]),
    ] {
        chains.user.sandbox.clear_log();
        let process = chains.process(role);
        let running: Vec<_> = (0..100).map(|_| process.clone().start()).collect();
        let mut outputs = running.into_iter().map(Running::finish).map(|output| output.success().quiet().stdout);
        let first = outputs.next().unwrap();
        assert!(outputs.all(|other| other == first), "{role}: all have the same credentials");
        assert_eq!(chains.operations(), expected, "{role}");
    }
    assert_eq!(chains.user.home.list(".cache/aws-sso/locks"), [""; 0]);
}

#[test]
fn a_chain_outlives_its_sign_in_but_not_a_logout() {
    // Of the base's credentials so little is left that programs would get newer ones.
    let ending = Options { credential_lifetime: Duration::from_mins(10), ..Options::default() };
    let chains = Chains::new(ending);
    for role in ["on-native", "two-hops", "deploy"] {
        let _ = chains.caller(role);
    }
    chains.user.sandbox.revoke_sessions();
    chains.user.expire_token();
    chains.user.sandbox.clear_log();
    let _ = chains.caller("two-hops");
    assert_eq!(chains.operations(), [""; 0], "from the cache");
    // The base is cached too, so that even a new role can be assumed: how long it lasts does not matter to that.
    let external = chains.process("external").run().success().quiet().json();
    assert!(chains.caller_of(&external).ends_with("/External/jane"));
    assert_eq!(chains.operations(), ["AssumeRole"]);

    // The file of the AWS CLI does not say with which base it was made.
    if let Some(caller) = chains.of_cli("unnamed") {
        assert!(caller.contains("/botocore-session-"), "{caller}");
    }
    let _ = chains.user.aws_sso("logout").run().success();
    assert_eq!(cached(&chains), [""; 0], "no credentials are left");
    for role in ["on-native", "two-hops", "deploy", "external", "unnamed"] {
        let _ = chains.process(role).run().status(3).complains("not signed in");
    }
}

#[test]
fn a_logout_leaves_the_chains_that_are_not_its_own() {
    let chains = Chains::new(Options::default());
    // As another profile of the AWS CLI has it, whose base is no role of Identity Center.
    let foreign = "{\"Credentials\": {\"AccessKeyId\": \"ASIAFOREIGN\", \"SecretAccessKey\": \"s\", \"SessionToken\": \
                   \"t\", \"Expiration\": \"2099-01-01T00:00:00Z\"}, \"AssumedRoleUser\": {\"AssumedRoleId\": \
                   \"AROAFOREIGN:x\", \"Arn\": \"arn:aws:sts::999999999999:assumed-role/Foreign/x\"}}";
    let name = format!("{CACHE}/0123456789012345678901234567890123456789.json");
    chains.user.home.write(&name, foreign);
    let _ = chains.caller("two-hops");
    let _ = chains.user.aws_sso("logout").run().success();
    assert_eq!(chains.user.home.read(&name), foreign);
    assert_eq!(chains.user.home.list(CACHE).len(), 1);
}

#[test]
fn credentials_are_as_the_aws_cli_writes_them_and_for_the_user_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let chains = Chains::new(Options::default());
    let Some(_) = chains.of_cli("on-discovered") else { return };
    let names = cached(&chains);
    let shape = |names: &[String]| {
        let mut found = Vec::new();
        for name in names {
            let path = chains.user.home.path(CACHE).join(name);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
            let content: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            if let Some(user) = content["AssumedRoleUser"].as_object() {
                let keys = |value: &serde_json::Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
                let time = content["Credentials"]["Expiration"].as_str().unwrap();
                found.push((name.clone(), user.keys().cloned().collect::<Vec<_>>(), time.len()));
                assert!(keys(&content["Credentials"]).contains(&"SessionToken".to_owned()));
            }
        }
        found
    };
    let theirs = shape(&names);
    assert_eq!(theirs.len(), 1);
    for name in &names {
        fs::remove_file(chains.user.home.path(CACHE).join(name)).unwrap();
    }
    let _ = chains.caller("on-discovered");
    let ours = shape(&cached(&chains));
    assert_eq!((&ours[0].0, &ours[0].1), (&theirs[0].0, &theirs[0].1));
    // boto3 writes no cache of its own, and the Rust SDK neither: the AWS CLI reads ours again.
    let found = identities(&chains.user, &std::collections::BTreeMap::new(), &["ext-on-discovered".to_owned()]);
    assert!(found.iter().all(|(_, callers)| callers[0].ends_with("/Deploy/jane")), "{found:?}");
}
