//! Whose files this user takes for their own.

/// Whether what belongs to this user may stand for this process's own files: it is this user's, root's, or that of the
/// home folder's owner, as under `sudo` with HOME kept.
///
/// Anybody else could have put it there to have us use another sign-in, or another role, than ours.
#[cfg(unix)]
pub(crate) fn is_ours(owner: u32) -> bool {
    use std::fs;
    use std::os::unix::fs::MetadataExt as _;

    use crate::environment;

    // The order spares a system call or two.
    if owner == 0 || is_own(owner) {
        return true;
    }
    let Ok(home) = environment::home() else { return false };
    let is_of = |folder| fs::metadata(folder).is_ok_and(|folder| folder.uid() == owner);
    // Only root can have given the home folder of root such a `.aws`, as when it is mounted into a container.
    is_of(home.clone()) || (is_own(0) && is_of(home.join(".aws")))
}

/// Whether this is the user of this process.
#[cfg(unix)]
pub(crate) fn is_own(owner: u32) -> bool {
    rustix::process::geteuid().as_raw() == owner
}

/// Whose the new files and folders in this folder are to be, where that is not the one who creates them: under `sudo`
/// with HOME kept, the user could not use root's.
#[cfg(unix)]
pub(super) fn heir(folder: &std::path::Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    let folder = std::fs::metadata(folder).ok()?;
    (folder.uid() != 0 && is_own(0) && is_ours(folder.uid())).then(|| (folder.uid(), folder.gid()))
}

/// Another user, as messages name one.
#[cfg(unix)]
pub(crate) fn named(owner: u32) -> String {
    if owner == 0 { "root".to_owned() } else { format!("another user (uid {owner})") }
}

/// The home folder that the system has for this user, where that is not the one in use.
///
/// Only the local list of users is read: the answer is a proposal, for a message.
#[cfg(unix)]
pub(super) fn registered_home() -> Option<String> {
    use crate::environment;

    let user = rustix::process::geteuid().as_raw().to_string();
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let mut entries = users.lines().map(|line| line.split(':').collect::<Vec<_>>());
    let entry = entries.find(|entry| entry.get(2) == Some(&user.as_str()))?;
    let home = std::path::Path::new(entry.get(5)?);
    let is_used = environment::home().is_ok_and(|used| used == home);
    let is_own_folder = || {
        use std::os::unix::fs::MetadataExt as _;
        std::fs::metadata(home).is_ok_and(|folder| folder.is_dir() && is_own(folder.uid()))
    };
    (!is_used && is_own_folder()).then(|| home.display().to_string())
}
