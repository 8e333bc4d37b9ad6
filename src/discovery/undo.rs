//! The AWS config as it was before the last discovery, kept beside it.

use std::path::{Path, PathBuf};

use sha1_smol::Sha1;

use crate::error::{Error, Result};
use crate::files::atomic;
use crate::files::folder::Privacy;

/// The first line of the kept file: which content it goes back from.
const INTRODUCTION: &str = "# Before `aws-sso discover` made of this file one with the digest ";

/// Keeps `before`, so that it can be given back as long as the file is still `after`.
///
/// The config may hold secrets, so the copy stays in its folder, with its mode.
pub fn keep(path: &Path, before: &[u8], after: &[u8]) -> Result<Earlier> {
    let earlier = Earlier { place: place(path), content: atomic::read(&place(path))? };
    let mut content = format!("{INTRODUCTION}{}\n", Sha1::from(after).digest()).into_bytes();
    content.extend_from_slice(before);
    atomic::write(&earlier.place, &content, Privacy::Secret)?;
    Ok(earlier)
}

/// What was kept before.
pub struct Earlier {
    place: PathBuf,
    content: Option<Vec<u8>>,
}

impl Earlier {
    /// Keeps it again, as the run that followed has changed nothing.
    pub fn restore(self) -> Result<()> {
        match self.content {
            Some(content) => atomic::write(&self.place, &content, Privacy::Secret),
            None => atomic::remove(&self.place),
        }
    }
}

/// Gives back the file from before the last discovery.
///
/// Errors: there is none, or the file was changed since.
pub fn undo(path: &Path) -> Result<()> {
    let place = place(path);
    let nothing = || {
        Error::failed(format!("there is no discovery to undo in {}", path.display()))
            .with_remedy("only the last one can be undone, and only once")
    };
    let kept = atomic::read(&place)?.ok_or_else(nothing)?;
    let (digest, before) = parse(&kept).ok_or_else(nothing)?;
    let now = atomic::read(path)?.unwrap_or_default();
    if now == before {
        return Err(nothing());
    }
    if Sha1::from(&now).digest().to_string() != digest {
        return Err(Error::failed(format!("{} was changed since the last discovery", path.display())).with_remedy(
            format!("nothing was changed; what it was before is in {}, to be compared by hand", place.display()),
        ));
    }
    atomic::write(path, before, Privacy::Secret)?;
    atomic::remove(&place)
}

fn parse(kept: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr::memchr(b'\n', kept)?;
    let digest = std::str::from_utf8(&kept[..end]).ok()?.strip_prefix(INTRODUCTION)?;
    Some((digest, &kept[end + 1..]))
}

fn place(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".before-discover");
    name.into()
}
