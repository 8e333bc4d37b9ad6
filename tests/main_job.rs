//! The main job: from a sign-in to credentials that real AWS clients accept.

use aws_sso::sandbox::{Names, Options};
use snapbox::assert_data_eq;

use crate::support::clients::rust_sdk_identity;
use crate::support::user::User;
use crate::support::{Home, REGION, START_URL, Shell};

#[test]
fn every_real_client_shows_the_roles_arn_through_credential_process() {
    let user = User::signed_in(Options::default());
    let accounts = user.sandbox.accounts();
    let (account, role) = (&accounts[1].id, &accounts[1].roles[1]);
    let process = format!("aws-sso -p corp -r arn:aws:iam::{account}:role/{role} -ext");
    user.home.sign_in_config(&format!("[profile target]\nregion = {REGION}\ncredential_process = {process}\n"));
    let expected = format!(":sts::{account}:assumed-role/AWSReservedSSO_{role}_");
    let endpoint = user.sandbox.endpoint();

    let identity = ["sts", "get-caller-identity", "--profile", "target", "--endpoint-url", &endpoint];
    if let Some(cli) = user.home.aws_cli(identity) {
        let answer = cli.endpoint(&endpoint).run().success().json();
        assert!(answer["Arn"].as_str().unwrap().contains(&expected), "{answer}");
    }
    let script = "import boto3; print(boto3.Session(profile_name='target').client('sts').get_caller_identity()['Arn'])";
    if let Some(python) = user.home.boto3(script) {
        let answer = python.endpoint(&endpoint).run().success();
        assert!(answer.stdout.contains(&expected), "{}", answer.stdout);
    }
    let answer = rust_sdk_identity(&user, "target");
    assert!(answer.contains(&expected), "{answer}");
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 1, "three clients, one role, one request");
}

#[test]
fn a_second_answer_comes_from_the_cache_and_is_the_same() {
    let user = User::signed_in(Options::default());
    let line = format!("-p corp -r {} -ext", user.role_arn(0));
    let first = user.aws_sso(&line).run().success().quiet();
    // The endpoint is not reachable, and not needed.
    let second = user.home.aws_sso(line.split(' ')).endpoint("http://127.0.0.1:9").run().success().quiet();
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 1);

    let answer = first.json();
    assert_eq!(answer["Version"], 1);
    assert_eq!(answer["AccountId"], user.sandbox.accounts()[0].id.as_str());
    assert!(answer["Expiration"].as_str().unwrap().ends_with('Z'));
    assert_eq!(first.stdout.lines().count(), 1);
}

#[test]
fn every_spelling_of_the_original_and_of_the_verb_gives_the_same_credentials() {
    let user = User::signed_in(Options::default());
    let role = user.role_arn(0);
    let id = role.replace("arn:aws:iam::", "").replace(":role", "");
    let expected = user.aws_sso(&format!("-p corp -r {role} -ext")).run().success().stdout;
    for line in [
        format!("--profile corp --rolearn {role} --external-source"),
        format!("--profile=corp --rolearn={role} -ext"),
        format!("-ext -r {role} -p corp"),
        format!("process {role} -p corp"),
        format!("process {role}"),
        format!("process {id}"),
        format!("process -p corp {id}"),
    ] {
        assert_eq!(user.aws_sso(&line).run().success().stdout, expected, "{line}");
    }
    let by_name = format!("{}/{}", user.sandbox.accounts()[0].name, user.sandbox.accounts()[0].roles[0]);
    let by_name = user.home.aws_sso(["process", &by_name]).endpoint(user.sandbox.endpoint());
    assert_eq!(by_name.run().success().stdout, expected);
}

