//! Keeps the AWS config as it was before a verb changed it, beside it, and gives it back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha1_smol::Sha1;

use crate::environment;
use crate::error::{Error, Result};
use crate::files::edit::{self, Edited};
use crate::files::folder::Privacy;
use crate::files::lock::{self, Lock};
use crate::files::reserved::Reserved;
use crate::files::{atomic, links, read};
use crate::programs::uninterrupted;

/// A verb whose last run can be undone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Undoable {
    verb: &'static str,
    /// What one of its runs is called.
    run: &'static str,
}

/// `discover`.
pub(crate) const DISCOVERY: Undoable = Undoable { verb: "discover", run: "discovery" };
/// `setup`.
pub(crate) const SETUP: Undoable = Undoable { verb: "setup", run: "setup" };

impl Undoable {
    /// The first line of the kept file, before the digest of the config that the verb wrote.
    fn introduction(self) -> String {
        format!("# Before `aws-sso {}` made of this file one with the digest ", self.verb)
    }

    /// The same where there was no config before.
    fn without_file(self) -> String {
        format!("# There was no file before `aws-sso {}` made one with the digest ", self.verb)
    }

    fn kept_file(self, path: &Path) -> PathBuf {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".before-{}", self.verb));
        name.into()
    }
}

/// Edits the config, and keeps it as it was before.
pub(crate) fn edit<T>(
    verb: Undoable,
    path: &Path,
    mut change: impl FnMut(&[u8]) -> Result<(Vec<u8>, T)>,
) -> Result<Edited<T>> {
    let _lock = lock()?;
    let mut earlier = None;
    // What another program has just written may be in the old file alone.
    let _uninterrupted = uninterrupted::begin();
    let edited = edit::edit(path, Privacy::Secret, |before| {
        let (after, outcome) = change(before)?;
        if after != before {
            let replaced = keep(verb, path, before, &after)?;
            // This runs a second time where another program changed the file meanwhile.
            earlier.get_or_insert(replaced);
        }
        Ok((after, outcome))
    });
    if let (true, Some(earlier)) = (edited.is_err(), earlier) {
        earlier.restore()?;
    }
    edited
}

/// How long to wait for another process that edits the config; an edit takes milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// Held from reading to writing, so that two runs do not undo each other's changes.
fn lock() -> Result<Lock> {
    lock::take(&environment::lock_folder()?, "config", PATIENCE, |_| {})
}

/// Keeps `before`, so that it can be restored while the config still is `after`.
///
/// The config may hold secrets, so the copy stays in the same folder and only its owner can read it.
fn keep(verb: Undoable, path: &Path, before: &[u8], after: &[u8]) -> Result<Earlier> {
    // What keeps the config from being written is said of it, not of the copy.
    drop(Reserved::take(path, after.len(), Privacy::Secret)?);
    let file = verb.kept_file(path);
    let earlier = Earlier { content: read::whole(&file)?, file };
    let is_new = before.is_empty() && read::whole(path)?.is_none();
    let introduction = if is_new { verb.without_file() } else { verb.introduction() };
    let mut content = format!("{introduction}{}\n", Sha1::from(after).digest()).into_bytes();
    content.extend_from_slice(before);
    atomic::write(&earlier.file, &content, Privacy::Secret)?;
    Ok(earlier)
}

/// The content that was kept before.
struct Earlier {
    file: PathBuf,
    content: Option<Vec<u8>>,
}

impl Earlier {
    /// Keeps that content again, for a run that has failed and changed nothing.
    fn restore(self) -> Result<()> {
        match self.content {
            Some(content) => atomic::write(&self.file, &content, Privacy::Secret),
            None => atomic::remove(&self.file),
        }
    }
}

/// Restores the config from before the verb's last run.
///
/// Errors: no such config is kept, or the config was changed since.
pub(crate) fn undo(verb: Undoable, path: &Path) -> Result<()> {
    let file = verb.kept_file(path);
    let nothing = || {
        Error::failed(format!("there is no {} to undo in {}", verb.run, path.display()))
            .with_remedy("only the last one can be undone, and only once")
    };
    let kept = read::whole(&file)?.ok_or_else(nothing)?;
    let Kept { digests, before } = Kept::parse(verb, &kept).ok_or_else(nothing)?;
    let _lock = lock()?;
    let _uninterrupted = uninterrupted::begin();
    // With an edit, what another program writes meanwhile is seen before the file is replaced.
    edit::edit(path, Privacy::Secret, |now| {
        if Some(now) == before {
            return Err(nothing());
        }
        if !is_among(digests, now) {
            return Err(Error::failed(format!("{} was changed since the last {}", path.display(), verb.run))
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
    /// The digest of the config that the verb wrote; of several steps, each.
    digests: &'a str,
    /// The config from before; `None` if there was none.
    before: Option<&'a [u8]>,
}

impl<'a> Kept<'a> {
    fn parse(verb: Undoable, kept: &'a [u8]) -> Option<Self> {
        let end = memchr::memchr(b'\n', kept)?;
        let line = std::str::from_utf8(&kept[..end]).ok()?;
        match line.strip_prefix(&verb.without_file()) {
            Some(digests) => Some(Self { digests, before: None }),
            None => Some(Self { digests: line.strip_prefix(&verb.introduction())?, before: Some(&kept[end + 1..]) }),
        }
    }
}

/// Between the digests of several steps.
const OR: &str = " or ";

fn is_among(digests: &str, content: &[u8]) -> bool {
    let digest = Sha1::from(content).digest().to_string();
    digests.split(OR).any(|one| one == digest)
}

/// Begins a run of a verb: what an earlier one kept is not what this one would undo.
pub(crate) fn begin(verb: Undoable, path: &Path) -> Result<()> {
    atomic::remove(&verb.kept_file(path))
}

/// Makes what `step` has just changed a part of this run of `verb`: the run is undone as a whole. `before` is the
/// config as it was before the step.
pub(crate) fn join(verb: Undoable, step: Undoable, path: &Path, before: Option<&[u8]>) -> Result<()> {
    let Some(of_step) = read::whole(&step.kept_file(path))? else { return Ok(()) };
    let Some(kept) = Kept::parse(step, &of_step).filter(|kept| kept.before == before) else { return Ok(()) };
    let file = verb.kept_file(path);
    let of_run = read::whole(&file)?;
    let (digests, before) = match of_run.as_deref().and_then(|of_run| Kept::parse(verb, of_run)) {
        None => (kept.digests.to_owned(), before),
        // Another program has changed the config between the two.
        Some(run) if !is_among(run.digests, before.unwrap_or_default()) => return Ok(()),
        Some(run) => (format!("{}{OR}{}", run.digests, kept.digests), run.before),
    };
    let introduction = if before.is_some() { verb.introduction() } else { verb.without_file() };
    let mut content = format!("{introduction}{digests}\n").into_bytes();
    content.extend_from_slice(before.unwrap_or_default());
    atomic::write(&file, &content, Privacy::Secret)
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
            drop(keep(DISCOVERY, &path, b"", b"new").unwrap());
            fs::write(&path, "new").unwrap();
            undo(DISCOVERY, &path).unwrap();
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
            assert!(undo(DISCOVERY, &path).unwrap_err().to_string().contains("no discovery to undo"));
        }
    }
}
