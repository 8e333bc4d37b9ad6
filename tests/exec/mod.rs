//! `exec`: a command under a role, and under many.

mod assumed;
mod background;
mod causes;
mod ending;
mod input;
mod job_control;
mod limits;
mod many;
mod names;
mod nested;
mod output;
mod regions;
mod same;
mod typed;
mod without_dashes;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt as _;

use aws_sso::sandbox::Options;

use crate::support::user::User;
use crate::support::{Invocation, Output};

/// The variables that `env` has printed.
fn variables(output: &str) -> BTreeMap<String, String> {
    output.lines().filter_map(|line| line.split_once('=')).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
}

#[test]
fn a_command_finds_exactly_what_use_would_set() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 1);
    user.home.sign_in_config(&format!(
        "[profile team]\ncredential_process = aws-sso process {role} -p corp\nregion = eu-west-2\n"
    ));
    for (line, options) in [
        (role.clone(), ""),
        (role.clone(), "--region us-west-2"),
        ("team".to_owned(), ""),
        ("team".to_owned(), "--keys"),
        (role.clone(), "--as-profile"),
    ] {
        let before = |run: Invocation| {
            run.env("AWS_PROFILE", "mine")
                .env("AWS_SECURITY_TOKEN", "old")
                .env("AWS_REGION", "eu-west-1")
                .env("AWS_SECRET_ACCESS_KEY", "replaced")
        };
        let exec = before(user.exec(&format!("{line} {options}"), &["env"])).run().success();
        let code = before(user.aws_sso(&format!("use {line} {options} --shell posix"))).run().success();
        let script = format!("{}\nenv", code.stdout);
        let output = before(user.home.command("/bin/sh").args(["-c", &script])).run().success();
        let mut expected = variables(&output.stdout);
        let mut found = variables(&exec.stdout);
        for shells_own in ["_", "PWD", "OLDPWD", "SHLVL"] {
            expected.remove(shells_own);
            found.remove(shells_own);
        }
        // The command must not see the keys that its role replaces.
        assert!(expected.remove("AWS_SSO_DISPLACED").is_some() && !found.contains_key("AWS_SSO_DISPLACED"));
        // Only one of the two environments has the variables that send `aws-sso` to the sandbox.
        found.retain(|name, _| !name.starts_with("AWS_ENDPOINT_URL"));
        assert_eq!(found, expected, "{line} {options}");
        assert!(found.contains_key("AWS_SSO_ROLE_ARN"), "{found:?}");
    }
}

#[test]
fn status_signal_arguments_and_stdin_are_the_commands_own() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let _ = user.exec(&role, &["sh", "-c", "exit 7"]).run().status(7).quiet();
    let killed = user.exec(&role, &["sh", "-c", "kill -TERM $$"]).run();
    assert_eq!(killed.exit.signal(), Some(15), "{killed}");
    let echoed = user.exec(&role, &["printf", "<%s>", "-env", "--help", "a b", "{role}", "--", ""]).run();
    assert_eq!(echoed.success().stdout, "<-env><--help><a b><{role}><--><>");
    let read = user.exec(&role, &["cat"]).stdin("in\n").run().success();
    assert_eq!(read.stdout, "in\n");
    // The command decides what Ctrl-C does, and it inherits that the signal is ignored.
    let script = r#"trap "" INT; exec "$@""#;
    let ignoring = user.exec(&role, &["sh", "-c", "kill -INT $$; echo still here"]);
    let output = ignoring.behind(["/bin/sh", "-c", script, "sh"]).run().success();
    assert_eq!(output.stdout, "still here\n");
}

#[test]
fn this_process_becomes_the_command() {
    let user = User::signed_in(Options::default());
    let script = r#"echo $$; exec "$@""#;
    let run = user.exec(&user.role(0, 0), &["sh", "-c", "echo $$"]);
    let output = run.behind(["/bin/sh", "-c", script, "sh"]).run().success();
    let lines: Vec<_> = output.stdout.lines().collect();
    assert_eq!(lines[0], lines[1]);
}

#[test]
fn a_failure_before_the_command_keeps_its_own_status() {
    let user = User::signed_in(Options::default());
    let _ = user.exec("123456789012/Nobody", &["true"]).run().status(4).complains("no access");
    let _ = user.aws_sso("exec -- true").run().status(2).complains("aws-sso exec ROLE -- CMD");
    let _ = user.aws_sso("logout").run().success();
    let out = user.exec(&user.role(0, 0), &["echo", "ran"]).run().status(3);
    assert_eq!(out.complains("aws-sso login -p corp").stdout, "");
}

#[test]
fn a_shell_is_marked_and_not_nested() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let shell = |run: Invocation| run.env("SHELL", "/bin/sh").stdin("echo \"role $AWS_SSO_ROLE_ARN\"\n");
    let arn = format!("arn:aws:iam::{}", role.replace('/', ":role/"));
    for run in [user.aws_sso(&format!("exec {role}")), user.aws_sso(&format!("exec {role} --server"))] {
        assert_eq!(shell(run).run().success().stdout, format!("role {arn}\n"));
    }
    let nested = |line: &str| shell(user.aws_sso(line)).env("AWS_SSO_ROLE_ARN", &arn).run();
    let refused: Output = nested(&format!("exec {role}")).status(2).complains("exit, or awsso clear");
    assert_eq!(refused.stdout, "");
    assert_eq!(nested(&format!("exec {role} --nest")).success().stdout, format!("role {arn}\n"));
    // The mark is for shells, not for commands.
    let _ = user.exec(&role, &["true"]).env("AWS_SSO_ROLE_ARN", &arn).run().success().quiet();
}
