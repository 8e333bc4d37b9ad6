//! What a crash leaves behind: temporary files whose writers are gone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What a temporary file's name has between the name of its target and some random letters.
pub(crate) const MARK: &str = ".aws-sso-";

/// How many random letters there are: more than any word that a person ends a file's name with.
pub(crate) const LETTERS: usize = 20;

/// Where files cannot be locked, a writer is gone for certain when its file is as old as this.
const OLD: Duration = Duration::from_mins(10);

/// Deletes the files in `folder` that a writer of ours has left behind.
///
/// A writer has its temporary file locked, and a lock dies with its process. One that is just being made may be taken
/// for a leftover; its writer makes another.
pub(crate) fn sweep(folder: &Path) {
    // Tidying up is no reason to fail.
    for path in found(folder) {
        tracing::info!("deleting {}, which a crash has left", path.display());
        let _ = fs::remove_file(&path);
    }
}

/// The files that a sweep of `folder` would delete.
pub(crate) fn found(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| {
        is_ours(&entry.file_name().to_string_lossy()) && entry.file_type().is_ok_and(|kind| kind.is_file())
    });
    ours.map(|entry| entry.path()).filter(|path| is_left(path)).collect()
}

/// Whether only this tool gives such names.
pub(crate) fn is_ours(name: &str) -> bool {
    name.rsplit_once(MARK).is_some_and(|(target, random)| {
        !target.is_empty() && random.len() == LETTERS && random.bytes().all(|b| b.is_ascii_alphanumeric())
    })
}

fn is_left(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    match file.try_lock() {
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
    fn only_what_is_ours_and_nobodys_any_more_is_swept() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let kept = [
            "x.json",
            "x.json.aws-sso-",
            "x.json.aws-sso-abc",
            "config.aws-sso-backup",
            "config.aws-sso-abc12345",
            "x.json.aws-sso-aB3dE6fG9hJ2kL5mN8p_",
            ".aws-sso-aB3dE6fG9hJ2kL5mN8pQ",
            "x.json.tmp.abc123",
            "locked.aws-sso-aB3dE6fG9hJ2kL5mN8pQ",
        ];
        for name in kept.iter().chain(&["x.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ", "config.aws-sso-aB3dE6fG9hJ2kL5mN8pQ"]) {
            fs::write(place(name), "x").unwrap();
        }
        fs::create_dir(place("folder.aws-sso-aB3dE6fG9hJ2kL5mN8pQ")).unwrap();
        let written = File::open(place("locked.aws-sso-aB3dE6fG9hJ2kL5mN8pQ")).unwrap();
        written.lock().unwrap();
        sweep(folder.path());
        sweep(&place("absent"));
        let left = fs::read_dir(folder.path()).unwrap();
        let mut left: Vec<_> = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        let mut expected = [&kept[..], &["folder.aws-sso-aB3dE6fG9hJ2kL5mN8pQ"]].concat();
        expected.sort_unstable();
        assert_eq!(left, expected);
    }
}
