//! boto3, the AWS CLI and the Rust SDK, each with every kind of chain.

use std::collections::BTreeMap;

use aws_sso::sandbox::Options;

use crate::support::chain::{Chains, identities};
use crate::support::server::{Server, TOKEN, TOKEN_FILE, URI};
use crate::support::{REGION, START_URL, Shell, note};

/// Compares what all clients found with what they should have found.
#[track_caller]
fn agree(found: &[(&str, Vec<String>)], expected: &[String], way: &str) {
    for (client, callers) in found {
        assert_eq!(callers, expected, "{client}, {way}");
    }
}

#[test]
fn clients_that_run_our_process_are_who_the_chain_says() {
    let chains = Chains::new(Options::default());
    let profiles: Vec<_> = chains.all.iter().map(|chain| format!("ext-{}", chain.role)).collect();
    let callers: Vec<_> = chains.all.iter().map(|chain| chain.caller.clone()).collect();
    agree(&identities(&chains.user, &BTreeMap::new(), &profiles), &callers, "-ext");
    // The original spelling takes such a profile too.
    let external = chains.all.iter().find(|chain| chain.role == "external").unwrap();
    let answer = chains.user.aws_sso("-p corp -r external -ext").run().success().quiet().json();
    assert_eq!(chains.caller_of(&answer), external.caller);
}

#[test]
fn clients_that_chain_by_themselves_on_our_profile_are_the_same() {
    let chains = Chains::new(Options::default());
    // The Rust SDK is built without its own reader of native SSO profiles.
    let on_ours: Vec<_> = ["on-discovered", "two-hops", "external", "tagged"].map(str::to_owned).into();
    let caller = |role: &String| chains.all.iter().find(|chain| chain.role == role).unwrap().caller.clone();
    let callers: Vec<_> = on_ours.iter().map(caller).collect();
    agree(&identities(&chains.user, &BTreeMap::new(), &on_ours), &callers, "by themselves");
    for chain in chains.all.iter().filter(|chain| chain.is_for_all) {
        assert_eq!(chains.caller(chain.role), chain.caller, "{}", chain.role);
    }
}

/// The Rust SDK is built without its own reader of profiles with SSO keys.
#[test]
fn boto3_and_the_aws_cli_that_chain_on_a_profile_with_sso_keys_are_the_same() {
    let chains = Chains::new(Options::default());
    let (user, account) = (&chains.user, chains.user.sandbox.accounts().swap_remove(0));
    let config = user.home.read(".aws/config");
    let legacy = format!(
        "[profile legacy]\nsso_start_url = {START_URL}\nsso_region = {REGION}\nsso_account_id = {}\n\
         sso_role_name = {}\nregion = eu-central-1\n[profile on-legacy]\nrole_arn = {}\nsource_profile = legacy\n\
         role_session_name = jane-legacy\nregion = eu-west-1\n",
        account.id,
        account.roles[0],
        chains.role_arn("on-native")
    );
    user.home.write(".aws/config", config + &legacy);
    let _ = user.aws_sso("login -p legacy --device-code --no-browser").run().success();
    let script = "import sys, boto3\n\
                  print(boto3.Session(profile_name=sys.argv[1]).client('sts').get_caller_identity()['Arn'])";
    for profile in ["on-legacy", "on-native"] {
        let ours = chains.caller(profile);
        assert!(ours.ends_with(&profile.replace("on-", "/jane-")), "{ours}");
        for name in user.home.list(".aws/cli/cache") {
            std::fs::remove_file(user.home.path(".aws/cli/cache").join(name)).unwrap();
        }
        if let Some(python) = user.home.boto3(script) {
            let output = python.arg(profile).endpoint(user.sandbox.endpoint()).run().success();
            assert_eq!(output.stdout.trim_end(), ours, "boto3, {profile}");
        }
        // https://github.com/aws/aws-cli/issues/7496
        if profile == "on-native" && !user.home.is_aws_cli_since([2, 10, 2]) {
            note("the AWS CLI is older than 2.10.2: it cannot assume a role on top of a profile with sso_session");
        } else if let Some(theirs) = chains.of_cli(profile) {
            assert_eq!(theirs, ours, "the AWS CLI, {profile}");
        }
    }
}

#[test]
fn clients_of_a_shell_that_uses_a_chain_are_who_it_says() {
    let chains = Chains::new(Options::default());
    for chain in &chains.all {
        let script = format!("awsso use {} && env -0 >used", chain.role);
        let _ = chains.user.script(Shell::Bash, &script).run().success();
        let environment = chains.user.home.environment("used");
        let of_aws: BTreeMap<_, _> = environment.into_iter().filter(|(name, _)| name.starts_with("AWS_")).collect();
        assert!(of_aws.contains_key("AWS_SESSION_TOKEN"), "{}: {of_aws:?}", chain.role);
        // What the shell shows is the role at the end of the chain.
        let account = chain.caller.split(':').nth(4).unwrap();
        let name = chain.caller.split('/').nth(1).unwrap();
        assert_eq!((of_aws["AWS_ACCOUNT_ID"].as_str(), of_aws["AWS_SSO_ROLE_NAME"].as_str()), (account, name));
        assert!(of_aws["AWS_SSO_ROLE_ARN"].ends_with(&format!("/{name}")), "{of_aws:?}");
        agree(&identities(&chains.user, &of_aws, &[]), std::slice::from_ref(&chain.caller), chain.role);
    }
}

