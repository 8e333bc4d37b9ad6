//! Other programs: the signals that end them and this one, and the moment at which they end.

pub(crate) mod signals;
pub(crate) mod watched;

use std::path::PathBuf;

/// The path of this executable, for shell code and for processes that run it again.
pub(crate) fn this_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}
