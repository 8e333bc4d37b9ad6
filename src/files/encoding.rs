//! Files that are no UTF-8 text at all: editors and shells on Windows write UTF-16.

use std::path::Path;

use crate::environment::shown;
use crate::error::{Error, Result};

/// Refuses a file in UTF-16 or UTF-32, which no AWS tool reads. Read as UTF-8 it would seem empty, and what is added to
/// it would be lost.
///
/// Such a file begins with a byte-order mark, or has a zero byte in its first letter.
pub(crate) fn check(path: &Path, bytes: &[u8]) -> Result<()> {
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] | [0, ..] | [_, 0, ..] => Err(refusal(path)),
        _ => Ok(()),
    }
}

#[cold]
fn refusal(path: &Path) -> Error {
    Error::usage(format!("{} is not UTF-8 but UTF-16, which AWS tools cannot read", shown(path)))
        .with_remedy("save it as UTF-8 without a byte-order mark")
}
