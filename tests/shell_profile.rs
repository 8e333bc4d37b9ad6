//! `AWS_PROFILE` of a profile with a role is this shell's role, for the verbs that are given none.

use aws_sso::sandbox::Options;

use crate::support::process::Invocation;
use crate::support::several::Several;
use crate::support::user::User;

/// Signed in, with the profile `team` for the first account's `reader`, `other` for its `operator`, and some without a
/// role of their own.
fn user() -> User {
    let user = User::signed_in(Options::default());
    let id = user.sandbox.accounts()[0].id.clone();
    let role = |role: &str| format!("sso_session = corp\nsso_account_id = {id}\nsso_role_name = {role}\n");
    user.home.sign_in_config(&format!(
        "[profile team]\n{}region = eu-west-1\n[profile other]\n{}[profile plain]\nregion = eu-west-1\n\
         [profile chained]\nrole_arn = arn:aws:iam::{id}:role/x\nsource_profile = team\n\
         [profile keys]\naws_access_key_id = AKIA\naws_secret_access_key = planted\n\
         [profile named]\ncredential_process = aws-sso process payments-dev/reader -p corp\n",
        role("reader"),
        role("operator")
    ));
    user
}

fn within(invocation: Invocation, variables: &str) -> Invocation {
    let pairs = variables.split(' ').filter_map(|pair| pair.split_once('='));
    pairs.fold(invocation, |invocation, (name, value)| invocation.env(name, value))
}

const KEYS: &str = "AWS_ACCESS_KEY_ID=AKIA AWS_SECRET_ACCESS_KEY=planted";

#[test]
fn verbs_without_a_role_take_that_of_aws_profile_where_every_program_does() {
    let user = user();
    // An alias of the profile's name is another role, which no program takes.
    let id = user.sandbox.accounts()[0].id.clone();
    user.home.write(".config/aws-sso/config", format!("[alias]\nteam = {id}/operator\n"));
    let run = |line: &str, variables: &str| within(user.aws_sso(line), variables);
    let arn = user.role_arn(2);
    let keys_and_profile = format!("{KEYS} AWS_PROFILE=team");
    // The variables, and whether the role is that of `team`.
    let cases = [
        ("AWS_PROFILE=team", true),
        ("AWS_PROFILE=team AWS_DEFAULT_PROFILE=team", true),
        ("", false),
        // Not every program takes it.
        ("AWS_DEFAULT_PROFILE=team", false),
        ("AWS_PROFILE=team AWS_DEFAULT_PROFILE=other", false),
        (&keys_and_profile, false),
        ("AWS_PROFILE=plain", false),
        ("AWS_PROFILE=keys", false),
        ("AWS_PROFILE=nowhere", false),
    ];
    for (variables, is_taken) in cases {
        let exec = run("exec --", variables).args(["sh", "-c", "echo $AWS_PROFILE $AWS_SSO_ROLE_ARN"]).run();
        let console = run("console --portal --print", variables).run();
        let status = run("status --json", variables).run().success().json();
        assert!(status["enteredRoleArn"].is_null(), "{variables}: {status}");
        let refresh = run("refresh --shell bash", variables).run();
        if is_taken {
            assert_eq!(exec.success().stdout, format!("team {arn}\n"), "{variables}");
            let link = console.success().stdout;
            assert!(link.contains("role_name=reader") && link.contains("eu-west-1"), "{variables}: {link}");
            assert_eq!(status["roleArn"], arn, "{variables}: {status}");
            let _ = run("status", variables).run().success().prints(&format!("{arn}, by the profile team"));
            let refresh =
                refresh.success().complains("programs renew the credentials of AWS_PROFILE=team by themselves");
            assert_eq!(refresh.stdout, "");
        } else {
            let _ = exec.status(2).complains("which role? exec needs one");
            let _ = console.status(2).complains("no terminal on which to choose the role");
            assert!(status["roleArn"].is_null(), "{variables}: {status}");
            let _ = refresh.status(2).complains("this shell has no role");
        }
    }
    // The role at the end of a chain, which SDKs assume by themselves.
    let exec = run("exec --", "AWS_PROFILE=chained").args(["sh", "-c", "echo $AWS_SSO_ROLE_ARN"]).run();
    assert_eq!(exec.success().stdout, format!("arn:aws:iam::{id}:role/x\n"));
    // The role of a profile that names its account.
    let exec = run("exec --", "AWS_PROFILE=named").args(["sh", "-c", "echo $AWS_SSO_ROLE_ARN"]).run();
    assert_eq!(exec.success().stdout, format!("{arn}\n"));
    // A mistyped name is shown.
    let typo = run("exec -- true", "AWS_PROFILE=nosuch").run().status(2);
    let _ = typo.complains("which role? exec needs one; AWS_PROFILE is nosuch, which is no profile\n");
    let typo = run("console --print", "AWS_PROFILE=nosuch").run().status(2);
    let _ = typo.complains("AWS_PROFILE is nosuch, which is no profile; choose the role\n");
    // A shell instead of a command is not started without a ROLE.
    let _ = run("exec", "AWS_PROFILE=team").run().status(2).complains("which role?");
}

