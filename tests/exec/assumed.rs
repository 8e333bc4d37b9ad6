//! `exec --match PATTERN --assume NAME`: in each matched account its own role.

use std::collections::BTreeSet;

use aws_sso::sandbox::{AssumableRole, Options};

use crate::support::user::User;

#[test]
fn each_matched_account_runs_the_command_under_its_own_role_and_everything_names_that_one() {
    let user = User::signed_in(Options { accounts: 5, roles: 4, ..Options::default() });
    let role = AssumableRole { external_id: Some("x:1".to_owned()), ..AssumableRole::named("ops/Deploy") };
    user.sandbox.update(|options| options.assumable = vec![role]);
    let script = "echo $AWS_ACCESS_KEY_ID $AWS_SSO_ROLE_ARN $AWS_SSO_ROLE_NAME $1 $AWS_SSO_ACCOUNT_ID";
    let options = "--match */reader --assume ops/Deploy --external-id x:1 --session-name me --duration 15m";
    let command = ["sh", "-c", script, "sh", "{role}"];
    let output = user.exec(&format!("{options} --output json"), &command).run().success();
    let accounts = user.sandbox.accounts();
    let mut seen = BTreeSet::new();
    for row in output.json_lines() {
        let id = row["accountId"].as_str().unwrap();
        assert_eq!(row["roleName"], "Deploy", "{row}");
        let stdout = row["stdout"].as_str().unwrap();
        let (key, rest) = stdout.trim_end().split_once(' ').unwrap();
        assert_eq!(rest, format!("arn:aws:iam::{id}:role/ops/Deploy Deploy Deploy {id}"));
        let caller = user.sandbox.caller_of(key).unwrap();
        assert_eq!(caller, format!("arn:aws:sts::{id}:assumed-role/Deploy/me"));
        seen.insert(id.to_owned());
    }
    assert_eq!(seen, accounts.iter().map(|account| account.id.clone()).collect());
    assert_eq!((user.sandbox.count("GetRoleCredentials"), user.sandbox.count("AssumeRole")), (5, 5));

    // Lines, files and the second run, which is answered from the cache.
    let output = user.exec(options, &["echo", "{role}"]).run().success();
    for account in &accounts {
        assert!(output.stdout.contains(&format!("{}/Deploy ", account.name)), "{output}");
    }
    assert!(!output.stdout.contains("reader"), "{output}");
    let folder = user.home.path("results");
    let _ = user.exec(&format!("{options} --output dir {}", folder.display()), &["true"]).run().success();
    let files: BTreeSet<_> =
        folder.read_dir().unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert!(files.contains(&format!("{}-Deploy.out", accounts[0].id)), "{files:?}");
    assert!(files.iter().all(|file| !file.contains("reader")), "{files:?}");
    assert_eq!(user.sandbox.count("AssumeRole"), 5);
}

#[test]
fn an_account_whose_role_cannot_be_assumed_fails_alone() {
    let user = User::signed_in(Options { accounts: 4, roles: 2, ..Options::default() });
    let accounts = user.sandbox.accounts();
    let allowed = accounts[1..].iter().map(|account| AssumableRole::of_account(&account.id, "Deploy")).collect();
    user.sandbox.update(|options| options.assumable = allowed);
    let pattern = format!("*/{}", accounts[0].roles[0]);
    let output = user.exec(&format!("--match {pattern} --assume Deploy"), &["echo", "ran"]).run().status(1);
    assert!(output.stderr.contains("3 ok, 1 failed, 0 skipped"), "{output}");
    let output = output.complains(&format!("{}/Deploy", accounts[0].name));
    assert_eq!(output.stdout.matches("| ran").count(), 3, "{output}");
    // The base is the user's, as before.
    let _ = user.exec(&user.role(0, 0), &["true"]).run().success();
}

#[test]
fn an_account_with_two_matching_roles_is_no_guess_and_an_arn_is_no_name() {
    let user = User::signed_in(Options { accounts: 3, roles: 3, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    let refused = |options: &str| user.exec(options, &["echo", "ran"]).run().status(2);
    let output = refused(&format!("--match {} --assume Deploy", account.id));
    assert_eq!(output.stdout, "");
    let output = output.complains("several roles to assume Deploy with").complains("--match '*/");
    let remedy = output.stderr.lines().find_map(|line| line.split_once("as in: ")).unwrap().1.replace('\'', "");
    let run = user.exec(&format!("{remedy} --assume Deploy"), &["echo", "ran"]).run().success();
    assert_eq!(run.stdout.matches("| ran").count(), 3, "{run}");
    let arn = "--match */reader --assume arn:aws:iam::123456789012:role/ops/Deploy";
    let _ = refused(arn).complains("--assume takes a name").complains("write: --assume ops/Deploy");
    let _ = refused("--match */reader --external-id abc").complains("--assume");
    let one = user.exec(&format!("{} --assume Deploy", user.role(0, 0)), &["true"]).run().status(2);
    let _ = one.complains("arn:aws:iam::123456789012:role/NAME");
}
