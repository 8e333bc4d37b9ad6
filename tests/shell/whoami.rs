//! `whoami`: this shell's role in one line, for prompts.

use aws_sso::sandbox::Options;
use jiff::Timestamp;

use crate::support::user::User;
use crate::support::{Home, Invocation, Shell, programs, skip};

const ARN: &str = "arn:aws:iam::123456789012:role/Read";

/// A shell with a role's keys, as variables.
fn with_keys(home: &Home, words: &[&str]) -> Invocation {
    let minutes_left = Timestamp::now().as_second() + 100 * 60 + 59;
    let variables = [
        ("AWS_ACCESS_KEY_ID", "ASIA1"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_SESSION_TOKEN", "token"),
        ("AWS_SSO_ORIGIN", "ASIA1"),
        ("AWS_SSO_ROLE_ARN", ARN),
        ("AWS_SSO_ROLE_NAME", "Read"),
        ("AWS_SSO_ACCOUNT_ID", "123456789012"),
        ("AWS_SSO_ACCOUNT_NAME", "dev team"),
        ("AWS_SSO_PROFILE", "dev"),
        ("AWS_SSO_SESSION", "corp"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_SSO_EXPIRATION", &minutes_left.to_string()),
    ];
    let run = home.aws_sso([&["whoami"], words].concat());
    variables.into_iter().fold(run, |run, (name, value)| run.env(name, value))
}

#[test]
fn whoami_follows_the_shell_from_use_to_clear() {
    let user = User::signed_in(Options::default());
    let account = user.sandbox.accounts()[0].clone();
    let (role, name) = (&account.roles[0], &account.name);
    let profile = format!("[profile team]\ncredential_process = aws-sso process {} -p corp\n", user.role(0, 0));
    user.home.sign_in_config(&profile);
    let _ = user.aws_sso("list").run().success();
    for shell in Shell::all() {
        let whoami = |format: &str| shell.status_of(&format!("awsso whoami --format '{format}'"));
        let script = [
            shell.status_of("awsso whoami"),
            format!("awsso use {}/{role} --region eu-west-1", account.id),
            whoami("{account_name}/{role} {region}"),
            shell.export("AWS_PROFILE", "other"),
            whoami("{role}"),
            shell.dialect().unset("AWS_PROFILE"),
            whoami("{account_id} {session}"),
            shell.export("AWS_ACCESS_KEY_ID", "AKIAOTHER"),
            whoami("{role}"),
            "awsso use team".to_owned(),
            whoami("{profile} {minutes}m"),
            shell.export("AWS_DEFAULT_PROFILE", "other"),
            whoami("{role}"),
            "awsso clear".to_owned(),
            whoami("{role}"),
            shell.export("AWS_ACCESS_KEY_ID", ""),
        ];
        let output = user.script(shell, &script.join("\n")).run().success();
        let expected = [
            "status 1",
            &format!("{name}/{role} eu-west-1"),
            "status 0",
            "status 1",
            &format!("{} corp", account.id),
            "status 0",
            "status 1",
            "team",
            "status 0",
            "status 1",
            "status 1",
        ];
        assert_eq!(output.stdout.lines().collect::<Vec<_>>(), expected, "{shell:?}: {output}");
    }
    // A command under a credential server has the role, too.
    let role = user.role(0, 0);
    let run = user.exec(&format!("--server {role}"), &["aws-sso", "whoami", "--format", "{account_id}/{role} {left}"]);
    assert_eq!(run.run().success().stdout, format!("{role}\n"));
}

#[test]
fn whoami_says_a_role_in_one_line_and_needs_no_file() {
    let home = Home::new();
    // What is changed in the shell, the options, the line, and the status.
    let cases: [(&[(&str, &str)], &[&str], &str, i32); 10] = [
        (&[], &[], "dev team / Read · eu-west-1 · 1 h 40 min\n", 0),
        (&[("LANG", "C")], &[], "dev team / Read - eu-west-1 - 1 h 40 min\n", 0),
        (&[], &["--format", "{account_name}/{role} {minutes}m"], "dev team/Read 100m\n", 0),
        (&[("AWS_SSO_EXPIRATION", "1")], &[], "dev team / Read · eu-west-1 · expired\n", 0),
        (&[("AWS_SSO_EXPIRATION", "1")], &["--format", "{role} {minutes}m {left}"], "Read 0m expired\n", 0),
        (&[("AWS_SSO_EXPIRATION", ""), ("AWS_REGION", "")], &[], "dev team / Read\n", 0),
        (&[], &["--format", "{profile} {session} {account_id} {role_arn}"], "dev corp 123456789012 ", 0),
        (&[("AWS_SSO_ROLE_ARN", "")], &[], "", 1),
        (&[("AWS_SECRET_ACCESS_KEY", "")], &[], "", 1),
        (&[("AWS_PROFILE", "")], &[], "", 1),
    ];
    for (variables, words, line, status) in cases {
        let run = with_keys(&home, words).env("HOME", "/dev/null").env("AWS_CONFIG_FILE", "/dev/null/none");
        let run = variables.iter().fold(run, |run, (name, value)| run.env(name, value));
        let output = run.run().status(status).quiet();
        assert!(output.stdout.starts_with(line) && output.stdout.is_empty() == line.is_empty(), "{words:?}: {output}");
    }
    let json = with_keys(&home, &["--json"]).env("AWS_SSO_ACCOUNT_NAME", "100% $x").run().success().json();
    assert_eq!((json["roleArn"].as_str(), json["accountName"].as_str()), (Some(ARN), Some("100% $x")));
    let wrong = with_keys(&home, &["--format", "{minuts}m"]).run().status(2);
    let _ = wrong.complains("there is no placeholder {minuts}; did you mean {minutes}?");
}

#[test]
fn whoami_says_why_there_is_no_role_to_a_person_alone() {
    let home = Home::new();
    let mut terminal = home.with_terminal(["whoami"]);
    terminal.wait_for("this shell has no role").wait_for("run: awsso pick");
    let _ = terminal.finish().status(1);
    let mut terminal = home.aws_sso(["whoami"]).env("AWS_PROFILE", "sso1").in_terminal();
    terminal.wait_for("awsso has entered no role here, and AWS_PROFILE is sso1").wait_for("run: aws-sso status");
    let _ = terminal.finish().status(1);
    let mut terminal = with_keys(&home, &[]).env("AWS_PROFILE", "other").in_terminal();
    terminal.wait_for("programs of this shell take other credentials").wait_for("run: aws-sso status");
    let _ = terminal.finish().status(1);
}

/// Administrators choose the names of accounts.
#[test]
fn a_prompt_runs_nothing_that_an_account_name_contains() {
    let home = Home::new();
    let name = "$(touch run) `touch run` #(touch run) ${x} %n \\w #1";
    let words = ["--format", "{account_name}"];
    let shown = with_keys(&home, &words).env("AWS_SSO_ACCOUNT_NAME", name).run().success().stdout;
    assert_eq!(
        shown.trim_end(),
        "\u{fffd}(touch run) \u{fffd}touch run\u{fffd} \u{fffd}(touch run) \u{fffd}{x} \u{fffd}n \u{fffd}w #1"
    );
    // The worst that a user may write: the line becomes a part of the prompt's own code.
    let prompts = [
        (Shell::Bash, "PS1=\"$(cat shown)\"; printf '%s\\n' \"${PS1@P}\""),
        (Shell::Zsh, "setopt promptsubst; PROMPT=\"$(cat shown)\"; print -P -- \"$PROMPT\""),
    ];
    home.write("shown", &shown);
    for (shell, script) in prompts {
        if shell.is_here() {
            assert_eq!(home.script(shell, script).run().success().stdout, shown, "{shell:?}");
        }
    }
    match programs("tmux").next() {
        None => skip("tmux is not installed: what it makes of a name is not tested"),
        Some(tmux) => {
            let script = "set -e\ntmux() { '@tmux@' -L test -f /dev/null \"$@\"; }\ntmux new-session -d\n\
                          tmux set -g @role \"$(cat shown)\"\ntmux display -p '#{E:@role}'\ntmux kill-server";
            let run = home.script(Shell::Bash, &script.replace("@tmux@", tmux.to_str().unwrap()));
            assert_eq!(run.env("TMUX_TMPDIR", home.path("tmp")).run().success().stdout, shown);
        }
    }
    assert!(!home.has("run"));
}
