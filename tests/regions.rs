//! Regions: those that AWS does not have, questioned wherever a person writes one, and two at once.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::doctor::{doctor, findings};
use crate::support::user::User;

const SETTINGS: &str = ".config/aws-sso/config";

#[test]
fn a_region_that_is_probably_a_typing_error_is_questioned_with_a_line_to_paste() {
    let user = User::new(Options::default());
    // The line, the error, and the line to paste.
    let cases = [
        (
            "env a/b --region eu-wset-1",
            "--region eu-wset-1: that is not a region of AWS; did you mean eu-west-1?",
            "aws-sso env a/b --region eu-west-1",
        ),
        ("use a/b --region=eu-wset-1 --shell bash", "did you mean eu-west-1?", "awsso use a/b --region=eu-west-1"),
        ("region us-esat-1 --shell fish", "region us-esat-1: that is not", "awsso region us-east-1"),
        (
            "exec a/b --region frankfurt -- ls",
            "did you mean eu-central-1?",
            "aws-sso exec a/b --region eu-central-1 -- ls",
        ),
        (
            "exec --match x --regions us-east-1,eu-wset-1 -- ls",
            "--regions eu-wset-1: ",
            "aws-sso exec --match x --regions us-east-1,eu-west-1 -- ls",
        ),
        ("console a/b --region EU-WEST-1", "did you mean eu-west-1?", "aws-sso console a/b --region eu-west-1"),
        ("serve a/b --region eu-west-1a", "its region is eu-west-1", "aws-sso serve a/b --region eu-west-1"),
        ("discover -p corp --region eu-wset-1", "--region eu-wset-1: ", "aws-sso discover -p corp --region eu-west-1"),
        (
            "setup d-1234567890 --region eu-wset-1 --yes",
            "--region eu-wset-1: ",
            "aws-sso setup d-1234567890 --region eu-west-1 --yes",
        ),
    ];
    for (line, why, paste) in cases {
        let output = user.aws_sso(line).run().status(2).complains(why);
        let output = output.complains(&format!("run: {paste}\n"));
        assert_eq!(output.stdout, "", "{line}");
        if why.contains("eu-wset-1: ") {
            let _ = output.complains("if there is one of this name, write it as eu-wset-1!");
        }
    }
    assert!(user.sandbox.requests().is_empty(), "nothing was asked for");
}

#[test]
fn a_region_on_which_the_user_insists_and_one_of_another_cloud_are_taken() {
    let user = User::signed_in(Options::default());
    let role = user.role_arn(0);
    for (written, region) in [("eu-wset-1!", "eu-wset-1"), ("sa-west-1", "sa-west-1"), ("local", "local")] {
        let output = user.aws_sso(&format!("env {role} --region {written}")).run().success().quiet();
        assert!(output.stdout.contains(&format!("AWS_REGION='{region}'")), "{written}: {output}");
    }
    let run = user.aws_sso(&format!("use {role} --region mars-north-1 --shell bash"));
    let _ = run.run().success().complains("warning: mars-north-1 is none of the regions that this version knows");
    for shell in Shell::all() {
        let script = format!("awsso region eu-wset-1!\nawsso use {role}\nawsso clear\nawsso -\nawsso region");
        let output = user.script(shell, &script).run().success().quiet();
        assert_eq!(output.stdout, "eu-wset-1\n", "{shell:?}: awsso - insists as well");
    }
}

#[test]
fn a_file_with_such_a_region_is_taken_as_it_is_with_a_warning() {
    let user = User::signed_in(Options::default());
    let (account, role) = (user.sandbox.accounts()[0].id.clone(), user.sandbox.accounts()[0].roles[0].clone());
    user.home.sign_in_config(&format!(
        "[profile plain]\nsso_session = corp\nsso_account_id = {account}\nsso_role_name = {role}\nregion = eu-wset-1\n"
    ));
    for named in ["plain".to_owned(), user.role_arn(0)] {
        let output = user.aws_sso(&format!("env {named}")).run().success();
        let output = output.complains("region = eu-wset-1: that is not a region of AWS; did you mean eu-west-1?");
        assert_eq!(output.stderr.matches("warning").count(), 1, "{named}: {output}");
        assert!(output.stdout.contains("AWS_REGION='eu-wset-1'"), "{named}: {output}");
    }
    let _ = user.aws_sso("process plain").run().success().quiet();

    user.home.sign_in_config("");
    user.home.write(SETTINGS, "region = eu-wset-1\n");
    let warning = "config:1: region = eu-wset-1: that is not a region of AWS; did you mean eu-west-1?";
    let output = user.aws_sso(&format!("env {}", user.role_arn(0))).run().success().complains(warning);
    assert!(output.stdout.contains("AWS_REGION='eu-wset-1'"), "{output}");
    let _ = user.aws_sso("settings").run().success().complains(warning);
    user.home.write(SETTINGS, "region = eu-wset-1!\n");
    let output = user.aws_sso(&format!("env {}", user.role_arn(0))).run().success().quiet();
    assert!(output.stdout.contains("AWS_REGION='eu-wset-1'"), "{output}");
}

#[test]
fn doctor_questions_the_regions_of_the_settings_and_of_profiles() {
    let user = User::new(Options::default());
    user.home.sign_in_config("[profile a]\nregion = eu-wset-1\n[profile b]\nregion = eu-west-1\n");
    user.home.write(SETTINGS, "region = us-esat-1\n");
    let output = doctor(&user, "--json --offline").run();
    let found = findings(&output);
    for words in [
        ".aws/config:6: region = eu-wset-1: that is not a region of AWS; did you mean eu-west-1?",
        "config:1: region = us-esat-1: that is not a region of AWS; did you mean us-east-1?",
    ] {
        let finding = found.iter().find(|[_, _, found, _]| found.contains(words));
        let [_, verdict, _, remedy] = finding.unwrap_or_else(|| panic!("{words}: {output}"));
        assert_eq!((verdict.as_str(), remedy.is_empty()), ("warning", false), "{words}");
    }
    assert_eq!(found.iter().filter(|[_, _, found, _]| found.contains("region of AWS")).count(), 2, "{output}");
}

#[test]
fn the_status_warns_where_variables_lead_programs_to_two_regions() {
    let user = User::new(Options::default());
    let cases = [("eu-west-1", "us-east-1", true), ("us-east-1", "us-east-1", false), ("", "us-east-1", false)];
    for (region, default, is_said) in cases {
        let status = user.aws_sso("status").env("AWS_REGION", region).env("AWS_DEFAULT_REGION", default);
        let output = status.run().success();
        assert_eq!(output.stderr.contains("boto3 works in us-east-1"), is_said, "{region}: {output}");
    }
}
