//! The folders that files are kept in: made with the right mode, and looked at before a secret goes there.

use std::fs;
use std::io;
use std::path::Path;

use crate::terminal;

/// Who may read a file that did not exist before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Privacy {
    /// 0600, in folders of 0700: a person's file that holds secrets. A mode that the person has given it stays.
    Secret,
    /// 0600 whatever it was before, in folders of 0700 that nobody else owns: secrets that only programs read.
    Cache,
    /// What the umask says.
    Shared,
}

/// Makes the folder, if it is not there, and those above it.
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
        // Said of the file in its way, as if there were nothing to do.
        io::ErrorKind::AlreadyExists => io::ErrorKind::NotADirectory.into(),
        _ => error,
    })
}

/// What is wrong with a folder as a place for secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Its owner is somebody else, who can put other files in the place of ours.
    Foreign,
    /// Other people can.
    Open,
}

/// Looks at a folder through a file that this process has just made in it.
///
/// Root's folders are as good as one's own, and root itself writes in everybody's.
#[cfg(unix)]
pub(crate) fn flaw(folder: &fs::Metadata, ours: &fs::Metadata) -> Option<Flaw> {
    use std::os::unix::fs::MetadataExt;
    if folder.uid() != ours.uid() && folder.uid() != 0 && ours.uid() != 0 {
        return Some(Flaw::Foreign);
    }
    // Many systems give each person a group of the same number, and a umask that lets it write.
    let is_own_group = folder.gid() == folder.uid();
    let writers = if is_own_group { 0o002 } else { 0o022 };
    let is_sticky = folder.mode() & 0o1000 != 0;
    (folder.mode() & writers != 0 && !is_sticky).then_some(Flaw::Open)
}

#[cfg(not(unix))]
pub(crate) fn flaw(_: &fs::Metadata, _: &fs::Metadata) -> Option<Flaw> {
    None
}

/// Keeps a secret out of a folder that is another person's, and warns of one that other people can change.
pub(super) fn check(folder: &Path, ours: &fs::File) -> io::Result<()> {
    match flaw(&fs::metadata(folder)?, &ours.metadata()?) {
        Some(Flaw::Foreign) => {
            Err(io::Error::new(io::ErrorKind::PermissionDenied, "its folder belongs to another user"))
        }
        Some(Flaw::Open) => {
            let folder = folder.display();
            terminal::warn(&format!("other users can change {folder}; to mend that, run: chmod go-w {folder}"));
            Ok(())
        }
        None => Ok(()),
    }
}
