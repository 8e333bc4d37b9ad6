//! Locks between processes. The system releases a lock when its process ends.

use std::fmt;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::thread;
use std::time::{Duration, Instant};

use super::failed::{from_text, to_text};
use super::folder::{self, Unusable};
use super::{advisory, open, read};
use crate::error::{Error, Result};
use crate::terminal;

/// How long a process waits before it reports that. Most waits are shorter, and a hundred processes may be waiting.
const SILENCE: Duration = Duration::from_secs(2);

/// The shortest and the longest pause between two attempts.
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);

/// A lock, which is released when this is dropped. Its file exists only while a process holds it.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct Lock {
    /// `None` if no lock file can be created.
    file: Option<File>,
    path: PathBuf,
    has_waited: bool,
    /// Whether a person was shown here what the holder before asked for.
    pub(super) was_shown: bool,
    inherited: Option<Error>,
    failure: Option<Error>,
}

impl Lock {
    const NONE: Self =
        Self { file: None, path: PathBuf::new(), has_waited: false, was_shown: false, inherited: None, failure: None };

    /// Whether another process held the lock when this one asked for it.
    #[must_use]
    pub fn has_waited(&self) -> bool {
        self.has_waited
    }

    /// Whether this process has waited for the answer of a person, who was shown here what to do.
    #[must_use]
    pub fn was_shown(&self) -> bool {
        self.was_shown
    }

    /// The error of the process that held the lock before, if this process waited for it. Without it, a hundred waiting
    /// processes would fail in the same way one after the other, and each could ask the user to sign in.
    #[must_use]
    pub fn inherited(&self) -> Option<Error> {
        self.inherited.clone()
    }

    /// Passes an error on to the processes that wait for the lock.
    pub fn fail(&mut self, error: &Error) {
        self.failure = Some(error.clone());
    }
}

impl Drop for Lock {
    /// Leaves the failure to those that wait, who have the file open, and deletes the file: there is one for each role.
    /// A process that opens the path from now on creates another file, which is no harm: this one has done its work.
    ///
    /// Unlocks explicitly, because closing the file is not enough: a child process that is just being started has the
    /// file open too, until it executes its program.
    fn drop(&mut self) {
        if let Some(file) = &mut self.file {
            let failure = self.failure.as_ref().map(to_text).unwrap_or_default();
            let _ = rewrite(file, &failure);
            if CAN_DELETE {
                let _ = fs::remove_file(&self.path);
            }
            let _ = advisory::unlock(file);
        }
    }
}

/// Elsewhere, a process cannot tell whether the file that it has locked is still the one of the path.
const CAN_DELETE: bool = cfg!(unix);

/// A file with a second name may be anything of this user's, so it stays as it is. So does a file that was opened to
/// read it.
fn rewrite(file: &mut File, text: &str) -> io::Result<()> {
    if !open::has_one_name(file) {
        return Ok(());
    }
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())
}

/// The process that holds a lock, if its file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(Option<String>);

impl Holder {
    pub(super) fn id(&self) -> Option<&str> {
        self.0.as_deref()
    }

    fn of(path: &Path) -> Self {
        let id = String::from_utf8_lossy(&read::spare(path).unwrap_or_default()).trim().to_owned();
        let is_id = (1..=10).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        Self(is_id.then_some(id))
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(id) => write!(f, "another aws-sso (process {id})"),
            None => f.write_str("another aws-sso"),
        }
    }
}

/// Takes the lock called `name` in `folder`. After `patience` it fails with an error that names the lock's holder.
///
/// `waiting` is called again and again, once the wait has taken two seconds. If no lock file can be created (a
/// read-only home, as in some containers), the work continues without a lock: doing it twice is better than not doing
/// it. So it does where another user could put a link in place of the lock.
pub fn take(folder: &Path, name: &str, patience: Duration, waiting: impl FnMut(&Holder)) -> Result<Lock> {
    let path = path(folder, name);
    match open_in(folder, &path) {
        Some(file) => lock(Opened { file, has_waited: false }, folder, path, patience, waiting),
        None => Ok(Lock::NONE),
    }
}

