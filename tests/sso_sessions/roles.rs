//! Of which sso-session a ROLE is.

use std::fs;

use aws_sso::sandbox::Options;

use crate::support::several::Several;
use crate::support::{Output, Shell};

/// Runs a line of an error behind `run: `, by what it contains.
#[track_caller]
fn run_offer(several: &Several, output: &Output, part: &str) -> Output {
    let mut offers = output.stderr.lines().filter_map(|line| line.split_once("run: "));
    let offer = offers.find(|(_, command)| command.contains(part)).unwrap_or_else(|| panic!("no {part}: {output}")).1;
    several.home.command("/bin/sh").args(["-c", offer]).run()
}

#[test]
fn a_role_that_one_alone_has_is_of_that_one_whatever_the_shell_entered() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let third = several.account("beta", 2);
    let names = ["payments-prod/reader".to_owned(), "renamed/reader".to_owned(), format!("{}/reader", third.name)];
    let ids = [format!("{}/reader", third.id), format!("arn:aws:iam::{}:role/reader", third.id)];
    let page = format!("https://{}-ab12cd34.eu-west-1.console.aws.amazon.com/s3/home", third.id);
    for (role, of) in [(&names[0], "alpha"), (&names[1], "beta"), (&ids[0], "beta"), (&ids[1], "beta")] {
        for variable in ["", "alpha", "beta", "nowhere"] {
            let output = several.home.aws_sso(["process", role]).env("AWS_SSO_SESSION", variable).run().success();
            assert_eq!(several.giver(&output), of, "{role} in a shell of {variable}");
        }
    }
    let output = several.home.aws_sso(["process", &names[2]]).env("AWS_SSO_SESSION", "alpha").run().success();
    assert_eq!(several.giver(&output), "beta");
    // Only the roles were asked for.
    assert_eq!((several.counts("ListAccounts"), several.counts("ListAccountRoles")), (vec![0, 0], vec![0, 0]));
    let which = several.home.aws_sso(["process", &page]).env("AWS_SSO_SESSION", "alpha").run().status(2);
    let _ = which.complains("you have 4 roles in the account");

    // A profile whose line names no sso-session gives the role of the one that has it.
    several.configure("[profile third]\ncredential_process = aws-sso process renamed/reader\n");
    let output = several.aws_sso("process third").env("AWS_SSO_SESSION", "alpha").run().success();
    assert_eq!(several.giver(&output), "beta");

    // `-p` narrows, and nothing else does.
    let _ = several.home.aws_sso(["process", "renamed/reader", "-p", "alpha"]).run().status(4);
    let script = "awsso use payments-prod/reader && awsso use renamed/reader && echo \"$AWS_SSO_SESSION\"
        awsso use payments-prod/reader && echo \"$AWS_SSO_SESSION\"";
    let script = format!("eval \"$(aws-sso init bash)\"\n{script}");
    let output = several.home.script(Shell::Bash, &script).run().success();
    assert_eq!(output.stdout, "beta\nalpha\n", "{output}");
}

#[test]
fn a_role_that_several_have_is_settled_by_the_variable_or_the_setting_or_listed() {
    let several = Several::alpha_and_beta(&["alpha", "beta"]);
    let account = several.account("alpha", 0);
    let page = format!("https://{}-ab12cd34.eu-west-1.console.aws.amazon.com/s3/home", account.id);
    for role in [
        format!("{}/reader", account.id),
        format!("arn:aws:iam::{}:role/reader", account.id),
        "payments-dev/reader".to_owned(),
        page,
    ] {
        let run = |variable: &str| several.home.aws_sso(["process", &role]).env("AWS_SSO_SESSION", variable).run();
        let output = run("").status(2).complains("several sso-sessions have this role: alpha, beta");
        let is_page = role.starts_with("https");
        for name in ["alpha", "beta"] {
            let offered = run_offer(&several, &output, &format!("-p {name} process"));
            if is_page {
                let _ = offered.status(2).complains("you have 4 roles");
            } else {
                assert_eq!(several.giver(&offered.success()), name, "{role}");
                assert_eq!(several.giver(&run(name).success()), name, "{role}");
            }
        }
        if !is_page {
            several.home.write(".config/aws-sso/config", "profile = beta\n");
            assert_eq!(several.giver(&run("").success()), "beta", "{role}");
            assert_eq!(several.giver(&run("alpha").success()), "alpha", "{role}");
            fs::remove_file(several.home.path(".config/aws-sso/config")).unwrap();
        }
    }
    let output = several.aws_sso("use payments-dev/reader --shell bash").run().status(2);
    let _ = output.complains("run: awsso -p alpha use payments-dev/reader\n");

    // Two names for one start URL are one, and the one that is signed in serves.
    let url = several.sandbox("beta").start_url();
    let config = several.home.read(".aws/config");
    let (alpha, beta) = config.split_at(config.find("[sso-session beta]").unwrap());
    let second = format!("[sso-session second]\nsso_start_url = {url}/\nsso_region = eu-west-1\n");
    assert!(alpha.contains("alpha"));
    several.home.write(".aws/config", second + beta);
    let output = several.aws_sso("process payments-dev/reader").run().success();
    assert_eq!(several.giver(&output), "beta");
}

