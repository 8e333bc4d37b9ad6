//! The isolation that the other tests rely on: programs see only the home and the terminal of their test.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::support::{Home, Shell};

#[test]
fn a_program_sees_nothing_of_the_environment_but_its_home() {
    let home = Home::new();
    let output = home.command("/usr/bin/env").run().success();
    let mut names: Vec<_> = output.stdout.lines().map(|line| line.split('=').next().unwrap()).collect();
    names.sort_unstable();
    names.retain(|name| *name != "LLVM_PROFILE_FILE");
    assert_eq!(names, ["HOME", "LANG", "PATH", "TERM", "TMPDIR"]);
    assert!(output.stdout.contains(&format!("HOME={}\n", home.path("").display()).replace("/\n", "\n")));
}

#[test]
fn a_program_has_a_terminal_only_if_the_test_gives_it_one() {
    let home = Home::new();
    let script = "if (: </dev/tty) 2>/dev/null; then echo seen; echo hello >/dev/tty; else echo unseen; fi";
    let output = home.script(Shell::Bash, script).run().success();
    assert_eq!(output.stdout, "unseen\n");

    let output = home.script(Shell::Bash, script).in_terminal().finish().success();
    assert!(output.stdout.contains("seen") && output.stdout.contains("hello"), "{output}");

    let mut terminal = home.script(Shell::Bash, script).behind_a_program();
    terminal.wait_for("hello");
    let output = terminal.finish().success();
    assert_eq!(output.stdout, "seen\n");
}

#[test]
fn keys_reach_a_program_and_its_status_comes_back() {
    let home = Home::new();
    let mut terminal = home.script(Shell::Bash, r#"read -r -p "name: " name; echo "<$name>"; exit 7"#).in_terminal();
    terminal.wait_for("name:");
    terminal.send("Ada\r");
    let output = terminal.finish().status(7);
    assert!(output.stdout.contains("<Ada>"), "{output}");
}

#[test]
fn a_hang_fails_its_test() {
    let home = Home::new();
    let limit = Duration::from_millis(50);
    // The second script leaves a child behind that keeps the pipe open.
    for script in ["sleep 600", "sleep 600 & wait"] {
        let piped = home.script(Shell::Bash, script).limit(limit);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(piped.run()))).is_err());
        let shown = home.script(Shell::Bash, script).limit(limit);
        assert!(catch_unwind(AssertUnwindSafe(|| drop(shown.in_terminal().finish()))).is_err());
    }
}

#[test]
fn every_shell_runs_scripts_and_returns_their_status() {
    for shell in Shell::all() {
        let home = Home::new();
        let output = home.script(shell, "echo $HOME; exit 3").run().status(3).quiet();
        assert_eq!(output.stdout.trim_end(), home.path("").to_str().unwrap().trim_end_matches('/'), "{shell:?}");
    }
}

#[test]
fn the_aws_cli_is_version_2_and_boto3_the_pinned_one() {
    let home = Home::new();
    if let Some(aws) = home.aws_cli(["--version"]) {
        assert!(aws.run().success().stdout.starts_with("aws-cli/2."));
    }
    if let Some(python) = home.boto3("import boto3; print('boto3==' + boto3.__version__)") {
        let version = python.run().success().stdout;
        let pinned = include_str!("requirements.txt");
        assert!(pinned.lines().any(|line| line == version.trim()), "{version} is not in\n{pinned}");
    }
}
