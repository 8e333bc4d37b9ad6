//! How programs end: Ctrl-C, Ctrl-Break, and a parent that is killed.

use std::time::Duration;

use aws_sso::sandbox::{Approval, Options};

use crate::support::http::{LATE_ROLE, LATE_TOKEN, PreparedServer, answers};
use crate::support::process::{is_running, signal, wait};
use crate::support::wine::WindowsUser;

#[test]
fn what_ends_programs_reaches_the_command_of_exec_which_decides() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    for event in ["interrupt", "break", "close"] {
        let command = windows.tool_path("event");
        let mut terminal = windows.aws_sso("exec 012345678901/reader --").args([&*command, event]).in_terminal();
        terminal.wait_for(&format!("{event} has come"));
        let _ = terminal.finish().status(7);
    }
}

#[test]
fn ctrl_c_ends_a_waiting_sign_in_with_130() {
    let options = Options { approval: Approval::ByPage, ..Options::default() };
    let Some(windows) = WindowsUser::who_approves(options) else { return };
    let role = "012345678901/reader";
    for line in ["login --no-browser", &format!("exec {role} -- cmd"), &format!("serve {role}")] {
        let mut terminal = windows.aws_sso(line).env("SSH_CONNECTION", "elsewhere").in_terminal();
        terminal.wait_for("confirm the code").send("\x03");
        let _ = terminal.finish().status(130);
    }
}

#[test]
fn a_renewal_comes_to_its_end_before_ctrl_c_ends_the_process() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.user.expire_token();
    let service = PreparedServer::held(answers(&[LATE_TOKEN, LATE_ROLE]));
    let mut terminal = windows.aws_sso("-v process 012345678901/reader").endpoint(service.url()).in_terminal();
    wait(|| (service.count() > 0).then_some(()));
    terminal.send("\x03");
    terminal.wait_for("Ctrl-C: what must come to its end does");
    service.release();
    let _ = terminal.finish().status(130);
    assert_eq!(windows.user.token()["accessToken"], "late");
}

#[test]
fn ctrl_c_takes_the_bar_of_a_fetch_along() {
    let Some(windows) = WindowsUser::signed_in(Options { accounts: 400, roles: 2, ..Options::default() }) else {
        return;
    };
    windows.user.sandbox.update(|options| options.latency = Duration::from_millis(200));
    let mut terminal = windows.aws_sso("list -p corp").in_terminal();
    terminal.wait_for("/s, ").send("\x03");
    let output = terminal.finish().status(130);
    assert!(!output.stdout.contains("/s, "), "{output}");
}

#[test]
fn exec_passes_on_every_bit_of_the_status() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    // Linux hands on the last eight of them.
    let _ = windows.aws_sso("exec 012345678901/reader -- cmd /d /c exit 65539").run().status(3);
}

#[test]
fn a_browser_outlasts_an_exec_that_is_killed() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.user.sandbox.update(|options| options.approval = Approval::ByPage);
    windows.home().write("held", "");
    let browser = format!("'{}' '{}' %s", windows.tool_path("hold"), windows.path("held"));
    let run = windows.aws_sso("exec 012345678901/reader -- aws-sso login --browser --force").env("BROWSER", browser);
    let run = run.start();
    let browser = wait(|| windows.running("hold", "").first().copied());
    signal("KILL", windows.running("aws-sso", "exec")[0].into());
    wait(|| windows.running("aws-sso", "").is_empty().then_some(()));
    // Wine ends the programs of a job one after the other, and before it starts this one.
    let _ = windows.aws_sso("--version").run().success();
    assert!(is_running(browser));
    signal("KILL", browser.into());
    drop(run);
}

#[test]
fn a_killed_exec_leaves_no_program_behind() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.home().write("held", "");
    let (program, file) = (windows.tool_path("hold"), windows.path("held"));
    for options in ["012345678901/reader", "--match 012345678901/reader --yes", "012345678901/reader --server"] {
        let command = [&*program, &file, "forever"];
        // The programs of a shell end as well.
        for behind in [&["cmd", "/d", "/c"][..], &[]] {
            let run = windows.aws_sso(&format!("exec {options} --")).args(behind).args(command).start();
            wait(|| (!windows.running("hold", "").is_empty()).then_some(()));
            // While Wine starts a program, there is a copy of the one that starts it.
            let exec = wait(|| <[u32; 1]>::try_from(windows.running("aws-sso", "exec")).ok());
            signal("KILL", exec[0].into());
            for program in ["hold", "cmd", "aws-sso"] {
                wait(|| windows.running(program, "").is_empty().then_some(()));
            }
            drop(run);
        }
    }
}
