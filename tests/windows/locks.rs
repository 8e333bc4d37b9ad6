//! Locks, which on Windows would keep other programs from reading a file.

use aws_sso::sandbox::{Approval, Options};

use crate::support::wine::WindowsUser;

#[test]
fn programs_read_the_token_file_of_a_running_server() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let line = format!("@{} \"%AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE%\"\r\n", windows.tool_path("read"));
    windows.home().write("read.bat", line);
    let run = windows.aws_sso("exec 012345678901/reader --server --").args([windows.path("read.bat")]);
    let token = run.run().success().stdout;
    assert!(token.len() >= 43, "32 bytes: {token}");
}

#[test]
fn who_waits_for_a_sign_in_in_another_console_sees_its_link_and_its_process() {
    let options = Options { approval: Approval::ByPage, ..Options::default() };
    let Some(windows) = WindowsUser::who_approves(options) else { return };
    let login = || windows.aws_sso("login --device-code --no-browser").in_terminal();
    let mut first = login();
    first.wait_for("confirm the code");
    let locks = "AppData/Local/aws-sso/locks";
    let names = windows.home().list(locks);
    let is_lock = |name: &&String| name.starts_with("sign-in-") && !name.contains(".request");
    let name = names.iter().find(is_lock).unwrap();
    let holder = windows.tool("read", &[&windows.path(&format!("{locks}/{name}"))]).run().success().stdout;
    let mut second = login();
    second.wait_for(&format!("another aws-sso (process {holder}) is signing in"));
    second.wait_for("confirm the code").wait_for(&format!("pid {holder}"));
    windows.user.sandbox.update(|options| options.approval = Approval::Automatic);
    for terminal in [first, second] {
        let _ = terminal.finish().success();
    }
}
