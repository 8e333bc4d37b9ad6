//! One command under many roles.

use std::collections::BTreeSet;
use std::fs;

use aws_sso::sandbox::{Names, Options};
use serde_json::Value;

use crate::support::process::{is_running, wait};
use crate::support::user::User;

#[test]
fn every_matching_role_runs_once_under_its_own_credentials() {
    let user = User::signed_in(Options { accounts: 6, roles: 4, ..Options::default() });
    let identity = ["sh", "-c", "echo $AWS_ACCOUNT_ID $AWS_REGION $1 $2 $3; echo $AWS_SSO_ROLE_ARN", "sh"];
    let command: Vec<_> = identity.into_iter().chain(["{account_id}", "{role}", "{region}"]).collect();
    let options =
        "--match */reader --match */operator --exclude */operator --regions eu-west-1,us-east-1 --output json";
    let output = user.exec(options, &command).run().success();
    let found: BTreeSet<_> =
        output.json_lines().iter().map(|row| (row["accountId"].to_string(), row["stdout"].to_string())).collect();
    let accounts = user.sandbox.accounts();
    let expected: BTreeSet<_> = accounts
        .iter()
        .flat_map(|account| {
            let id = &account.id;
            ["eu-west-1", "us-east-1"].map(|region| {
                let stdout = format!("{id} {region} {id} reader {region}\narn:aws:iam::{id}:role/reader\n");
                (Value::from(id.as_str()).to_string(), Value::from(stdout).to_string())
            })
        })
        .collect();
    assert_eq!(found, expected);
    assert!(output.stderr.contains("aws-sso: 12 ok, 0 failed, 0 skipped"), "{output}");
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 6, "one request a role");
    for row in output.json_lines() {
        assert_eq!((&row["outcome"], &row["status"], &row["signal"]), (&"ok".into(), &0.into(), &Value::Null));
        assert!(row["duration"].as_f64().unwrap() >= 0.0, "{row}");
    }
}

#[test]
fn with_q_the_summary_is_printed_only_if_a_run_failed() {
    let user = User::signed_in(Options { accounts: 2, ..Options::default() });
    let run = |command: &[&str]| user.exec("-q --match reader", command).run();
    let _ = run(&["true"]).success().quiet();
    let _ = run(&["false"]).status(1).complains("aws-sso: 0 ok, 2 failed, 0 skipped");
}

#[test]
fn lines_are_whole_and_name_their_run() {
    let user = User::signed_in(Options { accounts: 8, ..Options::default() });
    let script = "i=0; while [ $i -lt 200 ]; do echo out-$1-$i; echo err-$1-$i >&2; i=$((i+1)); done; printf last-$1";
    let output = user.exec("--match reader", &["sh", "-c", script, "sh", "{account_id}"]).run().success();
    let accounts = user.sandbox.accounts();
    let width = accounts.iter().map(|account| account.name.chars().count()).max().unwrap() + "/reader".len();
    for (text, kind, count) in [(&output.stdout, "out", 201), (&output.stderr, "err", 200)] {
        for account in &accounts {
            let prefix = format!("{:width$} | ", format!("{}/reader", account.name));
            let own: Vec<_> = text.lines().filter_map(|line| line.strip_prefix(&prefix)).collect();
            assert_eq!(own.len(), count, "{prefix}");
            let expected = (0..200).map(|number| format!("{kind}-{}-{number}", account.id));
            assert!(own.iter().copied().take(200).eq(expected), "{prefix}");
        }
    }
    assert!(output.stdout.ends_with('\n'));
    assert_eq!(output.stdout.matches("| last-").count(), 8);
    assert!(!output.stdout.contains('\x1b'), "no colours but on a terminal");
}

