//! `exec --match`: one command under several roles.

use aws_sso::sandbox::Options;

use crate::support::process::{Invocation, wait};
use crate::support::wine::WindowsUser;

const MATCH: &str = "exec --match 012345678901/reader --yes";

#[test]
fn input_that_no_run_would_get_is_refused_and_with_stdin_each_run_gets_all_of_it() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.home().write("list", "a list\n");
    let from_file = |line: &str| windows.batch(&format!("aws-sso {line} < {}", windows.path("list")));
    let from_pipe = |line: &str| windows.aws_sso(line).env("WINDOWS_INPUT", "a list\n");
    for given in [&from_file as &dyn Fn(&str) -> Invocation, &from_pipe] {
        let output = given(&format!("{MATCH} -- cmd /d /c echo begun")).run().status(2);
        assert!(!output.complains("there is input on stdin").stdout.contains("begun"));
        let _ = given(&format!("{MATCH} --stdin -- cmd /d /c more")).run().success().prints("a list");
    }
    let _ = windows.aws_sso(&format!("{MATCH} -- cmd /d /c echo begun")).run().success().prints("begun");
}

#[test]
fn ctrl_c_reaches_the_runs_and_what_does_not_end_is_killed_with_all_that_it_has_started() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.home().write("held", "");
    // The console gives each program its event when it comes to it: the run ends after exec has it.
    let event = [&*windows.tool_path("event"), "interrupt", &windows.path("may-end")];
    let mut terminal = windows.aws_sso(&format!("{MATCH} --")).args(event).in_terminal();
    terminal.wait_for("interrupt has come").wait_for("Ctrl-C");
    windows.home().write("may-end", "");
    let _ = terminal.finish().status(130).prints("status 7");

    let command = [&*windows.tool_path("start"), &windows.tool_path("hold"), &windows.path("held"), "forever"];
    let run = windows.aws_sso(&format!("{MATCH} --kill-after 0.2 --")).args(command);
    let mut terminal = run.in_terminal();
    terminal.wait_for("held").send("\x03");
    let _ = terminal.finish().status(130).prints("killed by aws-sso, 0.2 s after the first signal");
    assert!(windows.running("hold", "").is_empty());
}

#[test]
fn what_a_run_leaves_running_is_named_with_the_command_that_ends_it() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.home().write("held", "");
    let batch = format!("start /b {} {} forever\r\n", windows.tool_path("hold"), windows.path("held"));
    windows.home().write("left.bat", batch);
    let line = format!("{MATCH} -- cmd /d /c {}", windows.path("left.bat"));
    // Under Wine, what is left would hold the pipes of this test open.
    let log = windows.home().path("log");
    let redirect = ["/bin/sh", "-c", r#"log=$1; shift; exec "$@" >"$log" 2>&1"#, "sh", log.to_str().unwrap()];
    let _ = windows.aws_sso(&line).behind(redirect).run().success();
    let log = windows.home().read("log");
    let (_, command) = log.split_once("left something running; to end that, run: ").unwrap();
    assert_eq!(windows.running("hold", "").len(), 1, "as on Linux, it outlasts exec");
    let _ = windows.line(command.trim()).run().success();
    wait(|| windows.running("hold", "").is_empty().then_some(()));
}
