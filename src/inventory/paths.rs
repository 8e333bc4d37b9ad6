//! The cache files of one sso-session's accounts and roles.

use std::path::PathBuf;

use sha1_smol::Sha1;

use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::Result;

/// The accounts and roles that were fetched last.
pub(super) fn inventory(directory: &Directory) -> Result<PathBuf> {
    Ok(environment::cache_folder()?.join(lock_name(directory) + ".json"))
}

/// What a fetch that has not finished has received so far.
pub(super) fn journal(directory: &Directory) -> Result<PathBuf> {
    in_cache("unfinished", directory)
}

/// The roles that were used last.
pub(super) fn recent(directory: &Directory) -> Result<PathBuf> {
    in_cache("recent", directory)
}

/// The name of the lock that is held while the accounts and roles are fetched.
pub(super) fn lock_name(directory: &Directory) -> String {
    name("inventory", directory)
}

fn in_cache(what: &str, directory: &Directory) -> Result<PathBuf> {
    Ok(environment::cache_folder()?.join(name(what, directory)))
}

fn name(what: &str, directory: &Directory) -> String {
    format!("{what}-{}", Sha1::from(directory.token_key()).digest())
}
