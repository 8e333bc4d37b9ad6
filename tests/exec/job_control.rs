//! Ctrl-Z, `fg`, and runs that want the terminal.

use std::time::Duration;
use std::{fs, thread};

use aws_sso::sandbox::Options;

use crate::support::Shell;
use crate::support::process::wait;
use crate::support::terminal::Terminal;
use crate::support::user::User;

/// A user with a program that notes its process id, and then never ends and never pauses for long.
///
/// It is for bash: dash waits in vfork(2) for a child that was stopped before its exec, and cannot stop itself.
fn user_with_ticker() -> User {
    let user = User::signed_in(Options::default());
    // By itself bash goes on if the signal comes between two of its commands.
    let ticker = "eval \"$1\"; trap exit INT\n: > pids/$$\nwhile :; do echo x >> ticks; sleep 0.02; done\n";
    user.home.write("ticker", ticker);
    fs::create_dir(user.home.path("pids")).unwrap();
    user
}

/// The process ids of the tickers, once there are so many.
fn pids(user: &User, count: usize) -> Vec<String> {
    wait(|| Some(user.home.list("pids")).filter(|pids| pids.len() == count))
}

/// The states of all processes in the group of this one, but for those that have ended.
fn states(pid: &str) -> Vec<String> {
    let fields = |stat: String| -> Vec<String> {
        stat.rsplit(')').next().unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    let stat = |pid: &str| fs::read_to_string(format!("/proc/{pid}/stat")).map(fields).ok();
    let group = stat(pid).unwrap()[2].clone();
    let all = fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| stat(entry.file_name().to_str()?));
    all.filter(|fields| fields[2] == group && fields[0] != "Z").map(|fields| fields[0].clone()).collect()
}

fn ticks(user: &User) -> usize {
    fs::read(user.home.path("ticks")).map_or(0, |ticks| ticks.len())
}

fn bash(user: &User) -> Terminal {
    user.home.interactive(Shell::Bash).endpoint(user.sandbox.endpoint()).in_terminal()
}

#[test]
fn ctrl_z_stops_every_run_and_fg_continues_them() {
    if !Shell::Bash.is_here() {
        return;
    }
    let user = user_with_ticker();
    let role = user.role(0, 0);
    let many = "aws-sso exec --match '*/reader' --";
    let one = format!("aws-sso exec --match {role} --");
    for (prefix, setting, count) in [
        (format!("aws-sso exec {role} --"), ":", 1),
        (format!("aws-sso exec --server {role} --"), ":", 1),
        (many.to_owned(), ":", 4),
        (many.to_owned(), "trap \"\" TSTP", 4),
        // The groups of an inner one are its own.
        (format!("{one} {one}"), ":", 1),
        (format!("sh -c '{one} bash ticker :; exit'; :"), ":", 1),
    ] {
        let _ = fs::remove_dir_all(user.home.path("pids"));
        fs::create_dir(user.home.path("pids")).unwrap();
        let line = format!("{prefix} bash ticker '{setting}'");
        let mut terminal = bash(&user);
        terminal.send(&format!("{line}\r"));
        let pids = pids(&user, count);
        for _ in 0..2 {
            terminal.send("\x1a");
            terminal.wait_for("Stopped");
            for pid in &pids {
                // A process may be between two states for a moment.
                wait(|| states(pid).iter().all(|state| state == "T").then_some(()));
            }
            let before = ticks(&user);
            assert!(states(&pids[0]).iter().all(|state| state == "T") && ticks(&user) == before, "{line}");
            terminal.send("clear; fg\r");
            wait(|| (ticks(&user) > before).then_some(()));
            for pid in &pids {
                wait(|| states(pid).iter().all(|state| state != "T").then_some(()));
            }
        }
        terminal.send("\x03");
        for pid in &pids {
            wait(|| (!fs::exists(format!("/proc/{pid}")).unwrap()).then_some(()));
        }
        terminal.send("exit 0\r");
        let _ = terminal.finish().success();
    }
}

#[test]
fn a_job_in_the_background_that_may_not_write_stops_with_its_runs() {
    if !Shell::Bash.is_here() {
        return;
    }
    let user = user_with_ticker();
    let mut terminal = bash(&user);
    terminal.send("set -b; stty tostop; aws-sso exec --match '*/reader' -- bash ticker : & echo $! > id\r");
    // Its progress is what it may not write.
    let id = wait(|| fs::read_to_string(user.home.path("id")).ok().filter(|id| id.ends_with('\n')));
    // bash knows it once the last thread has stopped. Before that, `fg` would not continue the job.
    terminal.wait_for("Stopped");
    wait(|| states(id.trim()).iter().all(|state| state == "T").then_some(()));
    for pid in user.home.list("pids") {
        wait(|| states(&pid).iter().all(|state| state == "T").then_some(()));
    }
    let before = ticks(&user);
    terminal.send("fg\r");
    let _ = pids(&user, 4);
    wait(|| (ticks(&user) > before).then_some(()));
    terminal.send("\x03");
    wait(|| (!fs::exists(format!("/proc/{}", id.trim())).unwrap()).then_some(()));
    terminal.send("exit 0\r");
    let _ = terminal.finish().success();
}

