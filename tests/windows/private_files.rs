//! Who can read files with secrets. Wine keeps a list as the mode of the file: its owner's part, and Everyone's.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;
use serde_json::Value;

use crate::support::Home;
use crate::support::user::TOKEN_FILE;
use crate::support::wine::WindowsUser;

fn mode(home: &Home, path: &str) -> u32 {
    fs::metadata(home.path(path)).unwrap().permissions().mode() & 0o777
}

fn set_mode(home: &Home, path: &str, mode: u32) {
    fs::set_permissions(home.path(path), Permissions::from_mode(mode)).unwrap();
}

/// What `doctor` finds, each with what it says to do.
fn findings(windows: &WindowsUser) -> Vec<(String, String)> {
    let report = windows.aws_sso("doctor --offline --json").run().json();
    let sections = report["sections"].as_array().unwrap().iter();
    let findings = sections.flat_map(|section| section["findings"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    findings.map(|finding| (text(&finding["found"]), text(&finding["remedy"]))).collect()
}

/// Paths in a folder of the home.
fn within(home: &Home, folder: &str) -> Vec<String> {
    home.list(folder).into_iter().map(|name| format!("{folder}/{name}")).collect()
}

#[test]
fn new_files_with_secrets_and_their_folders_are_for_their_user_alone() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    let _ = windows.aws_sso(&format!("process {}", windows.user.role(0, 0))).run().success();
    let _ = windows.aws_sso(&format!("-p corp -r {}", windows.user.role_arn(0))).run().success();
    let folders =
        [".aws/sso", ".aws/sso/cache", ".aws/cli", ".aws/cli/cache", "AppData/Local/aws-sso"].map(str::to_owned);
    let files = [within(home, ".aws/sso/cache"), within(home, ".aws/cli/cache"), vec![".aws/credentials".to_owned()]];
    let files = files.concat();
    assert!(files.len() >= 4, "{files:?}");
    for path in folders.into_iter().chain(files) {
        assert_eq!(mode(home, &path) & 0o007, 0, "{path}");
    }
}

#[test]
fn a_cached_secret_that_others_can_read_is_named_and_the_next_write_keeps_them_out() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    let folder = windows.path(".aws\\sso\\cache");
    let private = (format!("{folder}: 2 files of sign-ins, which only you can read"), String::new());
    assert!(findings(&windows).contains(&private), "{:#?}", findings(&windows));
    for (mode_of_all, what) in [(0o644, "read"), (0o606, "change")] {
        set_mode(home, TOKEN_FILE, mode_of_all);
        let file = TOKEN_FILE.rsplit('/').next().unwrap();
        let wide = (
            format!("{folder}\\{file} holds secrets, and other users can {what} it (Everyone)"),
            format!("run: icacls '{folder}\\*.json' /inheritance:d /remove:g *S-1-1-0"),
        );
        let found = findings(&windows);
        assert!(found.contains(&wide) && !found.contains(&private), "{wide:?}\n{found:#?}");
        windows.user.expire_token();
        set_mode(home, TOKEN_FILE, mode_of_all);
        let _ = windows.aws_sso("check").run().success();
        assert_eq!(mode(home, TOKEN_FILE) & 0o007, 0);
        assert!(findings(&windows).contains(&private));
    }
}

#[test]
fn a_file_of_the_users_own_keeps_those_who_can_read_it() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    for (kept, name) in [(0o644, "one"), (0o600, "two")] {
        set_mode(home, ".aws/config", kept);
        let _ = windows.aws_sso(&format!("discover -p corp --name {name}-{{account_id}}-{{role}}")).run().success();
        assert!(home.read(".aws/config").contains(&format!("[profile {name}-")));
        assert_eq!(mode(home, ".aws/config") & 0o006, kept & 0o006);
    }
    // Keys come into a file that others can read: it stays theirs to read, and the user is warned.
    home.write(".aws/credentials", "[other]\n");
    set_mode(home, ".aws/credentials", 0o644);
    let output = windows.aws_sso(&format!("-p corp -r {}", windows.user.role_arn(0))).run().success();
    let file = windows.path(".aws\\credentials");
    let output = output.complains(&format!("other users can read {file}, which has keys; to fix that, run: icacls"));
    assert_eq!(mode(home, ".aws/credentials") & 0o006, 0o004, "{output}");
}

#[test]
fn a_folder_in_which_others_can_replace_secrets_is_named() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    let folder = windows.path(".aws\\cli\\cache");
    fs::create_dir_all(home.path(".aws/cli/cache")).unwrap();
    set_mode(home, ".aws/cli/cache", 0o707);
    let remedy = "/inheritance:d /remove:g *S-1-1-0";
    let output = windows.aws_sso(&format!("env {} --shell cmd", windows.user.role(0, 0))).run().success();
    let output = output.complains(&format!("other users can change {folder}; to fix that, run: icacls"));
    let _ = output.complains(remedy);
    let wide = format!("other users can replace the files in {folder} (Everyone)");
    let remedy = format!("run: icacls '{folder}' {remedy}");
    assert!(findings(&windows).contains(&(wide, remedy)), "{:#?}", findings(&windows));
    // MSYS takes one slash away.
    let in_git_bash = windows.aws_sso("doctor --offline").env("WINDOWS_MSYSTEM", "MINGW64").run();
    let _ = in_git_bash.prints("' //inheritance:d //remove:g *S-1-1-0");
    for (name, value, expected) in [
        ("WINDOWS_MSYS_NO_PATHCONV", "1", "' /inheritance:d /remove:g *S-1-1-0"),
        ("WINDOWS_MSYS2_ARG_CONV_EXCL", "--x;*", "' /inheritance:d /remove:g *S-1-1-0"),
        ("WINDOWS_MSYS2_ARG_CONV_EXCL", "/remove:;/S", "' //inheritance:d /remove:g *S-1-1-0"),
    ] {
        let run = windows.aws_sso("doctor --offline").env("WINDOWS_MSYSTEM", "MINGW64").env(name, value).run();
        let _ = run.prints(expected);
    }
    // As the remedy leaves it.
    set_mode(home, ".aws/cli/cache", 0o705);
    let private = format!("{folder}: 1 file of role credentials, which only you can read");
    assert!(findings(&windows).iter().any(|(found, _)| *found == private), "{:#?}", findings(&windows));
}
