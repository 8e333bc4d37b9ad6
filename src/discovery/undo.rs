//! Keeps the AWS config as it was before the last discovery, beside it, and gives it back.

use std::path::{Path, PathBuf};

use sha1_smol::Sha1;

use crate::error::{Error, Result};
use crate::files::folder::Privacy;
use crate::files::reserved::Reserved;
use crate::files::{atomic, edit, links, read};
use crate::programs::uninterrupted;

/// The first line of the kept file, with the digest of the config that discovery wrote.
const INTRODUCTION: &str = "# Before `aws-sso discover` made of this file one with the digest ";
/// The same where there was no config before.
const WITHOUT_FILE: &str = "# There was no file before `aws-sso discover` made one with the digest ";

/// Keeps `before`, so that it can be restored while the config still is `after`.
///
/// The config may hold secrets, so the copy stays in the same folder and only its owner can read it.
pub(crate) fn keep(path: &Path, before: &[u8], after: &[u8]) -> Result<Earlier> {
    // What keeps the config from being written is said of it, not of the copy.
    drop(Reserved::take(path, after.len(), Privacy::Secret)?);
    let file = kept_file(path);
    let earlier = Earlier { content: read::whole(&file)?, file };
    let is_new = before.is_empty() && read::whole(path)?.is_none();
    let introduction = if is_new { WITHOUT_FILE } else { INTRODUCTION };
    let mut content = format!("{introduction}{}\n", Sha1::from(after).digest()).into_bytes();
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
    let kept = read::whole(&file)?.ok_or_else(nothing)?;
    let Kept { digest, before } = Kept::parse(&kept).ok_or_else(nothing)?;
    let _uninterrupted = uninterrupted::begin();
    // With an edit, what another program writes meanwhile is seen before the file is replaced.
    edit::edit(path, Privacy::Secret, |now| {
        if Some(now) == before {
            return Err(nothing());
        }
        if Sha1::from(now).digest().to_string() != digest {
            return Err(Error::failed(format!("{} was changed since the last discovery", path.display()))
                .with_remedy(format!("nothing was restored; the earlier file is {}", file.display())));
        }
        Ok((before.unwrap_or(now).to_vec(), ()))
    })?;
    if before.is_none() {
        atomic::remove(&links::follow(path).unwrap_or_else(|_| path.to_owned()))?;
    }
    atomic::remove(&file)
}

/// What was kept.
struct Kept<'a> {
    /// The digest of the config that discovery wrote.
    digest: &'a str,
    /// The config from before; `None` if there was none.
    before: Option<&'a [u8]>,
}

impl<'a> Kept<'a> {
    fn parse(kept: &'a [u8]) -> Option<Self> {
        let end = memchr::memchr(b'\n', kept)?;
        let line = std::str::from_utf8(&kept[..end]).ok()?;
        match line.strip_prefix(WITHOUT_FILE) {
            Some(digest) => Some(Self { digest, before: None }),
            None => Some(Self { digest: line.strip_prefix(INTRODUCTION)?, before: Some(&kept[end + 1..]) }),
        }
    }
}

fn kept_file(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".before-discover");
    name.into()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_was_not_there_before_discovery_is_removed_and_an_empty_one_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        for before in [None, Some("")] {
            if let Some(before) = before {
                fs::write(&path, before).unwrap();
            }
            drop(keep(&path, b"", b"new").unwrap());
            fs::write(&path, "new").unwrap();
            undo(&path).unwrap();
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
            assert!(undo(&path).unwrap_err().to_string().contains("no discovery to undo"));
        }
    }
}
