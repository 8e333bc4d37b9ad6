//! The hook in bash beside what else people load: other hooks, bash-preexec, the shell integration of VS Code.

use std::fmt::Write as _;

use aws_sso::sandbox::Options;

use crate::support::downloads::{bash_preexec, vscode_script};
use crate::support::terminal::type_lines;
use crate::support::user::User;
use crate::support::{Home, Shell, programs};

const LOAD: &str = "eval \"$(aws-sso init bash)\"\n";
const EXPIRED: &str = "aws-sso: your credentials have expired; run: awsso refresh";

/// The code, and the same as an older bash runs it.
fn codes() -> [String; 2] {
    let code = Home::new().aws_sso(["init", "bash"]).run().success().stdout;
    let older = code.replace("BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1]", "302");
    assert_ne!(older, code);
    [code, older]
}

/// bash exports a string, and no array. The shell integration of VS Code replaces the first entry of an array.
#[test]
fn prompt_command_stays_a_string_or_an_array_of_the_same_length() {
    if !Shell::Bash.is_here() {
        return;
    }
    // What stands before, and how `declare` shows it after.
    let cases = [
        ("unset -v PROMPT_COMMAND", "--", 1),
        ("PROMPT_COMMAND=", "--", 1),
        ("PROMPT_COMMAND=seen", "--", 1),
        ("export PROMPT_COMMAND='seen;'", "-x", 1),
        ("PROMPT_COMMAND=()", "-a", 1),
        ("PROMPT_COMMAND=(seen)", "-a", 1),
        ("PROMPT_COMMAND=(: seen)", "-a", 2),
        ("PROMPT_COMMAND=([3]=: [7]=seen)", "-a", 2),
        ("set -eu; unset -v PROMPT_COMMAND", "--", 1),
        ("set -eu; trap 'exit 1' ERR; readonly PROMPT_COMMAND=seen", "-r", 1),
    ];
    for (number, code) in codes().into_iter().enumerate() {
        let home = Home::new();
        home.write("code", code);
        let mut script = String::from("code=\"$(<code)\"\n");
        for (before, ..) in cases {
            let shown = "declare -p PROMPT_COMMAND >shown; read -r _ kind _ <shown";
            let _ = writeln!(
                script,
                "({before}; eval \"$code\" >said 2>&1; eval \"$code\" >>said 2>&1; {shown}
                set +u; echo \"$kind ${{#PROMPT_COMMAND[@]}} $(grep -c __aws_sso_hook shown) $(cat said)\")"
            );
        }
        let output = home.interactive(Shell::Bash).args(["-c", &script]).run().success();
        for ((before, kind, count), line) in cases.into_iter().zip(output.stdout.lines()) {
            // Before 5.1 only the first entry runs.
            let count = if number == 1 && before.contains("[3]") { count + 1 } else { count };
            let hooks = u8::from(!before.contains("readonly"));
            assert_eq!(line.trim_end(), format!("{kind} {count} {hooks}"), "{number}: {before}\n{output}");
        }
        assert_eq!(output.stdout.lines().count(), cases.len(), "{output}");
    }
}

/// Each prompt of the child said that `__aws_sso_hook` is no command.
#[test]
fn a_bash_that_inherits_prompt_command_is_silent_and_keeps_the_rest_of_it() {
    if !Shell::Bash.is_here() {
        return;
    }
    for code in codes() {
        let home = Home::new();
        home.write("code", code);
        let mut terminal = home.interactive(Shell::Bash).in_terminal();
        let inherited = "export PROMPT_COMMAND='printf ran >>ran'; source ./code; \
                         PROMPT_COMMAND+=$'\\n''echo status-$? >>seen'";
        type_lines(&mut terminal, &[inherited, "rm -f ran; bash --noprofile --norc -i"]);
        terminal.send("export AWS_SSO_EXPIRATION=1700000000; (exit 7)\recho st-$?\r");
        terminal.wait_for("st-7");
        type_lines(&mut terminal, &["set -eu; trap 'echo failed' ERR", "false && :", "exit 0"]);
        terminal.send("exit 0\r");
        let screen = terminal.finish().success().stdout;
        assert!(!screen.contains("not found") && !screen.contains("failed\n"), "{screen}");
        assert!(!screen.contains(EXPIRED), "{screen}");
        assert!(home.read("ran").contains("ranran"), "{screen}");
        assert!(home.read("seen").lines().all(|line| line == "status-0"), "{}", home.read("seen"));
    }
}

/// `use` said that `__aws_sso_evaluate` is no command, and changed nothing.
#[test]
fn a_bash_that_has_only_the_exported_function_enters_a_role_and_leaves_it() {
    if !Shell::Bash.is_here() {
        return;
    }
    let user = User::signed_in(Options::default());
    let child = "awsso use \"$1\"; echo \"$? $AWS_SSO_ROLE_ARN\"; awsso clear; echo \"$? ${AWS_SSO_ROLE_ARN-none}\"";
    let script = format!("{LOAD}export -f awsso\nbash -c '{child}' x {}", user.role_arn(0));
    let output = user.script(Shell::Bash, &script).run().success();
    assert_eq!(output.stdout, format!("0 {}\n0 none\n", user.role_arn(0)), "{output}");
}

