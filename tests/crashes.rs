//! The program is killed at every system call that changes a file. Each file is then the old one or the new one,
//! complete and with its mode, and the next run deletes what was left behind.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use aws_sso::sandbox::Options;

use crate::support::process::can_trace;
use crate::support::second_user::is_root;
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Invocation, files, skip};

/// The system calls that create, write, protect, rename, lock or delete a file.
const CALLS: [&str; 9] =
    ["openat", "write", "fchmod", "fsync", "rename,renameat,renameat2", "flock", "ftruncate", "unlink", "mkdir"];

/// A browser whose user approves at once: it opens our page, and follows each redirect.
const BROWSER: &str = r#"#!/bin/bash
get() {
    local address=${1#http://}
    local authority=${address%%/*}
    exec 3<>"/dev/tcp/${authority%:*}/${authority#*:}"
    printf 'GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n' "${address#*/}" "$authority" >&3
    cat <&3
}
location=$1
while [[ $location ]]; do location=$(get "$location" | tr -d '\r' | sed -n 's/^location: //p'); done
"#;

/// Hides this machine's other processes, where root runs this: an edit looks into each that it sees, and a kill at each
/// of these looks would take minutes.
fn alone() -> &'static [&'static str] {
    if is_root() { &["unshare", "--pid", "--fork", "--mount-proc"] } else { &[] }
}

/// Kills the program at the first, the second, … of these calls, until it ends before the next one. Returns how often
/// it was killed.
fn kill_at_each(call: &str, reset: &dyn Fn(), run: &dyn Fn() -> Invocation, check: &dyn Fn(&str)) -> u32 {
    for number in 1.. {
        reset();
        let inject = format!("inject={call}:signal=KILL:when={number}");
        let trace = format!("trace={call}");
        // Threads are traced, but a browser is not: the user's browser would not be killed either.
        let strace = ["strace", "-f", "-b", "execve", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject];
        let output = run().behind(strace).behind(alone()).run();
        if output.exit.success() {
            return number - 1;
        }
        assert!(matches!(output.exit.code(), None | Some(137)), "{call} {number}: {output}");
        check(&format!("{call} {number}"));
    }
    unreachable!()
}

#[test]
fn a_crash_at_any_call_leaves_the_old_file_or_the_new_one_and_nothing_else() {
    if !can_trace() {
        return skip("there is no strace that may trace: crashes are not tested");
    }
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    let account = user.sandbox.accounts()[0].clone();
    let arn = format!("arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    let token = user.home.read(TOKEN_FILE);
    let config = user.home.read(".aws/config");
    let credentials = "[mine]\naws_access_key_id = AKIA\n";
    let [aged, fresh] = ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"].map(|date| {
        let mut token: serde_json::Value = serde_json::from_str(&token).unwrap();
        token["expiresAt"] = date.into();
        token.to_string()
    });

    // Each verb, and the sign-in that it finds.
    let process = format!("process {arn} -p corp");
    let default = format!("-p corp -r {arn}");
    let cases = [
        (process.as_str(), &aged),
        (default.as_str(), &fresh),
        ("discover -p corp", &fresh),
        // The old sign-in can still be renewed, so it stays until the new one is written.
        ("login --force --device-code --no-browser", &aged),
        ("login --force --browser", &aged),
    ];
    let browser = user.home.write("browser", BROWSER);
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
    for (line, token) in cases {
        let reset = || {
            for folder in [".aws/cli", ".aws/sso", ".cache"] {
                let _ = fs::remove_dir_all(user.home.path(folder));
            }
            user.home.write(TOKEN_FILE, token);
            fs::set_permissions(user.home.path(TOKEN_FILE), fs::Permissions::from_mode(0o600)).unwrap();
            user.home.write(".aws/config", &config);
            user.home.write(".aws/credentials", credentials);
            fs::set_permissions(user.home.path(".aws/credentials"), fs::Permissions::from_mode(0o640)).unwrap();
        };
        let run = || user.aws_sso(line).env("BROWSER", &browser);
        reset();
        let _ = run().run().success();
        let new_config = user.home.read(".aws/config");
        let check = |point: &str| {
            for path in files(&user.home.path(".aws")) {
                let name = path.file_name().unwrap().to_str().unwrap();
                let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
                let text = fs::read_to_string(&path).unwrap();
                let is_whole = match name {
                    _ if name.contains(".json.aws-sso-") => mode == 0o600,
                    _ if name.contains(".aws-sso-") => true,
                    "config" => text == config || text == new_config,
                    // The copy that `discover --undo` restores.
                    "config.before-discover" => mode == 0o600 && text.ends_with(&config),
                    "credentials" => {
                        let is_new = text.contains("[default]\naws_access_key_id = ")
                            && text.contains("\naws_secret_access_key = ")
                            && text.lines().last().unwrap().starts_with("aws_session_token = ");
                        mode == 0o640 && text.starts_with(credentials) && (text == credentials || is_new)
                    }
                    _ if TOKEN_FILE.ends_with(name) => {
                        mode == 0o600
                            && (&text == token || !text.contains("2020-01-01"))
                            && serde_json::from_str::<serde_json::Value>(&text).is_ok()
                    }
                    _ => mode == 0o600 && serde_json::from_str::<serde_json::Value>(&text).is_ok(),
                };
                assert!(is_whole, "{line}, killed at {point}: {} {mode:o}\n{text}", path.display());
            }
            let _ = run().run().success();
            let left: Vec<_> = files(&user.home.path(""))
                .into_iter()
                .filter(|path| path.to_str().unwrap().contains(".aws-sso-"))
                .collect();
            assert_eq!(left, [""; 0].map(PathBuf::from), "{line}, killed at {point}");
        };
        let mut points = 0;
        for call in CALLS {
            points += kill_at_each(call, &reset, &run, &check);
        }
        assert!(points > 20, "{line}: only {points} points");
        println!("{line}: killed at {points} points");
    }
}

#[test]
fn a_run_that_writes_many_files_into_a_folder_reads_the_folder_once() {
    if !can_trace() {
        return skip("there is no strace that may trace: how often a folder is read is not tested");
    }
    let user = User::signed_in(Options { accounts: 3, roles: 4, ..Options::default() });
    let log = user.home.path("trace");
    let log_name = log.to_str().unwrap();
    let strace = ["strace", "-f", "-b", "execve", "-qq", "-o", log_name, "-e", "trace=openat"];
    let _ = user.exec("--match * --yes", &["true"]).behind(strace).run().success();
    assert_eq!(user.home.list(".aws/cli/cache").len(), 12);
    let calls = fs::read_to_string(&log).unwrap();
    let reads = calls.lines().filter(|call| call.contains(".aws/cli/cache\", ") && call.contains("O_DIRECTORY"));
    assert_eq!(reads.count(), 1, "{calls}");
}
