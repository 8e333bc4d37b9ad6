//! The console: questions and links are there also where stdin, stdout and stderr lead elsewhere.

use std::fs;

use aws_sso::sandbox::{Approval, Options};

use crate::support::wine::{WindowsUser, windows_path};

const SETTINGS: &str = "AppData/Roaming/aws-sso/config";

fn with_names() -> Option<WindowsUser> {
    let renamed = vec![("012345678901".to_owned(), "Zürich ☃ 東京".to_owned())];
    let windows = WindowsUser::signed_in(Options { accounts: 2, renamed, ..Options::default() })?;
    windows.home().write(SETTINGS, "picker = number\n");
    Some(windows)
}

#[test]
fn the_numbered_list_is_on_the_console_and_takes_an_answer() {
    for is_redirected in [false, true] {
        let Some(windows) = with_names() else { return };
        let output = windows.home().path("output");
        let mut run = windows.aws_sso("-p corp -env");
        if is_redirected {
            run = run.env("WINDOWS_OUTPUT", windows_path(&output));
        }
        let mut terminal = run.in_terminal();
        terminal.wait_for("Zürich ☃ 東京").wait_for("Choose the role [1-").send("Zürich reader\r");
        let screen = terminal.finish().success();
        let exports = if is_redirected { fs::read_to_string(&output).unwrap() } else { screen.stdout };
        assert!(exports.contains("AWS_ACCESS_KEY_ID='ASIA"), "{exports}");
    }
}

#[test]
fn without_a_console_a_question_ends_as_on_linux() {
    let Some(windows) = with_names() else { return };
    let output = windows.aws_sso("-p corp -env").run().status(2);
    let on_linux = windows.user.aws_sso("-p corp -env").run().status(2);
    assert_eq!(output.stderr, on_linux.stderr);
}

#[test]
fn a_link_is_on_the_console_where_a_program_takes_the_output() {
    let options = Options { approval: Approval::ByPage, ..Options::default() };
    let Some(windows) = WindowsUser::who_approves(options) else { return };
    let output = windows.home().path("output");
    let run = windows.aws_sso("process 012345678901/reader").env("SSH_CONNECTION", "elsewhere");
    let mut terminal = run.env("WINDOWS_OUTPUT", windows_path(&output)).in_terminal();
    terminal.wait_for("confirm the code");
    assert_eq!(fs::read_to_string(&output).unwrap(), "");
    windows.user.sandbox.update(|options| options.approval = Approval::Automatic);
    let _ = terminal.finish().success();
    assert!(fs::read_to_string(&output).unwrap().contains("\"AccessKeyId\""));
}

#[test]
fn the_picker_beside_the_program_draws_on_the_console_and_returns_what_was_chosen() {
    for (keys, status) in [("Zürich reader\r", 0), ("\x1b", 130), ("\x03", 130)] {
        let Some(windows) = with_names() else { return };
        windows.home().write(SETTINGS, "");
        let output = windows.home().path("output");
        let run = windows.aws_sso("-p corp -env").env("WINDOWS_OUTPUT", windows_path(&output));
        let mut terminal = run.in_terminal();
        terminal.wait_for("8/8").wait_for("Zürich ☃ 東京");
        terminal.send(keys);
        let _ = terminal.finish().status(status);
        let is_chosen = fs::read_to_string(&output).unwrap().contains("AWS_SSO_ROLE_NAME='reader'");
        assert_eq!(is_chosen, status == 0, "{keys:?}");
    }
}
