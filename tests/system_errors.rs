//! What is to be done about an error of the system depends on its number: owners and modes matter for two of them.

use std::fs;

use aws_sso::sandbox::{Approval, Options};

use crate::support::process::can_trace;
use crate::support::user::User;
use crate::support::{Output, skip};

/// Runs a command to which the system answers these calls on this file with an error.
fn traced(user: &User, line: &str, calls: &str, error: &str, file: Option<&str>) -> Output {
    let inject = format!("inject={calls}:error={error}");
    let mut strace = ["strace", "-f", "-qq", "-o", "/dev/null"].map(str::to_owned).to_vec();
    if let Some(file) = file {
        strace.extend(["-P".to_owned(), user.home.path(file).display().to_string()]);
    }
    strace.extend(["-e".to_owned(), format!("trace={calls}"), "-e".to_owned(), inject]);
    user.aws_sso(line).behind(strace).run()
}

const RIGHTS: &str = "owner and mode";

#[test]
fn each_error_of_a_file_that_is_read_has_its_own_remedy() {
    if !can_trace() {
        return skip("there is no strace that may trace: errors of the system are not tested");
    }
    let user = User::signed_in(Options::default());
    let cases = [
        ("EACCES", "Permission denied", "check what else than its mode protects it"),
        ("EMFILE", "Too many open files", "open files"),
        ("ENFILE", "Too many open files in system", "end other programs"),
        ("ENOMEM", "Cannot allocate memory", "end other programs, to free memory"),
        ("EIO", "Input/output error", "check the disk"),
        ("ESTALE", "Stale file handle", "mount the network file system again"),
        ("ENAMETOOLONG", "File name too long", "name a path that is shorter"),
        ("ETXTBSY", "Text file busy", "end the program that uses it"),
        ("EBUSY", "Device or resource busy", "end the program that uses it"),
        ("ENXIO", "No such device or address", "check the disk"),
        ("EINVAL", "Invalid argument", "try again"),
    ];
    for (error, words, remedy) in cases {
        let output = traced(&user, "list", "openat", error, Some(".aws/config")).status(1);
        let output = output.complains(&format!("cannot read {}: {words}\n", user.home.path(".aws/config").display()));
        let output = output.complains(remedy);
        assert!(!output.stderr.contains(RIGHTS), "{error}: {output}");
    }
}

#[test]
fn each_error_of_a_file_that_is_written_has_its_own_remedy() {
    if !can_trace() {
        return skip("there is no strace that may trace: errors of the system are not tested");
    }
    let user = User::signed_in(Options::default());
    let default = format!("-p corp -r {}", user.role_arn(0));
    let cases = [
        ("EACCES", RIGHTS),
        ("EPERM", "check its owner and mode, and whether it is immutable: lsattr -d "),
        ("ENOSPC", "free some space; to see what is used, run: df -h "),
        ("EDQUOT", "your quota is used up"),
        ("EFBIG", "that file system takes no file of this size"),
        ("EIO", "check the disk"),
        ("EROFS", "mounted read-only"),
        ("ENOMEM", "end other programs"),
        ("ESTALE", "mount the network file system again"),
        ("EBUSY", "end the program that uses it"),
        ("ENOENT", "try again"),
        ("EINVAL", "try again"),
    ];
    for (error, remedy) in cases {
        let output = traced(&user, &default, "fsync", error, None).status(1);
        let output = output.complains("cannot write ").complains("nothing was changed; ").complains(remedy);
        assert_eq!(output.stderr.contains(RIGHTS), ["EACCES", "EPERM"].contains(&error), "{error}: {output}");
        assert!(!user.home.has(".aws/credentials"), "{error}");
    }
}

#[test]
fn too_few_open_files_are_never_taken_for_a_missing_right_or_a_broken_network() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    let mut failures = 0;
    for line in ["list --refresh", "check", "login --device-code --no-browser --force"] {
        // With fewer the program itself is not loaded.
        for files in 4..14 {
            let limited = format!("ulimit -n {files}; exec \"$@\"");
            let output = user.aws_sso(line).behind(["/bin/sh", "-c", &limited, "sh"]).run();
            let is_named = output.stderr.contains("--nofile=4096") || output.exit.success();
            for wrong in [RIGHTS, "check the network", "the disk", "HTTPS_PROXY"] {
                assert!(is_named && !output.stderr.contains(wrong), "{files}: {wrong}\n{output}");
            }
            failures += i32::from(!output.exit.success());
        }
    }
    assert!(failures > 0, "no limit was too low");
}

#[test]
fn the_remedies_for_limits_and_folders_can_be_pasted() {
    let user = User::signed_in(Options { approval: Approval::Automatic, ..Options::default() });
    let default = format!("aws-sso -p corp -r {}", user.role_arn(0));
    // What is in the way, and the line that fails.
    let cases = [
        ("trap '' XFSZ; ulimit -S -f 0", default.as_str()),
        ("ulimit -S -f 0", "aws-sso discover -p corp"),
        ("mv ~/.aws/sso ~/.old; ln -s nowhere ~/.aws/sso", "aws-sso login --device-code --no-browser --force"),
        ("mkdir gone; cd gone; rmdir ../gone", "aws-sso exec --match */reader --yes --output dir out -- true"),
        ("mv ~/.cache ~/.old; echo >~/.cache", "aws-sso exec --match */reader --yes --output dir ~/.cache/x -- true"),
    ];
    for (obstacle, line) in cases {
        let shell = |script: String| {
            user.home
                .command("bash")
                .args(["-c", &script])
                .endpoint(user.sandbox.endpoint())
                .current_dir(user.home.path("tmp"))
        };
        let output = shell(format!("{obstacle}; {line}")).run().status(1);
        assert!(!output.stderr.contains(RIGHTS), "{output}");
        let remedy = output.stderr.split("run: ").nth(1).and_then(|rest| rest.lines().next());
        let remedy = remedy.unwrap_or_else(|| panic!("{output}")).to_owned();
        fs::remove_file(user.home.path(".cache")).ok();
        let _ = shell(format!("{obstacle}; {remedy}; {line}")).run().success();
    }
}
