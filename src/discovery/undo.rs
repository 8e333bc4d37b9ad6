//! Keeps the AWS config as it was before the last discovery, beside it, and gives it back.

use std::path::{Path, PathBuf};

use sha1_smol::Sha1;

use crate::error::{Error, Result};
use crate::files::atomic;
use crate::files::folder::Privacy;

/// The first line of the kept file, with the digest of the config that discovery wrote.
const INTRODUCTION: &str = "# Before `aws-sso discover` made of this file one with the digest ";

/// Keeps `before`, so that it can be restored while the config still is `after`.
///
/// The config may hold secrets, so the copy stays in the same folder and only its owner can read it.
pub(crate) fn keep(path: &Path, before: &[u8], after: &[u8]) -> Result<Earlier> {
    let file = kept_file(path);
    let earlier = Earlier { content: atomic::read(&file)?, file };
    let mut content = format!("{INTRODUCTION}{}\n", Sha1::from(after).digest()).into_bytes();
    content.extend_from_slice(before);
    atomic::write(&earlier.file, &content, Privacy::Secret)?;
    Ok(earlier)
}

/// The content that was kept before.
pub(crate) struct Earlier {
    file: PathBuf,
    content: Option<Vec<u8>>,
}

impl Earlier {
    /// Keeps that content again, for a run that has failed and changed nothing.
    pub(crate) fn restore(self) -> Result<()> {
        match self.content {
            Some(content) => atomic::write(&self.file, &content, Privacy::Secret),
            None => atomic::remove(&self.file),
        }
    }
}

/// Restores the config from before the last discovery.
///
/// Errors: no such config is kept, or the config was changed since.
pub(crate) fn undo(path: &Path) -> Result<()> {
    let file = kept_file(path);
    let nothing = || {
        Error::failed(format!("there is no discovery to undo in {}", path.display()))
            .with_remedy("only the last one can be undone, and only once")
    };
    let kept = atomic::read(&file)?.ok_or_else(nothing)?;
    let (digest, before) = parse(&kept).ok_or_else(nothing)?;
    let now = atomic::read(path)?.unwrap_or_default();
    if now == before {
        return Err(nothing());
    }
    if Sha1::from(&now).digest().to_string() != digest {
        return Err(Error::failed(format!("{} was changed since the last discovery", path.display()))
            .with_remedy(format!("nothing was restored; the earlier file is {}", file.display())));
    }
    atomic::write(path, before, Privacy::Secret)?;
    atomic::remove(&file)
}

fn parse(kept: &[u8]) -> Option<(&str, &[u8])> {
    let end = memchr::memchr(b'\n', kept)?;
    let digest = std::str::from_utf8(&kept[..end]).ok()?.strip_prefix(INTRODUCTION)?;
    Some((digest, &kept[end + 1..]))
}

fn kept_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".before-discover");
    name.into()
}