#[test]
fn hostile_names_reach_arguments_unchanged_and_terminals_without_control_characters() {
    let user = User::signed_in(Options { accounts: 30, roles: 1, names: Names::Hostile, ..Options::default() });
    let options = "--match * --output json --yes";
    let output = user.exec(options, &["printf", "%s", "name:{account_name}"]).run();
    for row in output.json_lines() {
        match row["outcome"].as_str() {
            Some("ok") => assert_eq!(row["stdout"], format!("name:{}", row["accountName"].as_str().unwrap())),
            // An argument cannot hold a NUL byte.
            _ => assert!(row["accountName"].as_str().unwrap().contains('\0'), "{row}"),
        }
    }
    let output = user.exec("--match * --yes", &["echo", "hi"]).run().success();
    assert!(!output.stdout.chars().any(|c| c.is_control() && c != '\n'), "{output}");
    assert_eq!(output.stdout.lines().count(), 30);
    let folder = user.home.path("runs");
    let options = format!("--match * --yes --output dir {}", folder.display());
    let _ = user.exec(&options, &["echo", "hi"]).run().success();
    let names = user.home.list("runs");
    assert_eq!(names.len(), 30, "{names:?}");
    let is_plain = |name: &String| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b));
    assert!(names.iter().all(is_plain), "{names:?}");
}

#[test]
fn a_role_or_a_command_that_fails_does_not_stop_the_others() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    let accounts = user.sandbox.accounts();
    user.sandbox.revoke_role(&accounts[0].id, "reader");
    let script = format!("[ $AWS_ACCOUNT_ID != {} ] || exit 9; echo hello", accounts[1].id);
    let output = user.exec("--match */reader", &["sh", "-c", &script]).run().status(1);
    assert_eq!(output.stdout.matches("| hello").count(), 2, "{output}");
    for words in ["aws-sso: 2 ok, 2 failed, 0 skipped", "status 9", "no access to the role"] {
        assert!(output.stderr.contains(words), "{words}: {output}");
    }
    for account in &accounts[..2] {
        assert!(output.stderr.contains(&format!("  {}/reader  ", account.name)), "{output}");
    }
    let options = "--match */reader -j 1 --fail-fast --output json";
    let output = user.exec(options, &["sh", "-c", &script]).run().status(1);
    let outcomes: Vec<_> = output.json_lines().iter().map(|row| row["outcome"].as_str().unwrap().to_owned()).collect();
    let failed = outcomes.iter().position(|outcome| outcome == "failed").unwrap();
    assert!(outcomes[failed + 1..].iter().all(|outcome| outcome == "skipped"), "{outcomes:?}");
    assert_eq!(outcomes.len(), 3, "the refused role is in the list no more: {outcomes:?}");
}

#[test]
fn files_hold_the_output_of_each_run() {
    let user = User::signed_in(Options::default());
    let run = |script: &str| {
        let options = "--match */reader --region eu-west-1 --output dir out/runs";
        user.exec(options, &["sh", "-c", script, "sh", "{account_id}"]).run().success()
    };
    let output = run("echo out $1; printf err-$1 >&2");
    assert_eq!(output.stdout, "");
    let ids: BTreeSet<_> = user.sandbox.accounts().into_iter().map(|account| account.id).collect();
    for id in &ids {
        assert_eq!(user.home.read(format!("out/runs/{id}-reader-eu-west-1.out")), format!("out {id}\n"));
        assert_eq!(user.home.read(format!("out/runs/{id}-reader-eu-west-1.err")), format!("err-{id}"));
    }
    let _ = run(":");
    let expected: Vec<_> = ids.iter().map(|id| format!("{id}-reader-eu-west-1.out")).collect();
    assert_eq!(user.home.list("out/runs"), expected, "nothing of the run before is left");
    user.home.write("file", "");
    let bad = user.exec("--match */reader --output dir file/x", &["true"]).run().status(1);
    let _ = bad.complains("cannot write").complains("another folder");
}

#[test]
fn wrong_usage_runs_nothing() {
    let user = User::signed_in(Options::default());
    let ran = user.home.path("ran");
    let cases = [
        ("--match nothing-like-it", 4, "aws-sso list"),
        ("--match reader --output xml", 2, "lines, json, or dir"),
        ("--match reader --output dir", 2, "--output dir FOLDER"),
        ("--match reader --regions eu_west", 2, "is not a region"),
        ("--match admin", 2, "--yes"),
        ("--match reader -j 0", 2, "--jobs"),
        ("--exclude reader", 2, "--match"),
        ("--match reader --server", 2, "cannot be used"),
        ("--yes", 2, "required"),
        ("--match reader --as-profile", 2, "cannot be used"),
        ("--match reader --keys", 2, "cannot be used"),
        ("prod/Admin --exclude reader", 2, "cannot be used"),
        ("prod/Admin -j 3", 2, "cannot be used"),
    ];
    for (options, status, words) in cases {
        let output = user.exec(options, &["touch", ran.to_str().unwrap()]).run();
        let _ = output.status(status).complains(words);
    }
    let _ = user.aws_sso("exec --match reader").run().status(2).complains("-- CMD");
    let _ = user.exec("--match reader", &["echo", "{region}"]).run().status(2).complains("--regions");
    assert!(!ran.exists());
}

