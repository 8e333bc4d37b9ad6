//! `discover --assume NAME --via ROLE`: profiles for the accounts in which the user has no role.

use aws_sso::sandbox::{AssumableRole, Options, Organization};

use crate::support::REGION;
use crate::support::clients::rust_sdk_identity;
use crate::support::discovery::processes;
use crate::support::ini::rust_sdk;
use crate::support::user::User;

/// A user with two roles in each of two accounts, in an organization of 45 more. The first account may list them.
fn user(options: Options) -> User {
    User::signed_in(Options { accounts: 2, roles: 2, unassigned: 45, ..options })
}

/// `discover --assume Deploy` with the first account's first role.
fn deploy(user: &User, more: &str) -> String {
    format!("discover --assume Deploy --via {} {more}", user.role(0, 0))
}

fn ids(user: &User) -> Vec<String> {
    user.sandbox.unassigned_accounts().into_iter().map(|account| account.id).collect()
}

#[test]
fn each_account_of_the_organization_without_a_role_gets_a_profile_that_every_client_can_use() {
    for style in ["process", "sso"] {
        let user = user(Options::default());
        let _ = user.aws_sso(&format!("discover -q --region {REGION} --style {style}")).run().success();
        let before = user.home.read(".aws/config");
        let output = user.aws_sso(&deploy(&user, &format!("--region {REGION} --style {style}"))).run().success();
        assert!(output.stdout.contains("45 profiles new, 0 changed, 0 unchanged, 0 stale"), "{output}");
        let own = user.sandbox.accounts();
        let output = output.complains("you have a role in these accounts").complains(&own[1].id);
        let after = user.home.read(".aws/config");
        assert_eq!(after.matches("aws-sso discover -p corp >>>").count(), 1, "one block: {after}");
        let sections = rust_sdk(after.as_bytes()).unwrap();
        assert_eq!(sections.len(), rust_sdk(before.as_bytes()).unwrap().len() + 45, "{output}");

        let id = &ids(&user)[30];
        let (profile, expected) = (format!("{id}-Deploy"), format!("sts::{id}:assumed-role/Deploy/"));
        let role = format!("arn:aws:iam::{id}:role/Deploy");
        let base = user.role(0, 0);
        let source = if style == "sso" {
            format!("role_arn = {role}\nsource_profile = {}\n", base.replace('/', "-"))
        } else {
            let arn = format!("arn:aws:iam::{}", base.replace('/', ":role/"));
            format!("credential_process = aws-sso process {arn} -p corp --assume={role}\n")
        };
        assert!(after.contains(&format!("[profile {profile}]\n{source}region = {REGION}\n")), "{after}");
        // This tool takes the profile for the same role.
        let shown = user.exec(&profile, &["printenv", "AWS_SSO_ROLE_ARN"]).run().success();
        assert_eq!(shown.stdout, format!("{role}\n"), "{style}");
        let endpoint = user.sandbox.endpoint();
        let identity = ["sts", "get-caller-identity", "--profile", &profile, "--endpoint-url", &endpoint];
        // An old version of the AWS CLI asks STS itself at AWS's own address.
        if let Some(cli) = user.home.aws_cli(identity).filter(|_| style == "process") {
            let answer = cli.endpoint(&endpoint).run().success().json();
            assert!(answer["Arn"].as_str().unwrap().contains(&expected), "the AWS CLI: {answer}");
        }
        let script = format!(
            "import boto3; print(boto3.Session(profile_name='{profile}').client('sts').get_caller_identity()['Arn'])"
        );
        if let Some(python) = user.home.boto3(&script) {
            let answer = python.endpoint(&endpoint).run().success();
            assert!(answer.stdout.contains(&expected), "boto3, {style}: {answer}");
        }
        if style == "process" {
            let answer = rust_sdk_identity(&user, &profile);
            assert!(answer.contains(&expected), "the Rust SDK: {answer}");
        }
    }
}