/// What VS Code's script says of each command: `E` its text, `C` that its output begins, `D` its status.
fn marks(transcript: &str) -> Vec<String> {
    let marks = transcript.split("\u{1b}]633;").skip(1).filter_map(|rest| rest.split_once('\u{7}'));
    let shown = |(mark, _): (&str, &str)| match mark.split_once(';') {
        Some(("E", command)) => Some(format!("E {}", command.split([' ', ';']).next().unwrap())),
        _ if mark == "C" || mark.starts_with('D') => Some(mark.to_owned()),
        _ => None,
    };
    marks.filter_map(shown).collect()
}

/// A second entry of `PROMPT_COMMAND`, or a command after those of the script, counted as a command of the user: each
/// command began when it had ended, and had the status of the next one.
#[test]
fn vs_code_marks_each_command_and_its_status() {
    let Some(script) = vscode_script("shellIntegration-bash.sh") else { return };
    let Some(bash) = programs("bash").next() else { return };
    let mut cases = vec![
        (String::new(), String::new()),
        ("PROMPT_COMMAND='history -a'\n".to_owned(), String::new()),
        ("PROMPT_COMMAND=('history -a')\n".to_owned(), String::new()),
        (String::new(), "PROMPT_COMMAND=\"$PROMPT_COMMAND; history -a\"\n".to_owned()),
        // Some load it by hand.
        (format!("source {}\n", script.display()), String::new()),
    ];
    if programs("direnv").next().is_some() {
        cases.push(("eval \"$(direnv hook bash)\"\n".to_owned(), String::new()));
    }
    if let Some(preexec) = bash_preexec() {
        let source = format!("source {}\n", preexec.display());
        cases.extend([(source.clone(), String::new()), (String::new(), source)]);
    }
    for (before, after) in cases {
        let home = Home::new();
        home.write(".bashrc", format!("HISTFILE=/dev/null\n{before}{LOAD}{after}"));
        let run = home.command(&bash).env("VSCODE_NONCE", "n").env("AWS_SSO_EXPIRATION", "1700000000");
        let run = if before.contains("shellIntegration") {
            run.arg("-i")
        } else {
            run.env("VSCODE_INJECTION", "1").arg("--init-file").arg(&script).arg("-i")
        };
        let mut terminal = run.in_terminal();
        type_lines(&mut terminal, &["echo one", "false", "echo two"]);
        terminal.send("exit 0\r");
        let transcript = terminal.transcript();
        let command = |name: &str, status: u8| [format!("E {name}"), "C".to_owned(), format!("D;{status}")];
        let typed = [("echo", 0), ("printf", 0), ("false", 1), ("printf", 0), ("echo", 0), ("printf", 0)];
        let mut expected = typed.map(|(name, status)| command(name, status)).concat();
        expected.extend(["E exit".to_owned(), "C".to_owned()]);
        assert_eq!(marks(&transcript), expected, "{before}{after}\n{transcript}");
        assert!(transcript.contains("633;C\u{7}one\n\u{1b}]633;D;0\u{7}"), "{before}{after}\n{transcript}");
        assert_eq!(transcript.matches(EXPIRED).count(), 1, "{before}{after}\n{transcript}");
    }
}

/// The command of the hook was the first one that bash-preexec saw.
#[test]
fn bash_preexec_sees_every_command_and_calls_the_hook() {
    let Some(preexec) = bash_preexec() else { return };
    if !Shell::Bash.is_here() {
        return;
    }
    let source = format!("source {}\n", preexec.display());
    let functions = "preexec() { echo \"$1\" >>typed; }\nprecmd() { echo \"$?\" >>ended; }\n";
    for (before, after) in [(source.as_str(), ""), ("", source.as_str()), (source.as_str(), LOAD)] {
        let home = Home::new();
        home.write(".bashrc", format!("HISTFILE=/dev/null\n{functions}{before}{LOAD}{after}"));
        let run = home.command(programs("bash").next().unwrap()).arg("-i").env("AWS_SSO_EXPIRATION", "1700000000");
        let mut terminal = run.in_terminal();
        type_lines(&mut terminal, &["echo one", "false", "echo two"]);
        terminal.send("exit 0\r");
        let screen = terminal.finish().success().stdout;
        let seen = home.read("typed");
        let seen: Vec<_> = seen.lines().filter(|line| !line.starts_with("printf")).collect();
        assert_eq!(seen, ["echo one", "false", "echo two", "exit 0"], "{before}{after}\n{screen}");
        assert_eq!(home.read("ended"), "0\n0\n0\n1\n0\n0\n0\n", "{before}{after}\n{screen}");
        assert_eq!(screen.matches(EXPIRED).count(), 1, "{before}{after}\n{screen}");
    }
}