#[test]
fn a_role_is_named_by_profile_alias_or_account_and_brings_its_region() {
    let user = User::signed_in(Options::default());
    let account = &user.sandbox.accounts()[0];
    let (id, role) = (&account.id, &account.roles[0]);
    let arn = user.role_arn(0);
    user.home.sign_in_config(&format!(
        "[profile native]\nsso_session = corp\nsso_account_id = {id}\nsso_role_name = {role}\nregion = eu-west-3\n\
         [profile ours]\ncredential_process = aws-sso -p corp -r {arn} -ext\nregion = eu-west-2\n\
         [profile team/ours]\ncredential_process = aws-sso -p corp -r {arn} -ext\nregion = eu-west-2\n\
         [profile plain]\nregion = eu-west-1\n\
         [profile loop]\ncredential_process = aws-sso process loop -p corp\n"
    ));
    user.home.write(".config/aws-sso/config", format!("[alias]\nprod = {id}/{role}\nagain = native\nlost = prod\n"));
    let cases = [
        ("native", Some(Some("eu-west-3"))),
        ("ours", Some(Some("eu-west-2"))),
        ("team/ours", Some(Some("eu-west-2"))),
        ("prod", Some(None)),
        ("again", Some(Some("eu-west-3"))),
        (&format!("{id}/{role}"), Some(None)),
        ("plain", None),
        ("loop", None),
        ("lost", None),
    ];
    for (name, expected) in cases {
        let output = user.aws_sso(&format!("env {name}")).run();
        let Some(region) = expected else {
            // A profile without a role is one thing, an alias of an alias and a name of nothing others.
            let (status, remedy) = match name {
                "plain" => (2, "add to its section"),
                "lost" => (4, "aws-sso settings"),
                _ => (4, "aws-sso list"),
            };
            let _ = output.status(status).complains(remedy);
            continue;
        };
        let output = output.success();
        assert!(output.stdout.contains(&format!("AWS_SSO_ROLE_ARN='{arn}'")), "{name}: {output}");
        let line = output.stdout.lines().find_map(|line| line.strip_prefix("export AWS_REGION="));
        assert_eq!(line, region.map(|region| format!("'{region}'")).as_deref(), "{name}");
        let given = user.aws_sso(&format!("env {name} --region us-west-2")).run().success();
        assert!(given.stdout.contains("export AWS_REGION='us-west-2'\n"), "{name}");
    }
}

#[test]
fn exports_reach_a_real_shell() {
    let user = User::signed_in(Options::default());
    let role = user.role_arn(0);
    for spelling in [format!("-p corp -r {role} -env"), format!("-p corp env {role}")] {
        let script = format!(
            "eval \"$(aws-sso {spelling})\"; \
            printf '%s\\n' \"$AWS_ACCESS_KEY_ID\" \"$AWS_SSO_ROLE_ARN\" \"${{AWS_PROFILE-none}}\""
        );
        let shell = user.home.script(Shell::Bash, &script).env("AWS_PROFILE", "old");
        let output = shell.endpoint(user.sandbox.endpoint()).run().success().quiet();
        let lines: Vec<_> = output.stdout.lines().collect();
        assert!(lines[0].starts_with("ASIA"), "{lines:?}");
        assert_eq!(lines[1..], [role.as_str(), "none"]);
    }
}

#[test]
fn only_the_default_profiles_three_keys_change() {
    let user = User::signed_in(Options::default());
    let before =
        "# mine\n[other]\naws_access_key_id = KEEP\n\n[default]\nregion=eu-west-1 \naws_access_key_id = OLD\n\n; end";
    user.home.write(".aws/credentials", before);
    let role = user.role_arn(0);
    let output = user.aws_sso(&format!("-p corp -r {role}")).run().success();
    let name = &user.sandbox.accounts()[0].roles[0];
    for words in [&user.sandbox.accounts()[0].id, name, " minutes)"] {
        assert!(output.stdout.contains(words), "{}", output.stdout);
    }
    let after = user.home.read(".aws/credentials");
    let value = |key: &str| {
        let line = after.lines().find(|line| line.starts_with(key) && !line.contains("KEEP"));
        line.and_then(|line| line.split_once(" = ")).unwrap().1.to_owned()
    };
    let expected = format!(
        "# mine\n[other]\naws_access_key_id = KEEP\n\n[default]\n\
        region=eu-west-1 \naws_access_key_id = {}\naws_secret_access_key = {}\naws_session_token = {}\n\n; end",
        value("aws_access_key_id"),
        value("aws_secret_access_key"),
        value("aws_session_token"),
    );
    assert_data_eq!(after.clone(), expected);
    assert!(!after.contains("OLD"));
}

#[test]
fn role_names_that_the_original_tool_truncated_work() {
    let user = User::signed_in(Options { names: Names::Hostile, ..Options::default() });
    let accounts = user.sandbox.accounts();
    for name in ["reader", "operator"] {
        let account = accounts.iter().find(|account| account.roles.iter().any(|role| role == name)).unwrap();
        let role = format!("arn:aws:iam::{}:role/{name}", account.id);
        let _ = user.aws_sso(&format!("-p corp -r {role} -ext")).run().success();
    }
}

#[test]
fn the_user_chooses_among_more_than_a_hundred_accounts() {
    let user = User::signed_in(Options { accounts: 130, roles: 3, ..Options::default() });
    let mut terminal = user.aws_sso("-p corp").in_terminal();
    terminal.wait_for("390/390");
    terminal.send(&format!("{} admin", user.sandbox.accounts()[129].id));
    terminal.wait_for("  1/390 ");
    terminal.send("\r");
    let _ = terminal.finish().success();
    assert!(user.home.read(".aws/credentials").contains("[default]"));
}

#[test]
fn without_a_terminal_choosing_a_role_is_an_error_with_a_remedy() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("-p corp").run().status(2).complains("name the role with -r ROLE");
    assert!(!user.home.has(".aws/credentials"));
}