/// Takes the lock if no process holds it.
#[must_use]
pub fn take_if_free(folder: &Path, name: &str) -> Option<Lock> {
    let path = path(folder, name);
    loop {
        let file = open_in(folder, &path)?;
        advisory::try_lock(&file).ok()?;
        if is_at(&file, &path) {
            return Some(held(file, path, false, None));
        }
    }
}

/// Why the file system of this folder locks no file, if that is so. A folder that is not there is not created.
pub(crate) fn refusal(folder: &Path) -> Option<io::Error> {
    let path = path(folder, "doctor");
    let file = if CAN_DELETE && folder.is_dir() { open_in(folder, &path) } else { None }?;
    let refused = match advisory::try_lock(&file) {
        Err(TryLockError::Error(error)) => Some(error),
        Ok(()) | Err(TryLockError::WouldBlock) => None,
    };
    drop(held(file, path, false, None));
    refused
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.lock"))
}

fn open_in(folder: &Path, path: &Path) -> Option<File> {
    static WARNING: Once = Once::new();
    match folder::private(folder) {
        Ok(()) => {}
        Err(Unusable::Flawed(folder, flaw)) => {
            WARNING.call_once(|| terminal::warn(&folder::warning(&folder, flaw, ", so no lock is taken there")));
            return None;
        }
        Err(Unusable::Failed(error)) => {
            log_absence(path, &error);
            return None;
        }
    }
    // A file that was created under `sudo` can be locked without the right to write to it.
    let opened = open::own_to_change(path, 0o666).or_else(|why| match open::own_to_read(path) {
        Ok((file, metadata)) if metadata.is_file() => Ok(file),
        _ => Err(why),
    });
    opened.map_err(|why| log_absence(path, &why)).ok()
}

fn log_absence(path: &Path, why: &dyn fmt::Debug) {
    tracing::debug!("no lock {}: {why:?}", path.display());
}

/// Writes the process id into the file. Only messages use it.
fn held(mut file: File, path: PathBuf, has_waited: bool, inherited: Option<Error>) -> Lock {
    let _ = rewrite(&mut file, &std::process::id().to_string());
    Lock { file: Some(file), path, has_waited, was_shown: false, inherited, failure: None }
}

/// Whether the file is still the one of the path. The lock of a deleted file keeps nobody out.
fn is_at(file: &File, path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let identity = |metadata: fs::Metadata| (metadata.dev(), metadata.ino());
        match (file.metadata(), fs::metadata(path)) {
            (Ok(own), Ok(current)) => identity(own) == identity(current),
            _ => false,
        }
    }
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        true
    }
}

/// A lock's file, and whether this process has found it locked.
struct Opened {
    file: File,
    has_waited: bool,
}

