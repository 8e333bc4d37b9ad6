//! What a second run changes, and what it leaves as it is.

use aws_sso::sandbox::Options;

use crate::support::newcomer::{Newcomer, session};
use crate::support::{REGION, START_URL};

#[test]
fn a_second_run_changes_nothing_that_is_right() {
    let user = Newcomer::new();
    let _ = user.by_default("--shell-file").env("SHELL", "/bin/bash").run().success();
    let files = user.files();
    assert_eq!(files.len(), 3, "{files:?}");
    for line in [
        format!("{START_URL} --yes --shell-file"),
        format!("{START_URL}/#/?tab=accounts --region {REGION} --yes --discover --shell-file"),
        format!("d-abc123 --name corp --default-region {REGION} --yes"),
    ] {
        let output = user.setup(&line).env("SHELL", "/bin/bash").run().success();
        assert_eq!(user.files(), files, "{line}");
        let _ = output.complains("has the sso-session corp already").complains("already signed in");
    }
}

#[test]
fn what_is_wrong_is_repaired_and_every_other_line_stays() {
    let right = session();
    let region = format!("sso_region = {REGION}\n");
    let scopes = "sso_registration_scopes = sso:account:access\n";
    let around = |session: &str| format!("# mine\n[default]\noutput = json\n\n{session}# the end\n");
    for wrong in [
        right.replace(&region, ""),
        right.replace(&region, "sso_region = us-west-2\n"),
        right.replace(&region, "sso_region = Frankfurt\n"),
        right.replace(scopes, ""),
        right.replace("/start\n", "/start\\#/\n"),
        right.replace(&format!("sso_start_url = {START_URL}\n"), ""),
    ] {
        let user = Newcomer::new();
        user.home.write(".aws/config", around(&wrong));
        let _ = user.by_default("--no-discover").run().success();
        let sorted = |text: &str| {
            let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        assert_eq!(sorted(&user.home.read(".aws/config")), sorted(&around(&right)), "{wrong}");
    }
}

#[test]
fn a_second_sso_session_is_added_and_no_name_is_given_to_another_start_url() {
    let user = Newcomer::new();
    let other = session().replace("d-abc123", "other");
    for (name, config) in [("corp", other.clone()), ("corp", other.replace("[sso-session", "[profile"))] {
        user.home.write(".aws/config", &config);
        let line = format!("{START_URL} --region {REGION} --name {name} --yes");
        let output = user.setup(&line).run().status(2).complains("the name corp is taken");
        let _ = output.complains("--name corp-2");
        assert_eq!(user.home.read(".aws/config"), config);
    }
    user.home.write(".aws/config", other.replace("corp", "sso"));
    let _ = user
        .setup(&format!("{START_URL} --region {REGION} --yes --no-discover --device-code --no-browser"))
        .run()
        .success()
        .prints("-p sso-2");
    assert_eq!(
        user.home.read(".aws/config"),
        other.replace("corp", "sso") + "\n" + &session().replace("corp", "sso-2")
    );
}

#[test]
fn the_region_for_commands_is_that_of_the_environment_the_config_or_the_sso_session() {
    let cases = [
        ("", "", "", "", "eu-central-1"),
        ("", "[default]\nregion = eu-west-1\n", "", "", "eu-west-1"),
        ("", "[default]\nregion = eu-west-1\n", "eu-west-2", "", "eu-west-2"),
        ("", "", "cn-north-1", "", "eu-central-1"),
        ("--default-region eu-west-3", "", "eu-west-2", "", "eu-west-3"),
        ("", "", "eu-west-2", "region = ap-south-1\n", "ap-south-1"),
        ("--default-region eu-west-3", "", "", "# mine\nregion = ap-south-1\n", "eu-west-3"),
    ];
    for (option, config, variable, settings, expected) in cases {
        let user = Newcomer::with(Options::default());
        user.home.write(".aws/config", config);
        user.home.write(".config/aws-sso/config", settings);
        let setup = user.by_default(&format!("--no-discover {option}"));
        let _ = setup.env("AWS_REGION", variable).run().success();
        let shown = user.home.aws_sso(["settings"]).run().success().stdout;
        let line = shown.lines().find(|line| line.starts_with("region ")).unwrap();
        assert_eq!(line.split_whitespace().nth(1), Some(expected), "{shown}");
    }
}

#[test]
fn names_that_another_sso_session_has_begin_with_the_name_of_this_one() {
    let user = Newcomer::new();
    let _ = user.by_default("").run().success();
    let other = |config: String| config.replace("-p corp", "-p other").replace("sso-session corp", "sso-session other");
    let config = other(user.home.read(".aws/config")).replace("d-abc123", "d-other");
    user.home.write(".aws/config", &config);
    let _ = user.by_default("").run().success();
    let config = user.home.read(".aws/config");
    for profile in ["[profile payments-dev-ReadOnlyAccess]", "[profile corp-payments-dev-ReadOnlyAccess]"] {
        assert_eq!(config.matches(profile).count(), 1, "{config}");
    }
    let settings = user.home.read(".config/aws-sso/config");
    assert!(settings.contains("name = {account_name|slug}-{role}"), "{settings}");
    let output = user.by_default("").run().success();
    let _ = output.complains("each of these roles has a profile already");
    let output = user.by_default("--default-region eu-west-3").run().success();
    let _ = output.complains("run: aws-sso discover -p corp --region eu-west-3");
}

#[test]
fn of_two_sso_sessions_with_one_start_url_the_whole_one_is_taken() {
    let user = Newcomer::new();
    let config = format!("[sso-session half]\nsso_start_url = {START_URL}\n\n{}", session());
    user.home.write(".aws/config", &config);
    let line = format!("{START_URL} --region {REGION} --yes --no-discover --device-code --no-browser");
    let _ = user.setup(&line).run().success().complains("has the sso-session corp already");
    assert_eq!(user.home.read(".aws/config"), config);
}
