//! Colors: where people read, and nowhere else.

use aws_sso::sandbox::Options;

use crate::support::Home;
use crate::support::process::Invocation;
use crate::support::remembered::{DAY, age};
use crate::support::user::User;

const ESCAPE: &str = "\x1b[";

/// A user whose sign-in has expired, so that verbs have something to say.
fn expired() -> User {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    age(&user, 30 * DAY);
    user.edit_token(|token| {
        token["expiresAt"] = "2020-01-01T00:00:00Z".into();
        token.as_object_mut().unwrap().remove("refreshToken");
    });
    user
}

/// The same with these variables, also where a terminal would set another `TERM`.
fn with(invocation: Invocation, variables: &str) -> Invocation {
    invocation.behind(["/usr/bin/env"].into_iter().chain(variables.split_whitespace()))
}

/// A verb that writes results, help, an error with a remedy, wrong usage, a warning.
const LINES: [&str; 7] =
    ["status", "doctor --offline", "list", "list --help", "discover -p nowhere", "nonsense", "settings"];

#[test]
fn text_has_colors_on_a_terminal_unless_the_environment_says_otherwise() {
    let user = expired();
    user.home.write(".config/aws-sso/config", "profile = corp\n[aliases]\na = nobody\n");
    // The variables, and whether there are colors on a terminal and in a pipe.
    let cases = [
        ("TERM=xterm", true, false),
        ("TERM=xterm NO_COLOR=1", false, false),
        ("TERM=xterm NO_COLOR=", true, false),
        ("TERM=xterm NO_COLOR=1 CLICOLOR_FORCE=1", false, false),
        ("TERM=xterm CLICOLOR=0", false, false),
        ("TERM=xterm CLICOLOR=1", true, false),
        ("TERM=xterm CLICOLOR=0 CLICOLOR_FORCE=1", true, true),
        ("TERM=xterm CLICOLOR_FORCE=0", true, false),
        ("TERM=dumb", false, false),
        ("TERM=dumb CLICOLOR_FORCE=1", true, true),
        ("-u TERM", false, false),
    ];
    for (variables, on_terminal, in_pipe) in cases {
        // All lines for one rule, one line for all rules.
        for line in LINES.iter().take(if variables.contains('=') && !variables.contains(' ') { LINES.len() } else { 1 })
        {
            let written = with(user.aws_sso(line), variables).in_terminal().transcript();
            assert_eq!(written.contains(ESCAPE), on_terminal, "{variables} {line}: {written:?}");
            let output = with(user.aws_sso(line), variables).run();
            let written = output.stdout + &output.stderr;
            assert_eq!(written.contains(ESCAPE), in_pipe, "{variables} {line}: {written:?}");
            assert!(!written.is_empty(), "{line}");
        }
    }
}

#[test]
fn each_stream_has_the_colors_that_it_shows() {
    let user = expired();
    let script =
        "aws-sso discover -p nowhere >result; aws-sso status 2>messages; aws-sso list --login never >table 2>&1";
    let written = user.aws_sso("").behind(["/bin/sh", "-c", script]).in_terminal().transcript();
    let expected = "\x1b[1m\x1b[31maws-sso:\x1b[0m ";
    assert!(written.starts_with(expected), "{written:?}");
    assert!(written.contains("\x1b[1mcorp\x1b[0m") && written.contains("\x1b[1m\x1b[35mexpired at "), "{written:?}");
    for file in ["result", "messages", "table"] {
        assert!(!user.home.read(file).contains(ESCAPE), "{file}");
    }
    // Warnings, and commands to paste.
    let warned = user.aws_sso("list --login never").in_terminal().transcript();
    assert!(warned.contains("\x1b[1m\x1b[35maws-sso: warning:\x1b[0m the list"), "{warned:?}");
    let doctor = user.aws_sso("doctor --offline").in_terminal().transcript();
    for painted in [
        "\x1b[1mSign-in\x1b[0m",
        "\n  \x1b[1m\x1b[35mwarning\x1b[0m  corp: the sign-in expired",
        "run: \x1b[1m\x1b[36maws-sso login -p corp\x1b[0m",
    ] {
        assert!(doctor.contains(painted), "{painted:?}: {doctor:?}");
    }
}