#[test]
fn neither_discovery_takes_the_profiles_of_the_other_for_stale_ones() {
    for style in ["process", "sso"] {
        let user = user(Options::default());
        let name = format!("--name {{account_name|slug}}-{{role}} --style {style}");
        let plain = format!("discover {name}");
        let chained = deploy(&user, &name);
        let _ = user.aws_sso(&plain).run().success();
        let _ = user.aws_sso(&chained).run().success();
        let _ = user
            .aws_sso(&deploy(&user, &format!("--assume Audit --style {style}")).replacen("--assume Deploy", "", 1))
            .run()
            .success();
        let config = user.home.read(".aws/config");
        for line in [&plain, &chained] {
            for more in ["", " --prune"] {
                let output = user.aws_sso(&format!("{line}{more}")).run().success();
                assert!(output.stdout.contains("0 profiles new, 0 changed"), "{line}{more} {output}");
                assert!(output.stdout.contains(" 0 stale"), "{line}{more} {output}");
                assert_eq!(user.home.read(".aws/config"), config, "{line}{more}");
            }
        }

        // An account that leaves the organization, or is suspended, has stale profiles of this role alone.
        let gone = ids(&user)[3].clone();
        user.sandbox.update(|options| options.suspended_accounts = vec![gone.clone()]);
        let output = user.aws_sso(&chained).run().success().complains("suspended or closed").complains(&gone);
        assert!(output.stdout.contains("44 unchanged, 1 stale (--prune removes them)"), "{output}");
        let _ = user.aws_sso(&format!("{chained} --prune")).run().success();
        let left = user.home.read(".aws/config");
        assert!(!left.contains(&format!("{gone}:role/Deploy")) && left.contains(&format!("{gone}:role/Audit")));
        assert_eq!(left.matches(":role/Deploy\n").count(), 44, "{left}");
        // Named accounts say nothing of the others.
        let some = format!("--accounts {} --prune {name}", ids(&user)[0]);
        let output = user.aws_sso(&deploy(&user, &some)).run().success();
        assert_eq!(user.home.read(".aws/config"), left, "{output}");
        // What was written last can be undone.
        let _ = user.aws_sso("discover --undo").run().success();
        assert_eq!(user.home.read(".aws/config"), config);
    }
}

#[test]
fn names_are_distinct_from_those_of_other_roles_whichever_discovery_comes_first() {
    // With this template a role that is assumed would be called as the user's own: with 45 of one name, none is called
    // so alone; with one in an account that is named, it is.
    let role = |user: &User| user.role(0, 0).split_once('/').unwrap().1.to_owned();
    for (accounts, number) in [(2, 45), (1, 1)] {
        let mut names = Vec::new();
        for order in [[0, 1, 0, 1], [1, 0, 1, 0]] {
            let user = User::signed_in(Options { accounts, roles: 2, unassigned: 45, ..Options::default() });
            let only = if number == 1 { format!("--accounts {}", ids(&user)[0]) } else { String::new() };
            let lines = [
                "discover --name {role}".to_owned(),
                format!("discover --name {{role}} --assume {} --via {} {only}", role(&user), user.role(0, 0)),
            ];
            let mut configs = Vec::new();
            for line in order {
                let _ = user.aws_sso(&lines[line]).run().success();
                configs.push(user.home.read(".aws/config"));
            }
            assert!(configs[1] == configs[2] && configs[2] == configs[3], "{}\n{}", configs[1], configs[3]);
            let lines = processes(&configs[3]);
            assert_eq!(lines.len(), accounts * 2 + number, "{lines:?}");
            assert_eq!(lines.values().filter(|line| line.contains("--assume=")).count(), number);
            names.push(lines);
        }
        assert_eq!(names[0], names[1]);
    }
}

#[test]
fn the_options_of_the_role_and_its_path_are_in_the_profile() {
    let role = AssumableRole { external_id: Some("x:1".to_owned()), ..AssumableRole::named("ops/Deploy") };
    let user = user(Options { assumable: vec![role], ..Options::default() });
    let _ = user.aws_sso("discover -q").run().success();
    let id = ids(&user)[0].clone();
    let own = user.sandbox.accounts()[1].id.clone();
    for style in ["process", "sso"] {
        // An account that is named gets a profile even if the user has a role there.
        let line = format!(
            "discover --assume ops/Deploy --via {} --accounts {id},{own} --external-id x:1 --session-name me \
             --duration 15m --region {REGION} --style {style}",
            user.role(0, 0)
        );
        let output = user.aws_sso(&line).run().success();
        let counts = if style == "sso" { "0 profiles new, 2 changed" } else { "2 profiles new, 0 changed" };
        assert!(output.stdout.contains(counts), "{output}");
        assert_eq!(user.sandbox.count("organizations:ListAccounts"), 0);
        user.sandbox.clear_log();
        for account in [&id, &own] {
            let profile = format!("{account}-Deploy");
            let answer = user.aws_sso(&format!("process {profile}")).run().success().json();
            let caller = user.sandbox.caller_of(answer["AccessKeyId"].as_str().unwrap()).unwrap();
            assert_eq!(caller, format!("arn:aws:sts::{account}:assumed-role/Deploy/me"), "{style}");
            let script = format!(
                "import boto3; sts = boto3.Session(profile_name='{profile}').client('sts')\n\
                 print(sts.get_caller_identity()['Arn'])"
            );
            if let Some(python) = user.home.boto3(&script) {
                let answer = python.endpoint(user.sandbox.endpoint()).run().success();
                assert_eq!(answer.stdout.trim_end(), caller, "boto3, {style}");
            }
        }
        // In the second style the program has both from its cache, and boto3 asks.
        let requests = user.sandbox.requests();
        let asked: Vec<_> = requests.iter().filter_map(|request| request.assume_role.as_ref()).collect();
        assert!(asked.iter().all(|asked| asked.duration == Some(900)), "{style}: {asked:?}");
        assert!(!asked.is_empty() || style == "sso", "{style}");
    }
}

