//! Signals, and runs that take their time to end.

use std::fs;

use aws_sso::sandbox::Options;

use crate::support::process::{Running, is_running, signal, wait};
use crate::support::user::User;

/// A user with folders in which runs note that they began, got a signal, or ended.
fn user() -> User {
    let user = User::signed_in(Options::default());
    for folder in ["began", "got", "ended"] {
        fs::create_dir(user.home.path(folder)).unwrap();
    }
    user
}

/// Waits until so many runs have made such a note.
fn noted(user: &User, folder: &str, count: usize) {
    wait(|| (user.home.list(folder).len() == count).then_some(()));
}

/// How many signals the runs have noted, a byte for each.
fn got(user: &User) -> usize {
    let sizes = user.home.list("got").into_iter().map(|name| user.home.read(format!("got/{name}")).len());
    sizes.sum()
}

/// Sends Ctrl-C until it has counted, as it does once it does not belong to the one before it.
fn interrupt_until(running: &Running, mut is_reached: impl FnMut() -> bool) {
    wait(|| {
        running.signal("INT");
        is_reached().then_some(())
    });
}

/// Notes each Ctrl-C and each other signal, and goes on.
const NOTES: &str = "trap 'printf . >> got/$1' INT TERM HUP; : > began/$1; while :; do sleep 0.02; done";

#[test]
fn a_run_that_releases_a_lock_is_waited_for_however_long_it_takes() {
    let user = user();
    let notes = "for name in INT TERM HUP; do trap \"printf . >> got/$1-$name\" $name; done";
    let script = format!("{notes}; : > began/$1; until [ -e go ]; do sleep 0.02; done; exit 7");
    let options = "--match */reader -j 3";
    let mut terminal = user.exec(options, &["sh", "-c", &script, "sh", "{account_id}"]).in_terminal();
    noted(&user, "began", 3);
    // As one event sends them: three events would kill the runs. They may go on after the first signal.
    terminal.signal("STOP");
    for name in ["INT", "TERM", "HUP"] {
        terminal.signal(name);
    }
    terminal.signal("CONT");
    terminal.wait_for(" was passed on to 3 runs, which may take any time to end; a second ");
    noted(&user, "got", 9);
    // It comes later than runs were killed once.
    terminal.wait_for("aws-sso: still running: ");
    let screen = terminal.screen();
    let named = screen.lines().find(|line| line.contains("still running: ")).unwrap();
    assert_eq!(named.matches("/reader").count(), 3, "{screen}");
    assert_eq!(got(&user), 9);
    user.home.write("go", "");
    let output = terminal.finish();
    // The system delivers them in any order.
    assert!(matches!(output.exit.code(), Some(129 | 130 | 143)), "{output}");
    let screen = output.stdout;
    assert_eq!(screen.matches("  status 7").count(), 3, "{screen}");
    assert!(screen.contains("0 ok, 3 failed, 1 skipped"), "{screen}");
}

#[test]
fn a_second_ctrl_c_is_passed_on_again_and_a_third_one_kills() {
    let user = user();
    let options = "--match */reader -j 3 --output json";
    let running = user.exec(options, &["sh", "-c", NOTES, "sh", "{account_id}"]).start();
    noted(&user, "began", 3);
    running.signal("INT");
    wait(|| (got(&user) == 3).then_some(()));
    interrupt_until(&running, || got(&user) == 6);
    interrupt_until(&running, || !is_running(running.id()));
    let output = running.finish().status(130);
    assert_eq!(got(&user), 6, "{output}");
    for words in [
        "Ctrl-C was passed on to 3 runs, which may take any time to end; a second Ctrl-C is passed on again, a third",
        "Ctrl-C was passed on again to 3 runs; the next one kills them",
        "aws-sso: killing 3 runs",
        "0 ok, 3 failed, 1 skipped",
    ] {
        assert!(output.stderr.contains(words), "{words}: {output}");
    }
    assert_eq!(output.stderr.matches("  killed by aws-sso, at the third signal").count(), 3, "{output}");
    for row in output.json_lines().iter().filter(|row| row["outcome"] == "failed") {
        assert_eq!((&row["killed"], &row["signal"]), (&"third signal".into(), &9.into()), "{row}");
    }
}

