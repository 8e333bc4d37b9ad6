//! Roles that are assumed on top of one of Identity Center: while STS fails, with an MFA code, with a base that does
//! not work any more, and in profiles that lead to each other.

use std::time::Duration;

use aws_sso::sandbox::{AssumableRole, Fault, MfaDevice, Options};
use jiff::{SignedDuration, Timestamp};

use crate::support::chain::Chains;
use crate::support::desktop::Desktop;
use crate::support::user::User;

const DEVICE: &str = "arn:aws:iam::123456789012:mfa/ada";

fn user(options: Options) -> User {
    let user = User::signed_in(options);
    configure(&user);
    user
}

/// Adds the profiles `base` and `deploy`, which is chained to it.
fn configure(user: &User) {
    let id = &user.sandbox.accounts()[1].id;
    let lines = format!(
        "[profile base]\ncredential_process = aws-sso process {} -p corp\n\
         [profile deploy]\nrole_arn = arn:aws:iam::{id}:role/team/Deploy\nsource_profile = base\n\
         role_session_name = me\n",
        user.role(0, 0)
    );
    user.home.sign_in_config(&lines);
}

fn add(user: &User, lines: &str) {
    let config = user.home.read(".aws/config");
    user.home.write(".aws/config", config + lines);
}

/// The cache's file of an assumed role.
fn file(user: &User) -> String {
    let files = user.home.list(".aws/cli/cache").into_iter().map(|name| format!(".aws/cli/cache/{name}"));
    let mut files = files.filter(|name| user.home.read(name).contains("AssumedRoleUser"));
    let file = files.next().expect("an assumed role is cached");
    assert_eq!(files.next(), None);
    file
}

/// Changes a cached file so that its credentials have so many seconds left.
fn leave(user: &User, seconds: i64) {
    let (name, expiration) = (file(user), Timestamp::now() + SignedDuration::from_secs(seconds));
    let text = user.home.read(&name);
    let (before, after) = text.split_once("\"Expiration\": \"").unwrap();
    let after = after.split_once('"').unwrap().1;
    let expiration = expiration.strftime("%Y-%m-%dT%H:%M:%SZ");
    user.home.write(&name, format!("{before}\"Expiration\": \"{expiration}\"{after}"));
}

#[test]
fn valid_credentials_of_a_chain_serve_while_sts_fails_and_new_ones_come_in_time() {
    let user = user(Options::default());
    let first = user.aws_sso("process deploy").run().success().quiet().stdout;
    assert_eq!(user.aws_sso("process deploy").run().success().quiet().stdout, first);
    assert_eq!(user.sandbox.count("AssumeRole"), 1);

    leave(&user, 15 * 60);
    user.sandbox.update(|options| options.fail_first = Some((100, Fault::InternalError)));
    let last = user.aws_sso("process deploy").run().success().complains("using the last credentials");
    assert_eq!(last.json()["AccessKeyId"], user.aws_sso("process deploy").run().success().json()["AccessKeyId"]);
    let asked = user.sandbox.count("AssumeRole");
    // The failure is remembered, so that the next program does not wait for the same.
    let _ = user.aws_sso("process deploy").run().success().complains("failed with status 500");
    assert_eq!(user.sandbox.count("AssumeRole"), asked);

    user.sandbox.update(|options| options.fail_first = None);
    leave(&user, -1);
    let renewed = user.aws_sso("process deploy").run().success().quiet();
    assert_ne!(renewed.stdout, first);
}

#[test]
fn a_session_shorter_than_an_hour_is_used_for_three_quarters_of_its_life() {
    let user = user(Options { assumed_lifetime: Some(Duration::from_mins(20)), ..Options::default() });
    for (left, asked) in [(1200, 1), (310, 1), (290, 2)] {
        if left < 1200 {
            leave(&user, left);
        }
        let _ = user.aws_sso("process deploy").run().success().quiet();
        assert_eq!(user.sandbox.count("AssumeRole"), asked, "{left}");
    }
}

#[test]
fn a_base_that_sts_does_not_accept_is_replaced_once() {
    let user = user(Options::default());
    let _ = user.aws_sso("process base").run().success();
    let name = format!(".aws/cli/cache/{}", user.home.list(".aws/cli/cache").pop().unwrap());
    let text = user.home.read(&name);
    user.home.write(&name, text.replace("\"AccessKeyId\": \"ASIA", "\"AccessKeyId\": \"AXIA"));
    let _ = user.aws_sso("process deploy").run().success().quiet();
    let counts = ["GetRoleCredentials", "AssumeRole"].map(|operation| user.sandbox.count(operation));
    assert_eq!(counts, [2, 2]);
}