#[test]
fn several_administrators_are_asked_about() {
    let user = User::signed_in(Options::default());
    for (key, status, shown) in [("y\r", 0, "4 ok"), ("\r", 130, "nothing was run"), ("\x04", 130, "nothing was run")] {
        let mut terminal = user.exec("--match Admin", &["echo", "ran"]).in_terminal();
        terminal.wait_for("4 of the roles have a name like admin").wait_for("Go on? [y/N]");
        terminal.send(key);
        let screen = terminal.finish().status(status).stdout;
        assert!(screen.contains(shown), "{screen}");
        assert_eq!(screen.matches("| ran").count(), if status == 0 { 4 } else { 0 }, "{screen}");
    }
    // One administrator role, or none, needs no question.
    let one = user.exec(&format!("--match {}", user.role(0, 0)), &["true"]).run().success();
    assert!(one.stderr.contains("1 ok"), "{one}");
}

#[test]
fn the_progress_bar_is_gone_once_the_summary_stands_there() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    let screen = user.exec("--match */reader", &["echo", "ran"]).in_terminal().transcript();
    let (before, after) = screen.split_once("4 ok, 0 failed, 0 skipped").unwrap();
    assert!(before.contains(" of 4, ") && !before.contains(", ,") && !after.contains("running"), "{screen}");
}

#[test]
fn the_roles_that_the_user_marks_are_the_ones_that_run() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    let mut terminal = user.exec("--pick", &["echo", "ran"]).in_terminal();
    terminal.wait_for("16/16").send("reader");
    terminal.wait_for("  4/16 ").send("\t\t");
    terminal.wait_for("[2]").send("\r");
    let screen = terminal.finish().success().stdout;
    assert!(screen.contains("2 ok, 0 failed, 0 skipped"), "{screen}");
    let ran: Vec<_> = screen.lines().filter(|line| line.contains("| ran")).collect();
    assert_eq!(ran.len(), 2, "{screen}");
    assert!(ran.iter().all(|line| line.contains("/reader")), "{screen}");
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 2);

    let mut terminal = user.exec("--pick", &["echo", "ran"]).in_terminal();
    terminal.wait_for("16/16").send("\x1b");
    let screen = terminal.finish().status(130).stdout;
    assert!(!screen.contains("| ran"), "{screen}");
    let _ = user.exec("--pick", &["echo", "ran"]).run().status(2).complains("--match PATTERN");
}

/// Waits until the processes of the runs have reported that they started.
fn began(user: &User, count: usize) -> Vec<String> {
    wait(|| Some(user.home.list("began")).filter(|began| began.len() == count))
}

#[test]
fn ctrl_c_ends_the_runs_and_what_they_have_started() {
    let user = User::signed_in(Options { accounts: 6, ..Options::default() });
    fs::create_dir(user.home.path("began")).unwrap();
    // The second one ignores Ctrl-C, so it is killed, by a third one.
    for (script, is_killed) in [
        ("sh -c ': >began/$1; exec sleep 1000' sh $1; echo no", false),
        ("trap '' INT; sleep 1000 & : >began/$1; wait; sleep 1000", true),
    ] {
        let options = "--match */reader -j 3 --output json";
        let running = user.exec(options, &["sh", "-c", script, "sh", "{account_id}"]).start();
        began(&user, 3);
        running.signal("INT");
        wait(|| {
            // One that follows at once belongs to the one before it.
            running.signal(if is_killed { "INT" } else { "CONT" });
            (!is_running(running.id())).then_some(())
        });
        let output = running.finish().status(130);
        assert!(output.stderr.contains("0 ok, 3 failed, 3 skipped"), "{output}");
        assert!(output.stderr.contains("Ctrl-C was passed on to 3 runs"), "{output}");
        let signals: Vec<_> = output.json_lines().iter().filter_map(|row| row["signal"].as_i64()).collect();
        assert_eq!(signals, if is_killed { [9; 3] } else { [2; 3] }, "{output}");
        let _ = fs::remove_dir_all(user.home.path("began"));
        fs::create_dir(user.home.path("began")).unwrap();
    }
}

