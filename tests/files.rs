//! Files are written completely or not at all, even if the system refuses to write.
//!
//! The refusals are real. The tests may run as root, whom no file mode stops. So a child process does the work: one
//! with a limit on the size of its files, or one without root's capabilities.
#![cfg(target_os = "linux")]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use aws_sso::aws_config::config::Config;
use aws_sso::files::atomic;
use aws_sso::files::folder::Privacy;

use crate::support::skip;

/// The file that a child process reads and then writes.
const TARGET: &str = "AWS_SSO_TEST_TARGET";
/// More than a child with a limit on its files may write.
const SIZE: usize = 1 << 20;

/// Not a test of its own: the child processes of the others run it.
#[test]
fn a_child_process_reads_and_writes_its_target() {
    let Some(target) = std::env::var_os(TARGET) else { return };
    let target = Path::new(&target);
    for report in [
        Config::read(target).err(),
        atomic::write(target, &vec![b'n'; SIZE], Privacy::Secret).err(),
        atomic::remove(&target.with_extension("removed")).err(),
    ] {
        eprintln!("{}", report.map_or("done\n".to_owned(), |error| error.report()));
    }
}

/// Runs the child with a command before it, and returns its output.
fn child(prefix: &[&str], target: &Path) -> Output {
    let words: Vec<&OsStr> = prefix.iter().map(OsStr::new).collect();
    let myself = std::env::current_exe().unwrap();
    let name = "files::a_child_process_reads_and_writes_its_target";
    Command::new(words[0])
        .args(&words[1..])
        .arg(myself)
        .args(["--exact", name, "--nocapture"])
        .env(TARGET, target)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn names(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

#[test]
fn a_file_that_cannot_be_written_completely_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("file");
    fs::write(&target, "old").unwrap();
    // The signal that would end the child is ignored, so that writing fails as it does on a full disk.
    let limited = ["/bin/sh", "-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"];
    let output = child(&limited, &target);
    let text = text(&output);
    assert!(text.contains(&format!("cannot write {}: File too large", target.display())), "{text}");
    assert!(text.contains("nothing was changed"), "{text}");
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    assert_eq!(names(folder.path()), ["file"], "no temporary file is left");
}

#[test]
fn a_folder_or_file_without_permission_is_named_and_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("file");
    fs::write(&target, "old").unwrap();
    fs::write(target.with_extension("removed"), "old").unwrap();
    fs::set_permissions(&target, Permissions::from_mode(0o200)).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();

    let is_root = fs::metadata(folder.path()).unwrap().uid() == 0;
    let powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"];
    if is_root && !Command::new(powerless[0]).args(&powerless[1..]).arg("true").status().is_ok_and(|s| s.success()) {
        return skip("root cannot give up its capabilities here: files without permission are not tested");
    }
    let output = child(if is_root { &powerless } else { &["/usr/bin/env"] }, &target);
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(&target, Permissions::from_mode(0o600)).unwrap();
    let text = text(&output);
    for expected in ["cannot read", "cannot write"] {
        assert!(text.contains(&format!("{expected} {}: Permission denied", target.display())), "{text}");
    }
    assert!(text.contains("cannot delete"), "{text}");
    for command in [format!("chmod u+r {}", target.display()), format!("chmod u+rwx {}", folder.path().display())] {
        assert!(text.contains(&format!("run: {command}\n")), "{text}");
    }
    assert_eq!(fs::read_to_string(&target).unwrap(), "old");
    assert_eq!(names(folder.path()), ["file", "file.removed"]);
}

#[test]
fn a_file_that_root_writes_keeps_its_owner() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("file");
    fs::write(&target, "old").unwrap();
    if fs::metadata(&target).unwrap().uid() != 0 {
        return skip("only root writes the files of other users: their owner is not tested");
    }
    std::os::unix::fs::chown(&target, Some(12345), Some(54321)).unwrap();
    atomic::write(&target, b"new", Privacy::Secret).unwrap();
    let found = fs::metadata(&target).unwrap();
    assert_eq!((found.uid(), found.gid()), (12345, 54321));
    assert_eq!(fs::read_to_string(&target).unwrap(), "new");
}
