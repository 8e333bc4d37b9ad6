//! Who can read and change the files that hold secrets.

use std::os::unix::fs::symlink;
use std::path::Path;

use crate::support::doctor::{Case, check, doctor, findings, healthy, mode};
use crate::support::process::{Invocation, can_trace};
use crate::support::skip;
use crate::support::user::{TOKEN_FILE, User};

const CASES: &[Case] = &[
    (
        "a token that others can read",
        |user, run| {
            mode(user, TOKEN_FILE, 0o644);
            for folder in [".aws", ".aws/sso", ".aws/sso/cache"] {
                mode(user, folder, 0o755);
            }
            run
        },
        [
            "Files",
            "broken",
            "ee0bfd2552fbd840c02cc48b6e823320543c450f.json holds secrets, and other users can read it",
            "chmod 600",
        ],
    ),
    (
        "a token that others could read if its folder were open",
        |user, run| {
            mode(user, TOKEN_FILE, 0o644);
            mode(user, ".aws", 0o700);
            run
        },
        ["Files", "warning", "could read it, if a folder above it did not keep them out (mode 0644)", "chmod 600"],
    ),
    (
        "a folder that others can write to",
        |user, run| {
            mode(user, ".aws/cli/cache", 0o777);
            run
        },
        ["Files", "broken", "other users can replace the files in ~/.aws/cli/cache", "chmod go-w"],
    ),
    (
        "credentials behind a link",
        |user, run| {
            user.home.write("elsewhere", "[default]\naws_secret_access_key = planted-1\n");
            mode(user, "elsewhere", 0o640);
            symlink(user.home.path("elsewhere"), user.home.path(".aws/credentials")).unwrap();
            run
        },
        ["Files", "broken", "~/elsewhere holds secrets, and its group can read it", "chmod 600 ~/elsewhere"],
    ),
    (
        "a temporary file after a crash",
        |user, run| {
            user.home.write(".aws/sso/cache/x.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ", "planted-1");
            run
        },
        [
            "Files",
            "warning",
            "a crash has left a temporary file behind in ~/.aws/sso/cache",
            "rm ~/.aws/sso/cache/x.json",
        ],
    ),
];

#[test]
fn each_file_that_is_open_to_others_is_found() {
    check(CASES);
}

/// The warnings of `doctor` about files, with what is advised.
fn warnings(run: Invocation) -> Vec<[String; 2]> {
    let all = findings(&run.run().success().quiet()).into_iter();
    all.filter(|[section, verdict, ..]| section == "Files" && verdict == "warning")
        .map(|[_, _, found, remedy]| [found, remedy])
        .collect()
}

#[test]
fn a_file_system_without_locks_is_named_and_the_work_is_done_all_the_same() {
    if !can_trace() {
        return skip("there is no strace that may trace: a file system without locks is not tested");
    }
    let user = healthy();
    let without_locks = |run: Invocation| {
        let inject = "inject=flock:error=EOPNOTSUPP";
        run.behind(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=flock", "-e", inject])
    };
    let _ = without_locks(user.aws_sso("process 012345678901/reader")).run().success().quiet();
    let found = warnings(without_locks(doctor(&user, "--offline --json")));
    let [[found, remedy]] = found.as_slice() else { panic!("{found:?}") };
    assert!(found.starts_with("no file can be locked in ~/.cache/aws-sso/locks (Operation not supported)"), "{found}");
    assert!(remedy.contains("XDG_CACHE_HOME"), "{remedy}");
    assert_eq!(warnings(doctor(&user, "--offline --json")), [[""; 2]; 0]);
}

/// The kernel shows a drive of WSL by the name of its source, whatever its file system is.
#[test]
fn sign_ins_on_a_drive_of_windows_are_named() {
    // The folder that lies there, and what is advised.
    let cases = [(".aws", "make ~/.aws a folder of Linux; to share the profiles"), (".", "use a home folder of Linux")];
    for (folder, advice) in cases {
        let user = healthy();
        let drive = user.home.path(folder).canonicalize().unwrap();
        let Some(run) = on_drive(&user, &drive, doctor(&user, "--offline --json")) else {
            return skip("this user may not mount: a drive of Windows is not tested");
        };
        let found = warnings(run);
        let [[found, remedy]] = found.as_slice() else { panic!("{found:?}") };
        let expected = format!("~/.aws/sso/cache is on a drive of Windows, {}: ", drive.display());
        assert!(found.starts_with(&expected) && remedy.starts_with(advice), "{found} {remedy}");
    }
}

/// The same while this folder is on a drive of Windows, if this user may mount one. No such file system is here, so the
/// list of mounts calls another one that.
fn on_drive(user: &User, folder: &Path, run: Invocation) -> Option<Invocation> {
    let mount = r#"copy=$(mktemp -d "$0.XXXXXX"); cp -a "$0/." "$copy"; mount -t tmpfs 'C:\' "$0"; cp -a "$copy/." "$0"
rm -r "$copy"; mounts=$(mktemp "$TMPDIR/XXXXXX")
sed 's/ - tmpfs C:.134 rw/ - 9p C:\\134 rw,aname=drvfs;path=C:\\;uid=0/' /proc/self/mountinfo >"$mounts"
mount --bind "$mounts" /proc/$$/mountinfo; exec "$@""#;
    let words = ["/usr/bin/unshare", "--mount", "/bin/sh", "-ec", mount, folder.to_str().unwrap()];
    let can_mount = user.home.command("/bin/true").behind(words).run().exit.success();
    can_mount.then(|| run.behind(words))
}