#[test]
fn a_role_in_no_remembered_list_is_asked_for_where_the_user_is_signed_in() {
    let several = Several::alpha_and_beta(&[]);
    let third = several.account("beta", 2);
    let id = format!("{}/reader", third.id);
    // By name: each is asked once, and the one that has it gives it.
    let output = several.home.aws_sso(["process", "renamed/reader"]).run().success();
    assert_eq!(several.giver(&output), "beta");
    assert_eq!(several.counts("ListAccounts"), [1, 1]);

    // By id: never looked up, so it costs one request, or is not guessed.
    fs::remove_dir_all(several.home.path(".cache")).unwrap();
    several.clear_logs();
    let output = several.home.aws_sso(["process", &id]).run().status(2).complains("no remembered list has this role");
    assert_eq!((several.sandboxes[0].requests(), several.sandboxes[1].requests()), (vec![], vec![]));
    assert_eq!(several.giver(&run_offer(&several, &output, "-p beta ").success()), "beta");
    fs::remove_dir_all(several.home.path(".aws/cli")).unwrap();
    several.log_out("alpha");
    several.clear_logs();
    assert_eq!(several.giver(&several.home.aws_sso(["process", &id]).run().success()), "beta");
    assert_eq!((several.sandboxes[0].requests().len(), several.sandboxes[1].requests().len()), (0, 1));

    // A name that none of those has, and one that was not asked.
    let output = several.home.aws_sso(["process", "payments-prod/reader"]).run().status(4);
    let output = output.complains("there is no account called payments-prod");
    let _ =
        output.complains("not asked, because you are not signed in: alpha").complains("run: aws-sso login -p alpha");
    several.log_out("beta");
    fs::remove_dir_all(several.home.path(".cache")).unwrap();
    let output = several.home.aws_sso(["process", "renamed/reader"]).run().status(3);
    let output = output.complains("not signed in to alpha, beta").complains("run: aws-sso login -p beta");
    let _ = output.complains("aws-sso login --all");
}

#[test]
fn the_role_of_a_shell_stays_with_the_sso_session_from_which_it_was_entered() {
    // The list of the other one has a role of the same ARN.
    let several = Several::alpha_and_beta(&["beta"]);
    let arn = format!("arn:aws:iam::{}:role/reader", several.account("alpha", 0).id);
    let script = format!(
        "eval \"$(aws-sso init bash)\"\nawsso use -p alpha {arn} && rm -rf ~/.aws/cli && awsso refresh && \
         echo '{{\"AccessKeyId\": \"'$AWS_ACCESS_KEY_ID'\"}}'"
    );
    let output = several.home.script(Shell::Bash, &script).run().success();
    assert_eq!(several.giver(&output), "alpha", "{output}");
    assert_eq!(several.counts("GetRoleCredentials"), [2, 0]);
}

#[test]
fn accounts_of_one_name_in_different_sso_sessions_are_shown_by_their_ids() {
    let ids = Several::alpha_and_beta(&[]).sandbox("beta").accounts().into_iter().map(|account| account.id);
    let ids: Vec<_> = ids.collect();
    let renamed = vec![(ids[1].clone(), "payments-dev".to_owned()), (ids[0].clone(), "other".to_owned())];
    let several = Several::new(&[
        ("alpha", Options { accounts: 1, ..Options::default() }),
        ("beta", Options { accounts: 2, renamed, ..Options::default() }),
    ]);
    for name in ["alpha", "beta"] {
        several.log_in(name);
    }
    let _ = several.aws_sso("list").run().success();
    let shown = |role: &str, of: &str| {
        let output = several.aws_sso(&format!("env {role} -p {of}")).run().success().stdout;
        let line = output.lines().find_map(|line| line.strip_prefix("export AWS_SSO_PROFILE=")).unwrap().to_owned();
        line.trim_matches(['\'', ';']).to_owned()
    };
    let [one, other] = [0, 1].map(|number| format!("{}/reader", ids[number]));
    assert_eq!(shown("payments-dev/reader", "alpha"), one);
    assert_eq!(shown("payments-dev/reader", "beta"), other);
    assert_eq!(shown("other/reader", "beta"), "other/reader");
    let output = several.aws_sso("exec --match payments-dev/reader -- echo").run().success().stdout;
    let mut labels: Vec<_> = output.lines().map(|line| line.split(" |").next().unwrap().trim().to_owned()).collect();
    let mut expected = [one, other];
    labels.sort();
    expected.sort();
    assert_eq!(labels, expected);
}
