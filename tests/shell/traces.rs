//! Traces and traps of a shell show no secret, and go on after the `awsso` function as before it.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use aws_sso::sandbox::Options;
use serde_json::Value;

use crate::support::terminal::type_lines;
use crate::support::user::User;
use crate::support::{Invocation, Shell, files};

/// The user's own key, which `use` displaces and `clear` restores.
const OWN: (&str, &str) = ("AWS_SECRET_ACCESS_KEY", "planted/OWN+SECRET");

/// Credentials so short-lived that each renewal brings new ones.
fn user() -> User {
    User::signed_in(Options { credential_lifetime: Duration::from_mins(10), ..Options::default() })
}

/// What no trace may show: the user's own key, all keys that are cached, and what `use` keeps for `clear`.
fn secrets(user: &User) -> BTreeSet<String> {
    let mut secrets = BTreeSet::from([OWN.1.to_owned()]);
    for file in files(&user.home.path(".aws/cli/cache")) {
        let file: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        let names = ["SecretAccessKey", "SessionToken"];
        secrets.extend(names.map(|name| file["Credentials"][name].as_str().unwrap().to_owned()));
    }
    for environment in ["entered", "renewed"] {
        let entered = user.home.environment(environment);
        secrets.extend(
            ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SSO_DISPLACED"].map(|name| entered[name].clone()),
        );
    }
    secrets
}

/// Every verb that changes the shell, while a trace runs.
fn verbs(user: &User) -> String {
    format!(
        "awsso use {first}\nenv -0 >entered\nawsso -v use {second} --region us-west-2\nawsso refresh\nenv -0 >renewed\n\
         awsso pick {first}\nawsso clear\nawsso status\n",
        first = user.role_arn(0),
        second = user.role_arn(1)
    )
}

/// A trace: the options that the shell starts with, and what turns the trace on.
type Trace = (&'static [&'static str], &'static str);

const BASH: [Trace; 14] = [
    (&[], "set -x"),
    (&["-v"], ":"),
    (&[], "set -xv"),
    (&["-eu", "-o", "pipefail"], "set -x"),
    (&["--posix"], "set -x"),
    (&[], "exec 9>>trace; BASH_XTRACEFD=9; set -x"),
    (&[], "PS4='+$(:)$LINENO '; set -x"),
    (&[], "declare -ft awsso; trap 'printf \"%s\\n\" \"$BASH_COMMAND\" >>trace' DEBUG"),
    (&[], "set -T; trap 'printf \"%s\\n\" \"$BASH_COMMAND\" >>trace' DEBUG RETURN"),
    (&[], "shopt -s extdebug; trap 'printf \"%s\\n\" \"$BASH_COMMAND\" \"${BASH_ARGV[*]}\" >>trace' DEBUG"),
    (&[], "set -E; trap 'printf \"%s\\n\" \"$BASH_COMMAND\" >>trace' ERR; false"),
    (&[], "set -TE -o history; trap 'history 9 >>trace' DEBUG ERR; set -x"),
    (&[], "set -x; set -o history; HISTFILE=trace"),
    (&[], "set -vxTE; trap 'printf \"%s\\n\" \"$BASH_COMMAND\" >>trace' DEBUG ERR RETURN"),
];

const ZSH: [Trace; 11] = [
    (&[], "set -x"),
    (&["-v"], ":"),
    (&[], "setopt xtrace verbose"),
    (&["-eu"], "set -x"),
    (&[], "setopt promptsubst; PS4='+$(:)%N:%i '; set -x"),
    (&[], "functions -t awsso"),
    (&[], "functions -T awsso; set -x"),
    (&[], "trap 'print -r -- \"$ZSH_DEBUG_CMD\" >>trace' DEBUG"),
    (&[], "function TRAPDEBUG { print -r -- \"$ZSH_DEBUG_CMD\" >>trace }"),
    (&[], "setopt nodebugbeforecmd; trap 'print -r -- \"$ZSH_DEBUG_CMD\" >>trace' DEBUG; set -x"),
    (&[], "trap 'print -r -- \"$ZSH_DEBUG_CMD $history[$HISTCMD]\" >>trace' ZERR DEBUG; false || :"),
];

const FISH: [Trace; 4] = [
    (&[], "set -g fish_trace 1"),
    (&[], "set -gx fish_trace 2"),
    (&[], "set -U fish_trace 1"),
    (&["-d", "exec"], "set -g fish_trace 1"),
];

fn traces(shell: Shell) -> &'static [Trace] {
    match shell {
        Shell::Bash => &BASH,
        Shell::Zsh => &ZSH,
        Shell::Fish => &FISH,
    }
}

/// A statement that writes down all options and traps.
fn state(shell: Shell, file: &str) -> String {
    match shell {
        Shell::Bash => format!("{{ set +o; shopt -p; trap -p; echo $-; }} >{file}"),
        Shell::Zsh => format!("{{ setopt; trap; functions -t }} >{file}"),
        Shell::Fish => format!("set -S fish_trace >{file}"),
    }
}

/// Runs all verbs under a trace, and asserts that no secret came out and that the trace is as before.
#[track_caller]
fn assert_untold(user: &User, shell: Shell, run: Invocation, trace: &str) {
    for old in ["trace", "before", "after"] {
        let _ = fs::remove_file(user.home.path(old));
    }
    let output = run.env(OWN.0, OWN.1).endpoint(user.sandbox.endpoint()).run().success();
    let written = if user.home.has("trace") { user.home.read("trace") } else { String::new() };
    let shown = format!("{output}\n{written}");
    for secret in secrets(user) {
        assert!(!shown.contains(&secret), "{shell:?} {trace}: {secret}\n{shown}");
    }
    assert!(shown.contains("refresh") && shown.contains("after-mark"), "{shell:?} {trace}: it traces nothing\n{shown}");
    assert_eq!(user.home.read("before"), user.home.read("after"), "{shell:?} {trace}");
}

