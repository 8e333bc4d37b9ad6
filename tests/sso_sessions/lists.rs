//! `list`, `pick` and Tab.

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::several::Several;

/// The sso-session of each line of a table, or of each object.
fn sessions(several: &Several, line: &str) -> Vec<String> {
    let output = several.aws_sso(line).run().success();
    let rows = output.json();
    let rows = rows.as_array().unwrap().iter().map(|row| row["ssoSession"].as_str().unwrap().to_owned());
    rows.collect()
}

fn count(sessions: &[String], name: &str) -> usize {
    sessions.iter().filter(|session| *session == name).count()
}

#[test]
fn a_list_has_the_roles_of_all_and_names_their_sso_sessions() {
    let several = Several::alpha_and_beta(&[]);
    let all = sessions(&several, "list --json");
    assert_eq!((count(&all, "alpha"), count(&all, "beta"), all.len()), (8, 12, 20));
    let of_env = several.aws_sso("list --json").env("AWS_SSO_SESSION", "alpha").run().success().json();
    assert_eq!(of_env.as_array().unwrap().len(), 20);
    assert_eq!(sessions(&several, "list --json -p beta").len(), 12);
    // A pattern has to match in one of them.
    let matching = sessions(&several, "list --json --match payments-prod/reader --match renamed/reader");
    assert_eq!(matching, ["alpha", "beta"]);
    let absent = several.aws_sso("list --match renamd/reader").run().status(4);
    let _ = absent.complains("did you mean renamed/reader?").complains("matches no account");

    let table = several.aws_sso("list").run().success().quiet().stdout;
    assert!(table.lines().all(|line| line.ends_with("  alpha") || line.ends_with("  beta")), "{table}");
    let csv = several.aws_sso("list --csv").run().success().stdout;
    assert!(csv.starts_with("accountId,accountName,emailAddress,roleName,roleArn,ssoSession\n"), "{csv}");
    let table = several.aws_sso("list -p alpha").run().success().quiet().stdout;
    assert!(table.lines().all(|line| !line.contains("alpha")), "{table}");
    assert_eq!(several.counts("ListAccounts").iter().max(), Some(&2), "one list, and one for the mistyped name");

    // Two names for one start URL are one.
    let url = several.sandbox("beta").start_url();
    several.configure(&format!("[sso-session twin]\nsso_start_url = {url}\nsso_region = eu-west-1\n"));
    assert_eq!(sessions(&several, "list --json").len(), 20);
}

#[test]
fn what_is_not_signed_in_is_listed_as_remembered_or_said_to_be_missing() {
    let several = Several::new(&[
        ("alpha", Options { accounts: 1, ..Options::default() }),
        ("beta", Options { accounts: 1, ..Options::default() }),
        ("gamma", Options { accounts: 1, ..Options::default() }),
    ]);
    // Nothing is known at all: no browser opens three times, not even once, since none is chosen.
    let none = several.aws_sso("list").in_terminal().finish().status(3);
    for part in ["not signed in to alpha, beta, gamma", "run: aws-sso login -p alpha", "aws-sso login --all"] {
        assert!(none.stdout.contains(part), "{none}");
    }
    assert_eq!(several.counts("StartDeviceAuthorization"), [0, 0, 0]);
    several.log_in("alpha");
    several.log_in("beta");
    let _ = several.aws_sso("list -p beta").run().success();
    several.log_out("beta");
    several.clear_logs();

    for line in ["list --json", "list --json --match reader"] {
        let output = several.aws_sso(line).run().success();
        let output = output.complains("not signed in to gamma, so its roles are missing");
        let _ = output.complains("run: aws-sso login -p gamma");
        let known = sessions(&several, line);
        assert!(count(&known, "alpha") > 0 && count(&known, "alpha") == count(&known, "beta"), "{known:?}");
    }
    // A fresh list was promised.
    let output = several.aws_sso("list --json --refresh").run().status(3);
    let output = output.complains("the list of accounts was fetched").complains("not signed in to");
    assert_eq!(output.json().as_array().unwrap().len(), 8);
    assert_eq!(several.counts("ListAccounts"), [2, 0, 0]);

    // One sign-in may be asked for, where one is chosen and nothing else is known.
    several.log_out("alpha");
    std::fs::remove_dir_all(several.home.path(".cache")).unwrap();
    several.clear_logs();
    let chosen = several.aws_sso("list").env("AWS_SSO_SESSION", "beta").env("BROWSER", "none").in_terminal();
    let _ = chosen.finish().success();
    assert_eq!(several.counts("StartDeviceAuthorization"), [0, 1, 0]);
}

#[cfg(all(feature = "picker", unix))]
#[test]
fn the_picker_has_the_roles_of_all_and_shows_the_sso_session() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let mut terminal = several.aws_sso("pick --shell bash").in_terminal();
    terminal.wait_for("20/20");
    let screen = terminal.screen();
    let header = screen.lines().find(|line| line.contains("ACCOUNT")).unwrap();
    let column = header.find("SSO-SESSION").unwrap();
    let row = screen.lines().find(|line| line.contains("renamed")).unwrap();
    assert!(row[column..].starts_with("beta"), "{screen}");
    terminal.send("renamed reader\r");
    let output = terminal.finish().success();
    assert!(output.stdout.contains("AWS_SSO_SESSION='beta'"), "{output}");
    // Words that one row alone fits decide, and the name of the sso-session is one of them.
    for (words, of) in [("payments-prod reader", "alpha"), ("payments-dev reader beta", "beta")] {
        let output = several.aws_sso(&format!("pick --shell bash {words}")).run().success();
        assert!(output.stdout.contains(&format!("AWS_SSO_SESSION='{of}'")), "{words}: {output}");
    }
    let mut terminal = several.aws_sso("pick --shell bash -p alpha").in_terminal();
    terminal.wait_for("8/8");
    assert!(!terminal.screen().contains("SSO-SESSION"));
    terminal.send("\x1b");
    let _ = terminal.finish().status(130);
}

#[test]
fn tab_offers_the_roles_of_all_and_only_an_option_narrows() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let offered = |line: &str| {
        let words = ["complete", "--shell", "fish", "--"].into_iter().chain(line.split(' '));
        let output = several.home.aws_sso(words).env("AWS_SSO_SESSION", "alpha").run().success();
        // The shell leaves out what it would not insert.
        let typed = line.rsplit(' ').next().unwrap_or_default();
        output.stdout.lines().filter(|line| line.starts_with(typed) && line.contains("/reader")).count()
    };
    for (line, expected) in [
        ("aws-sso use payments-", 2),
        ("aws-sso use renamed/", 1),
        ("aws-sso -p alpha use renamed/", 0),
        ("aws-sso -p beta use renamed/", 1),
        ("aws-sso --profile=alpha use renamed/", 0),
        ("aws-sso exec -p alpha -- use renamed/", 0),
        ("aws-sso -p nowhere use renamed/", 1),
    ] {
        assert_eq!(offered(line), expected, "{line}");
    }
    let script = "eval \"$(aws-sso init bash)\"\nCOMP_LINE='awsso -p beta use re' COMP_POINT=20\n\
                  __aws_sso_complete awsso re use\nprintf '%s\\n' \"${COMPREPLY[@]}\"";
    let found = several.home.script(Shell::Bash, script).run().success().stdout;
    assert!(found.lines().all(|line| line.starts_with("renamed/")) && found.lines().count() == 4, "{found}");
}
