//! Aliases of the settings that hold options.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::several::Several;
use crate::support::user::User;

const SETTINGS: &str = ".config/aws-sso/config";

/// The values of these variables, as `exec` gives them to a program.
fn given(output: &str, name: &str) -> String {
    let value = output.lines().find_map(|line| line.strip_prefix(&format!("{name}=")));
    value.unwrap_or_default().to_owned()
}

#[test]
fn an_alias_holds_options_and_those_on_the_line_win() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("discover -p corp --name team-{role} --match dev -q").run().success();
    let _ = user.aws_sso("list -p corp").run().success();
    let account = user.sandbox.accounts()[0].clone();
    let role = format!("{}/{}", account.name, account.roles[0]);
    let id = user.role(0, 0);
    user.home.write(
        SETTINGS,
        format!(
            "[alias]\nweb = {role} --region eu-west-1\nquoted = '{role}' --region=eu-west-1 -p corp\n\
             asprofile = {id} --as-profile\nkeys = {id} --keys --region eu-west-3\nacct = {} --region eu-west-2\n",
            account.id
        ),
    );
    let account_role = format!("acct/{}", account.roles[0]);
    // The words, the region, and whether there are keys.
    let cases = [
        ("web", "eu-west-1", true),
        ("web --region us-east-2", "us-east-2", true),
        ("quoted", "eu-west-1", true),
        ("keys", "eu-west-3", true),
        (&account_role, "eu-west-2", true),
    ];
    for (words, region, has_keys) in cases {
        let output = user.exec(words, &["env"]).run().success();
        assert_eq!(given(&output.stdout, "AWS_REGION"), region, "{words}");
        assert_eq!(!given(&output.stdout, "AWS_SESSION_TOKEN").is_empty(), has_keys, "{words}");
        assert!(given(&output.stdout, "AWS_SSO_ROLE_ARN").ends_with(&account.roles[0]), "{words}");
    }
    for verb in ["use web --shell posix", "env web", "-p corp use web --shell posix"] {
        let output = user.aws_sso(verb).run().success();
        assert!(output.stdout.contains("AWS_REGION='eu-west-1'"), "{verb}: {output}");
    }
    let output = user.aws_sso("console web --print --service s3 -v").run().success();
    assert!(!output.stdout.is_empty());
    let _ = user.aws_sso("process web").run().success().quiet();
    // As a profile, unless the line asks for keys.
    let account_of_profile = user.sandbox.accounts().into_iter().find(|account| account.name.contains("dev")).unwrap();
    let of_profile = format!("{}/{}", account_of_profile.id, account_of_profile.roles[0]);
    user.home.write(SETTINGS, format!("[alias]\ndev = {of_profile} --as-profile\n"));
    let profile = format!("team-{}", account_of_profile.roles[0]);
    let output = user.exec("dev", &["env"]).run().success();
    assert!(given(&output.stdout, "AWS_PROFILE").starts_with(&profile), "{output}");
    let output = user.exec("dev --keys", &["env"]).run().success();
    assert_eq!(given(&output.stdout, "AWS_PROFILE"), "");
    assert_ne!(given(&output.stdout, "AWS_SESSION_TOKEN"), "");
}

#[test]
fn an_alias_names_the_sso_session_and_the_line_can_name_another() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let account = several.account("alpha", 0);
    let role = format!("{}/{}", account.id, account.roles[0]);
    several.home.write(SETTINGS, format!("[alias]\na = {role} -p alpha\nb = {role} -p beta\n"));
    for (line, giver) in [("process a", "alpha"), ("process b", "beta"), ("process a -p beta", "beta")] {
        let output = several.aws_sso(line).run().success();
        assert_eq!(several.giver(&output), giver, "{line}");
    }
}

#[test]
fn refresh_keeps_the_sso_session_the_region_and_the_name_with_which_an_alias_was_entered() {
    if !Shell::Bash.is_here() {
        return;
    }
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let account = several.account("alpha", 0);
    let role = format!("{}/{}", account.id, account.roles[0]);
    several.home.write(SETTINGS, format!("[alias]\nb = {role} -p beta --region eu-west-1\n"));
    let lines = "awsso use b\nenv -0 >used\nawsso refresh\nenv -0 >renewed";
    let _ = several.home.script(Shell::Bash, &format!("{}\n{lines}", Shell::Bash.load())).run().success().quiet();
    let [used, renewed] = ["used", "renewed"].map(|file| several.home.environment(file));
    assert_eq!(used, renewed);
    for (name, value) in [("AWS_SSO_SESSION", "beta"), ("AWS_REGION", "eu-west-1"), ("AWS_SSO_PROFILE", "b")] {
        assert_eq!(renewed.get(name).map(String::as_str), Some(value));
    }
}

#[test]
fn an_alias_with_anything_else_is_an_error_that_names_its_line_when_it_is_used() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let cases = [
        (format!("{role} --exec x"), "unexpected argument '--exec' found"),
        (format!("{role} --region eu-wset-1"), "did you mean eu-west-1?"),
        (format!("{role} --keys --as-profile"), "cannot be used with"),
        (format!("{role} --region eu-west-1 -- touch PWNED"), "unexpected argument"),
        ("--region eu-west-1".to_owned(), "it names no role"),
    ];
    for (value, why) in cases {
        user.home.write(SETTINGS, format!("# mine\n[alias]\nother = {role}\nx = {value}\n"));
        let output = user.aws_sso("env x").run().status(2).complains("config:4: the alias x: ").complains(why);
        assert_eq!(output.stdout, "", "{value}");
        let _ = user.aws_sso("env other").run().success();
        let output = user.aws_sso("settings").run().success().complains("config:4: the alias x: ").complains(why);
        assert!(output.stdout.contains("alias.x"), "{output}");
    }
    assert!(!user.home.has("PWNED"));
}

#[test]
fn settings_and_tab_show_an_alias_with_its_options() {
    let user = User::new(Options::default());
    user.home.write(SETTINGS, "[alias]\nweb = 123456789012/Reader --region eu-west-1\n");
    let output = user.aws_sso("settings").run().success().quiet();
    assert!(output.stdout.contains("123456789012/Reader --region eu-west-1"), "{output}");
    let output = user.aws_sso("complete --shell fish -- awsso use we").run().success();
    assert_eq!(output.stdout, "web\talias of 123456789012/Reader --region eu-west-1\n");
}

#[test]
fn an_alias_stands_for_no_other_alias_and_never_for_itself() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list -p corp").run().success();
    let settings = "[alias]\nwork = Work\nselfy = selfy\nloopa = LOOPB\nloopb = LoopA\na/b = A/b\n\
                    web = payments-dev/READER\nchain = web\nnear = WEB\n";
    user.home.write(SETTINGS, settings);
    let cases = [
        ("work", "Work is not a role"),
        ("selfy", "selfy is an alias itself"),
        ("loopa", "LOOPB is not a role"),
        ("a/b", "there is no account called A"),
        ("chain", "web is an alias itself"),
        ("near", "WEB is not a role"),
    ];
    for (alias, words) in cases {
        for verb in ["env", "use --shell bash", "exec", "process"] {
            let run = user.aws_sso(verb).arg(alias).args(["--login", "never"]);
            let output = run.behind_a_program().finish().status(4).complains(words);
            assert_eq!(output.stdout, "", "{verb} {alias}");
        }
    }
    // What it stands for is found as if it was typed.
    let _ = user.aws_sso("env web").behind_a_program().finish().success();
}
