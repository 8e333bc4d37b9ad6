//! What the runs of `exec --match` read from stdin.

use std::fs;
use std::io::Write as _;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use aws_sso::sandbox::Options;

use crate::support::disk::FULL;
use crate::support::second_user::is_root;
use crate::support::user::User;
use crate::support::{Invocation, Output, Shell, note};

/// What a script of /bin/sh has: `many`, which runs a command under four roles.
const MANY: &str = "many() { aws-sso exec --match '*/reader' \"$@\"; }";

impl User {
    fn sh(&self, script: &str) -> Invocation {
        self.home.command("/bin/sh").args(["-c", &format!("{MANY}\n{script}")]).endpoint(self.sandbox.endpoint())
    }

    fn with_socket(&self, end: UnixStream) -> std::process::Output {
        let mut command = self.exec("--match reader", &["touch", "ran"]).command();
        command.stdin(Stdio::from(OwnedFd::from(end))).output().unwrap()
    }

    /// Whether a run has made the file `ran`, which is removed.
    fn has_run(&self) -> bool {
        fs::remove_file(self.home.path("ran")).is_ok()
    }
}

fn is_refused(output: Output) -> Output {
    output.status(2).complains("there is input on stdin").complains("--stdin").complains("</dev/null")
}

#[test]
fn input_that_is_there_is_refused_before_anything_runs() {
    // Who is not signed in is told of the input, and is not asked to sign in for nothing.
    let user = User::new(Options::default());
    user.home.write("file", "data\n");
    user.home.write("long", "x".repeat(200_000));
    assert_eq!(std::process::Command::new("mkfifo").arg(user.home.path("pipe")).status().unwrap().code(), Some(0));
    let many = "aws-sso exec --match '*/reader' -- touch ran";
    let heredoc = format!("{many} <<'END'\ndata\nEND");
    // A shell may write a long one while the command runs already: what another one has read of it is there.
    let long_heredoc = format!("{{ head -c 5 >read; {many}; }} <<'END'\n{}\nEND", "x".repeat(200_000));
    let pipe = format!("exec 3<>pipe; echo data >&3; {many} <&3");
    let file = format!("{many} <file");
    let (sh, here) = ([&*file, &heredoc, &long_heredoc, &pipe], format!("{many} <<<data"));
    let fish =
        ["aws-sso exec --match '*/reader' -- touch ran <file", "aws-sso exec --match r -- touch ran <(cat long|psub)"];
    let cases = (sh.iter().map(|script| ("/bin/sh", *script)))
        .chain(sh.iter().map(|script| ("bash", *script)))
        .chain(sh.iter().map(|script| ("zsh", *script)))
        .chain([("bash", &*here), ("zsh", &here)])
        .chain(fish.map(|script| ("fish", script)))
        .chain([
            ("/bin/sh", "{ head -c 5 >/dev/null; aws-sso exec --match reader -- touch ran; } <long"),
            ("/bin/sh", "aws-sso exec --pick -- touch ran <file"),
            ("/bin/sh", "aws-sso exec --match reader -- touch ran </proc/self/status"),
            ("/bin/sh", "aws-sso exec --match reader -- touch ran </dev/zero"),
        ]);
    for (program, script) in cases {
        user.home.write("script", script);
        let output = user.home.command(program).arg("script").endpoint(user.sandbox.endpoint()).run();
        let output = is_refused(output);
        assert!(output.stdout.is_empty() && !user.has_run(), "{program} {script}: {output}");
    }
    let (end, mut other) = UnixStream::pair().unwrap();
    other.write_all(b"data").unwrap();
    let output = user.with_socket(end);
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is input on stdin") && !user.has_run());
    assert!(user.sandbox.requests().is_empty());
    for shell in Shell::all() {
        // Through the function, and from a shell's own pipe.
        let output = user.script(shell, "awsso exec --match '*/reader' -- touch ran <file").run();
        assert!(output.stderr.contains("there is input on stdin") && !user.has_run(), "{shell:?}: {output}");
    }
}

