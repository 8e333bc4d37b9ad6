//! Reads files that the user may not be able to read, or that may be something else.

use std::path::Path;

use crate::files::read;

/// The content of a file; empty if it cannot be read, and for devices, which may have no end.
pub(super) fn of(file: &Path) -> Vec<u8> {
    read::whole(file).ok().flatten().unwrap_or_default()
}
