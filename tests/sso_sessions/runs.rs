//! `exec --match` and `--pick`.

use std::collections::BTreeSet;

use crate::support::several::Several;

const KEY: &str = "echo $AWS_SSO_SESSION $AWS_ACCESS_KEY_ID";

fn exec(several: &Several, options: &str) -> crate::support::Invocation {
    let words = ["exec"].into_iter().chain(options.split_whitespace()).chain(["--", "sh", "-c", KEY]);
    several.home.aws_sso(words)
}

#[test]
fn a_command_runs_once_for_each_role_of_all_with_the_keys_of_its_own_sso_session() {
    let several = Several::alpha_and_beta(&["alpha"]);
    let output = exec(&several, "--match */reader --output json").env("AWS_SSO_SESSION", "alpha").run().success();
    let mut seen = BTreeSet::new();
    for line in output.stdout.lines() {
        let run: serde_json::Value = serde_json::from_str(line).unwrap();
        let (session, stdout) = (run["ssoSession"].as_str().unwrap(), run["stdout"].as_str().unwrap());
        let (of, key) = stdout.trim().split_once(' ').unwrap();
        assert_eq!(of, session);
        let role = several.sandbox(session).role_of(key).unwrap();
        assert_eq!(role.0, run["accountId"].as_str().unwrap());
        assert!(seen.insert((session.to_owned(), role)), "{output}");
    }
    assert_eq!(seen.len(), 5, "{output}");

    // What two have the name of, or have both, is told apart.
    let output = exec(&several, "--match */reader").run().success();
    let labels: BTreeSet<_> = output.stdout.lines().map(|line| line.split(" |").next().unwrap().trim()).collect();
    let (second, third) = (several.account("alpha", 1), several.account("beta", 2));
    for label in [
        "payments-dev/reader of alpha".to_owned(),
        "payments-dev/reader of beta".to_owned(),
        format!("{}/reader of alpha", second.name),
        "renamed/reader of beta".to_owned(),
        format!("{}/reader", third.name),
    ] {
        assert!(labels.contains(&*label), "{label}: {labels:?}");
    }
    let _ = exec(&several, "--match */reader --output dir out").run().success();
    assert_eq!(several.home.list("out").len(), 5, "{:?}", several.home.list("out"));
    let output = exec(&several, "--match */reader -p alpha").run().success();
    assert_eq!(output.stdout.lines().count(), 2);

    // A pattern has to match in one of them.
    let output = exec(&several, "--match renamed/reader").run().success();
    assert_eq!(output.stdout.lines().count(), 1, "{output}");
    let _ = exec(&several, "--match renamd/reader").run().status(4).complains("did you mean renamed/reader?");
}

#[test]
fn at_most_one_sign_in_is_asked_for_before_any_command_runs() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    several.log_out("beta");
    several.clear_logs();
    let _ = exec(&several, "--match */reader").run().status(3).complains("run: aws-sso login -p beta");
    // The patterns concern one of them only.
    let output = exec(&several, "--match payments-prod/reader").run().success();
    assert_eq!(output.stdout.lines().count(), 1, "{output}");
    let terminal = exec(&several, "--match */reader").env("BROWSER", "none").in_terminal();
    let _ = terminal.finish().success();
    assert_eq!(several.counts("StartDeviceAuthorization"), [0, 1]);

    several.log_out("alpha");
    several.log_out("beta");
    several.clear_logs();
    let refused = exec(&several, "--match */reader").in_terminal().finish().status(3);
    assert!(refused.stdout.contains("not signed in to alpha, beta"), "{refused}");
    assert!(refused.stdout.contains("or sign in to all: aws-sso login --all"), "{refused}");
    assert_eq!(several.counts("StartDeviceAuthorization"), [0, 0]);
}
