//! Files that another program has open, as virus scanners and indexers do: Windows lets nobody replace them.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use aws_sso::sandbox::Options;

use crate::support::process::wait;
use crate::support::wine::WindowsUser;

/// Holds the file open until this is dropped.
struct Held(Child);

impl Held {
    fn open(windows: &WindowsUser, file: &str) -> Self {
        let mut child = windows.hold(file).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
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

#[test]
fn a_file_that_is_held_is_replaced_once_it_is_let_go() {
    let Some(windows) = WindowsUser::signed_in(Options::default()) else { return };
    let home = windows.home();
    let before = home.read(".aws/config");
    let held = Held::open(&windows, ".aws/config");
    let redirect = r#"log=$1; shift; exec "$@" 2>"$log""#;
    let log = home.path("log");
    let behind = ["/bin/sh".as_ref(), "-c".as_ref(), redirect.as_ref(), "sh".as_ref(), log.as_os_str()];
    let running = windows.aws_sso("-v discover -p corp").behind(behind).start();
    wait(|| fs::read_to_string(&log).ok().filter(|log| log.contains("config open: waiting")));
    assert_eq!(home.read(".aws/config"), before);
    drop(held);
    let _ = running.finish().success();
    assert!(home.read(".aws/config").contains("credential_process"));
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
