//! Tokens that could not be written. They serve this process, which may be a server that runs for days.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use crate::aws_cache::token::Token;
use crate::secret::Secret;

/// A token, and the one that its file had when it could not be written.
struct Unsaved {
    token: Token,
    replaces: Option<Secret>,
}

/// By the path of their files. All sessions of this process share them, so that no token is renewed twice.
static UNSAVED: LazyLock<Mutex<HashMap<PathBuf, Unsaved>>> = LazyLock::new(Mutex::default);

fn all() -> MutexGuard<'static, HashMap<PathBuf, Unsaved>> {
    UNSAVED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a token in place of the stored one.
pub(super) fn keep(path: PathBuf, stored: Option<Token>, token: Token) {
    all().insert(path, Unsaved { token, replaces: stored.map(|stored| stored.access_token) });
}

/// The token to use in place of the stored one. Once that is gone or another, somebody has signed out or in.
pub(super) fn in_place_of(path: &Path, stored: Option<&Token>) -> Option<Token> {
    let mut all = all();
    let unsaved = all.get(path)?;
    if unsaved.replaces.as_ref() == stored.map(|stored| &stored.access_token) {
        return Some(unsaved.token.clone());
    }
    all.remove(path);
    None
}

/// The token to use where the stored one cannot be read.
pub(super) fn of(path: &Path) -> Option<Token> {
    all().get(path).map(|unsaved| unsaved.token.clone())
}

pub(super) fn forget(path: &Path) {
    all().remove(path);
}
