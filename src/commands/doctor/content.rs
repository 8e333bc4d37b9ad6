//! Reads files that the user may not be able to read, or that may be something else.

use std::fs;
use std::path::Path;

use crate::files::atomic;

/// The content of a file; empty if it cannot be read, and for devices, which may have no end.
pub(super) fn of(file: &Path) -> Vec<u8> {
    if !fs::metadata(file).is_ok_and(|metadata| metadata.is_file()) {
        return Vec::new();
    }
    atomic::read(file).ok().flatten().unwrap_or_default()
}