/// Tries again and again, with longer and longer pauses. No process waits an eighth longer than necessary, and a
/// hundred processes that wait for a user to sign in need hardly any processor time.
///
/// A blocking lock was slower with a hundred processes: the kernel wakes all of them each time.
fn lock(
    mut opened: Opened,
    folder: &Path,
    path: PathBuf,
    patience: Duration,
    mut waiting: impl FnMut(&Holder),
) -> Result<Lock> {
    let start = Instant::now();
    let (mut has_waited, mut inherited) = (opened.has_waited, None);
    loop {
        match advisory::try_lock(&opened.file) {
            Ok(()) => {
                if opened.has_waited {
                    let mut left = String::new();
                    let _ = opened.file.read_to_string(&mut left);
                    inherited = from_text(&left);
                }
                if is_at(&opened.file, &path) {
                    return Ok(held(opened.file, path, has_waited, inherited));
                }
                // Its last holder has deleted it, and another process may hold the lock of a new one already.
                let _ = advisory::unlock(&opened.file);
                let Some(file) = open_in(folder, &path) else { return Ok(Lock::NONE) };
                opened = Opened { file, has_waited: false };
                continue;
            }
            Err(TryLockError::WouldBlock) => (has_waited, opened.has_waited) = (true, true),
            Err(TryLockError::Error(error)) => {
                log_absence(&path, &error);
                return Ok(Lock::NONE);
            }
        }
        let waited = start.elapsed();
        let Some(left) = patience.checked_sub(waited).filter(|left| !left.is_zero()) else {
            return Err(Error::failed(format!(
                "{} has held {} for {} s",
                Holder::of(&path),
                path.display(),
                patience.as_secs()
            ))
            .with_remedy("continue or end that process, then try again"));
        };
        if waited >= SILENCE {
            waiting(&Holder::of(&path));
        }
        thread::sleep((waited / 8).clamp(SHORTEST, LONGEST).min(left));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_has_one_holder_at_a_time_and_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let locks = folder.path().join("locks");
        let unexpected = |_: &Holder| panic!("no process holds it");
        let held = take(&locks, "one", Duration::ZERO, unexpected).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&locks).unwrap().permissions().mode() & 0o777, 0o700);
        }
        let error = take(&locks, "one", Duration::from_millis(1), |_| {}).unwrap_err();
        let expected = format!(
            "another aws-sso (process {}) has held {} for 0 s",
            std::process::id(),
            locks.join("one.lock").display()
        );
        assert_eq!(error.to_string(), expected);
        assert!(error.report().contains("continue or end that process"));
        assert!(take_if_free(&locks, "one").is_none());
        drop(take(&locks, "other", Duration::ZERO, unexpected).unwrap());
        thread::scope(|scope| {
            let thread = scope.spawn(|| take(&locks, "one", Duration::from_mins(1), |_| {}).unwrap());
            assert!(!thread.is_finished());
            drop(held);
            drop(thread.join().unwrap());
        });
        drop(take_if_free(&locks, "one").unwrap());
        let left: Vec<_> = fs::read_dir(&locks).unwrap().collect();
        assert!(left.is_empty() || !CAN_DELETE, "the file of a lock is deleted with it: {left:?}");
    }

    #[test]
    fn a_lock_whose_file_is_deleted_by_each_holder_never_has_two() {
        use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
        let folder = tempfile::tempdir().unwrap();
        let (is_held, count) = (AtomicBool::new(false), AtomicUsize::new(0));
        thread::scope(|scope| {
            for number in 0..8 {
                let (is_held, count, folder) = (&is_held, &count, folder.path());
                scope.spawn(move || {
                    for _ in 0..200 {
                        let lock = match number {
                            0 => take_if_free(folder, "one"),
                            _ => Some(take(folder, "one", Duration::from_mins(1), |_| {}).unwrap()),
                        };
                        let Some(lock) = lock else { continue };
                        assert!(!is_held.swap(true, Ordering::SeqCst), "two hold the lock");
                        thread::yield_now();
                        is_held.store(false, Ordering::SeqCst);
                        count.fetch_add(1, Ordering::SeqCst);
                        drop(lock);
                    }
                });
            }
        });
        assert!(count.into_inner() >= 7 * 200);
    }

    #[test]
    fn a_process_that_waited_inherits_a_failure_and_a_later_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let patience = Duration::from_mins(1);
        let take = || take(folder.path(), "one", patience, |_| {}).unwrap();
        let failures =
            [None, Some(Error::denied("no access")), Some(Error::service("it failed").with_remedy("try again\nlater"))];
        let place = path(folder.path(), "one");
        for failure in failures {
            let mut held = take();
            assert_eq!((held.inherited(), held.has_waited()), (None, false));
            let waiting = open_in(folder.path(), &place).unwrap();
            if let Some(failure) = &failure {
                held.fail(failure);
            }
            drop(held);
            let waiting = Opened { file: waiting, has_waited: true };
            let waited = lock(waiting, folder.path(), place.clone(), patience, |_| {}).unwrap();
            assert_eq!((waited.inherited(), waited.has_waited()), (failure, true));
        }
    }

    #[test]
    fn without_a_lock_file_the_work_continues() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("file"), "").unwrap();
        for _ in 0..2 {
            let lock = take(&folder.path().join("file/locks"), "one", Duration::ZERO, |_| {}).unwrap();
            assert!(lock.file.is_none());
        }
    }
}
