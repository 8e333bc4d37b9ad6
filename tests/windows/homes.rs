//! Whose home is touched: each private home of ours holds on Windows, where HOME means nothing to most programs.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use aws_sso::sandbox::Options;

use crate::support::files;
use crate::support::wine::WindowsUser;

/// Everything in the user's home, but the folder for temporary files, with the time of its last change.
fn traces(windows: &WindowsUser) -> BTreeSet<(PathBuf, std::time::SystemTime)> {
    let temporary = windows.home().path("AppData/Local/Temp");
    let kept = files(&windows.home().path("")).into_iter().filter(|file| !file.starts_with(&temporary));
    kept.map(|file| (file.clone(), fs::metadata(file).unwrap().modified().unwrap())).collect()
}

#[test]
fn the_tour_touches_nothing_of_the_users_on_windows() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let before = traces(&windows);
    let output = windows.aws_sso("sandbox --tour").run().success();
    for shown in ["3 · A command uses a role", "AWS_SSO_ROLE_ARN=arn:aws:iam::012345678901:role/", "5 · AWS knows"] {
        assert!(output.stdout.contains(shown), "{shown}\n{output}");
    }
    assert_eq!(traces(&windows), before);
    assert_eq!(windows.home().list("AppData/Local/Temp"), [""; 0]);
}

#[test]
fn the_shell_of_the_sandbox_touches_nothing_of_the_users_on_windows() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let take = "for /f \"tokens=1*\" %i in ('aws-sso env 012345678901/ROLE --shell cmd') do @set %j"
        .replace("ROLE", "AdministratorAccess");
    let lines = ["aws-sso login --device-code --no-browser", "aws-sso discover", &take, "set", "exit 7"];
    // Wine's cmd.exe reads lines from a file, but not from a pipe.
    windows.home().write("AppData/Local/Temp/typed", lines.join("\r\n") + "\r\n");
    let batch = windows.batch("aws-sso sandbox <%TEMP%\\typed\nexit %errorlevel%");
    let before = traces(&windows);
    let output = batch.env("WINDOWS_SHELL", "cmd").run().status(7);
    let private = format!("{}\\aws-sso-sandbox-", windows.path("AppData/Local/Temp"));
    for name in ["USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CACHE_HOME", "AWS_CONFIG_FILE"] {
        assert!(output.stdout.contains(&format!("\n{name}={private}")), "{name}\n{output}");
    }
    assert_eq!(traces(&windows), before, "{output}");
    assert!(output.stdout.contains("\nAWS_SSO_ROLE_NAME=AdministratorAccess"), "{output}");
    assert!(output.stderr.contains(&take), "{output}");
    // Wine's cmd.exe leaves files of its own there.
    let left = windows.home().list("AppData/Local/Temp");
    assert!(!left.iter().any(|name| name.starts_with("aws-sso")), "{left:?}");
}

#[test]
fn settings_caches_and_locks_are_where_windows_has_them() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    home.write("AppData/Roaming/aws-sso/config", "[alias]\nmine = 012345678901/reader\n");
    let _ = windows.aws_sso("process mine").run().success();
    let _ = windows.aws_sso("list").run().success();
    assert!(home.has("AppData/Local/aws-sso/locks"));
    assert_eq!([home.has(".cache"), home.has(".config")], [false, false]);
    // The variables of XDG come first.
    home.write("xdg/aws-sso/config", "[alias]\nother = 012345678901/reader\n");
    let with_xdg = |line: &str| windows.aws_sso(line).env("XDG_CONFIG_HOME", windows.path("xdg"));
    let _ = with_xdg("process other").run().success();
    let _ = windows.aws_sso("list").env("XDG_CACHE_HOME", windows.path("cache")).run().success();
    assert!(home.has("cache/aws-sso"));
    let _ = with_xdg("process mine").run().status(4);
    // Paths are shown in the style of Windows.
    let output = windows.aws_sso("discover -p corp").run().success();
    assert!((output.stdout.clone() + &output.stderr).contains(&windows.path(".aws\\config")), "{output}");
}

#[test]
fn a_relative_folder_in_a_variable_is_ignored_on_windows() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    windows.home().write("AppData/Roaming/aws-sso/config", "[alias]\nmine = 012345678901/reader\n");
    fs::create_dir(windows.home().path("here")).unwrap();
    // The second has no drive.
    for (name, folder) in [
        ("WINDOWS_APPDATA", "config"),
        ("WINDOWS_APPDATA", r"\config"),
        ("WINDOWS_LOCALAPPDATA", r".\cache"),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", r"\cache"),
    ] {
        for line in ["process mine", "list"] {
            let run = windows.aws_sso(line).env(name, folder).current_dir(windows.home().path("here"));
            let _ = run.run().success();
        }
    }
    assert_eq!(windows.home().list("here"), [""; 0]);
}
