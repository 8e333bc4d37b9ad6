//! Which program of Windows opens a link, and that the whole link reaches it.

use aws_sso::sandbox::Options;

use crate::support::http::{bring_back, parameter, redirection};
use crate::support::process::Invocation;
use crate::support::user::TOKEN_FILE;
use crate::support::wine::WindowsUser;

const PROGRAM: &str = "My Browser/browser.exe";

/// Signs in with this browser, which a stand-in at `PROGRAM` is or leads to; what that was called with, but the link.
#[track_caller]
fn sign_in(windows: &WindowsUser, login: Invocation) -> Vec<String> {
    let running = login.start();
    let mut words = windows.words(PROGRAM);
    let page = words.pop().unwrap();
    assert!(page.starts_with("http://127.0.0.1:") && page.contains("/sign-in/"), "{page}");
    let _ = bring_back(&windows.user.authorize(&redirection(&page)));
    let _ = running.finish().success();
    assert!(windows.home().has(TOKEN_FILE));
    words
}

#[test]
fn browser_names_programs_as_windows_writes_their_paths() {
    let Some(windows) = WindowsUser::new(Options::default()) else { return };
    std::fs::create_dir(windows.home().path("My Browser")).unwrap();
    let path = windows.stand_in(PROGRAM, "");
    windows.home().write("My Browser/start.cmd", "@\"%~dp0browser.exe\" of-batch %1\r\n");
    let batch = windows.path(r"My Browser\start.cmd");
    let cases: [(&str, &[&str]); 7] = [
        (&path, &[]),
        (&path.replace(".exe", ""), &[]),
        (&path.replace('\\', "/"), &[]),
        (&format!("{path} -P work %s"), &["-P", "work"]),
        (&format!(r#""{path}" "--new window""#), &["--new window"]),
        (&format!(r"C:\gone\x.exe;nothing -y;{path} last"), &["last"]),
        (&batch, &["of-batch"]),
    ];
    for (browser, expected) in cases {
        let login = windows.aws_sso("login --browser --force").env("BROWSER", browser);
        assert_eq!(sign_in(&windows, login), expected, "{browser}");
    }
}

#[test]
fn a_link_with_what_cmd_would_read_arrives_whole() {
    let special = "R&D %PATH% ^ 100%";
    let renamed = vec![("012345678901".to_owned(), special.to_owned())];
    let Some(windows) = WindowsUser::signed_in(Options { renamed, ..Options::default() }) else { return };
    std::fs::create_dir(windows.home().path("My Browser")).unwrap();
    let path = windows.stand_in(PROGRAM, "");
    let _ = windows.aws_sso("list").run().success();
    let command = format!("{path} \"ext+container:name={{account_name}}&url={{url}}\" --as={{account_name}}");
    windows.home().write("AppData/Roaming/aws-sso/config", format!("browser-command = {command}\n"));
    let running = windows.aws_sso("console 012345678901/reader").start();
    let words = windows.words(PROGRAM);
    let encoded = "ext+container:name=R%26D%20%25PATH%25%20%5E%20100%25&url=http%3A%2F%2F127.0.0.1%3A";
    assert!(words[0].starts_with(encoded), "{words:?}");
    assert_eq!(words[1..], [format!("--as={special}")]);
    let page = parameter(&words[0].replace("&url", "?url"), "url");
    assert!(redirection(&page).contains("SigninToken="), "{page}");
    let _ = running.finish().success();
}

#[test]
fn without_browser_the_program_for_links_of_the_system_is_started() {
    let Some(windows) = WindowsUser::alone(Options::default()) else { return };
    std::fs::create_dir(windows.home().path("My Browser")).unwrap();
    let path = windows.stand_in(PROGRAM, "");
    let key = r"HKCR\http\shell\open\command";
    let _ = windows.batch(&format!("reg add {key} /f /ve /d \"\\\"{path}\\\" of-system \\\"%%1\\\"\"")).run().success();
    assert_eq!(sign_in(&windows, windows.aws_sso("login --browser")), ["of-system"]);
}
