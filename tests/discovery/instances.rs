//! A block of profiles belongs to an Identity Center, whatever `-p` calls it.

use aws_sso::sandbox::{Options, Sandbox};

use crate::support::discovery::{CORP, another_instance, log_in, processes, run_remedy, sso_session};
use crate::support::user::User;
use crate::support::{Output, START_URL};

const ROLES: usize = 6;

fn signed_in() -> User {
    User::signed_in(Options { accounts: 3, roles: 2, ..Options::default() })
}

/// A config with one sso-session, and the profiles of a first run.
fn discovered() -> User {
    let user = signed_in();
    user.home.write(".aws/config", format!("# mine\n{CORP}\n[default]\nregion = eu-west-3\n"));
    let _ = user.aws_sso("discover -p corp").run().success();
    user
}

/// The config as an earlier version wrote it: a mark says the name alone.
fn without_notes(config: &str) -> String {
    let lines = config.lines().map(|line| match line.split_once(" >>> https://") {
        Some((mark, _)) if line.starts_with('#') => format!("{mark} >>>\n"),
        _ => format!("{line}\n"),
    });
    lines.collect()
}

fn discover(user: &User, sandbox: &Sandbox, line: &str) -> Output {
    user.home.aws_sso(line.split(' ')).endpoint(sandbox.endpoint()).run()
}

/// Asserts that there is one block, with one profile for each role and this name in each.
#[track_caller]
fn has_one_block(user: &User, name: &str, start_url: &str) {
    let config = user.home.read(".aws/config");
    assert_eq!(config.matches("# >>> ").count(), 1, "{config}");
    let begin = format!("# >>> aws-sso discover -p {name} >>> {start_url}\n");
    let block = config.split_once(&begin).unwrap_or_else(|| panic!("no {begin}{config}")).1;
    let block = block.split_once(&format!("# <<< aws-sso discover -p {name} <<<\n")).unwrap().0;
    assert_eq!(block.matches("[profile ").count(), ROLES, "{config}");
    assert_eq!(block.matches(&format!("= aws-sso -p {name} -r ")).count(), ROLES, "{config}");
}

#[test]
fn a_renamed_sso_session_or_another_start_url_takes_the_block_along() {
    const OTHER_URL: &str = "https://other.awsapps.com/start";
    // The new name and the new start URL, and whether an earlier version wrote the block.
    let cases = [
        ("new", START_URL, false),
        ("new", START_URL, true),
        ("corp", OTHER_URL, false),
        ("corp", OTHER_URL, true),
        ("new", OTHER_URL, false),
        ("new", OTHER_URL, true),
    ];
    for (name, start_url, is_old) in cases {
        let user = discovered();
        let other = another_instance(&user, "other");
        let sandbox = if start_url == START_URL { &user.sandbox } else { &other };
        let config = user.home.read(".aws/config").replace(CORP, &sso_session(name, start_url));
        // What the user has added to a profile, and a profile of the user's beside the block.
        let config = config.replacen("-ext\n", "-ext\n# note\ns3 =\n  addressing_style = path\n", 1);
        let config = if is_old { without_notes(&config) } else { config };
        let config = format!("{config}[profile hand]\nregion = x\n");
        user.home.write(".aws/config", &config);
        log_in(&user, name, sandbox);

        // Profiles that are not selected get the new name too.
        let role = &user.sandbox.accounts()[0].roles[0];
        let output = discover(&user, sandbox, &format!("discover -p {name} --match {role}")).success();
        assert!(output.stdout.contains("0 profiles new"), "{output}");
        assert!(output.stdout.contains("0 stale"), "{output}");
        has_one_block(&user, name, start_url);
        let after = user.home.read(".aws/config");
        assert!(after.contains("-ext\n# note\ns3 =\n  addressing_style = path\n"), "{after}");
        assert!(after.contains("# mine\n") && after.ends_with("[profile hand]\nregion = x\n"), "{after}");
        if name == "new" {
            let _ = output.complains("discovered with -p corp are updated with -p new");
        }
        let again = discover(&user, sandbox, &format!("discover -p {name}")).success().quiet();
        assert!(again.stdout.contains("is up to date: 0 profiles new, 0 changed, 6 unchanged, 0 stale\n"), "{again}");
        let _ = discover(&user, sandbox, "discover --undo").success();
        assert_eq!(user.home.read(".aws/config"), config);
    }
}