#[test]
fn a_supervisor_can_limit_how_long_runs_are_waited_for() {
    let user = user();
    let script = "trap '' TERM; : > began/$1; while :; do sleep 0.02; done";
    let options = "--match */reader -j 3 --kill-after 0.2 --output json";
    let running = user.exec(options, &["sh", "-c", script, "sh", "{account_id}"]).start();
    noted(&user, "began", 3);
    running.signal("TERM");
    let output = running.finish().status(143);
    assert!(output.stderr.contains("on again, a third one kills them; after 0.2 s they are killed"), "{output}");
    assert_eq!(output.stderr.matches("killed by aws-sso, 0.2 s after the first signal").count(), 3, "{output}");
    assert_eq!(output.json_lines().iter().filter(|row| row["killed"] == "kill-after").count(), 3, "{output}");
    for (options, words) in
        [("--match */reader --kill-after soon", "a number of seconds"), ("prod/Admin --kill-after 3", "required")]
    {
        let _ = user.exec(options, &["true"]).run().status(2).complains(words);
    }
}

#[test]
fn what_ends_by_another_signal_was_not_killed_by_this_program() {
    let user = user();
    let output = user.exec("--match */reader --output json", &["sh", "-c", "kill -KILL $$"]).run().status(1);
    assert!(output.json_lines().iter().all(|row| row["signal"] == 9 && row.get("killed").is_none()), "{output}");
    assert_eq!(output.stderr.matches("ended by signal 9").count(), 4, "{output}");
}

#[test]
fn output_that_nobody_takes_does_not_keep_this_process_from_ending() {
    // More than a pipe or a terminal takes, and more than may wait to be printed.
    let much = "yes $(printf %0200d 0) | head -n 30000";
    for script in [
        "printf %030000d 0; : > ended/$1",
        &format!("{much}; : > ended/$1"),
        &format!("trap '{much}; exit 7' INT TERM; : > ended/$1; while :; do sleep 0.02; done"),
    ] {
        // A terminal that is held with Ctrl-S, and a program that does not read.
        for is_terminal in [true, false] {
            let user = user();
            let script = format!(": > began/$1; until [ -e go ]; do sleep 0.02; done; {script}");
            let run = user.exec("--match */reader", &["sh", "-c", &script, "sh", "{account_id}"]);
            let run = run.behind(["/bin/sh", "-c", r#"echo $$ > id; exec "$@""#, "sh"]);
            let mut terminal = if is_terminal {
                run.in_terminal()
            } else {
                run.behind(["/bin/sh", "-c", r#""$@" | sleep 1000"#, "sh"]).in_terminal()
            };
            noted(&user, "began", 4);
            if is_terminal {
                terminal.send("\x13");
            }
            user.home.write("go", "");
            if !script.contains("; yes") {
                noted(&user, "ended", 4);
            }
            let id = user.home.read("id").trim().parse().unwrap();
            signal("TERM", i64::from(id));
            if is_terminal {
                assert_eq!(terminal.finish().exit.code(), Some(143), "{script}");
            } else {
                wait(|| (!is_running(id)).then_some(()));
            }
        }
    }
}

#[test]
fn a_stdout_that_nobody_takes_does_not_silence_stderr() {
    let user = user();
    // No trap: a signal that comes while the shell starts `yes` would end the shell alone.
    let script = ": > began/$1; exec yes";
    let run = user.exec("--match */reader", &["sh", "-c", script, "sh", "{account_id}"]);
    let pipeline = r#"(echo $BASHPID > id; exec "$@" 2> words) | sleep 1000"#;
    let mut terminal = run.behind(["/bin/bash", "-c", pipeline, "bash"]).in_terminal();
    noted(&user, "began", 4);
    let id = user.home.read("id").trim().parse().unwrap();
    signal("TERM", i64::from(id));
    wait(|| (!is_running(id)).then_some(()));
    let words = user.home.read("words");
    for expected in ["SIGTERM was passed on to 4 runs", "some of the output was left out", "aws-sso: 0 ok, 4 failed"] {
        assert!(words.contains(expected), "{words}");
    }
    terminal.send("\x03");
}
