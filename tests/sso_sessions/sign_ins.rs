//! `status`, `login` and `logout`.

use aws_sso::sandbox::{Approval, Options};
use serde_json::json;

use crate::support::several::Several;
use crate::support::user::User;

const ONE_ACCOUNT: fn() -> Options = || Options { accounts: 1, ..Options::default() };

fn three() -> Several {
    Several::new(&[("alpha", ONE_ACCOUNT()), ("beta", ONE_ACCOUNT()), ("gamma", ONE_ACCOUNT())])
}

#[test]
fn the_status_shows_each_sso_session_and_keeps_the_keys_that_scripts_read() {
    let several = three();
    several.log_in("beta");
    several.clear_logs();
    let table = several.aws_sso("status").run().success().quiet().stdout;
    let states: Vec<_> = table
        .lines()
        .filter(|line| line.starts_with("sso-session ") || line.starts_with("sign-in "))
        .map(|line| line.split_whitespace().skip(1).take(2).collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(states, ["alpha", "not signed", "beta", "signed in,", "gamma", "not signed"], "{table}");
    assert_eq!(table.matches("secrets ").count(), 1, "{table}");

    let all = several.aws_sso("status --json").run().success().json();
    let shown = |key: &str| [0, 1, 2].map(|at| all["ssoSessions"][at][key].clone());
    assert_eq!(shown("name"), ["alpha", "beta", "gamma"]);
    assert_eq!(shown("signedIn"), [false, true, false]);
    assert_eq!((&all["name"], &all["store"]), (&json!(null), &json!("files")));

    // Where one is chosen, its keys stand where they always did.
    let chosen = several.aws_sso("status --json").env("AWS_SSO_SESSION", "beta").run().success().json();
    assert_eq!(chosen["ssoSessions"].as_array().unwrap().len(), 3);
    let named = several.aws_sso("status --json -p beta").run().success().json();
    for status in [chosen, named.clone()] {
        assert_eq!((&status["name"], &status["signedIn"]), (&json!("beta"), &json!(true)), "{status}");
        assert_eq!(status["startUrl"], several.sandbox("beta").start_url());
    }
    assert_eq!(named["ssoSessions"].as_array().unwrap().len(), 1);

    // One that is not described does not hide the others.
    several.configure("[sso-session half]\nsso_region = eu-west-1\n");
    let output = several.aws_sso("status").run().success().complains("sso-session half has no sso_start_url");
    assert!(output.stdout.contains("gamma"), "{output}");
    let row = output.stdout.lines().find(|line| line.starts_with("broken ")).unwrap_or_default();
    assert!(row.contains("sso-session half has no sso_start_url"), "{output}");
    let all = several.aws_sso("status --json").run().success().json();
    let half = &all["ssoSessions"][3];
    assert_eq!((&half["name"], &half["signedIn"], &half["startUrl"]), (&json!("half"), &json!(false), &json!(null)));
    assert!(half["fault"].as_str().unwrap().contains("has no sso_start_url"), "{all}");
}

#[test]
fn no_bar_is_drawn_while_a_sign_in_is_awaited() {
    let user = User::new(ONE_ACCOUNT());
    let mut terminal = user.aws_sso("list").env("SSH_TTY", "x").in_terminal();
    let screen = terminal.wait_for("waiting 10 minutes").screen();
    assert!(!screen.contains("0 of 0"), "{screen}");
}

#[test]
fn login_all_signs_in_to_each_that_needs_it_and_goes_on_after_one_that_fails() {
    let denied = Options { approval: Approval::Denied, ..ONE_ACCOUNT() };
    let several = Several::new(&[("alpha", ONE_ACCOUNT()), ("beta", denied), ("gamma", ONE_ACCOUNT())]);
    several.log_in("alpha");
    several.clear_logs();
    let output = several.aws_sso("login --all --device-code --no-browser").run().status(130);
    let at = |text: &str| output.stderr.find(text).unwrap_or_else(|| panic!("no {text} in {output}"));
    let order = [
        "alpha: already signed in to",
        "beta: the sign-in to https://beta.awsapps.com/start was denied",
        "gamma: signed in to",
        "1 of 3 sign-ins failed",
    ];
    assert!(order.map(at).is_sorted(), "{output}");
    assert_eq!(several.counts("StartDeviceAuthorization"), [0, 1, 1]);
    let states = several.aws_sso("status --json").run().success().json()["ssoSessions"].clone();
    assert_eq!([0, 1, 2].map(|at| states[at]["signedIn"].as_bool().unwrap()), [true, false, true]);

    // The remedy asks only for what is left.
    several.sandbox("beta").update(|options| options.approval = Approval::Automatic);
    several.clear_logs();
    let line = output.stderr.lines().find_map(|line| line.split_once("to try again, run: aws-sso ")).unwrap().1;
    let _ = several.aws_sso(&format!("{line} --device-code --no-browser")).run().success();
    assert_eq!(several.counts("StartDeviceAuthorization"), [0, 1, 0]);

    for verb in ["login", "logout"] {
        let both = several.aws_sso(&format!("{verb} --all -p beta")).run().status(2);
        let _ = both.complains("--all does not go with -p").complains(&format!("aws-sso {verb} -p beta"));
    }
}

#[test]
fn logout_all_ends_every_session_also_of_a_second_name_and_of_a_legacy_profile() {
    let several = three();
    let (url, endpoint) = (several.sandbox("alpha").start_url(), several.sandbox("alpha").endpoint());
    several.configure(&format!(
        "[sso-session twin]\nsso_start_url = {url}\nsso_region = eu-central-1\n\
         [profile twin]\nendpoint_url = {endpoint}\n\
         [profile old]\nsso_start_url = {url}\nsso_region = eu-central-1\nendpoint_url = {endpoint}\n\
         [sso-session half]\nsso_region = eu-west-1\n"
    ));
    for name in ["alpha", "beta", "twin", "old"] {
        several.log_in(name);
    }
    assert_eq!(tokens(&several), 4);
    let output = several.aws_sso("logout --all").run().status(2);
    for line in ["alpha: signed out of", "beta: signed out of", "gamma: was not signed in", "twin: signed out of"] {
        assert!(output.stderr.contains(line), "{line}: {output}");
    }
    assert!(
        output.stderr.contains("old: signed out of") && output.stderr.contains("sso-session half has no"),
        "{output}"
    );
    assert_eq!((several.counts("Logout"), tokens(&several)), (vec![3, 1, 0], 0), "{output}");
}

/// How many tokens there are.
fn tokens(several: &Several) -> usize {
    let folder = ".aws/sso/cache";
    let files = several.home.list(folder).into_iter().map(|name| several.home.read(format!("{folder}/{name}")));
    files.filter(|text| text.contains("accessToken")).count()
}

#[test]
fn a_verb_that_needs_one_names_the_variable_or_the_line_that_leads_nowhere() {
    let several = three();
    let setting = ".config/aws-sso/config";
    for line in ["login", "logout", "discover"] {
        let run = || several.aws_sso(line);
        let none = run().run().status(2).complains("there are several sso-sessions");
        let none = none.complains("alpha, beta, gamma").complains(&format!("run: aws-sso -p alpha {line}\n"));
        assert_eq!(none.stderr.contains(&format!("aws-sso {line} --all")), line != "discover", "{none}");
        let _ = run().env("AWS_SSO_SESSION", "nowhere").run().status(2).complains("AWS_SSO_SESSION names nowhere: ");
        several.home.write(setting, "\nprofile = gone\n");
        let _ = run().run().status(2).complains("~/.config/aws-sso/config:2: profile names gone: there is no");
        let _ = run().env("AWS_SSO_SESSION", "nowhere").run().status(2).complains("AWS_SSO_SESSION names nowhere: ");
        std::fs::remove_file(several.home.path(setting)).unwrap();
    }
    // What chooses, in this order.
    several.home.write(setting, "profile = alpha\n");
    let logout = |line: &str, variable: &str| {
        let output = several.aws_sso(line).env("AWS_SSO_SESSION", variable).run().success();
        output.stderr.split('/').nth(2).unwrap().split('.').next().unwrap().to_owned()
    };
    for (line, variable, expected) in
        [("logout -p gamma", "beta", "gamma"), ("logout", "beta", "beta"), ("logout", "", "alpha")]
    {
        assert_eq!(logout(line, variable), expected);
    }
}