#[test]
fn a_stdin_without_input_is_no_obstacle() {
    let user = User::signed_in(Options::default());
    user.home.write("empty", "");
    user.home.write("file", "data\n");
    for script in [
        "many -- touch ran </dev/null",
        "many -- touch ran <empty",
        "many -- touch ran <&-",
        "many -- touch ran 0>written",
        "many -- touch ran <.",
        "{ cat >/dev/null; many -- touch ran; } <file",
        ": | many -- touch ran",
        "mkfifo idle; exec 3<>idle; many -- touch ran <&3",
        // The writer's end is open, and all that it wrote is read.
        "mkfifo read; exec 3<>read; echo x >&3; read x <&3; many -- touch ran <&3",
    ] {
        let output = user.sh(script).run().success();
        assert!(output.stderr.contains("4 ok") && !output.stderr.contains("input"), "{script}: {output}");
        assert!(user.has_run(), "{script}");
    }
    // A socket to which the other side has written nothing, as a server may hand it on.
    let (end, _other) = UnixStream::pair().unwrap();
    assert!(user.with_socket(end).status.success() && user.has_run());
    let screen = user.exec("--match reader", &["sh", "-c", "cat; tty"]).in_terminal().finish().status(1).stdout;
    assert!(screen.contains("not a tty") && screen.contains("0 ok, 4 failed"), "{screen}");
}

#[test]
fn a_loop_that_reads_a_list_is_not_robbed_of_it() {
    let user = User::signed_in(Options::default());
    user.home.write("list", "one\ntwo\nthree\n");
    let script = |more: &str| {
        format!("while read -r word; do many -- echo \"$word\" {more} || echo \"refused $word\"; done <list")
    };
    let output = user.sh(&script("")).run().success();
    assert!(output.stdout.contains("refused one\nrefused two\n"), "{output}");
    let output = user.sh(&script("</dev/null")).run().success();
    for word in ["one", "two", "three"] {
        assert_eq!(output.stdout.matches(&format!("| {word}")).count(), 4, "{output}");
    }
}

#[test]
fn with_stdin_each_run_gets_all_of_it_from_its_start() {
    let user = User::signed_in(Options::default());
    let long: Vec<u8> = (0..3_000_000_u32).map(|number| (number % 251) as u8).collect();
    user.home.write("long", &long);
    let sum = user.sh("cksum <long").run().success().stdout;
    for jobs in ["-j 1", "-j 8"] {
        let output = user.exec(&format!("--match reader --stdin {jobs}"), &["cksum"]).stdin(long.as_slice()).run();
        assert_eq!(output.success().stdout.matches(&format!("| {sum}")).count(), 4, "{jobs}");
        let output = user.sh(&format!("many --stdin {jobs} -- cksum <long")).run().success();
        assert_eq!(output.stdout.matches(&format!("| {sum}")).count(), 4, "{jobs}");
    }
    for (script, line) in [
        ("many --stdin -- wc -c </dev/null", "0"),
        ("many --stdin -- wc -c <&-", "0"),
        ("echo data | many --stdin -- wc -c", "5"),
        ("(sleep 0.2; echo data) | many --stdin -- wc -c", "5"),
        ("many --stdin -- sh -s -- word <<'END'\necho \"it is a script, $1\"\nEND", "it is a script, word"),
        // It goes on from where the shell has read to, like any program.
        ("{ read -r first; many --stdin -- cat; } <<'END'\nfirst\nsecond\nEND", "second"),
    ] {
        let output = user.sh(script).run().success();
        assert_eq!(output.stdout.matches(&format!("| {line}\n")).count(), 4, "{script}: {output}");
    }
    // Runs that read a part of it, or nothing, are fine.
    for command in ["true", "head -c 1"] {
        let output = user.sh(&format!("many --stdin -- {command} <long")).run().success();
        assert!(output.stderr.contains("4 ok"), "{output}");
    }
    // So is one that ends while something of its own still has the input open.
    let background = "many --stdin -- sh -c 'sleep 600 <&0 >/dev/null 2>&1 & echo $! >>pids' <long; kill $(cat pids)";
    let output = user.sh(background).run().success();
    assert!(output.stderr.contains("4 ok"), "{output}");
}

#[test]
fn the_input_is_kept_where_nobody_else_can_read_it() {
    let user = User::signed_in(Options::default());
    let output = user.sh("echo secret | many --stdin -- ls -A \"$TMPDIR\"").run().success();
    assert_eq!(output.stdout, "");
    if !is_root() {
        return note("not root: the mode of the file that keeps the input is not looked at");
    }
    // Other descriptors are closed while it looks, and that makes its status 1.
    let find = "find -L /proc/$PPID/fd -type f -links 0 -printf '%m %s\\n' 2>/dev/null; true";
    let output =
        user.sh(&format!("echo secret | many --stdin -- sh -c \"{}\"", find.replace('$', "\\$"))).run().success();
    assert_eq!(output.stdout.matches("| 600 7\n").count(), 4, "{output}");
    let inherited = "find -L /proc/self/fd -links 0 -type f 2>/dev/null; true";
    let inherited = user.sh(&format!("echo secret | many --stdin -- sh -c '{inherited}'")).run().success();
    assert_eq!(inherited.stdout, "", "the commands do not inherit it");
}

