//! How programs end: Ctrl-C, Ctrl-Break, and a parent that is killed.

use aws_sso::sandbox::{Approval, Options};

use crate::support::process::{signal, wait};
use crate::support::wine::WindowsUser;

#[test]
fn what_ends_programs_reaches_the_command_of_exec_which_decides() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    for event in ["interrupt", "break", "close"] {
        let command = windows.tool("event");
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
fn a_killed_exec_leaves_no_program_behind() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.home().write("held", "");
    let (program, file) = (windows.tool("hold"), windows.path("held"));
    for options in ["012345678901/reader", "--match 012345678901/reader --yes", "012345678901/reader --server"] {
        let command = [&*program, &file, "forever"];
        // The programs of a shell end as well.
        for behind in [&["cmd", "/d", "/c"][..], &[]] {
            let run = windows.aws_sso(&format!("exec {options} --")).args(behind).args(command).start();
            wait(|| (!windows.running("hold", "").is_empty()).then_some(()));
            let exec = windows.running("aws-sso", "exec");
            assert_eq!(exec.len(), 1, "{options}");
            signal("KILL", exec[0].into());
            for program in ["hold", "cmd", "aws-sso"] {
                wait(|| windows.running(program, "").is_empty().then_some(()));
            }
            drop(run);
        }
    }
}