#[test]
fn clients_of_a_server_for_a_chain_are_who_it_says() {
    for number in 0..Chains::new(Options::default()).all.len() {
        let Chains { user, mut all } = Chains::new(Options::default());
        let chain = all.swap_remove(number);
        let served = Server::of_role(user, chain.role, "");
        let of_server = [URI, TOKEN, TOKEN_FILE, "AWS_REGION", "AWS_DEFAULT_REGION"];
        let environment: BTreeMap<_, _> = served
            .environment
            .iter()
            .filter(|(name, _)| of_server.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        agree(&identities(&served.user, &environment, &[]), std::slice::from_ref(&chain.caller), chain.role);
        let account = chain.caller.split(':').nth(4).unwrap();
        let answer = served.credentials();
        assert_eq!(answer["AccountId"], account, "{}", chain.role);
    }
}

#[test]
fn sts_is_asked_for_what_the_profile_says_where_the_profile_says() {
    let chains = Chains::new(Options::default());
    let asked = |role: &str| {
        chains.user.sandbox.clear_log();
        let _ = chains.process(role).run().success().quiet();
        let log = chains.user.sandbox.requests();
        log.into_iter().filter(|request| request.operation == "AssumeRole").collect::<Vec<_>>()
    };
    let tagged = asked("tagged");
    let request = tagged[0].assume_role.as_ref().unwrap();
    let tags = [("Team", "Payments"), ("Cost", "12")].map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(
        (request.tags.as_slice(), request.transitive_tag_keys.as_slice()),
        (&tags[..], &["Team".to_owned()][..])
    );
    assert_eq!((request.source_identity.as_deref(), request.duration), (Some("Jane"), None));
    assert_eq!((tagged.len(), tagged[0].region.as_deref()), (1, Some("eu-west-1")));

    let hops = asked("two-hops");
    let requests: Vec<_> = hops.iter().map(|hop| hop.assume_role.as_ref().unwrap()).collect();
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].role_arn, chains.role_arn("hub"), "with its path");
    assert_eq!((requests[1].duration, requests[1].session_name.as_str()), (Some(1800), "jane@corp"));
    assert!(requests[1].caller.ends_with(":assumed-role/Hub/jane"), "{}", requests[1].caller);
    let regions: Vec<_> = hops.iter().map(|hop| hop.region.as_deref().unwrap()).collect();
    assert_eq!(regions, ["eu-west-1", "us-west-2"]);

    let external = asked("external");
    assert_eq!(external[0].assume_role.as_ref().unwrap().external_id.as_deref(), Some("partner:7"));
    let alias = asked("deploy");
    assert_eq!(alias[0].assume_role.as_ref().unwrap().tags, tags[..1]);
}

#[test]
fn sts_is_asked_at_the_host_that_the_profile_and_the_environment_say() {
    const VARIABLE: &str = "AWS_STS_REGIONAL_ENDPOINTS";
    let chains = Chains::new(Options::default());
    let sandbox = &chains.user.sandbox;
    // From now on the base is cached, so that nothing but STS is asked.
    let _ = chains.process("native").run().success().quiet();
    let role = chains.role_arn("on-native");
    let config = chains.user.home.read(".aws/config");
    let loopback = sandbox.endpoint();
    let services = format!("region = eu-west-1\nservices = here\n[services here]\nsts =\n  endpoint_url = {loopback}");
    let cases = [
        ("region = eu-west-1", "", "sts.eu-west-1.amazonaws.com"),
        ("region = eu-west-1\nsts_regional_endpoints = legacy", "", "sts.amazonaws.com"),
        ("region = eu-west-1\nsts_regional_endpoints = legacy", "regional", "sts.eu-west-1.amazonaws.com"),
        ("region = eu-west-1", "legacy", "sts.amazonaws.com"),
        ("region = ap-east-1", "legacy", "sts.ap-east-1.amazonaws.com"),
        ("region = us-west-2\nuse_fips_endpoint = true", "", "sts-fips.us-west-2.amazonaws.com"),
        ("region = eu-west-1\nuse_dualstack_endpoint = true", "", "sts.eu-west-1.api.aws"),
        (
            "region = us-west-2\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true",
            "",
            "sts-fips.us-west-2.api.aws",
        ),
        (&services, "", "127.0.0.1"),
    ];
    for (number, (lines, style, host)) in cases.into_iter().enumerate() {
        let chain = format!("role_arn = {role}\nsource_profile = native\nrole_session_name = case-{number}\n{lines}\n");
        chains.user.home.write(".aws/config", format!("{config}[profile hosted]\n{chain}"));
        sandbox.clear_log();
        let run = chains.user.home.aws_sso(["process", "hosted"]).through_proxy(sandbox).env("NO_PROXY", "127.0.0.1");
        let run = if style.is_empty() { run } else { run.env(VARIABLE, style) };
        let _ = run.run().success().quiet();
        let log = sandbox.requests();
        let asked = log.iter().find(|request| request.operation == "AssumeRole").unwrap();
        assert_eq!(asked.host.split(':').next(), Some(host), "{lines} {style}");
    }
}