#[test]
fn input_that_cannot_be_kept_or_read_is_said_in_one_line_and_nothing_runs() {
    let user = User::signed_in(Options::default());
    let many = "many --stdin -- touch ran";
    for (script, words) in [
        (
            format!("echo data | TMPDIR=/no/such/folder {many}"),
            "cannot keep the input in /no/such/folder: No such file",
        ),
        (format!("{many} <."), "cannot read the input on stdin: Is a directory"),
        (format!("{many} 0>written"), "cannot read the input on stdin: Bad file descriptor"),
    ] {
        let output = user.sh(&script).run().status(1).complains(words);
        assert!(output.stderr.lines().count() <= 2 && !user.has_run(), "{script}: {output}");
    }
    let _ = user.exec("--match reader", &["true"]).run().success();
    let full = user.exec("--match reader --stdin", &["touch", "ran"]).stdin("data").behind(FULL).run();
    let full = full.status(1).complains("cannot keep the input in").complains("export TMPDIR=");
    assert!(full.stderr.contains("File too large") && !user.has_run(), "{full}");
}

#[test]
fn nothing_that_is_refused_for_another_reason_uses_up_the_input() {
    let user = User::signed_in(Options::default());
    for options in
        ["--match nothing-like-it", "--match admin", "--match reader --output xml", "--match */reader --pick"]
    {
        let script = format!("echo data | {{ aws-sso exec --stdin {options} -- touch ran; cat; }}");
        let output = user.sh(&script).run().success();
        assert!(output.stdout == "data\n" && !user.has_run(), "{script}: {output}");
    }
    let _ = user.aws_sso("logout").run().success();
    let output = user.sh("echo data | { many --stdin -- touch ran; cat; }").run().success();
    assert!(output.stdout == "data\n" && output.stderr.contains("not signed in"), "{output}");
    let role = user.role(0, 0);
    let one = user.exec(&format!("{role} --stdin"), &["cat"]).stdin("data").run().status(2);
    let _ = one.complains("with one ROLE the command reads stdin itself").complains("leave out --stdin");
}

#[test]
fn input_is_typed_on_the_terminal_after_the_question() {
    let user = User::signed_in(Options::default());
    let script = "trap : INT; aws-sso exec --match Admin --stdin -- sh -c 'touch ran; cat'; echo status $?";
    let start = || {
        let mut terminal = user.sh(script).in_terminal();
        terminal.wait_for("Go on? [y/N]").send("y\r");
        terminal.wait_for("end it with Ctrl-D").send("typed\r");
        terminal
    };
    let mut terminal = start();
    terminal.send("\x04");
    let screen = terminal.finish().success().stdout;
    assert!(screen.matches("| typed").count() == 4 && user.has_run(), "{screen}");
    let mut terminal = start();
    terminal.send("\x03");
    let screen = terminal.finish().success().stdout;
    assert!(screen.contains("status 130") && !user.has_run(), "{screen}");
}

#[test]
fn input_that_arrives_before_the_first_run_is_refused_and_later_input_is_named() {
    let user = User::signed_in(Options::default());
    let _ = user.sh("mkfifo pipe").run().success();
    let question = "exec 3<>pipe; aws-sso exec --match Admin -- touch ran <&3";
    let mut terminal = user.sh(question).in_terminal();
    terminal.wait_for("Go on? [y/N]");
    let _ = user.sh("echo data >pipe").run().success();
    terminal.send("y\r");
    let screen = terminal.finish().status(2).stdout;
    assert!(screen.contains("there is input on stdin") && !user.has_run(), "{screen}");

    let late = user.sh("exec 3<>pipe; many -- sh -c 'echo late >pipe' <&3").run().success();
    let late = late.complains("warning: input arrived on stdin after the runs had begun");
    let late = late.complains("to give it to each run, add --stdin").complains("add </dev/null");
    assert!(late.stderr.contains("4 ok"), "{late}");
}