#[test]
fn help_is_painted_also_where_a_shell_evaluates_the_result() {
    let home = Home::new();
    let painted = ["\x1b[1mUsage:\x1b[0m ", "\x1b[1mExamples:\x1b[0m\n  \x1b[1m\x1b[36maws"];
    let first_page = home.with_terminal(["--help"]).transcript();
    for part in painted.into_iter().chain(["\x1b[1mThis shell:\x1b[0m\n  \x1b[1m\x1b[36muse\x1b[0m "]) {
        assert!(first_page.contains(part), "{part:?}: {first_page:?}");
    }
    let script = "code=$(\"$@\") && printf '[%s]' \"$code\"";
    let captured = home.aws_sso(["use", "--shell", "bash", "--help"]).behind(["/bin/sh", "-c", script, "sh"]);
    let written = captured.in_terminal().transcript();
    assert!(painted.iter().all(|part| written.contains(part)) && written.ends_with("[]"), "{written:?}");
    // The same words as without colors.
    let plain = home.aws_sso(["list", "--help"]).env("COLUMNS", "80").run().success().stdout;
    let forced = home.aws_sso(["list", "--help"]).env("COLUMNS", "80").env("CLICOLOR_FORCE", "1").run().success();
    assert_ne!(forced.stdout, plain);
    assert_eq!(without_colors(&forced.stdout), plain);
}

fn without_colors(text: &str) -> String {
    let mut parts = text.split(ESCAPE);
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}

#[test]
fn what_is_typed_cannot_drive_the_terminal_through_an_error() {
    let home = Home::new();
    for words in [vec!["\x1b[8mhidden"], vec!["list", "--\x1b]0;title\x07"], vec!["exec", "--match", "\x1b[31mx", "-x"]]
    {
        let written = home.with_terminal(words.clone()).transcript();
        let typed = words.iter().filter(|word| word.contains('\x1b'));
        assert!(
            typed.clone().count() > 0 && typed.clone().all(|word| !written.contains(word)),
            "{words:?}: {written:?}"
        );
        assert!(!written.contains("\x1b]") && !written.contains("\x1b[8m"), "{words:?}: {written:?}");
    }
}

#[test]
fn what_programs_read_has_no_colors_even_if_they_are_forced() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    for line in [
        "list --json",
        "list --csv",
        "list --tsv",
        "status --json",
        "doctor --offline --json",
        "settings --json",
        "init bash",
        "completions zsh",
        "discover -p corp",
        &format!("use {role} --shell bash"),
        &format!("env {role} --shell fish"),
        &format!("process {role}"),
        &format!("-p corp -r {role} -ext"),
        &format!("exec {role} -- env"),
        &format!("exec --match {role} --output json -- true"),
        "complete --shell fish -- aws-sso use pay",
    ] {
        let output = user.aws_sso(line).env("CLICOLOR_FORCE", "1").run();
        assert!(!output.stdout.contains('\x1b'), "{line}: {output}");
    }
}

#[test]
fn a_dumb_terminal_gets_no_escape_sequences_no_bar_and_a_numbered_list() {
    let user = User::signed_in(Options::default());
    for line in ["list --refresh", "status", "discover -p corp", "exec --match */reader --yes -- true"] {
        let written = with(user.aws_sso(line), "TERM=dumb").in_terminal().transcript();
        assert!(!written.contains(['\x1b', '\r']), "{line}: {written:?}");
    }
    // A terminal of another kind shows a bar there.
    assert!(with(user.aws_sso("list --refresh"), "TERM=xterm").in_terminal().transcript().contains('\x1b'));
    let mut terminal = with(user.aws_sso("pick --shell bash"), "TERM=dumb").in_terminal();
    terminal.wait_for("Choose the role [1-16").send("2\r");
    let written = terminal.transcript();
    assert!(!written.contains('\x1b') && written.contains("AWS_SSO_ROLE_NAME="), "{written:?}");
}
