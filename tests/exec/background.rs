//! Runs that leave something running.

use std::fs;

use aws_sso::sandbox::Options;

use crate::support::process::{is_running, signal, wait};
use crate::support::second_user::is_root;
use crate::support::skip;
use crate::support::user::User;

/// The ids that runs have written into a folder of their own.
fn ids(user: &User) -> Vec<u32> {
    let lines = user.home.list("left").into_iter().map(|name| user.home.read(format!("left/{name}")));
    lines.map(|line| line.trim().parse().unwrap()).collect()
}

#[test]
fn a_run_ends_with_its_process_and_what_it_left_is_named_with_the_way_to_end_it() {
    let cases = [
        ("sleep 1000 & echo $! > left/$1", "sleep", true, true),
        ("sleep 1000 >/dev/null 2>&1 & echo $! > left/$1", "sleep", true, false),
        ("yes & echo $! > left/$1", "yes", true, true),
        (
            "setsid sh -c 'echo $$ > left/$1; exec sleep 1000' sh $1 & until [ -s left/$1 ]; do :; done",
            "sleep",
            false,
            true,
        ),
    ];
    for (script, name, in_group, holds) in cases {
        for form in ["json", "lines"] {
            let user = User::signed_in(Options::default());
            fs::create_dir(user.home.path("left")).unwrap();
            let script = format!("{script}; echo done; exit 0");
            let options = format!("--match */reader -j 2 --output {form}");
            let output = user.exec(&options, &["sh", "-c", &script, "sh", "{account_id}"]).run().success();
            assert!(output.stderr.contains("4 ok, 0 failed, 0 skipped"), "{output}");
            let left = ids(&user);
            assert_eq!(left.len(), 4);
            if name == "yes" {
                // It ends by itself: nobody reads it any more.
                wait(|| left.iter().all(|id| !is_running(*id)).then_some(()));
                continue;
            }
            let rows = if options.ends_with("json") { output.json_lines() } else { Vec::new() };
            for row in rows {
                let left = &row["leftRunning"];
                assert_eq!((left["processGroup"].is_u64(), &left["holdsOutput"]), (in_group, &holds.into()), "{row}");
            }
            let account = user.sandbox.accounts()[0].name.clone();
            let named = format!("  {account}/reader left {name} (");
            assert!(output.stderr.contains(&named), "{named}: {output}");
            for line in output.stderr.lines().filter_map(|line| line.split_once("to end that, run: ")) {
                assert_eq!(line.1.starts_with("kill -- -"), in_group, "{output}");
                let _ = user.home.command("/bin/sh").args(["-c", line.1]).run().success();
            }
            wait(|| left.iter().all(|id| !is_running(*id)).then_some(()));
        }
    }
}

#[test]
fn what_a_run_leaves_keeps_no_other_run_waiting() {
    let user = User::signed_in(Options { accounts: 8, ..Options::default() });
    // How many rows are printed when a run begins, behind the number of those that began before it.
    let script = "echo $(ls began | wc -l) $(wc -l < out) >> starts; : > began/$1; sleep 1000 & echo $! > left/$1";
    let _ = ["began", "left"].map(|folder| fs::create_dir(user.home.path(folder)).unwrap());
    let run = user.exec("--match */reader -j 1 --output json", &["sh", "-c", script, "sh", "{account_id}"]);
    let _ = run.behind(["/bin/sh", "-c", r#"exec "$@" > out"#, "sh"]).run().success();
    let starts = user.home.read("starts");
    let counts = starts.lines().map(|line| line.split_once(' ').unwrap());
    let count = |text: &str| text.trim().parse::<usize>().unwrap();
    assert!(counts.into_iter().any(|(began, ended)| count(began) > count(ended)), "{starts}");
    for id in ids(&user) {
        signal("KILL", id.into());
    }
}

#[test]
fn nothing_that_a_run_wrote_is_lost_however_slow_its_reader_is() {
    // Each fills its pipe and ends. The reader begins later than the output is waited for.
    for (script, lines) in [
        ("seq 100000 110000", 10_001),
        ("seq 100000 108000; sleep 1000 & echo $! > left/$1", 8001),
        ("exec > >(cat); seq 100000 108000", 8001),
        ("exec > >(sed s/^/x/); seq 100000 120000", 20_001),
        // It writes more than waits to be printed, and only after its run has ended.
        ("exec > >(sort); seq 100000 200000", 100_001),
    ] {
        let user = User::signed_in(Options::default());
        fs::create_dir(user.home.path("left")).unwrap();
        let run = user.exec("--match */reader", &["bash", "-c", script, "bash", "{account_id}"]);
        let output = run.behind(["/bin/bash", "-c", r#""$@" | { sleep 3; cat; }"#, "sh"]).run().success();
        assert_eq!(output.stdout.lines().count(), 4 * lines, "{script}: {}", output.stderr);
        for id in ids(&user) {
            signal("KILL", id.into());
        }
    }
}

#[test]
fn what_a_run_left_is_named_without_a_list_of_processes() {
    if !is_root() {
        return skip("only root can hide /proc");
    }
    let user = User::signed_in(Options::default());
    fs::create_dir(user.home.path("left")).unwrap();
    let script = "sleep 1000 >/dev/null 2>&1 & echo $! > left/$1";
    let run = user.exec("--match */reader", &["sh", "-c", script, "sh", "{account_id}"]);
    let script = r#"mount -t tmpfs none /proc && exec "$@""#;
    let output = run.behind(["/usr/bin/unshare", "-m", "/bin/sh", "-c", script, "sh"]).run().success();
    assert_eq!(output.stderr.matches("left something running; to end that, run: kill -- -").count(), 4, "{output}");
    for id in ids(&user) {
        signal("KILL", id.into());
    }
}

#[test]
fn what_writes_without_limit_is_cut_off_and_that_is_said() {
    let user = User::signed_in(Options::default());
    let options = format!("--match {} --output json", user.role(0, 1));
    let output = user.exec(&options, &["sh", "-c", "yes $(printf %0999d 0) & exit 0"]).run().success();
    assert_eq!(output.json_lines()[0]["truncated"], serde_json::json!(["stdout"]));
    assert!(
        output.stderr.contains("/ReadOnlyAccess has ended, but what it left running writes on to stdout"),
        "{output}"
    );
}
