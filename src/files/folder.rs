//! The folders of files: created with the right mode, and checked before a secret is written there.

use std::fs;
use std::io;
use std::path::Path;

use crate::terminal;

/// Who may read a new file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// 0600, in folders of 0700: a user's own file with secrets. An existing file keeps the mode that the user gave it.
    Secret,
    /// 0600 even if the file had another mode, in folders of 0700 that no other user owns: secrets for programs only.
    Cache,
    /// As the umask says.
    Shared,
}

/// Creates the folder and those above it, as far as they do not exist.
pub(crate) fn create(folder: &Path, privacy: Privacy) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    if privacy != Privacy::Shared {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder).map_err(|error| match error.kind() {
        // There is a file where the folder should be. The system's "File exists" would not tell the user.
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })
}

/// Why a folder is not a safe place for secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Its owner is another user, who can replace the files in it.
    Foreign,
    /// Other users can replace the files in it.
    Open,
}

/// Checks a folder; `ours` is a file that this process has just created in it, and shows who the user is.
///
/// Folders of root are as safe as one's own. Root itself writes to the folders of any user.
#[cfg(unix)]
pub(crate) fn flaw(folder: &fs::Metadata, ours: &fs::Metadata) -> Option<Flaw> {
    use std::os::unix::fs::MetadataExt;
    if folder.uid() != ours.uid() && folder.uid() != 0 && ours.uid() != 0 {
        return Some(Flaw::Foreign);
    }
    is_open_to_others(folder).then_some(Flaw::Open)
}

/// Whether users other than its owner can replace the files in this folder.
#[cfg(unix)]
pub(crate) fn is_open_to_others(folder: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    // Many systems give each user a group with the user's own number, and a umask that lets the group write.
    let is_own_group = folder.gid() == folder.uid();
    let writers = if is_own_group { 0o002 } else { 0o022 };
    // In a sticky folder, such as /tmp, only a file's owner can replace it.
    let is_sticky = folder.mode() & 0o1000 != 0;
    folder.mode() & writers != 0 && !is_sticky
}

#[cfg(not(unix))]
pub(crate) fn flaw(_: &fs::Metadata, _: &fs::Metadata) -> Option<Flaw> {
    None
}

/// Refuses to put a secret into another user's folder, and warns of a folder that other users can change.
pub(super) fn check(folder: &Path, ours: &fs::File) -> io::Result<()> {
    match flaw(&fs::metadata(folder)?, &ours.metadata()?) {
        Some(Flaw::Foreign) => {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "its folder belongs to another user"))
        }
        Some(Flaw::Open) => {
            let folder = folder.display();
            terminal::warn(&format!("other users can change {folder}; to fix that, run: chmod go-w {folder}"));
            Ok(())
        }
        None => Ok(()),
    }
}
