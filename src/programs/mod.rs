//! Processes: the signals that end this one, the groups of those it starts, another one that is watched; and which
//! programs of this name there are.

pub(crate) mod group;
pub(crate) mod installed;
pub(crate) mod signals;
pub(crate) mod watched;

use std::io;
use std::path::PathBuf;

/// The path of this executable, for shell code and for processes that run it again.
pub(crate) fn this_program() -> io::Result<PathBuf> {
    std::env::current_exe()
}
