//! What the processes of this program keep to themselves: no core dump, no secret for the programs that they start.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::time::Duration;

use aws_sso::sandbox::{Approval, Options};

use crate::support::process::{Running, children, processes, wait};
use crate::support::remembered::age;
use crate::support::second_user::{STRANGER, give, is_root};
use crate::support::user::User;
use crate::support::{AWS_SSO, Invocation, files, note};

/// A soft limit that no system sets by itself.
const LIMIT: [&str; 4] = ["/bin/sh", "-c", "ulimit -S -c 8; exec \"$@\"", "sh"];

/// As a user who is not root: root may read everything anyway.
fn ordinary(user: &User, invocation: Invocation) -> Invocation {
    if !is_root() {
        return invocation.behind(LIMIT);
    }
    give_all(&user.home.path(""));
    invocation.behind(LIMIT).behind(STRANGER.1)
}

fn give_all(path: &Path) {
    give(path, STRANGER.0);
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    for entry in entries {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            give_all(&entry.path());
        } else {
            give(entry.path(), STRANGER.0);
        }
    }
}

fn soft_core_limit(process: u32) -> Option<String> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max core file size"))?;
    Some(line.split_whitespace().next()?.to_owned())
}

/// The file of a process that root owns if the process is not dumpable.
fn is_dumpable(process: u32) -> bool {
    fs::metadata(format!("/proc/{process}/environ")).unwrap().uid() != 0
}

#[test]
fn no_process_of_this_program_leaves_a_core_dump_or_lets_its_memory_be_read() {
    let user = User::signed_in(Options { approval: Approval::Automatic, ..Options::default() });
    user.sandbox.update(|options| options.latency = Duration::from_mins(1));
    let role = user.role(0, 0);
    let lines = [
        format!("process {role}"),
        "list -p corp --refresh".to_owned(),
        "login --device-code --no-browser --force".to_owned(),
        "login --browser --force".to_owned(),
        "sandbox serve".to_owned(),
        format!("exec {role} -- true"),
    ];
    for line in &lines {
        let run = ordinary(&user, user.aws_sso(line).env("BROWSER", user.browser()));
        let running = run.start();
        assert_protected(&user, running, line);
    }
    user.sandbox.update(|options| options.latency = Duration::ZERO);
    for line in [format!("serve {role}"), "exec --match reader --yes -- sleep 1000".to_owned()] {
        let running = ordinary(&user, user.aws_sso(&line)).start();
        assert_protected(&user, running, &line);
    }
}

fn assert_protected(user: &User, running: Running, line: &str) {
    let id = running.id();
    wait(|| (fs::read_to_string(format!("/proc/{id}/comm")).ok()?.trim() == "aws-sso").then_some(()));
    wait(|| (soft_core_limit(id)? == "0").then_some(()));
    assert!(!is_dumpable(id), "{line}");
    running.signal("ABRT");
    let output = running.finish();
    assert_eq!(output.exit.code(), None, "{line}: {output}");
    let cores: Vec<_> = files(&user.home.path("")).into_iter().filter(|file| is_core(file)).collect();
    assert!(cores.is_empty(), "{line}: {cores:?}");
}

fn is_core(file: &Path) -> bool {
    file.file_name().unwrap().to_string_lossy().starts_with("core")
}

#[test]
fn files_that_are_given_through_the_process_itself_can_still_be_read() {
    let user = User::signed_in(Options::default());
    let script = "AWS_CONFIG_FILE=/dev/stdin aws-sso \"$@\" <~/.aws/config && \
                  AWS_CONFIG_FILE=/proc/self/fd/9 aws-sso \"$@\" 9<~/.aws/config && \
                  AWS_CONFIG_FILE=/dev/fd/9 aws-sso \"$@\" 9<~/.aws/config";
    for line in [format!("process {} -p corp", user.role(0, 0)), format!("-p corp -r {} -ext", user.role(0, 0))] {
        let run = user.home.command("/bin/bash").args(["-c", script, "bash"]).args(line.split(' '));
        let output = ordinary(&user, run.endpoint(user.sandbox.endpoint())).run().success().quiet();
        assert_eq!(output.stdout.matches("SecretAccessKey").count(), 3, "{output}");
    }
}

/// The variables that are secrets, contain secrets or lead to secrets.
const SECRETS: [&str; 15] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "AWS_BEARER_TOKEN_BEDROCK",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CREDENTIAL_FILE",
    "BOTO_CONFIG",
    "AWS_SSO_DISPLACED",
];

/// In a shell that has secrets of each kind.
fn with_secrets(invocation: Invocation) -> Invocation {
    SECRETS.iter().fold(invocation, |run, name| run.env(name, format!("planted-{name}")))
}