#[test]
fn credentials_that_are_still_valid_are_returned_when_the_service_fails() {
    let user =
        User::signed_in(Options { credential_lifetime: std::time::Duration::from_mins(10), ..Options::default() });
    let line = format!("-p corp -r {} -ext", user.role_arn(0));
    let first = user.aws_sso(&line).run().success();
    let again = user.home.aws_sso(line.split(' ')).endpoint("http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1");
    let again = again.run().success().complains("the last credentials, good for");
    assert_eq!(again.stdout, first.stdout);
}

#[test]
fn check_tells_by_its_status_alone_and_not_of_credentials_that_are_about_to_expire() {
    let user =
        User::signed_in(Options { credential_lifetime: std::time::Duration::from_mins(1), ..Options::default() });
    let check = format!("check {}", user.role(0, 0));
    let _ = user.aws_sso(&check).run().success().quiet();
    let down = user.aws_sso(&check).endpoint("http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1");
    assert_eq!(down.run().status(5).quiet().stdout, "");
    std::fs::remove_file(user.home.path(crate::support::user::TOKEN_FILE)).unwrap();
    assert_eq!(user.aws_sso(&check).run().status(3).quiet().stdout, "");
}

#[test]
fn a_session_that_was_revoked_asks_for_a_sign_in() {
    let user = User::signed_in(Options::default());
    user.sandbox.revoke_sessions();
    let output = user.aws_sso(&format!("-p corp -r {} -ext", user.role_arn(0))).run().status(3);
    let output = output.complains(&format!("not signed in to {START_URL}")).complains("run: aws-sso login -p corp");
    assert_eq!(output.stdout, "");
}

#[test]
fn a_role_that_is_not_assigned_is_denied() {
    let user = User::signed_in(Options::default());
    let account = &user.sandbox.accounts()[0].id;
    let output = user.aws_sso(&format!("-p corp -r arn:aws:iam::{account}:role/Nobody -ext")).run().status(4);
    assert_eq!(output.complains("Nobody").stdout, "");
}

#[test]
fn the_bare_name_shows_help_and_changes_nothing() {
    let user = User::signed_in(Options::default());
    let output = user.aws_sso("").env("AWS_SSO_PROFILE", "corp").run().status(2);
    assert!(output.stderr.contains("Usage: aws-sso <COMMAND>"), "{output}");
    assert!(!user.home.has(".aws/credentials"));
}

#[test]
fn broken_settings_do_not_break_a_shells_start() {
    let home = Home::new();
    home.write(".config/aws-sso/config", "login = sometimes\n");
    let _ = home.aws_sso(["init", "bash"]).run().success().quiet();
    let _ = home.aws_sso(["status"]).run().status(2).complains(".config/aws-sso/config");
}

#[test]
fn wrong_usage_and_broken_files_are_one_clear_line_and_a_remedy() {
    let arn = "arn:aws:iam::123456789012:role/x";
    let directory = "[sso-session corp]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\n";
    let other = "[sso-session dev]\nsso_start_url = https://y.awsapps.com/start\nsso_region = us-east-1\n";
    // Config, arguments, status, words of the message.
    let cases = [
        (None, format!("-p corp -r {arn} -ext"), 2, "config"),
        (Some(String::new()), format!("process {arn}"), 2, "aws-sso setup"),
        (Some(format!("{directory}{other}")), format!("process {arn}"), 2, "corp"),
        (Some(directory.to_owned()), format!("-p crop -r {arn} -ext"), 2, "corp"),
        (Some(directory.to_owned()), "-p corp -r arn:aws:iam::12:role/x -ext".to_owned(), 2, "role/NAME"),
        (Some(directory.to_owned()), "-p corp process nonsense".to_owned(), 4, "aws-sso list"),
        (Some(directory.to_owned()), format!("-p corp -r {arn} -ext"), 3, "run: aws-sso login -p corp"),
        (Some(directory.to_owned()), "use x".to_owned(), 2, "aws-sso init"),
        (Some(directory.to_owned()), "init cmd".to_owned(), 2, "aws-sso exec"),
    ];
    for (config, line, status, words) in cases {
        let home = Home::new();
        if let Some(config) = config {
            home.write(".aws/config", config);
        }
        let output = home.aws_sso(line.split(' ')).endpoint("http://127.0.0.1:9").run();
        let output = output.status(status).complains(words);
        assert_eq!(output.stdout, "", "{line}");
        assert!(output.stderr.starts_with("aws-sso: "), "{line}: {}", output.stderr);
        assert!(output.stderr.lines().skip(1).all(|line| line.starts_with("  ")), "{line}: {}", output.stderr);
        assert!(output.stderr.lines().count() > 1, "{line} has no remedy: {}", output.stderr);
    }
}