#[test]
fn check_asks_for_the_role_of_aws_profile() {
    let user = user();
    let _ = user.aws_sso("check").env("AWS_PROFILE", "team").run().success().quiet();
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 1);
    let id = user.sandbox.accounts()[0].id.clone();
    user.sandbox.revoke_role(&id, "operator");
    let _ = user.aws_sso("check").env("AWS_PROFILE", "other").run().status(4).quiet();
    let _ = user.aws_sso("check").env("AWS_PROFILE", "plain").run().success().quiet();
    // Every program of this shell fails.
    let _ = user.aws_sso("check").env("AWS_PROFILE", "nosuch").run().status(2).quiet();
    let typo = user.aws_sso("check -v").env("AWS_PROFILE", "nosuch").run().status(2);
    let _ = typo.complains("AWS_PROFILE is nosuch, which is no profile");
}

#[test]
fn the_role_that_a_shell_has_entered_goes_before_its_aws_profile() {
    let user = user();
    let arn = user.role_arn(1);
    let script = format!(
        "eval \"$(aws-sso init bash)\"\nexport AWS_PROFILE=team\nawsso use {arn} 2>/dev/null\n\
         aws-sso exec -- sh -c 'echo $AWS_SSO_ROLE_ARN'\nawsso clear 2>/dev/null\n\
         aws-sso exec -- sh -c 'echo $AWS_SSO_ROLE_ARN'\n"
    );
    let output = user.home.script(crate::support::Shell::Bash, &script).endpoint(user.sandbox.endpoint()).run();
    assert_eq!(output.success().stdout, format!("{arn}\n{}\n", user.role_arn(2)));
}

#[test]
fn the_role_of_the_shell_is_taken_only_if_it_is_what_p_names() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let [first, second] = [0, 1].map(|number| several.account("beta", number).id);
    let profile = |name: &str, session: &str, id: &str, role: &str| {
        let endpoint = several.sandbox(session).endpoint();
        format!(
            "[profile {name}]\nsso_session = {session}\nsso_account_id = {id}\nsso_role_name = {role}\n\
             endpoint_url = {endpoint}\n"
        )
    };
    several.configure(&profile("of-beta", "beta", &second, "operator"));
    several.configure(&profile("rival", "beta", &second, "reader"));
    several.configure(&profile("Prod", "alpha", &first, "AdministratorAccess"));
    let arn = format!("arn:aws:iam::{second}:role/operator");
    let entered = format!("AWS_SSO_SESSION=beta AWS_SSO_ROLE_ARN={arn}");
    for variables in ["AWS_PROFILE=of-beta", &entered] {
        let run = |line: &str| within(several.aws_sso(line), variables);
        for name in ["beta", "of-beta"] {
            let exec = run(&format!("exec -p {name} --")).args(["sh", "-c", "echo $AWS_SSO_ROLE_ARN"]).run();
            assert_eq!(exec.success().stdout, format!("{arn}\n"), "{variables} {name}");
        }
        for name in ["alpha", "Prod", "rival"] {
            let _ = run(&format!("exec -p {name} -- true")).run().status(2).complains("which role?");
            let console = run(&format!("console -p {name} --print")).run().status(2);
            let _ = console.complains("no terminal on which to choose the role");
        }
    }
    several.sandbox("beta").revoke_role(&second, "reader");
    for (option, status) in [("", 4), ("-p beta", 4), ("-p rival", 4), ("-p alpha", 0), ("-p Prod", 0)] {
        let check = several.aws_sso(&format!("check {option}")).env("AWS_PROFILE", "rival").run();
        let _ = check.status(status).quiet();
    }
}
