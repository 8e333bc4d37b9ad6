//! Which credentials files have a sign-in's credentials as their default profile, so that a sign-out can remove them.
//! The note holds access key ids and paths; neither is a secret.

use std::path::{Path, PathBuf};

use sha1_smol::Sha1;

use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::Result;
use crate::files::folder::Privacy;
use crate::files::{atomic, read};

/// More files than a user has.
const MOST: usize = 20;

/// An access key id, and the credentials file that it was written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultKey {
    pub(crate) access_key_id: String,
    pub(crate) file: PathBuf,
}

fn path(directory: &Directory) -> Result<PathBuf> {
    Ok(environment::cache_folder()?.join(format!("default-{}", Sha1::from(directory.token_key()).digest())))
}

/// Notes that a credentials file gets these keys. Without the note, a sign-out knows those alone that are cached.
pub(crate) fn remember(directory: &Directory, access_key_id: &str, file: &Path) {
    // The sign-out may run in another folder.
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    let written = path(directory).and_then(|note| {
        let mut keys = remembered(directory);
        keys.retain(|key| key.file != file);
        keys.insert(0, DefaultKey { access_key_id: access_key_id.to_owned(), file });
        keys.truncate(MOST);
        let lines: String = keys.iter().map(|key| format!("{} {}\n", key.access_key_id, key.file.display())).collect();
        atomic::write(&note, lines.as_bytes(), Privacy::Secret)
    });
    if let Err(error) = written {
        tracing::debug!("{error}; the default profile's key is not noted");
    }
}

/// What was noted, the latest first.
pub(crate) fn remembered(directory: &Directory) -> Vec<DefaultKey> {
    let bytes = path(directory).ok().and_then(|note| read::spare(&note)).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let keys = text.lines().filter_map(|line| line.split_once(' '));
    keys.map(|(id, file)| DefaultKey { access_key_id: id.to_owned(), file: file.into() }).take(MOST).collect()
}

/// Forgets what was noted.
pub(crate) fn forget(directory: &Directory) -> Result<()> {
    atomic::remove(&path(directory)?)
}