#[test]
fn clients_use_the_profiles_of_a_block_that_was_taken_over() {
    for style in ["process", "sso"] {
        let user = signed_in();
        let _ = user.aws_sso(&format!("discover -p corp --style {style} --region eu-west-1")).run().success();
        let config = user.home.read(".aws/config").replace("[sso-session corp]", "[sso-session new]");
        user.home.write(".aws/config", config);
        log_in(&user, "new", &user.sandbox);
        let _ = user.aws_sso(&format!("discover -p new --style {style} --match {}", user.role(0, 0))).run().success();
        for (account, role) in [(0, 0), (2, 1)] {
            let account = &user.sandbox.accounts()[account];
            let profile = format!("{}-{}", account.id, account.roles[role]);
            let script = format!(
                "import boto3; print(boto3.Session(profile_name='{profile}').client('sts').get_caller_identity()['Arn'])"
            );
            let Some(python) = user.home.boto3(&script) else { return };
            let answer = python.endpoint(user.sandbox.endpoint()).run().success();
            assert!(answer.stdout.contains(&format!(":sts::{}:assumed-role/", account.id)), "{style}: {answer}");
        }
    }
}

#[test]
fn an_identity_center_with_two_names_has_one_block() {
    let user = discovered();
    let more = format!("{}[profile dev]\nsso_session = corp\n", sso_session("second", &format!("{START_URL}/")));
    user.home.write(".aws/config", user.home.read(".aws/config") + &more);
    log_in(&user, "second", &user.sandbox);
    for (name, start_url) in [("dev", START_URL), ("second", &*format!("{START_URL}/")), ("corp", START_URL)] {
        let output = user.aws_sso(&format!("discover -p {name}")).run().success();
        assert!(output.stdout.contains("0 profiles new, 6 changed, 0 unchanged, 0 stale\n"), "{output}");
        has_one_block(&user, name, start_url);
    }

    // An earlier version wrote a block for each name.
    let old = without_notes(&user.home.read(".aws/config"));
    let (before, after) = old.match_indices("\n[profile ").nth(3).map(|(at, _)| old.split_at(at)).unwrap();
    let between = "# <<< aws-sso discover -p corp <<<\n\n# >>> aws-sso discover -p dev >>>";
    let after = after.replace("-p corp", "-p dev");
    user.home.write(".aws/config", format!("{before}{between}{after}"));
    assert_eq!(user.home.read(".aws/config").matches("# <<< ").count(), 2);
    let output = user.aws_sso("discover -p corp").run().success();
    assert!(output.stdout.contains("0 profiles new, 3 changed, 3 unchanged"), "{output}");
    has_one_block(&user, "corp", START_URL);
}

#[test]
fn the_same_roles_in_two_identity_centers_get_names_with_the_sso_session() {
    let user = discovered();
    let two = another_instance(&user, "two");
    user.home.write(".aws/config", user.home.read(".aws/config") + &sso_session("two", &two.start_url()));
    log_in(&user, "two", &two);
    let before = user.home.read(".aws/config");
    let output = discover(&user, &two, "discover -p two --region eu-west-1").status(1);
    assert!(
        output.stdout.contains("0 profiles new, 0 changed, 0 unchanged, 0 stale, 6 left: 6 of another Identity Center")
    );
    let output = output.complains("6 roles have no profile: other profiles have their names");
    let output = output.complains("these profiles are of another Identity Center, corp, so they were left as they are");
    assert_eq!(user.home.read(".aws/config"), before);

    let output = run_remedy(&user, &two, &output).success().quiet();
    assert!(output.stdout.contains("6 profiles new"), "{output}");
    let after = user.home.read(".aws/config");
    assert!(after.starts_with(&before), "{after}");
    let processes = processes(&after);
    assert_eq!(processes.len(), 2 * ROLES);
    let of_two = processes.iter().filter(|(profile, line)| profile.starts_with("two-") && line.contains("-p two "));
    assert_eq!(of_two.count(), ROLES, "{after}");
    assert_eq!(after.matches("region = eu-west-1\n").count(), ROLES, "the remedy keeps the other options");
    for (name, sandbox) in [("corp", &user.sandbox), ("two", &two)] {
        // Without the option of the remedy each role still has its profile.
        let output = discover(&user, sandbox, &format!("discover -p {name} --prune")).success();
        assert!(output.stdout.contains("is up to date"), "{output}");
    }
}

