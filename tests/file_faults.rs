//! Files that cannot be read or written: the message, the status, and the credentials that are still returned.
#![cfg(target_os = "linux")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::path::Path;

use aws_sso::sandbox::{Approval, Options};

use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Invocation, Output, skip};

/// Writing to a file fails as it does on a full disk; the signal that would end the program is ignored.
const FULL: [&str; 4] = ["/bin/sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"];

/// Without root's capabilities, so that file modes apply even if root runs the tests.
const POWERLESS: [&str; 4] = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"];

/// A user who is not root and owns nothing else.
const STRANGER: (u32, [&str; 5]) = (23456, ["setpriv", "--reuid=23456", "--regid=23456", "--clear-groups", "--"]);

fn signed_in() -> User {
    User::signed_in(Options::default())
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

fn powerless(invocation: Invocation) -> Invocation {
    if is_root() { invocation.behind(POWERLESS) } else { invocation }
}

/// Checks that credentials were printed, even if there is a warning.
#[track_caller]
fn handed_out(output: Output) -> Output {
    let output = output.success();
    assert!(output.json()["SecretAccessKey"].is_string());
    output
}

#[test]
fn on_a_full_disk_credentials_are_returned_but_not_cached() {
    let user = signed_in();
    let full = |line: &str| user.aws_sso(line).behind(FULL);
    let output = handed_out(user.process().behind(FULL).run());
    let _ = output.complains("warning: cannot write").complains("File too large; the credentials are not kept");
    assert_eq!(user.home.list(".aws/cli/cache"), [""; 0]);

    let account = &user.sandbox.accounts()[0];
    let role = format!("arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    user.home.write(".aws/credentials", "[mine]\n");
    let output = full(&format!("-p corp -r {role}")).run().status(1);
    let _ = output.complains(".aws/credentials: File too large").complains("nothing was changed");
    assert_eq!(user.home.read(".aws/credentials"), "[mine]\n");

    // A renewed token that cannot be cached still works for this run.
    user.expire_token();
    let before = user.home.read(TOKEN_FILE);
    let output = handed_out(user.process().behind(FULL).run());
    let _ = output.complains("File too large; the renewed sign-in is not kept");
    assert_eq!(user.home.read(TOKEN_FILE), before);

    let output = full("login --device-code --no-browser --force").run().status(1);
    let _ = output.complains(&format!("{TOKEN_FILE}: File too large")).complains("the free space");
    assert_eq!(user.home.read(TOKEN_FILE), before);

    let stdout = ["/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh"];
    for _ in 0..2 {
        let output = user.process().behind(stdout).run().status(1);
        let _ = output.complains("cannot write to stdout: No space left on device").complains("\n  check");
    }
}

#[test]
fn credentials_are_returned_if_the_home_is_read_only() {
    let user = signed_in();
    for folder in ["", ".aws", ".aws/sso", ".aws/sso/cache", ".cache", ".cache/aws-sso"] {
        mode(&user.home.path(folder), 0o500);
    }
    fs::remove_dir_all(user.home.path(".cache/aws-sso/locks")).unwrap_or_default();
    let output = handed_out(powerless(user.process()).run());
    mode(&user.home.path(""), 0o700);
    let _ = output.complains("Permission denied; the credentials are not kept");

    // A verb whose result is a file fails, and the old files stay.
    let account = &user.sandbox.accounts()[0];
    let default = format!("-p corp -r arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    let cases = [
        (default.as_str(), ".aws/credentials"),
        ("discover -p corp", ".aws/config.before-discover"),
        ("login --device-code --no-browser --force", TOKEN_FILE),
    ];
    let before = [TOKEN_FILE, ".aws/config"].map(|file| user.home.read(file));
    for (line, file) in cases {
        let output = powerless(user.aws_sso(line)).run().status(1);
        let words = format!("cannot write {}: Permission denied", user.home.path(file).display());
        let _ = output.complains(&words).complains("nothing was changed; check the folder's owner and mode");
        assert_eq!([TOKEN_FILE, ".aws/config"].map(|file| user.home.read(file)), before, "{line}");
    }
    assert!(!user.home.has(".aws/credentials"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let user = signed_in();
    let cases = [(".aws/config", 1), (TOKEN_FILE, 1)];
    for (file, status) in cases {
        mode(&user.home.path(file), 0o200);
        let output = powerless(user.process().arg("-p").arg("corp")).run().status(status);
        let _ =
            output.complains(&format!("{file}: Permission denied")).complains("\n  check the file's owner and mode");
        mode(&user.home.path(file), 0o600);
    }
    // Without the role cache, credentials are still returned.
    let _ = handed_out(user.process().run());
    let [entry] = &user.home.list(".aws/cli/cache")[..] else { panic!() };
    mode(&user.home.path(".aws/cli/cache").join(entry), 0o200);
    let _ = handed_out(powerless(user.process()).run());
}

#[test]
fn a_folder_where_a_file_should_be_is_named_and_stays() {
    let user = signed_in();
    let _ = handed_out(user.process().run());
    let [entry] = &user.home.list(".aws/cli/cache")[..] else { panic!() };
    let entry = user.home.path(".aws/cli/cache").join(entry);
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    let _ = handed_out(user.process().run()).complains("it is not a file; the credentials are not kept");
    assert!(entry.is_dir());

    let token = user.home.path(TOKEN_FILE);
    fs::remove_file(&token).unwrap();
    fs::create_dir(&token).unwrap();
    let _ = user.process().run().status(1).complains(&format!("{TOKEN_FILE}: Is a directory"));
    assert!(token.is_dir());

    // A file where a folder should be.
    fs::remove_dir_all(user.home.path(".aws/sso")).unwrap();
    user.home.write(".aws/sso", "a file");
    let _ = user.process().run().status(3).complains("run: aws-sso login -p corp");
    let login = user.aws_sso("login --device-code --no-browser").run().status(1);
    let _ = login.complains("Not a directory").complains("nothing was changed");
    assert_eq!(user.home.read(".aws/sso"), "a file");
}

#[test]
fn a_dangling_link_counts_as_not_signed_in_and_a_sign_in_writes_its_target() {
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
    let _ = handed_out(user.process().run());
}

#[test]
fn secrets_in_the_caches_are_for_their_owner_whatever_the_mode_was_before() {
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
        let output = handed_out(user.process().run());
        let warning = format!("other users can change {0}; to mend that, run: chmod go-w {0}", cache.display());
        assert_eq!(output.stderr.contains(&warning), is_reported, "{bits:o}\n{output}");
        assert_eq!(user.home.list(".aws/cli/cache").len(), 1);
    }

    if !is_root() {
        return skip("only root gives files away: folders of other users are not tested");
    }
    empty();
    let (stranger, prefix) = STRANGER;
    let give = |path: &Path, to: u32| chown(path, Some(to), Some(to)).unwrap();
    for path in ["", ".aws", ".aws/config", ".aws/sso", ".aws/sso/cache", TOKEN_FILE, ".aws/cli"] {
        give(&user.home.path(path), stranger);
    }
    fs::remove_dir_all(user.home.path(".cache")).unwrap();
    // The folder belongs to another user, and everyone can write to it.
    mode(&cache, 0o777);
    give(&cache, 34567);
    let output = handed_out(user.process().behind(prefix).run());
    let _ = output.complains("its folder belongs to another user; the credentials are not kept");
    assert_eq!(user.home.list(".aws/cli/cache"), [""; 0], "not even a temporary file");
    // A folder of root does not count as another user's.
    give(&cache, 0);
    let _ = handed_out(user.process().behind(prefix).run()).complains("other users can change");
    assert_eq!(user.home.list(".aws/cli/cache").len(), 1);
}

#[test]
fn an_invalid_home_is_an_error_and_an_invalid_xdg_folder_is_ignored() {
    let user = signed_in();
    let mut homeless = vec![user.process().env("HOME", "relative")];
    // Without HOME, the home is that of the system's list of users, if the user is in it.
    if is_root() {
        homeless.push(user.process().env_remove("HOME").behind(STRANGER.1));
    } else {
        skip("only root can become a user that the system does not know: a missing HOME is not tested");
    }
    for process in homeless {
        let output = process.run().status(1);
        let _ = output.complains("~/.aws cannot be found").complains("set HOME to your home folder");
    }
    for value in ["", "relative", "./.cache"] {
        let cold = user.process().current_dir(user.home.path("tmp"));
        let cold = cold.env("XDG_CACHE_HOME", value).env("XDG_CONFIG_HOME", value);
        let _ = handed_out(cold.run()).quiet();
        fs::remove_dir_all(user.home.path(".aws/cli/cache")).unwrap();
        assert_eq!(user.home.list("tmp"), [""; 0], "{value:?}");
    }
    assert!(user.home.has(".cache/aws-sso/locks"));
}
