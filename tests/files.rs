//! Files are written completely or not at all, even if a system call fails.
//!
//! The failures are real. The tests may run as root, which may write everything, so a child process does the work: one
//! with a limit on the size of files, or one without root's capabilities.
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

/// The variable with the file that a child process reads, and then writes.
const PLACE: &str = "AWS_SSO_TEST_PLACE";
/// More than a child with a limit may write.
const SIZE: usize = 1 << 20;

/// The code of the child processes of the other tests: without the variable it does nothing.
#[test]
fn in_a_child_process_the_file_is_read_and_written() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let place = Path::new(&place);
    for report in [
        Config::read(place).err(),
        atomic::write(place, &vec![b'n'; SIZE], Privacy::Secret).err(),
        atomic::remove(&place.with_extension("removed")).err(),
    ] {
        eprintln!("{}", report.map_or("done\n".to_owned(), |error| error.report()));
    }
}

/// Runs the child with this prefix.
fn child(prefix: &[&str], place: &Path) -> Output {
    let words: Vec<&OsStr> = prefix.iter().map(OsStr::new).collect();
    let myself = std::env::current_exe().unwrap();
    let name = "files::in_a_child_process_the_file_is_read_and_written";
    Command::new(words[0])
        .args(&words[1..])
        .arg(myself)
        .args(["--exact", name, "--nocapture"])
        .env(PLACE, place)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
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
    let place = folder.path().join("file");
    fs::write(&place, "old").unwrap();
    // The signal that would end it is ignored, so writing fails as on a full disk.
    let limited = ["/bin/sh", "-c", "trap '' XFSZ; ulimit -f 16; exec \"$@\"", "sh"];
    let output = child(&limited, &place);
    let said = said(&output);
    assert!(said.contains(&format!("cannot write {}: File too large", place.display())), "{said}");
    assert!(said.contains("nothing was changed"), "{said}");
    assert_eq!(fs::read_to_string(&place).unwrap(), "old");
    assert_eq!(names(folder.path()), ["file"], "no temporary file is left");
}

#[test]
fn a_folder_or_file_without_permission_is_named_and_stays_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    fs::write(&place, "old").unwrap();
    fs::write(place.with_extension("removed"), "old").unwrap();
    fs::set_permissions(&place, Permissions::from_mode(0o200)).unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();

    let is_root = fs::metadata(folder.path()).unwrap().uid() == 0;
    let powerless = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"];
    if is_root && !Command::new(powerless[0]).args(&powerless[1..]).arg("true").status().is_ok_and(|s| s.success()) {
        return skip("root cannot give up its capabilities here: closed files are not tested");
    }
    let output = child(if is_root { &powerless } else { &["/usr/bin/env"] }, &place);
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    fs::set_permissions(&place, Permissions::from_mode(0o600)).unwrap();
    let said = said(&output);
    for expected in ["cannot read", "cannot write"] {
        assert!(said.contains(&format!("{expected} {}: Permission denied", place.display())), "{said}");
    }
    assert!(said.contains("cannot delete"), "{said}");
    assert!(said.contains("check the file's owner and mode"), "{said}");
    assert_eq!(fs::read_to_string(&place).unwrap(), "old");
    assert_eq!(names(folder.path()), ["file", "file.removed"]);
}

#[test]
fn a_file_keeps_its_owner_when_root_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("file");
    fs::write(&place, "old").unwrap();
    if fs::metadata(&place).unwrap().uid() != 0 {
        return eprintln!("skipped: only root writes other people's files");
    }
    std::os::unix::fs::chown(&place, Some(12345), Some(54321)).unwrap();
    atomic::write(&place, b"new", Privacy::Secret).unwrap();
    let found = fs::metadata(&place).unwrap();
    assert_eq!((found.uid(), found.gid()), (12345, 54321));
    assert_eq!(fs::read_to_string(&place).unwrap(), "new");
}
