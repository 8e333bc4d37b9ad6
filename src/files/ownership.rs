//! Whose files this user takes for their own.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::environment;

/// Whether what belongs to this user may stand for this process's own files: it is this user's, root's, or that of the
/// home folder's owner, as under `sudo` with HOME kept.
///
/// Anybody else could have put it there to have us use another sign-in, or another role, than ours.
pub(crate) fn is_ours(owner: u32) -> bool {
    // The order spares a system call or two.
    if owner == 0 || is_own(owner) {
        return true;
    }
    let Ok(home) = environment::home() else { return false };
    let Ok(folder) = fs::metadata(&home) else { return false };
    let chains = [".aws/sso/cache", ".aws/cli/cache", ".config/aws-sso"];
    folder.uid() == owner || chains.iter().any(|chain| is_given(&home, Path::new(chain), owner))
}

/// Whether root has given a folder of this user to `owner`: it is a mount, as in a container whose users have other
/// numbers than those of the files' machine, or this user is root.
///
/// Nobody else could have done that only as long as each folder on the way can be changed by nobody else.
fn is_given(home: &Path, chain: &Path, owner: u32) -> bool {
    let mut folder = home.to_owned();
    let mut trusted = vec![0, rustix::process::geteuid().as_raw()];
    trusted.extend(fs::metadata(home).map(|home| home.uid()));
    for name in chain {
        if !fs::metadata(&folder).is_ok_and(|folder| trusted.contains(&folder.uid()) && !is_open(&folder)) {
            return false;
        }
        folder.push(name);
        let (Ok(itself), Ok(target)) = (fs::symlink_metadata(&folder), fs::metadata(&folder)) else { return false };
        if trusted.contains(&target.uid()) {
            continue;
        }
        // Under `sudo` with HOME kept, the home's owner could have made a link to anybody's folder.
        let is_of_root =
            if itself.is_symlink() { is_own(0) && itself.uid() == 0 } else { is_own(0) || is_mount(&folder) };
        if !is_of_root {
            return false;
        }
        trusted.push(target.uid());
    }
    trusted.contains(&owner)
}

/// Whether others than the owner can put something into the folder. That only owners may remove it does not help.
fn is_open(folder: &fs::Metadata) -> bool {
    let is_own_group = folder.gid() == folder.uid();
    folder.mode() & if is_own_group { 0o002 } else { 0o022 } != 0
}

/// Whether a file system is mounted at this folder.
#[cfg(target_os = "linux")]
fn is_mount(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    statx(CWD, folder, AtFlags::SYMLINK_NOFOLLOW, StatxFlags::TYPE)
        .is_ok_and(|found| found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_mount(folder: &Path) -> bool {
    let above = folder.parent().and_then(|above| fs::metadata(above).ok());
    let device = |metadata: fs::Metadata| metadata.dev();
    fs::symlink_metadata(folder).ok().map(device) != above.map(device)
}

/// Whether this is the user of this process.
pub(crate) fn is_own(owner: u32) -> bool {
    rustix::process::geteuid().as_raw() == owner
}

/// Whose the new files and folders in this folder are to be, where that is not the one who creates them: under `sudo`
/// with HOME kept, the user could not use root's.
pub(super) fn heir(folder: &Path) -> Option<(u32, u32)> {
    let folder = fs::metadata(folder).ok()?;
    (folder.uid() != 0 && is_own(0) && is_ours(folder.uid())).then(|| (folder.uid(), folder.gid()))
}

/// Another user, as messages name one.
pub(crate) fn named(owner: u32) -> String {
    if owner == 0 { "root".to_owned() } else { format!("another user (uid {owner})") }
}

/// The home folder that the system has for this user, where that is not the one in use.
///
/// Only the local list of users is read: the answer is a proposal, for a message.
pub(super) fn registered_home() -> Option<PathBuf> {
    let user = rustix::process::geteuid().as_raw().to_string();
    let users = fs::read_to_string("/etc/passwd").ok()?;
    let mut entries = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let entry = entries.find(|entry| entry.get(2) == Some(&user.as_str()))?;
    let home = Path::new(entry.get(5)?);
    let is_used = environment::home().is_ok_and(|used| used == home);
    let is_own_folder = || fs::metadata(home).is_ok_and(|folder| folder.is_dir() && is_own(folder.uid()));
    (!is_used && is_own_folder()).then(|| home.to_owned())
}
