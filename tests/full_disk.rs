//! A full disk, or a quota that is used up: each file stays as it was, no temporary file is left, and credentials that
//! were fetched are still printed.

use std::fs;
use std::path::{Path, PathBuf};

use aws_sso::sandbox::{Approval, Options};

use crate::support::disk::Disk;
use crate::support::files;
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Invocation, Output, skip};

const CREDENTIALS: &str = "[mine]\naws_access_key_id = AKIA\n";

/// Runs every verb that writes something, each with the same files, after `full` has made writing impossible.
fn each_writer(user: &User, (reason, remedy): (&str, &str), full: &dyn Fn(), run: &dyn Fn(&str) -> Invocation) {
    let home = &user.home;
    let account = user.sandbox.accounts()[0].clone();
    let role = format!("{}/{}", account.id, account.roles[0]);
    let [fresh, config] = [TOKEN_FILE, ".aws/config"].map(|file| home.read(file));
    let mut aged: serde_json::Value = serde_json::from_str(&fresh).unwrap();
    aged["expiresAt"] = "2020-01-01T00:00:00Z".into();
    let aged = aged.to_string();
    let cannot = |file: &str, then: &str| format!("cannot write {}: {reason}{then}", home.path(file).display());

    let process = format!("process {role}");
    let default = format!("-p corp -r arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    let changed = &format!("\n  nothing was changed; {remedy}");
    let not_kept = "; the credentials are not kept\n";
    // The verb, the sign-in that it finds, its status, the file that its message names, and how the message ends.
    let cases: [(&str, &str, i32, &str, &str); 6] = [
        (&process, &fresh, 0, ".aws/cli/cache/", not_kept),
        (&process, &aged, 1, TOKEN_FILE, "\n  it is still good, and is renewed as soon as that file can be written"),
        ("login --device-code --no-browser --force", &fresh, 1, TOKEN_FILE, changed),
        (&default, &fresh, 1, ".aws/credentials", changed),
        ("discover -p corp", &fresh, 1, ".aws/config", changed),
        ("list", &fresh, 0, ".cache/aws-sso/", "; the list is not kept\n"),
    ];
    for (line, token, status, file, then) in cases {
        let _ = fs::remove_file(home.path(".aws/credentials"));
        let fillers = files(&home.path("")).into_iter().filter(|path| path.to_str().unwrap().contains("/filler"));
        fillers.for_each(|path| fs::remove_file(path).unwrap());
        for folder in [".aws/cli/cache", ".cache/aws-sso"] {
            let _ = fs::remove_dir_all(home.path(folder));
            fs::create_dir_all(home.path(folder)).unwrap();
        }
        home.write(TOKEN_FILE, token);
        home.write(".aws/config", &config);
        home.write(".aws/credentials", CREDENTIALS);
        full();
        let output: Output = run(line).run().status(status);
        let message = cannot(file, "");
        let said = if file.ends_with('/') {
            let (before, after) = message.split_once(&format!(": {reason}")).unwrap();
            output.stderr.contains(before) && output.stderr.contains(&format!(": {reason}{after}{then}"))
        } else {
            output.stderr.contains(&cannot(file, then))
        };
        assert!(said, "{message}{then}\n{output}");
        if status == 0 {
            assert!(output.stdout.contains("SecretAccessKey") || line == "list" && output.stdout.contains(&account.id));
        }
        let whole = [home.read(TOKEN_FILE), home.read(".aws/config"), home.read(".aws/credentials")];
        assert_eq!(whole, [token, config.as_str(), CREDENTIALS], "{line}");
        let left: Vec<_> = files(&home.path("")).into_iter().filter(|path| is_leftover(path)).collect();
        assert_eq!(left, [""; 0].map(PathBuf::from), "{line}");
    }
}

/// Whether this is a temporary file, or one that was not written completely.
fn is_leftover(path: &Path) -> bool {
    let path = path.to_str().unwrap();
    path.contains(".aws-sso-") || path.contains("/cli/cache/") || path.ends_with(".before-discover")
}

#[test]
fn on_a_full_disk_every_file_stays_complete_and_is_named() {
    for limit in ["size=256k", "nr_inodes=64"] {
        let user = User::new(Options { approval: Approval::Automatic, accounts: 1, roles: 1, ..Options::default() });
        let Some(disk) = Disk::on(user.home.path(""), limit) else { return };
        user.home.sign_in_config("");
        fs::create_dir(user.home.path("tmp")).unwrap();
        let _ = user.aws_sso("login --device-code --no-browser").run().success();
        let run = |line: &str| user.aws_sso(line);
        each_writer(
            &user,
            ("No space left on device", "free some space; to see what is used, run: df -h "),
            &|| disk.fill(limit),
            &run,
        );
    }
}

#[test]
fn over_a_quota_every_file_stays_complete_and_is_named() {
    // Some file systems check the quota only when they write to the disk.
    let quota = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync", "-e", "inject=fsync:error=EDQUOT"];
    if !crate::support::process::can_trace() {
        return skip("there is no strace that may trace: a quota is not tested");
    }
    let user = User::signed_in(Options { accounts: 1, roles: 1, ..Options::default() });
    let run = |line: &str| user.aws_sso(line).behind(quota);
    each_writer(&user, ("Disk quota exceeded", "delete files of yours there: your quota is used up"), &|| {}, &run);

    // The fourth sync is that of the config itself, after the list, the check and the copy for `--undo`.
    let late = quota.map(|word| word.replace("EDQUOT", "EDQUOT:when=4+"));
    let config = user.home.read(".aws/config");
    let output = user.aws_sso("discover -p corp").behind(late).run().status(1);
    let _ = output.complains(".aws/config: Disk quota exceeded\n  nothing was changed");
    assert_eq!(user.home.read(".aws/config"), config);
    let odd: Vec<_> = user.home.list(".aws").into_iter().filter(|name| name.contains(".aws-sso-")).collect();
    assert_eq!(odd, [""; 0]);
}