#[test]
fn a_block_that_may_be_of_two_identity_centers_is_left_until_one_adopts_it() {
    let user = discovered();
    let two = another_instance(&user, "two");
    let config = without_notes(&user.home.read(".aws/config"));
    let sessions = sso_session("one", START_URL) + &sso_session("two", &two.start_url());
    user.home.write(".aws/config", config.replace(CORP, &sessions));
    for (name, sandbox) in [("one", &user.sandbox), ("two", &two)] {
        log_in(&user, name, sandbox);
        let _ = discover(&user, sandbox, &format!("list -p {name}")).success();
    }
    let before = user.home.read(".aws/config");
    let output = user.aws_sso("discover -p one --dry-run").run().status(1);
    let output = output.complains("6 left: 6 of a name that is not in the config");
    let output = output.complains("6 roles have no profile: other profiles have their names");
    let _ = user.aws_sso("discover -p one").run().status(1);
    assert_eq!(user.home.read(".aws/config"), before);
    let _ = user.aws_sso("discover -p one --adopt crop").run().status(2).complains("name one of: corp");
    let _ = run_remedy(&user, &user.sandbox, &user.aws_sso("discover -p one").run()).success();
    has_one_block(&user, "one", START_URL);
    assert!(output.stderr.contains("run: aws-sso discover -p one --adopt corp\n"), "{output}");
}

/// Nothing tells that such a block is this Identity Center's: its accounts are others.
#[test]
fn a_block_of_other_accounts_whose_sign_in_is_gone_is_named_and_left() {
    let user = signed_in();
    let old = "# >>> aws-sso discover -p old >>>\n[profile gone]\ncredential_process = aws-sso -p old -r \
               arn:aws:iam::999999999999:role/Admin -ext\n# <<< aws-sso discover -p old <<<\n";
    user.home.write(".aws/config", format!("{CORP}{old}"));
    let output = user.aws_sso("discover -p corp --prune").run().success();
    assert!(output.stdout.contains("6 profiles new, 0 changed, 0 unchanged, 0 stale\n"), "{output}");
    assert!(user.home.read(".aws/config").contains(old));
    let output = output.complains("the config has profiles that were discovered with -p old");
    let output = run_remedy(&user, &user.sandbox, &output).success();
    assert!(output.stdout.contains("6 unchanged, 1 stale and removed"), "{output}");
    assert!(!user.home.read(".aws/config").contains("gone"));
}

#[test]
fn an_sso_session_that_gave_its_name_to_another_keeps_its_block() {
    let user = discovered();
    let two = another_instance(&user, "two");
    let sessions = sso_session("legacy", START_URL) + &sso_session("corp", &two.start_url());
    user.home.write(".aws/config", user.home.read(".aws/config").replace(CORP, &sessions));
    log_in(&user, "legacy", &user.sandbox);
    log_in(&user, "corp", &two);
    // The name of the block is that of the other one now, the start URL is not.
    let output = discover(&user, &two, "discover -p corp").status(1).complains("another Identity Center, legacy");
    assert!(output.stdout.contains("6 left"), "{output}");
    let _ = user.aws_sso("discover -p legacy").run().success();
    has_one_block(&user, "legacy", START_URL);
}
