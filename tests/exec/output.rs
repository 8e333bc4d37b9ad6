//! How much of what runs write is kept, and what a terminal gets of it.

use std::fs;

use aws_sso::sandbox::{Names, Options};
use serde_json::Value;

use crate::support::process::wait;
use crate::support::user::User;

/// The most memory that a process has had, in KiB.
fn peak(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_what_runs_write_and_json_has_all_of_it() {
    const SIZE: usize = 24_000_000;
    let user = User::signed_in(Options::default());
    let _ = user.home.command("mkfifo").arg(user.home.path("go")).run().success();
    let write = format!("read x < go; yes $(printf %0999d 0) | head -c {SIZE}; : > written; read x < go");
    let options = format!("--match {} --output json", user.role(0, 1));
    let running = user.exec(&options, &["sh", "-c", &write]).start();
    fs::write(user.home.path("go"), "\n").unwrap();
    let before = peak(running.id());
    wait(|| user.home.has("written").then_some(()));
    let grown = peak(running.id()) - before;
    assert!(grown < 12 << 10, "{grown} KiB for {SIZE} bytes");
    // Nobody else can open what is kept outside of the memory.
    assert_eq!(user.home.list("tmp"), [""; 0]);
    fs::write(user.home.path("go"), "\n").unwrap();
    let output = running.finish().success();
    let row = output.json_lines().remove(0);
    assert!(row["stdout"].as_str().unwrap() == ("0".repeat(999) + "\n").repeat(SIZE / 1000), "all of it");
    assert!(row.get("truncated").is_none(), "{:?}", row["truncated"]);
}

#[test]
fn what_does_not_fit_is_named() {
    let user = User::signed_in(Options::default());
    let options = format!("--match {} --output json", user.role(0, 1));
    let run = user.exec(&options, &["sh", "-c", "yes | head -c 3000000"]).env("TMPDIR", user.home.path("missing"));
    let output = run.run().status(1);
    let output = output.complains("some of the output could not be written in ");
    let _ = output.complains(&format!(
        "missing: No such file or directory\n  run: mkdir -p {}\n",
        user.home.path("missing").display()
    ));
}

#[test]
fn a_terminal_gets_json_without_control_characters_and_a_pipe_gets_all() {
    let options = Options { accounts: 30, roles: 1, names: Names::Hostile, ..Options::default() };
    let user = User::signed_in(options);
    let script = "printf 'a\\302\\233b\\342\\200\\256c\\033]0;d\\007\\n'";
    let run = || user.exec("--match * --yes --output json", &["sh", "-c", script]);
    let piped = run().run().success();
    assert!(piped.json_lines().iter().all(|row| row["stdout"] == "a\u{9b}b\u{202e}c\x1b]0;d\x07\n"), "{piped}");
    let file = user.home.path("screen");
    // `script` writes down every byte that the terminal gets.
    let words: Vec<_> = run().command().get_args().map(|word| word.to_str().unwrap().to_owned()).collect();
    let line =
        std::iter::once("aws-sso".to_owned()).chain(words).map(|word| shlex::try_quote(&word).unwrap().into_owned());
    let line = line.collect::<Vec<_>>().join(" ") + " 2>/dev/null";
    let terminal = user.home.command("script").args(["-qec", &line]).arg(&file).endpoint(user.sandbox.endpoint());
    let _ = terminal.run().success();
    let screen = fs::read_to_string(file).unwrap();
    let lines: Vec<_> = screen.lines().filter(|line| line.starts_with('{')).collect();
    assert_eq!(lines.len(), 30);
    for line in lines {
        let is_bad = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c) || c == '\u{200b}';
        assert!(!line.trim_end().contains(is_bad), "{line:?}");
        let row: Value = serde_json::from_str(line.trim_end()).unwrap();
        assert_eq!(row["stdout"], "a\u{fffd}b\u{fffd}c\x1b]0;d\x07\n");
    }
}
