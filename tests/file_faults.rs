//! Files that are missing, unreadable or unsafe: the message, the exit status, and what is printed anyway.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::Path;

use aws_sso::sandbox::{Approval, Options};

use crate::support::disk::FULL;
use crate::support::second_user::{STRANGER, give, give_all, is_root, powerless};
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Invocation, Output, skip};

fn signed_in() -> User {
    User::signed_in(Options::default())
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Asserts that credentials were printed, whatever else was reported.
#[track_caller]
fn printed(output: Output) -> Output {
    let output = output.success();
    assert!(output.json()["SecretAccessKey"].is_string());
    output
}

#[test]
fn on_a_full_disk_credentials_are_returned_but_not_cached() {
    let user = signed_in();
    let full = |line: &str| user.aws_sso(line).behind(FULL);
    let output = printed(user.process().behind(FULL).run());
    let _ = output.complains("warning: cannot write").complains("File too large; the credentials are not kept");
    assert_eq!(user.home.list(".aws/cli/cache"), [""; 0]);

    let account = &user.sandbox.accounts()[0];
    let role = format!("arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    user.home.write(".aws/credentials", "[mine]\n");
    let output = full(&format!("-p corp -r {role}")).run().status(1);
    let _ = output.complains(".aws/credentials: File too large").complains("nothing was changed");
    assert_eq!(user.home.read(".aws/credentials"), "[mine]\n");

    // A renewed token could not be stored, so none is asked for.
    user.expire_token();
    let before = user.home.read(TOKEN_FILE);
    let output = user.process().behind(FULL).run().status(1);
    let _ = output.complains("cannot be renewed: cannot write").complains(&format!("{TOKEN_FILE}: File too large"));
    assert_eq!(user.home.read(TOKEN_FILE), before);

    let output = full("login --device-code --no-browser --force").run().status(1);
    let _ = output.complains(&format!("{TOKEN_FILE}: File too large")).complains("--fsize=unlimited");
    assert_eq!(user.home.read(TOKEN_FILE), before);

    let stdout = ["/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh"];
    for _ in 0..2 {
        let output = user.process().behind(stdout).run().status(1);
        let _ = output.complains("cannot write to stdout: No space left on device").complains("\n  free some space");
    }
}

#[test]
fn credentials_are_printed_without_a_writable_home() {
    let user = signed_in();
    for folder in ["", ".aws", ".aws/sso", ".aws/sso/cache", ".cache", ".cache/aws-sso"] {
        mode(&user.home.path(folder), 0o500);
    }
    fs::remove_dir_all(user.home.path(".cache/aws-sso/locks")).unwrap_or_default();
    let output = printed(powerless(user.process()).run());
    mode(&user.home.path(""), 0o700);
    let _ = output.complains("Permission denied; the credentials are not kept");

    // A verb whose only result is a file fails, and the old file stays.
    let account = &user.sandbox.accounts()[0];
    let default = format!("-p corp -r arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    let cases = [
        (default.as_str(), ".aws/credentials"),
        ("discover -p corp", ".aws/config"),
        ("login --device-code --no-browser --force", TOKEN_FILE),
    ];
    let before = [TOKEN_FILE, ".aws/config"].map(|file| user.home.read(file));
    for (line, file) in cases {
        let output = powerless(user.aws_sso(line)).run().status(1);
        let words = format!("cannot write {}: Permission denied", user.home.path(file).display());
        let _ = output.complains(&words).complains("nothing was changed; run: chmod u+rwx ");
        assert_eq!([TOKEN_FILE, ".aws/config"].map(|file| user.home.read(file)), before, "{line}");
    }
    assert!(!user.home.has(".aws/credentials"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let user = signed_in();
    for file in [".aws/config", ".config/aws-sso/config"] {
        if !user.home.has(file) {
            user.home.write(file, "");
        }
        mode(&user.home.path(file), 0o200);
        let output = powerless(user.process().arg("-p").arg("corp")).run().status(1);
        let command = format!("\n  run: chmod u+r {}\n", user.home.path(file).display());
        let _ = output.complains(&format!("{file}: Permission denied")).complains(&command);
        mode(&user.home.path(file), 0o600);
    }
    // Without the cache, the credentials are fetched again.
    let _ = printed(user.process().run());
    let [entry] = &user.home.list(".aws/cli/cache")[..] else { panic!() };
    mode(&user.home.path(".aws/cli/cache").join(entry), 0o200);
    let _ = printed(powerless(user.process()).run());
}

#[test]
fn a_folder_in_place_of_a_file_is_named_and_stays() {
    let user = signed_in();
    let _ = printed(user.process().run());
    let [entry] = &user.home.list(".aws/cli/cache")[..] else { panic!() };
    let entry = user.home.path(".aws/cli/cache").join(entry);
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    let _ = printed(user.process().run()).complains("it is a folder, not a file; the credentials are not kept");
    assert!(entry.is_dir());

    let token = user.home.path(TOKEN_FILE);
    fs::remove_file(&token).unwrap();
    fs::create_dir(&token).unwrap();
    let _ = user.process().run().status(1).complains(&format!("{TOKEN_FILE}: it is a folder, not a file"));
    assert!(token.is_dir());

    // A file in place of a folder.
    fs::remove_dir_all(user.home.path(".aws/sso")).unwrap();
    user.home.write(".aws/sso", "a file");
    let _ = user.process().run().status(3).complains("run: aws-sso login -p corp");
    let login = user.aws_sso("login --device-code --no-browser").run().status(1);
    let _ = login
        .complains("/.aws/sso is not a folder")
        .complains(&format!("nothing was changed; run: mv {0} {0}.old\n", user.home.path(".aws/sso").display()));
    assert_eq!(user.home.read(".aws/sso"), "a file");
}

#[test]
fn a_link_without_a_target_is_no_sign_in_and_the_next_sign_in_creates_its_target() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let token = user.home.path(TOKEN_FILE);
    fs::create_dir_all(token.parent().unwrap()).unwrap();
    mode(token.parent().unwrap(), 0o700);
    let elsewhere = user.home.path("elsewhere/token");
    symlink(&elsewhere, &token).unwrap();
    let _ = user.process().run().status(3);
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    assert!(fs::symlink_metadata(&token).unwrap().is_symlink());
    assert_eq!(fs::metadata(&elsewhere).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(elsewhere.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    let _ = printed(user.process().run());
}

#[test]
fn secrets_in_the_caches_are_accessible_to_their_owner_only_whatever_their_mode_was() {
    let user = signed_in();
    mode(&user.home.path(TOKEN_FILE), 0o644);
    user.expire_token();
    let _ = user.process().run().success().quiet();
    assert_eq!(fs::metadata(user.home.path(TOKEN_FILE)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn folders_that_others_can_change_are_reported_and_those_of_others_refused() {
    let user = signed_in();
    let _ = user.process().run().success().quiet();
    let cache = user.home.path(".aws/cli/cache");
    let empty = || fs::read_dir(&cache).unwrap().for_each(|entry| fs::remove_file(entry.unwrap().path()).unwrap());
    let owner = fs::metadata(&cache).unwrap();
    let own_group = owner.uid() == owner.gid();
    for (bits, is_reported) in [(0o700, false), (0o755, false), (0o775, !own_group), (0o777, true), (0o1777, false)] {
        empty();
        mode(&cache, bits);
        let output = printed(user.process().run());
        let warning = format!("other users can change {0}; to fix that, run: chmod go-w {0}", cache.display());
        assert_eq!(output.stderr.contains(&warning), is_reported, "{bits:o}\n{output}");
        assert_eq!(user.home.list(".aws/cli/cache").len(), 1);
    }

    if !is_root() {
        return skip("only root gives files away: folders of other users are not tested");
    }
    empty();
    let (stranger, prefix) = STRANGER;
    for path in ["", ".aws", ".aws/config", ".aws/sso", ".aws/sso/cache", TOKEN_FILE, ".aws/cli"] {
        give(user.home.path(path), stranger);
    }
    fs::remove_dir_all(user.home.path(".cache")).unwrap();
    // A folder of another user that everybody may write to.
    mode(&cache, 0o777);
    give(&cache, 34567);
    let output = printed(user.process().behind(prefix).run());
    let _ = output.complains("its folder belongs to another user; the credentials are not kept");
    assert_eq!(user.home.list(".aws/cli/cache"), [""; 0], "not even a temporary file");
    // Folders of root are not refused.
    give(&cache, 0);
    let _ = printed(user.process().behind(prefix).run()).complains("other users can change");
    assert_eq!(user.home.list(".aws/cli/cache").len(), 1);
}

#[test]
fn a_home_that_is_not_an_absolute_path_is_reported_and_such_an_xdg_folder_is_not_used() {
    let user = signed_in();
    let mut homeless = vec![user.process().env("HOME", "relative")];
    // Without HOME, the system's entry for the user counts. A user without an entry has no home.
    if is_root() {
        homeless.push(user.process().env_remove("HOME").behind(STRANGER.1));
    } else {
        skip("only root can become a user without an entry: no home at all is not tested");
    }
    for process in homeless {
        let output = process.run().status(1);
        let _ = output.complains("~/.aws cannot be found").complains("set HOME to your home folder");
    }
    for value in ["", "relative", "./.cache"] {
        let cold = user.process().current_dir(user.home.path("tmp"));
        let cold = cold.env("XDG_CACHE_HOME", value).env("XDG_CONFIG_HOME", value);
        let _ = printed(cold.run()).quiet();
        fs::remove_dir_all(user.home.path(".aws/cli/cache")).unwrap();
        assert_eq!(user.home.list("tmp"), [""; 0], "{value:?}");
    }
    assert!(user.home.has(".cache/aws-sso/locks"));
}

#[test]
fn verbose_shows_the_cause_of_an_error() {
    let user = User::signed_in(Options::default());
    mode(&user.home.path(".aws/config"), 0);
    let run = |line: &str| powerless(user.aws_sso(line)).run().status(1).complains("cannot read");
    let plain = run("status");
    assert!(!plain.stderr.contains("caused by"), "{plain}");
    let _ = run("status -v").complains("caused by: Permission denied");
}

fn as_user(run: Invocation) -> Invocation {
    run.behind(STRANGER.1)
}

/// What `doctor` prints, with each text on one line.
fn unwrapped(output: &Output) -> String {
    output.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_sign_in_that_could_not_be_kept_is_refused_before_anybody_is_asked() {
    if !is_root() {
        return skip("only root can become a user without an entry: a home of nobody is not tested");
    }
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let config = user.home.path(".aws/config");
    for folder in ["", ".aws"] {
        mode(&user.home.path(folder), 0o755);
    }
    mode(&config, 0o644);
    let nowhere = user.home.path("nowhere");
    fs::create_dir(&nowhere).unwrap();
    mode(&nowhere, 0o755);
    // The home folder, and the config where that is another file than its own.
    for (home, is_named) in
        [("/", true), (nowhere.to_str().unwrap(), true), (user.home.path("").to_str().unwrap(), false)]
    {
        let home = home.trim_end_matches('/').to_owned() + if home == "/" { "/" } else { "" };
        let there = |run: Invocation| {
            let run = as_user(run).env("HOME", &home).env("TMPDIR", "/tmp").current_dir("/");
            if is_named { run.env("AWS_CONFIG_FILE", &config) } else { run }
        };
        let run = |line: &str| there(user.aws_sso(line));
        user.sandbox.clear_log();
        let login = "login --device-code --no-browser";
        let output = run(login).run().status(1);
        let _ = output.clone().complains("cannot write").complains("nothing was changed");
        assert_eq!(user.sandbox.requests().len(), 0, "{output}");
        let doctor = run("doctor --offline").run().status(1);
        assert!(unwrapped(&doctor).contains("; no sign-in can be kept"), "{doctor}");
        assert!(!unwrapped(&doctor).contains("there is no AWS config"), "{doctor}");
        // The remedy works as it stands.
        let remedy = output.stderr.split("run: ").nth(1).unwrap().trim();
        assert!(remedy.starts_with("export "), "{output}");
        let script = format!("{remedy} && aws-sso {login} && aws-sso process {} -p corp", user.role(0, 0));
        let shell = user.home.command("/bin/sh").args(["-c", &script]).endpoint(user.sandbox.endpoint());
        let _ = there(shell).run().success();
    }
}

#[test]
fn a_path_that_this_user_may_not_enter_is_named_with_what_helps() {
    if !is_root() {
        return skip("only root can become another user: folders of others are not tested");
    }
    let user = signed_in();
    give_all(&user.home.path(""), STRANGER.0);
    let barred = user.home.path("barred");
    fs::create_dir(&barred).unwrap();
    fs::copy(user.home.path(".aws/config"), barred.join("config")).unwrap();
    mode(&barred, 0o700);
    let named = |run: Invocation| run.env("AWS_CONFIG_FILE", barred.join("config"));
    let output = as_user(named(user.process())).run().status(1);
    let words = format!("cannot read {0}/config: you may not enter the folder {0}\n", barred.display());
    let _ = output.complains(&words).complains("or run: unset AWS_CONFIG_FILE");
    let doctor = as_user(named(user.aws_sso("doctor --offline --json"))).run().status(1);
    assert!(doctor.stdout.contains(words.trim()) && !doctor.stdout.contains("AWS_CONFIG_FILE names"), "{doctor}");

    // A folder of one's own that was closed by mistake.
    let closed = user.home.path(".aws");
    mode(&closed, 0);
    let output = as_user(user.process()).run().status(1);
    let command = format!("chmod u+rwx {}", closed.display());
    let output = output.complains(&format!("you may not enter the folder {}", closed.display()));
    let _ = output.complains(&format!("run: {command}\n"));
    let doctor = as_user(user.aws_sso("doctor --offline")).run().status(1);
    assert!(unwrapped(&doctor).contains("you may not enter the folder"), "{doctor}");
    mode(&closed, 0o700);
    let _ = as_user(user.process()).run().success();
}
