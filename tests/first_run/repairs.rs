//! What a second run changes, and what it leaves as it is.

use aws_sso::sandbox::Options;

use crate::support::newcomer::{Newcomer, Typist, session};
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
        right.replace(&region, &format!("sso_region = {REGION}a\n")),
        right.replace(&region, "sso_region = eu-wst-1\n"),
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
fn a_region_that_aws_does_not_have_is_neither_taken_nor_written_and_the_next_run_repairs_it() {
    let user = Newcomer::new();
    let options = format!("{START_URL} --name corp --yes --no-discover --no-shell-file --device-code --no-browser");
    for (wrong, why) in [
        ("us-east-1a", "that is an Availability Zone; its region is us-east-1"),
        ("eu-wst-1", "did you mean eu-west-1?"),
        ("atlantis", "that is not a region of AWS"),
        ("Frankfurt", "did you mean eu-central-1?"),
        ("cn-north-1", "that Region is in aws-cn, and https://d-abc123.awsapps.com/start in aws"),
    ] {
        user.home.write(".aws/config", session().replace(REGION, wrong));
        let output = user.setup(&options).run().status(2).complains(why);
        let _ = output.complains("name it: --region REGION");
        let _ = user.setup(&format!("{options} --dry-run --region {wrong}x")).run().status(2);
        assert!(!user.home.has(".config/aws-sso/config"), "{wrong}");
        if wrong != "cn-north-1" {
            let line = format!("{options} --region {REGION} --default-region {wrong}");
            let _ = user.setup(&line).run().status(2).complains(why);
        }
    }
    // Somebody who can be asked reads why.
    let mut person = Typist::at(user.setup(&options.replace("--yes", "")));
    person.terminal.wait_for("cn-north-1 of corp is wrong");
    for answer in ["atlantis", "cn-north-1", "eu-west-4"] {
        person.answer("Region [1]: ", &format!("{answer}\r"));
        person.terminal.wait_for(&format!("aws-sso: {answer}"));
    }
    person.answer("Region [1]: ", &format!("{REGION}\r"));
    let _ = person.terminal.finish().success();
    assert_eq!(user.home.read(".aws/config"), session());
    assert_eq!(user.home.read(".config/aws-sso/config"), format!("region = {REGION}\n"));
}

/// AWS opens Regions each year.
#[test]
fn a_region_that_is_newer_than_this_version_can_be_set_up() {
    let user = Newcomer::new();
    let setup = |region: &str| user.setup(&format!("{START_URL} --name corp --yes --dry-run --region {region}")).run();
    let _ = setup("sa-west-1").success().complains("warning: sa-west-1 is none of the Regions");
    let _ = setup("nz-south-1").status(2);
    user.home.write(".aws/config", session().replace(REGION, "nz-south-1"));
    let _ = setup("nz-south-1").success().complains("warning: nz-south-1 is none of the Regions");
}

#[test]
fn a_start_url_of_another_partition_gets_a_region_of_that() {
    let user = Newcomer::new();
    let cases = [
        ("start.us-gov-home.awsapps.com/directory/d-1234567890", "us-gov-east-1"),
        ("start.home.awsapps.cn/directory/corp", "cn-north-1"),
        ("identitycenter.amazonaws.eu/ssoins-1", "eusc-de-east-1"),
        ("identitycenter.us-gov.amazonaws.com/ssoins-1", "us-gov-east-1"),
        ("identitycenter.amazonaws.com.cn/ssoins-1", "cn-north-1"),
    ];
    for (url, first) in cases {
        let output = user.setup(&format!("{url} --dry-run --yes --region us-east-1")).run().status(2);
        let _ = output.complains("that Region is in aws, and");
        let mut person = Typist::at(user.setup(&format!("{url} --dry-run")).env("TZ", "Asia/Shanghai"));
        person.answer("Region [1]: ", "\r");
        let _ = person.terminal.finish().success().prints(&format!("+sso_region = {first}"));
    }
    let host = "https://ssoins-1.us-east-1.portal.amazonaws.com.cn --dry-run --yes";
    let _ = user.setup(host).run().status(2).complains("us-east-1 is not a Region of aws-cn");
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