/// A program that writes down its environment, its limit and whether it is dumpable in `$HOME/got/NAME`, then ends as
/// the picker or browser would.
fn recorder(user: &User, path: &str, then: &str) -> String {
    let got = user.home.path("got");
    fs::create_dir_all(&got).unwrap();
    let script = format!(
        "#!/bin/sh\nname=$(basename \"$0\"); case \"$*\" in *--version*) name=$name--version; version=1 ;; esac\n\
         {{ env; echo \"limit $(ulimit -S -c)\"; echo \"owner $(stat -c %u /proc/$$/environ)\"; }} >{got}/$$\n\
         mv {got}/$$ {got}/\"$name\"\n[ -n \"$version\" ] && {{ echo 0.60.0; exit 0; }}\n{then}\n",
        got = got.display()
    );
    let file = user.home.write(path, script);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn a_program_that_is_started_gets_none_of_the_shells_secrets_and_the_users_limits() {
    let user = User::signed_in(Options::default());
    let home = &user.home;
    let _ = user.aws_sso("list -p corp").run().success();
    let browser = recorder(&user, "bin/browser", "");
    recorder(&user, "bin/container-browser", "");
    recorder(&user, "bin/fzf", "head -n 1");
    // The picker beside the program is taken first, so the program is copied.
    let program = home.path("bin/aws-sso");
    fs::copy(AWS_SSO, &program).unwrap();
    recorder(&user, "bin/aws-sso-pick", "head -n 1");
    let shell = recorder(&user, "bin/bash", "");
    let search_path = format!("{}:/usr/bin:/bin", home.path("bin").display());

    let role = user.role(0, 0);
    let console = format!("console {role}");
    let cases = [
        (console.clone(), "", "browser", Some(browser.as_str())),
        (console, "browser-command = container-browser {url}\n", "container-browser", None),
        ("pick --shell bash -p corp".to_owned(), "", "aws-sso-pick", None),
        ("pick --shell bash -p corp".to_owned(), "picker = fzf\n", "fzf", None),
        ("pick --shell bash -p corp".to_owned(), "picker = fzf\n", "fzf--version", None),
        ("sandbox".to_owned(), "", "bash", None),
    ];
    for (line, settings, started, browser) in cases {
        home.write(".config/aws-sso/config", settings);
        let run = home.command(&program).args(line.split(' ')).endpoint(user.sandbox.endpoint());
        let run = with_secrets(run).env("PATH", &search_path).env("SHELL", &shell);
        let run = match browser {
            Some(browser) => run.env("BROWSER", browser),
            None => run,
        };
        let terminal = ordinary(&user, run).in_terminal();
        let got = format!("got/{started}");
        wait(|| home.has(&got).then_some(()));
        let recorded = home.read(&got);
        // `console` waits for the browser.
        terminal.signal("HUP");
        let _ = terminal.finish();
        fs::remove_file(home.path(&got)).unwrap();
        let given: Vec<_> = recorded.lines().filter(|line| line.contains("planted-")).collect();
        assert!(given.is_empty(), "{line}: {started} got {given:?}");
        assert!(recorded.contains("\nlimit 8\n"), "{line}: {recorded}");
        assert!(!recorded.contains("\nowner 0\n"), "{line}: {recorded}");
    }
}

#[test]
fn the_users_command_gets_the_users_core_limit() {
    let user = User::signed_in(Options::default());
    let role = user.role(0, 0);
    let script = "echo \"limit $(ulimit -S -c) owner $(stat -c %u /proc/$$/environ)\"";
    for options in [&role, &format!("{role} --server"), "--match reader --yes --output json"] {
        let run = with_secrets(user.exec(options, &["/bin/sh", "-c", script]));
        let output = ordinary(&user, run).run().success();
        let count = output.stdout.matches("limit 8 owner ").count();
        assert!(count > 0 && !output.stdout.contains("owner 0"), "{options}: {output}");
    }
}

/// Only root can look into them.
#[test]
fn another_process_of_this_program_gets_none_of_the_shells_secrets() {
    if !is_root() {
        return note("only root can read the environment of a process that is not dumpable");
    }
    let user = User::signed_in(Options::default());
    let _ = user.aws_sso("list -p corp").run().success();
    let environment = |id: u32| {
        let bytes = fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let assert_clean = |id: u32, what: &str| {
        let found = wait(|| Some(environment(id)).filter(|found| found.contains("HOME=")));
        let given: Vec<_> = found.split('\0').filter(|pair| pair.contains("planted-")).collect();
        assert!(given.is_empty(), "{what} got {given:?}");
        assert!(!is_dumpable(id), "{what}");
    };

    // The server of a command.
    let command = ["/bin/sh", "-c", "echo $$ >pid.new; mv pid.new pid; exec sleep 1000"];
    let running = with_secrets(user.exec(&format!("{} --server", user.role(0, 0)), &command)).start();
    let pid = wait(|| Some(user.home.has("pid")).filter(|has| *has).map(|_| user.home.read("pid")));
    let server = wait(|| {
        processes().into_iter().find(|id| {
            let line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.contains(&format!("--beside\0{}\0", pid.trim())) && line.contains("--detach")
        })
    });
    assert_clean(server, "the server");
    running.signal("KILL");
    drop(running.finish());

    // The list that is fetched again behind the picker, and the picker.
    age(&user, 3 * 24 * 3600);
    user.sandbox.update(|options| options.latency = Duration::from_mins(1));
    let mut terminal = with_secrets(user.aws_sso("pick --shell bash -p corp")).in_terminal();
    terminal.wait_for("16/16");
    for name in ["aws-sso-pick", "aws-sso"] {
        let child = wait(|| children(terminal.id(), name).first().copied());
        assert_clean(child, name);
    }
    terminal.signal("HUP");
    let _ = terminal.finish();
}
