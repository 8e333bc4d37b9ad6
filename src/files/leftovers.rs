//! Temporary files that a crash has left behind.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::Duration;

use super::{advisory, open};

/// The part of a temporary file's name between the name of its target and the random letters.
pub(crate) const MARK: &str = ".aws-sso-";

/// The number of random letters: more than any word that a user might end a file's name with.
pub(crate) const LETTERS: usize = 20;

/// The same for an old file that was exchanged for a new one. What a program has written to it may be in no other file,
/// so it is not swept.
const MARK_OF_OLD: &str = ".aws-sso-old-";

/// On a file system without locks, a file of this age has no writer any more.
const OLD: Duration = Duration::from_mins(10);

/// The folders that this process has swept.
static SWEPT: LazyLock<Mutex<HashSet<PathBuf>>> = LazyLock::new(Mutex::default);

/// Deletes the leftovers in `folder`, once per process. `exec --match` writes a file for each of its roles: reading the
/// whole folder each time would cost the square of their number.
pub(super) fn sweep_once(folder: &Path) {
    let is_first = SWEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(folder.to_path_buf());
    if is_first {
        sweep(folder);
    }
}

/// Deletes the temporary files in `folder` that no process is writing any more.
///
/// A writer locks its temporary file, and the system releases the lock when the process ends. A file that was created
/// but not yet locked may be deleted by mistake: its writer then creates another.
fn sweep(folder: &Path) {
    // A file that cannot be deleted is no reason for the write to fail.
    for path in found(folder) {
        tracing::info!("deleting {}, which a crash has left behind", path.display());
        let _ = fs::remove_file(&path);
    }
}

/// The name of the old file of `target`, after the temporary one of the new file.
pub(super) fn name_of_old(new: &Path, target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    let temporary = new.file_name().unwrap_or_default().to_string_lossy().into_owned();
    name.push(MARK_OF_OLD);
    name.push(temporary.rsplit_once(MARK).map_or("", |(_, letters)| letters));
    new.with_file_name(name)
}

/// The old files of `target` that killed runs have left.
pub(super) fn old_files(target: &Path) -> Vec<PathBuf> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(MARK_OF_OLD);
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let old = entries.filter(|entry| {
        entry.file_name().as_encoded_bytes().starts_with(name.as_encoded_bytes())
            && entry.file_type().is_ok_and(|kind| kind.is_file())
    });
    old.map(|entry| entry.path()).filter(|path| has_no_writer(path)).collect()
}

/// The leftovers in `folder`.
pub(crate) fn found(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| {
        is_ours(&entry.file_name().to_string_lossy()) && entry.file_type().is_ok_and(|kind| kind.is_file())
    });
    ours.map(|entry| entry.path()).filter(|path| has_no_writer(path)).collect()
}

/// Whether this is a name that this tool gives to temporary files.
pub(crate) fn is_ours(name: &str) -> bool {
    name.rsplit_once(MARK).is_some_and(|(target, random)| {
        !target.is_empty() && random.len() == LETTERS && random.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn has_no_writer(path: &Path) -> bool {
    let Ok((file, _)) = open::own_to_read(path) else { return false };
    match advisory::try_lock(&file) {
        Ok(()) => true,
        Err(fs::TryLockError::WouldBlock) => false,
        Err(fs::TryLockError::Error(_)) => {
            let age = file.metadata().and_then(|metadata| metadata.modified()).map(|written| written.elapsed());
            age.is_ok_and(|age| age.is_ok_and(|age| age > OLD))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_deletes_temporary_files_of_ours_that_have_no_writer() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let kept = [
            "x.json",
            "x.json.aws-sso-",
            "x.json.aws-sso-abc",
            "config.aws-sso-backup",
            "config.aws-sso-abc12345",
            "config.aws-sso-old-aB3dE6fG9hJ2kL5mN8pQ",
            "x.json.aws-sso-aB3dE6fG9hJ2kL5mN8p_",
            ".aws-sso-aB3dE6fG9hJ2kL5mN8pQ",
            "x.json.tmp.abc123",
            "locked.aws-sso-aB3dE6fG9hJ2kL5mN8pQ",
        ];
        for name in kept.iter().chain(&["x.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ", "config.aws-sso-aB3dE6fG9hJ2kL5mN8pQ"]) {
            fs::write(at(name), "x").unwrap();
        }
        fs::create_dir(at("folder.aws-sso-aB3dE6fG9hJ2kL5mN8pQ")).unwrap();
        let written = fs::File::open(at("locked.aws-sso-aB3dE6fG9hJ2kL5mN8pQ")).unwrap();
        advisory::try_lock(&written).unwrap();
        sweep(folder.path());
        sweep(&at("absent"));
        let left = fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        let mut expected = [&kept[..], &["folder.aws-sso-aB3dE6fG9hJ2kL5mN8pQ"]].concat();
        expected.sort_unstable();
        assert_eq!(left, expected);
    }

    #[test]
    fn a_folder_is_swept_once_by_a_process() {
        let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let leftover = "x.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ";
        for folder in &folders {
            for is_swept in [true, false] {
                fs::write(folder.path().join(leftover), "x").unwrap();
                sweep_once(folder.path());
                assert_eq!(folder.path().join(leftover).exists(), !is_swept);
            }
        }
    }
}
