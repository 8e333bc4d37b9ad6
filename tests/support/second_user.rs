//! The tests' own user without root's rights, and a second user: what others of the machine can see and do.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::Path;
use std::process::Command;
use std::thread;

use rustix::process::{Gid, Uid};
use rustix::thread::{set_thread_res_gid, set_thread_res_uid};

use super::Invocation;

/// Without root's capabilities, so that file modes apply to the tests' own user.
pub const POWERLESS: [&str; 4] = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"];

/// A user who is not root and owns no other file: the id, and the prefix that runs a program as this user.
pub const STRANGER: (u32, [&str; 5]) = (23456, ["setpriv", "--reuid=23456", "--regid=23456", "--clear-groups", "--"]);

/// Whether the tests run as root, who alone can become a second user and give files away.
pub fn is_root() -> bool {
    fs::metadata("/proc/self").unwrap().uid() == 0
}

/// Does something as `STRANGER`: on a thread of its own, so that nothing else of the tests changes its user.
pub fn as_stranger<T: Send>(act: impl FnOnce() -> T + Send) -> T {
    let become_stranger = || {
        let (uid, gid) = (Uid::from_raw(STRANGER.0), Gid::from_raw(STRANGER.0));
        set_thread_res_gid(gid, gid, gid).unwrap();
        set_thread_res_uid(uid, uid, uid).unwrap();
    };
    thread::scope(|scope| {
        let stranger = scope.spawn(|| {
            become_stranger();
            act()
        });
        stranger.join().unwrap()
    })
}

/// Runs it under the file modes of a user, whoever runs the tests.
pub fn powerless(invocation: Invocation) -> Invocation {
    if is_root() { invocation.behind(POWERLESS) } else { invocation }
}

/// Gives a folder with all that is in it.
pub fn give_all(folder: &Path, to: u32) {
    let owner = format!("{to}:{to}");
    assert!(Command::new("chown").args(["-Rh", &owner]).arg(folder).status().unwrap().success());
}

/// Gives a file, or a folder without what is in it, to a user and the group of the same id.
pub fn give(path: impl AsRef<Path>, to: u32) {
    chown(path, Some(to), Some(to)).unwrap();
}