#[test]
fn runs_that_never_pause_end_with_ctrl_c() {
    let user = User::signed_in(Options::default());
    for key in ["\x03", "\x1c"] {
        let _ = fs::remove_dir_all(user.home.path("began"));
        fs::create_dir(user.home.path("began")).unwrap();
        let script = "touch began/$1; exec yes";
        let mut terminal = user.exec("--match */reader", &["sh", "-c", script, "sh", "{account_id}"]).in_terminal();
        began(&user, 4);
        terminal.send(key);
        let screen = terminal.finish().status(if key == "\x03" { 130 } else { 131 }).stdout;
        assert!(screen.contains("0 ok, 4 failed"), "{screen}");
    }
}

#[test]
fn a_sign_in_that_ends_meanwhile_is_reported_once_and_no_more_runs_start() {
    let user = User::signed_in(Options { accounts: 20, ..Options::default() });
    let _ = user.aws_sso("list").run().success();
    user.sandbox.revoke_sessions();
    let output = user.exec("--match */reader -j 2", &["echo", "ran"]).run().status(3);
    assert_eq!(output.stderr.matches("aws-sso login -p corp").count(), 1, "{output}");
    assert!(output.stderr.contains("18 skipped"), "{output}");
    assert_eq!(output.stdout, "");
}

#[test]
fn a_closed_reader_is_not_a_failure() {
    let user = User::signed_in(Options::default());
    let script = r#""$@" | head -n 1 >/dev/null"#;
    let run = user.exec("--match */reader", &["sh", "-c", "echo a; echo b; echo c"]);
    let output = run.behind(["/bin/sh", "-c", script, "sh"]).run().success();
    assert!(output.stderr.contains("4 ok, 0 failed"), "{output}");
    // A run that never stops by itself ends as in any pipeline.
    let endless = user.exec("--match */reader", &["yes"]);
    let output = endless.behind(["/bin/sh", "-c", script, "sh"]).run().success();
    assert!(output.stderr.contains("4 ok, 0 failed"), "{output}");
    let lost = user.exec("--match */reader", &["echo", "hi"]);
    let lost = lost.behind(["/bin/sh", "-c", r#""$@" >/dev/full"#, "sh"]).run().status(1);
    let _ = lost.complains("some of the output could not be written");
}

#[test]
fn a_warning_of_last_credentials_stands_on_its_own_line_above_the_progress() {
    let options = Options { credential_lifetime: std::time::Duration::from_mins(10), ..Options::default() };
    let user = User::signed_in(options);
    let _ = user.exec("--match */reader", &["true"]).run().success();
    let down = user.exec("--match */reader", &["true"]).endpoint("http://127.0.0.1:9").env("AWS_MAX_ATTEMPTS", "1");
    let screen = down.in_terminal().finish().success().stdout;
    let warnings = screen.lines().filter(|line| line.starts_with("aws-sso: warning: cannot connect"));
    assert_eq!(warnings.count(), 4, "{screen}");
}

#[test]
fn a_terminal_shows_colours_progress_and_a_summary() {
    let user = User::signed_in(Options::default());
    let run = user.exec("--match */reader", &["echo", "hi"]).in_terminal();
    let screen = run.finish().success().stdout;
    assert_eq!(screen.matches("| hi").count(), 4, "{screen}");
    assert!(screen.contains("4 ok, 0 failed, 0 skipped"), "{screen}");
}

#[test]
fn a_program_that_does_not_exist_is_said_once_and_nothing_is_asked_for_it() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list -p corp").run().success();
    user.sandbox.clear_log();
    for program in ["no-such-command", "./no/such/command"] {
        let output = user.aws_sso(&format!("exec -p corp --match reader --yes -- {program}")).run().status(127);
        assert_eq!(output.stderr.matches(program).count(), 1, "{output}");
        assert!(output.stderr.lines().count() <= 3, "{output}");
    }
    assert_eq!(user.sandbox.requests().len(), 0);
}
