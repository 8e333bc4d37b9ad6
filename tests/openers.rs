//! Which programs open a link, in which order, and what is said where none does.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;

use crate::support::process::Invocation;
use crate::support::skip;
use crate::support::user::User;

/// A program in `bin` that writes down how it was called, and then does this.
fn fake(user: &User, name: &str, end: &str) {
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"${{0##*/}} $*\" >> \"$HOME/calls\"\n{end}\n");
    let program = user.home.write(format!("bin/{name}"), script);
    fs::set_permissions(program, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A sign-in on a desktop where these programs are all that there is. What each was called with, and the screen.
#[track_caller]
fn signs_in(user: &User, sign_in: Invocation) -> (Vec<String>, String) {
    let sign_in = sign_in.env("DISPLAY", ":0").env("PATH", user.home.path("bin"));
    let mut terminal = sign_in.in_terminal();
    terminal.wait_for("waiting 10 minutes");
    let screen = terminal.screen();
    terminal.send("\x03");
    let _ = terminal.finish().status(130);
    let calls = if user.home.has("calls") { user.home.read("calls") } else { String::new() };
    (calls.lines().map(str::to_owned).collect(), screen)
}

const OPENED: &str = "a browser opens; if it does not, go to";
const NOT_OPENED: &str = "no browser could be opened; in one on this machine, go to";

#[test]
fn openers_are_tried_until_one_succeeds_and_nothing_is_said_to_open_that_does_not() {
    // The programs that are there and how they end, the environment, which were tried, and what is said.
    type Case<'a> = (&'a [(&'a str, &'a str)], &'a [(&'a str, &'a str)], &'a [&'a str], &'a str);
    let wsl: &[(&str, &str)] = &[("WSL_DISTRO_NAME", "Ubuntu")];
    let cases: [Case<'_>; 17] = [
        (&[("xdg-open", "exit 0")], &[], &["xdg-open"], OPENED),
        (&[("xdg-open", "exit 4"), ("gio", "exit 0")], &[], &["xdg-open", "gio"], OPENED),
        (&[("xdg-open", "kill -9 $$"), ("kde-open", "exit 0")], &[], &["xdg-open", "kde-open"], OPENED),
        (&[("xdg-open", "exit 3")], &[], &["xdg-open"], NOT_OPENED),
        // A browser that goes on running.
        (&[("xdg-open", "exec /bin/sleep 3; exit 1"), ("gio", "exit 0")], &[], &["xdg-open"], OPENED),
        (&[], &[], &[], NOT_OPENED),
        (&[("a", "exit 1"), ("b", "exit 0"), ("xdg-open", "exit 0")], &[("BROWSER", "a:gone:b")], &["a", "b"], OPENED),
        (&[("a", "exit 1"), ("b", "exit 0")], &[("BROWSER", "a --in 'x:y' %s:b")], &["a", "b"], OPENED),
        (&[("a", "exit 1"), ("xdg-open", "exit 0")], &[("BROWSER", "a")], &["a"], NOT_OPENED),
        (&[("xdg-open", "exit 0")], &[("BROWSER", " : ")], &["xdg-open"], OPENED),
        (&[("wslview", "exit 0"), ("powershell.exe", "exit 0")], wsl, &["wslview"], OPENED),
        (&[("wslview", "exit 1"), ("powershell.exe", "exit 0")], wsl, &["wslview", "powershell.exe"], OPENED),
        (
            &[("powershell.exe", "exit 1"), ("rundll32.exe", "exit 0"), ("explorer.exe", "exit 1")],
            wsl,
            &["powershell.exe", "rundll32.exe"],
            OPENED,
        ),
        // Explorer ends with 1 although it has opened the link.
        (&[("explorer.exe", "exit 1"), ("xdg-open", "exit 0")], wsl, &["explorer.exe"], OPENED),
        (&[("explorer.exe", "exit 1"), ("x", "exit 0")], &[("BROWSER", "explorer.exe:x")], &["explorer.exe"], OPENED),
        // Programs of Windows cannot be started, but Linux has a browser of its own.
        (&[("xdg-open", "exit 0")], wsl, &["xdg-open"], OPENED),
        // Elsewhere than under WSL, a program of such a name is something else.
        (&[("wslview", "exit 0"), ("powershell.exe", "exit 0")], &[], &[], NOT_OPENED),
    ];
    for (programs, environment, tried, says) in cases {
        let user = User::new(Options::default());
        for (name, end) in programs {
            fake(&user, name, end);
        }
        let sign_in =
            environment.iter().fold(user.aws_sso("login --browser"), |login, (name, value)| login.env(name, value));
        let (calls, screen) = signs_in(&user, sign_in);
        let names: Vec<_> = calls.iter().map(|call| call.split(' ').next().unwrap()).collect();
        assert_eq!(names, tried, "{programs:?} {environment:?}");
        assert!(screen.contains(says), "{programs:?} {environment:?}\n{screen}");
        assert!(calls.iter().all(|call| call.contains("http://127.0.0.1:")), "{calls:?}");
    }
}

#[test]
fn each_program_of_windows_gets_the_link_as_one_word() {
    let cases = [
        ("wslview", "wslview http://127.0.0.1:", ""),
        ("powershell.exe", "powershell.exe -NoProfile -NonInteractive -Command Start-Process 'http://127.0.0.1:", "'"),
        ("rundll32.exe", "rundll32.exe url.dll,FileProtocolHandler http://127.0.0.1:", ""),
        ("explorer.exe", "explorer.exe http://127.0.0.1:", ""),
    ];
    for (program, start, end) in cases {
        let user = User::new(Options::default());
        fake(&user, program, "exit 0");
        let (calls, _) = signs_in(&user, user.aws_sso("login --browser").env("WSL_INTEROP", "/run/WSL/1_interop"));
        let [call] = calls.as_slice() else { panic!("{calls:?}") };
        let link = call.strip_prefix(start).and_then(|rest| rest.strip_suffix(end)).unwrap_or_else(|| panic!("{call}"));
        assert!(link.contains("/sign-in/") && !link.contains([' ', '\'', '&']), "{call}");
    }
}

#[test]
fn wsl_is_recognised_by_its_kernel_alone() {
    let user = User::new(Options::default());
    fake(&user, "wslview", "exit 0");
    let Some(sign_in) = user.under_wsl(user.aws_sso("login --browser")) else {
        skip("this user may not mount: a Linux subsystem of Windows is not tested");
        return;
    };
    let (calls, screen) = signs_in(&user, sign_in);
    assert!(calls.len() == 1 && screen.contains(OPENED), "{calls:?}\n{screen}");
}
