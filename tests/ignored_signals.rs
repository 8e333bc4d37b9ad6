//! Signals that are ignored when a program starts, as under `nohup` or behind `&` in a script.

use std::fs;

use aws_sso::sandbox::Options;

use crate::support::process::{Invocation, children, processes, wait};
use crate::support::user::User;

const HUP: u32 = 1;
const INT: u32 = 2;
const QUIT: u32 = 3;
const TERM: u32 = 15;
const TSTP: u32 = 20;

/// Starts it as a script does that ignores these signals.
fn ignoring(run: Invocation) -> Invocation {
    run.behind(["/bin/sh", "-c", r#"trap '' HUP INT QUIT TSTP; exec "$@""#, "sh"])
}

/// Whether a process ignores (`SigIgn`) or handles (`SigCgt`) a signal.
fn has(id: u32, mask: &str, signal: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(mask));
    let bits = line.map_or(0, |line| u64::from_str_radix(line.trim_start_matches(':').trim(), 16).unwrap());
    bits >> (signal - 1) & 1 != 0
}

/// Asserts that a process handles none of the ignored signals.
fn assert_ignoring(id: u32, what: &str) {
    for signal in [HUP, INT, QUIT, TSTP] {
        assert!(has(id, "SigIgn", signal) && !has(id, "SigCgt", signal), "{what}: signal {signal}");
    }
}

#[test]
fn what_waits_for_signals_ignores_those_that_it_was_started_to_ignore() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    for (line, status) in [
        (format!("serve {role}"), 0),
        ("exec --match reader -- sleep 1000".to_owned(), 143),
        ("sandbox serve".to_owned(), 0),
    ] {
        let running = ignoring(user.aws_sso(&line)).start();
        wait(|| has(running.id(), "SigCgt", TERM).then_some(()));
        assert_ignoring(running.id(), &line);
        for signal in ["HUP", "INT", "QUIT", "TSTP", "TERM"] {
            running.signal(signal);
        }
        let _ = running.finish().status(status);
    }
}

#[test]
fn a_server_beside_a_command_outlives_the_terminal_as_the_command_does() {
    let user = User::signed_in(Options::default());
    let running = ignoring(user.exec(&format!("--server {}", user.role(0, 0)), &["sleep", "1000"])).start();
    let command = running.id();
    let is_server = |id: &u32| {
        let words = fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
        let words = String::from_utf8_lossy(&words).into_owned();
        words.contains(&format!("--beside\0{command}\0")) && words.contains("\0--detach")
    };
    let server = wait(|| processes().into_iter().find(|id| is_server(id) && has(*id, "SigCgt", TERM)));
    assert_ignoring(server, "the server");
    wait(|| (fs::read_to_string(format!("/proc/{command}/comm")).ok()?.trim() == "sleep").then_some(()));
    assert_ignoring(command, "the command");
    running.signal("TERM");
    let _ = running.finish();
}

#[test]
fn a_sign_in_that_waits_in_the_background_is_not_ended_by_ctrl_c() {
    let user = User::new(Options::default());
    let login = user.aws_sso("login --browser").env("BROWSER", user.browser());
    let running = ignoring(login).start();
    let _ = user.opened();
    assert_ignoring(running.id(), "login");
    running.signal("TERM");
    let _ = running.finish();
}

#[test]
fn a_picker_and_what_waits_for_it_ignore_ctrl_c() {
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list").run().success();
    let mut terminal = ignoring(user.aws_sso("pick --shell bash")).in_terminal();
    terminal.wait_for("16/16");
    let picker = children(terminal.id(), "aws-sso-pick");
    assert_eq!(picker.len(), 1);
    for (id, signals) in [(terminal.id(), &[HUP, INT, QUIT, TSTP][..]), (picker[0], &[INT, QUIT])] {
        assert!(signals.iter().all(|signal| has(id, "SigIgn", *signal) && !has(id, "SigCgt", *signal)), "{id}");
    }
    terminal.send("\x1b");
    let _ = terminal.finish().status(130);
}

#[test]
fn what_a_role_runs_inherits_the_ignored_signals() {
    let user = User::signed_in(Options::default());
    // These would end the command, and this program too.
    let script = "for signal in HUP INT QUIT TSTP; do kill -$signal $PPID $$; done; echo still here";
    let output = ignoring(user.exec("--match */reader", &["sh", "-c", script])).run().success();
    assert_eq!(output.stdout.matches("| still here").count(), 4, "{output}");
    let script = script.replace("$PPID ", "");
    for options in [user.role(0, 0), format!("--server {}", user.role(0, 0))] {
        let output = ignoring(user.exec(&options, &["sh", "-c", &script])).run().success();
        assert_eq!(output.stdout, "still here\n");
    }
}