#[test]
fn without_a_shell_that_could_continue_them_nothing_stops() {
    let user = user_with_ticker();
    let running = user.exec("--match */reader", &["bash", "ticker", ":"]).start();
    let pids = pids(&user, 4);
    running.signal("TSTP");
    let before = ticks(&user);
    wait(|| (ticks(&user) > before + 40).then_some(()));
    assert!(states(&running.id().to_string()).iter().chain(&states(&pids[0])).all(|state| state != "T"));
    running.signal("INT");
    let _ = running.finish().status(130);
}

#[test]
fn a_run_that_asks_on_the_terminal_is_named_and_ended() {
    let user = User::signed_in(Options::default());
    let role = user.sandbox.accounts()[0].id.clone() + "/reader";
    for script in [
        "read x </dev/tty; echo never",
        "trap '' TERM; read x </dev/tty; echo never",
        "stty -echo </dev/tty; echo never",
        "sh -c 'read x </dev/tty'; read x </dev/tty; echo never",
        "exec bash --norc -i -c 'echo never'",
    ] {
        let asks = format!("[ $AWS_ACCOUNT_ID != {} ] || {{ {script}; }}; echo answered", &role[..12]);
        let terminal = user.exec("--match */reader --output json", &["sh", "-c", &asks]).in_terminal();
        let screen = terminal.finish().status(1).stdout;
        let name = &user.sandbox.accounts()[0].name;
        for words in [
            &format!("{name}/reader asks on the terminal, where several runs cannot ask: it is ended"),
            "3 ok, 1 failed, 0 skipped",
            &format!("{name}/reader  asked on the terminal"),
            &format!("run it alone: aws-sso exec -p corp {role}"),
            "\"error\":\"asked on the terminal",
        ] {
            assert!(screen.contains(words), "{words}: {screen}");
        }
        assert!(!screen.contains("never\\n"), "{screen}");
        assert_eq!(screen.matches("answered\\n").count(), 3, "{screen}");
    }
}

#[test]
fn a_run_that_somebody_has_stopped_is_named_and_ends_with_ctrl_c() {
    let user = User::signed_in(Options::default());
    let stops = format!("[ $AWS_ACCOUNT_ID != {} ] || kill -STOP $$", &user.sandbox.accounts()[0].id);
    let mut terminal = user.exec("--match */reader", &["sh", "-c", &stops]).in_terminal();
    terminal.wait_for("reader was stopped; to continue it, run: kill -CONT -- -").send("\x03");
    let screen = terminal.finish().status(130).stdout;
    assert!(screen.contains("ended by signal 2"), "{screen}");
}

#[test]
fn a_job_that_ends_can_be_stopped_and_continued_and_signals_reach_it_then() {
    if !Shell::Bash.is_here() {
        return;
    }
    let user = user_with_ticker();
    let mut terminal = bash(&user);
    // Each of them notes Ctrl-C, and goes on.
    let notes = "trap \"printf . >> got\" INT; : > pids/$$; while :; do echo x >> ticks; sleep 0.02; done";
    terminal.send(&format!("aws-sso exec --match '*/reader' -- bash -c '{notes}'\r"));
    let pids = pids(&user, 4);
    terminal.send("\x03");
    let got = || fs::read(user.home.path("got")).map_or(0, |got| got.len());
    wait(|| (got() == 4).then_some(()));
    terminal.send("\x1a");
    terminal.wait_for("Stopped");
    for pid in &pids {
        wait(|| states(pid).iter().all(|state| state == "T").then_some(()));
    }
    terminal.send("clear; fg\r");
    wait(|| states(&pids[0]).iter().all(|state| state != "T").then_some(()));
    // Ctrl-C makes the terminal throw away what was printed and is not read yet, so it is not typed more than needed:
    // one that belongs to the event before it counts for nothing.
    let pause = Duration::from_millis(600);
    wait(|| {
        terminal.send("\x03");
        thread::sleep(pause);
        (got() == 8).then_some(())
    });
    let are_gone = || pids.iter().all(|pid| !fs::exists(format!("/proc/{pid}")).unwrap());
    if !are_gone() {
        terminal.send("\x03");
        wait(|| are_gone().then_some(()));
    }
    terminal.wait_for("4 failed, 0 skipped");
    assert!(terminal.screen().contains("killed by aws-sso, at the third signal"), "{}", terminal.screen());
    assert_eq!(got(), 8);
    terminal.send("\rexit 0\r");
    let _ = terminal.finish().success();
}