#[test]
fn a_renamed_sso_session_is_renamed_in_the_lines_that_assume_a_role() {
    let user = user(Options::default());
    let _ = user.aws_sso(&deploy(&user, "")).run().success();
    let config = user.home.read(".aws/config");
    user.home.write(
        ".aws/config",
        config.replace("[sso-session corp]", "[sso-session acme]").replace("sso_session = corp", "sso_session = acme"),
    );
    let _ = user.aws_sso("login -p acme --device-code --no-browser").run().success();
    let _ = user.aws_sso("discover -p acme").run().success();
    let after = user.home.read(".aws/config");
    let lines = processes(&after);
    assert!(lines.values().all(|line| line.contains("-p acme")), "{after}");
    assert_eq!(lines.values().filter(|line| line.contains("--assume=")).count(), 45);
    let id = &ids(&user)[0];
    let _ = user.aws_sso(&format!("process {id}-Deploy")).run().success();
}

#[test]
fn what_cannot_be_listed_or_written_is_said_with_a_way_out() {
    let user = user(Options::default());
    let config = user.home.read(".aws/config");
    let (via, other) = (user.role(0, 0), user.role(1, 0));
    let cases = [
        (format!("--assume Deploy --via {other}"), 4, "may not list the accounts", "--accounts ID,ID"),
        (
            format!("--assume Deploy --via {via} --match nosuch"),
            4,
            "--match nosuch matches no such account",
            "--dry-run",
        ),
        (
            format!("--assume Deploy --via {via} --style sso"),
            2,
            "no profile of the AWS config gives",
            "discover -p corp",
        ),
        (format!("--assume arn:aws:iam::123456789012:role/x --via {via}"), 2, "each account has its own", "write x"),
        (format!("--assume b@d/na*me --via {via}"), 2, "it is not the name of a role", ""),
        (format!("--assume Deploy --via {via} --accounts 123"), 2, "twelve digits", ""),
        ("--assume Deploy".to_owned(), 2, "--via <ROLE>", ""),
        (format!("--via {via}"), 2, "--assume <NAME>", ""),
        (format!("--external-id abc --via {via}"), 2, "--assume <NAME>", ""),
        ("--external-id abc".to_owned(), 2, "--external-id says how to assume a role", "--assume"),
        (format!("--assume Deploy --via {via} --undo"), 2, "cannot be used with", ""),
    ];
    for (options, status, what, remedy) in cases {
        let output = user.aws_sso(&format!("discover {options}")).run().status(status);
        let _ = output.complains(what).complains(remedy);
        assert_eq!(user.home.read(".aws/config"), config, "{options}");
    }
    user.sandbox.update(|options| options.organization = Organization::Absent);
    let _ = user.aws_sso(&deploy(&user, "")).run().status(4).complains("belongs to no organization");
    user.sandbox.update(|options| options.organization = Organization::ListedBy(vec![other.clone()]));
    let line = format!("discover --assume Deploy --via {other} --match {}", ids(&user)[7]);
    let output = user.aws_sso(&line).run().success();
    assert!(output.stdout.contains("1 profile new"), "{output}");
}

#[test]
fn the_endpoint_of_organizations_can_be_configured() {
    let user = user(Options::default());
    let dead =
        |name: &str| user.aws_sso(&deploy(&user, "")).env(name, "http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1");
    let _ = dead("AWS_ENDPOINT_URL_ORGANIZATIONS").run().status(5);
    let unsafe_endpoint = user.aws_sso(&deploy(&user, "")).env("AWS_ENDPOINT_URL_ORGANIZATIONS", "http://org.example");
    let _ = unsafe_endpoint.run().status(2).complains("not encrypted");
    let run = user.aws_sso(&deploy(&user, "")).env("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    let _ = run.env("AWS_ENDPOINT_URL_ORGANIZATIONS", user.sandbox.endpoint()).run().success();
}
