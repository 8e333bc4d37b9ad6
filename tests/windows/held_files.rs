//! Files that another program has open, as virus scanners and indexers do: Windows lets nobody replace or delete them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use aws_sso::sandbox::Options;

use crate::support::process::{Running, wait};
use crate::support::user::TOKEN_FILE;
use crate::support::wine::WindowsUser;

/// Holds the file open until this is dropped.
struct Held(Child);

impl Held {
    fn open(windows: &WindowsUser, file: &str) -> Self {
        Self::with(windows, file, "")
    }

    fn with(windows: &WindowsUser, file: &str, how: &str) -> Self {
        let mut child = windows.hold(file, how).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line.trim(), "held");
        Self(child)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// A run that waits until this file is let go.
fn waiting(windows: &WindowsUser, line: &str, file: &str) -> Running {
    let redirect = r#"log=$1; shift; exec "$@" 2>"$log""#;
    let log = windows.home().path("log");
    let behind = ["/bin/sh".as_ref(), "-c".as_ref(), redirect.as_ref(), "sh".as_ref(), log.as_os_str()];
    let running = windows.aws_sso(&format!("-v {line}")).behind(behind).start();
    wait(|| fs::read_to_string(&log).ok().filter(|log| log.contains(&format!("{file} open: waiting"))));
    running
}

#[test]
fn a_file_that_is_held_is_replaced_once_it_is_let_go() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    let before = home.read(".aws/config");
    let held = Held::open(&windows, ".aws/config");
    let running = waiting(&windows, "discover -p corp", "config");
    assert_eq!(home.read(".aws/config"), before);
    drop(held);
    let _ = running.finish().success();
    assert!(home.read(".aws/config").contains("credential_process"));
}

/// As most libraries read. The file systems of Windows itself replace such a file at once, Wine 8 does not.
#[test]
fn a_file_that_is_held_by_who_allows_to_replace_it_is_replaced() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let held = Held::with(&windows, ".aws/config", "shared");
    let running = waiting(&windows, "discover -p corp", "config");
    drop(held);
    let _ = running.finish().success();
    assert!(windows.home().read(".aws/config").contains("credential_process"));
}

#[test]
fn a_file_that_stays_held_is_named_and_nothing_is_changed() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    let (before, names) = (home.read(".aws/config"), home.list(".aws"));
    let _held = Held::open(&windows, ".aws/config");
    let output = windows.aws_sso("discover -p corp").run().status(1);
    let file = windows.path(".aws\\config");
    let output = output.complains(&format!("cannot write {file}: another program has it open"));
    let _ = output.complains("nothing was changed; end the program that uses it");
    assert_eq!(home.read(".aws/config"), before);
    assert_eq!(home.list(".aws"), names);
}

#[test]
fn a_token_that_is_held_is_deleted_once_it_is_let_go() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let held = Held::open(&windows, TOKEN_FILE);
    let running = waiting(&windows, "logout", TOKEN_FILE.rsplit('/').next().unwrap());
    assert!(windows.home().has(TOKEN_FILE));
    drop(held);
    let _ = running.finish().success();
    assert!(!windows.home().has(TOKEN_FILE));
}

#[test]
fn a_token_that_stays_held_is_named_with_what_to_do() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let _held = Held::open(&windows, TOKEN_FILE);
    let file = windows.path(TOKEN_FILE);
    let output = windows.aws_sso("logout").run().status(1);
    let output =
        output.complains(&format!("its token is still here: cannot delete {file}: another program has it open"));
    let _ = output.complains("end the program that uses it");
}