#[test]
fn no_trace_of_a_verb_has_a_secret_and_each_trace_goes_on() {
    let user = user();
    for shell in Shell::all() {
        for (options, trace) in traces(shell) {
            let script = format!(
                "{}\n{trace}\n{}\n{}{}\n: after-mark\nset -e fish_trace 2>/dev/null",
                shell.load(),
                state(shell, "before"),
                verbs(&user),
                state(shell, "after"),
            );
            let script =
                if shell == Shell::Fish { script } else { script.replace("\nset -e fish_trace 2>/dev/null", "") };
            assert_untold(&user, shell, user.home.script_with(shell, options, &script), trace);
        }
    }
}

/// bash before 4.4 restores no options by itself, so the function does.
#[test]
fn an_older_bash_traces_no_secret_either() {
    if !Shell::Bash.is_here() {
        return;
    }
    let user = user();
    for (options, trace) in BASH {
        let script = format!(
            "code=\"$(aws-sso init bash)\"\neval \"${{code//404/9999}}\"\n{trace}\n{}\n{}{}\n: after-mark",
            state(Shell::Bash, "before"),
            verbs(&user),
            state(Shell::Bash, "after"),
        );
        assert_untold(&user, Shell::Bash, user.home.script_with(Shell::Bash, options, &script), trace);
    }
}

#[test]
fn the_hook_renews_without_a_trace() {
    let user = user();
    let cases = [
        (Shell::Bash, "exec 9>>trace; BASH_XTRACEFD=9; set -x"),
        (Shell::Zsh, "functions -t awsso; set -x"),
        (Shell::Fish, "set -g fish_trace 1"),
    ];
    for (shell, trace) in cases.into_iter().filter(|(shell, _)| shell.is_here()) {
        let soon = shell.export("AWS_SSO_EXPIRATION", "1700000000");
        let script = format!(
            "{}\nawsso use {}\nenv -0 >entered\n{soon}\n{trace}\n{}\n__aws_sso_hook refresh\n{}\n: after-mark\n\
             env -0 >renewed",
            shell.load_with("--hook refresh"),
            user.role_arn(0),
            state(shell, "before"),
            state(shell, "after"),
        );
        assert_untold(&user, shell, user.home.script(shell, &script), trace);
        let [entered, renewed] = ["entered", "renewed"].map(|file| user.home.environment(file));
        assert_ne!(entered["AWS_SESSION_TOKEN"], renewed["AWS_SESSION_TOKEN"], "{shell:?}");
    }
}

/// Ctrl-C ends the function before its last line.
#[test]
fn after_ctrl_c_a_trace_goes_on_and_the_rest_of_the_line_does_not() {
    let user = user();
    let cases = [
        (Shell::Bash, "set -x", "echo \"[${-//[!x]/}]\"", "[x]"),
        (Shell::Zsh, "set -x", "print \"[${options[xtrace]}]\"", "[on]"),
        (Shell::Fish, "set -g fish_trace 1", "echo \"[$fish_trace]\"", "[1]"),
    ];
    for (shell, trace, state, expected) in cases.into_iter().filter(|(shell, ..)| shell.is_here()) {
        user.sandbox.update(|options| options.latency = Duration::from_mins(1));
        user.sandbox.clear_log();
        let mut terminal = user.home.interactive(shell).endpoint(user.sandbox.endpoint()).in_terminal();
        type_lines(&mut terminal, &[&shell.load(), shell.status_prompt(), trace]);
        terminal.send(&format!("awsso use {}; echo rest-''of-line\r", user.role_arn(0)));
        crate::support::process::wait(|| (user.sandbox.count("GetRoleCredentials") == 1).then_some(()));
        terminal.send("\x03");
        terminal.wait_for("[130]> ");
        user.sandbox.update(|options| options.latency = Duration::ZERO);
        terminal.send(&format!("{state}\r"));
        terminal.wait_for(expected);
        terminal.send("exit 0\r");
        let screen = terminal.finish().stdout;
        assert!(!screen.contains("rest-of-line"), "{shell:?}\n{screen}");
    }
}

#[test]
fn powershell_traces_no_secret() {
    let user = user();
    for (trace, mode) in [("1", "FullLanguage"), ("2", "FullLanguage"), ("2", "ConstrainedLanguage")] {
        let code = format!(
            "Set-StrictMode -Version Latest\naws-sso init powershell --hook refresh | Out-String | Invoke-Expression\n\
             $ExecutionContext.SessionState.LanguageMode = '{mode}'\n\
             Set-PSDebug -Trace {trace}\n{}$env:AWS_SSO_EXPIRATION = '1700000000'\n__aws_sso_hook\n\
             'after-mark'\n",
            verbs(&user)
                .replace("env -0 >entered", "/bin/sh -c 'env -0 >entered'")
                .replace("env -0 >renewed", "/bin/sh -c 'env -0 >renewed'")
        );
        let Some(run) = user.home.powershell(&code) else { return };
        let output = run.env(OWN.0, OWN.1).endpoint(user.sandbox.endpoint()).run().success();
        for secret in secrets(&user) {
            assert!(!output.to_string().contains(&secret), "{trace} {mode}: {secret}\n{output}");
        }
        assert!(output.stdout.contains(">>>> 'after-mark'"), "{trace} {mode}: the trace has ended\n{output}");
    }
}