#[test]
fn the_code_of_an_mfa_device_is_asked_on_the_terminal_and_of_no_program() {
    let device = MfaDevice { serial: DEVICE.to_owned(), code: "123456".to_owned() };
    let role = AssumableRole { mfa: true, ..AssumableRole::any() };
    let user = user(Options { mfa_devices: vec![device], assumable: vec![role], ..Options::default() });
    add(&user, &format!("mfa_serial = {DEVICE}\n"));
    let _ = user.aws_sso("process deploy").run().status(3).complains(
        "needs an MFA code, and there is no terminal to ask for it\n  on a terminal, run: aws-sso exec deploy -- true",
    );
    assert_eq!(user.sandbox.count("AssumeRole"), 0);

    let mut terminal = user.aws_sso("exec deploy -- true").in_terminal();
    terminal.wait_for(&format!("MFA code of {DEVICE}")).send("12345\r");
    terminal.wait_for("A code has 6 digits.").send("000000\r");
    // What is typed before the question is no answer to it.
    terminal.wait_for("serves once.\nMFA code of").send("123 456\r");
    let _ = terminal.finish().success();
    assert_eq!(user.sandbox.count("AssumeRole"), 2);
    // From now on programs have it.
    let _ = user.aws_sso("process deploy").run().success().quiet();
    assert_eq!(user.sandbox.count("AssumeRole"), 2);
}

#[test]
fn profiles_that_lead_to_each_other_are_followed_or_the_circle_is_named() {
    let user = user(Options::default());
    let id = &user.sandbox.accounts()[1].id;
    let base = user.role_arn(0);
    add(
        &user,
        &format!(
            "[profile ours]\ncredential_process = aws-sso process deploy\n\
             [profile on-ours]\nrole_arn = arn:aws:iam::{id}:role/Last\nsource_profile = ours\n\
             [profile line]\ncredential_process = aws-sso process {base} -p corp --assume=arn:aws:iam::{id}:role/Line\n\
             [profile on-line]\nrole_arn = arn:aws:iam::{id}:role/Last\nsource_profile = line\n\
             [profile loop]\ncredential_process = aws-sso process looped\n\
             [profile looped]\nrole_arn = arn:aws:iam::{id}:role/Last\nsource_profile = loop\n\
             [profile itself]\ncredential_process = aws-sso process itself --assume=arn:aws:iam::{id}:role/Last\n"
        ),
    );
    for (profile, role) in [("ours", "Deploy"), ("on-ours", "Last"), ("line", "Line"), ("on-line", "Last")] {
        let answer = user.aws_sso(&format!("process {profile}")).run().success().quiet().json();
        let caller = user.sandbox.caller_of(answer["AccessKeyId"].as_str().unwrap()).unwrap();
        assert!(caller.starts_with(&format!("arn:aws:sts::{id}:assumed-role/{role}/")), "{profile}: {caller}");
    }
    for (profile, circle) in
        [("loop", "loop → looped → loop"), ("looped", "looped → loop → looped"), ("itself", "itself → itself")]
    {
        let _ = user.aws_sso(&format!("process {profile}")).run().status(2).complains(circle);
    }
}

#[test]
fn with_a_keyring_a_chain_is_in_no_file_and_ends_with_the_sign_in() {
    let Some(desktop) = Desktop::new(Options::default()) else { return };
    configure(&desktop.user);
    desktop.sign_in();
    let first = desktop.aws_sso("process deploy").run().success().quiet().stdout;
    assert_eq!(desktop.aws_sso("process deploy").run().success().quiet().stdout, first);
    assert_eq!(desktop.user.sandbox.count("AssumeRole"), 1);
    assert_eq!(desktop.user.home.list(".aws/cli/cache"), [""; 0]);
    let _ = desktop.aws_sso("logout").run().success();
    assert!(desktop.items(".aws/cli/cache").is_empty());
    let _ = desktop.aws_sso("process deploy").run().status(3);
}

#[test]
fn what_aws_tools_take_from_the_credentials_file_in_place_of_a_chain_is_named() {
    let chains = Chains::new(Options::default());
    let role = chains.role_arn("on-native");
    // The named profile, one in the middle, and the first.
    for profile in ["two-hops", "hub", "discovered"] {
        chains.user.home.write(".aws/credentials", "");
        let _ = chains.caller("two-hops");
        chains
            .user
            .home
            .write(".aws/credentials", format!("[{profile}]\nrole_arn = {role}\nsource_profile = native\n"));
        for line in ["process two-hops", "-p corp -r two-hops -ext", "exec two-hops -- true"] {
            let said = format!("profile {profile} has a role_arn in ~/.aws/credentials:1 too");
            let _ = chains.user.aws_sso(line).run().status(2).complains(&said);
        }
    }
}
