//! Who can use a file on Windows, which has access control lists in place of modes.

use std::fs::File;
use std::io;
use std::path::Path;

use super::unreadable::quoted;
use crate::environment;
use crate::windows::access_list::{CHANGE, READ, REPLACE, Sid};
use crate::windows::security;

/// Others than this user, the system and its administrators who can use a file or folder.
#[derive(Debug)]
pub(crate) struct Others {
    /// Whether they can do more than read.
    pub(crate) can_change: bool,
    sids: Vec<Sid>,
}

/// Who can read or change a file.
pub(crate) fn of_file(file: &Path) -> io::Result<Option<Others>> {
    of(file, READ | CHANGE)
}

/// Who can replace the files in a folder.
pub(crate) fn of_folder(folder: &Path) -> io::Result<Option<Others>> {
    of(folder, REPLACE)
}

fn of(path: &Path, rights: u32) -> io::Result<Option<Others>> {
    let (list, user) = (security::of(path)?, security::user()?);
    let sids = list.others(&user, rights);
    if sids.is_empty() {
        return Ok(None);
    }
    Ok(Some(Others { can_change: !list.others(&user, CHANGE).is_empty(), sids }))
}

impl Others {
    /// As the system calls them. It may have to ask a server.
    pub(crate) fn names(&self) -> String {
        self.sids.iter().map(named).collect::<Vec<_>>().join(", ")
    }

    /// The command that keeps them out. Those of the folder above keep what they have there.
    pub(crate) fn removal(&self, path: &Path) -> String {
        let sids: Vec<_> = self.sids.iter().map(|sid| format!("*{sid}")).collect();
        let [keep, remove] = ["/inheritance:d", "/remove:g"].map(environment::windows_option);
        format!("icacls {} {keep} {remove} {}", quoted(path), sids.join(" "))
    }
}

/// The owner of a file or folder, if that is neither this user nor the system or its administrators.
pub(crate) fn foreign_owner(path: &Path) -> io::Result<Option<String>> {
    let user = security::user()?;
    Ok(security::of(path)?.foreign_owner(&user).map(named))
}

/// Whether one user has both: some servers show all files as those of one user.
pub(super) fn has_same_owner(folder: &Path, file: &File) -> io::Result<bool> {
    Ok(security::of(folder)?.has_same_owner(&security::of_open(file)?))
}

fn named(sid: &Sid) -> String {
    security::name(sid).unwrap_or_else(|| sid.to_string())
}

/// Creates the folder and those above it that are missing, for this user alone.
pub(super) fn create_folders(folder: &Path) -> io::Result<()> {
    let missing = |path: &&Path| !path.as_os_str().is_empty() && path.symlink_metadata().is_err();
    let missing: Vec<_> = folder.ancestors().take_while(missing).collect();
    for folder in missing.into_iter().rev() {
        match security::create_folder(folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && folder.is_dir() => {}
            created => created?,
        }
    }
    if folder.is_dir() { Ok(()) } else { Err(io::ErrorKind::AlreadyExists.into()) }
}
