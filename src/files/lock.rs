//! Locks between processes. The system releases a lock when its process ends.

use std::fmt;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::failed::{from_text, to_text};
use super::folder::{self, Privacy};
use crate::error::{Error, Result, reason};

/// How long a process waits before it reports that. Most waits are shorter, and a hundred processes may be waiting.
const SILENCE: Duration = Duration::from_secs(2);

/// The shortest and the longest pause between two attempts.
const SHORTEST: Duration = Duration::from_millis(2);
const LONGEST: Duration = Duration::from_millis(100);

/// A lock, which is released when this is dropped.
#[derive(Debug)]
#[must_use = "the lock is released when this is dropped"]
pub struct Lock {
    /// `None` if no lock file can be created.
    file: Option<File>,
    inherited: Option<Error>,
    failure: Option<Error>,
}

impl Lock {
    const NONE: Self = Self { file: None, inherited: None, failure: None };

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
    /// Removes the process id, which would be wrong from now on. Unlocks explicitly, because closing the file is not
    /// enough: a child process that is just being started has the file open too, until it executes its program.
    fn drop(&mut self) {
        if let Some(file) = &mut self.file {
            let failure = self.failure.as_ref().map(to_text).unwrap_or_default();
            let _ = rewrite(file, &failure);
            let _ = file.unlock();
        }
    }
}

fn rewrite(file: &mut File, text: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())
}

/// The process that holds a lock, if its file tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder(Option<String>);

impl Holder {
    fn of(path: &Path) -> Self {
        let id = fs::read_to_string(path).unwrap_or_default().trim().to_owned();
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
/// `waiting` is called once, if the wait takes more than two seconds. If no lock file can be created (a read-only home,
/// as in some containers), the work continues without a lock: doing it twice is better than not doing it.
pub fn take(folder: &Path, name: &str, patience: Duration, waiting: impl FnOnce(&Holder)) -> Result<Lock> {
    let path = path(folder, name);
    let Some(file) = open(folder, &path) else { return Ok(Lock::NONE) };
    match file.try_lock() {
        Ok(()) => Ok(held(file, None)),
        Err(TryLockError::WouldBlock) => wait(file, &path, patience, waiting),
        Err(TryLockError::Error(error)) => Ok(without(&path, &error)),
    }
}

/// Takes the lock if no process holds it.
#[must_use]
pub fn take_if_free(folder: &Path, name: &str) -> Option<Lock> {
    let file = open(folder, &path(folder, name))?;
    file.try_lock().ok().map(|()| held(file, None))
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.lock"))
}

fn open(folder: &Path, path: &Path) -> Option<File> {
    let opened = folder::create(folder, Privacy::Secret).and_then(|()| {
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path);
        // A file that was created under `sudo` can be locked without the right to write to it.
        file.or_else(|error| File::open(path).map_err(|_| error))
    });
    opened.map_err(|error| without(path, &error)).ok()
}

fn without(path: &Path, error: &io::Error) -> Lock {
    tracing::debug!("no lock {}: {}", path.display(), reason(error));
    Lock::NONE
}

/// Writes the process id into the file. Only messages use it.
fn held(mut file: File, inherited: Option<Error>) -> Lock {
    let _ = rewrite(&mut file, &std::process::id().to_string());
    Lock { file: Some(file), inherited, failure: None }
}

/// Tries again and again, with longer and longer pauses. No process waits an eighth longer than necessary, and a
/// hundred processes that wait for a user to sign in need hardly any processor time.
///
/// A blocking lock was slower with a hundred processes: the kernel wakes all of them each time.
fn wait(file: File, path: &Path, patience: Duration, waiting: impl FnOnce(&Holder)) -> Result<Lock> {
    let start = Instant::now();
    let mut waiting = Some(waiting);
    loop {
        let waited = start.elapsed();
        let Some(left) = patience.checked_sub(waited).filter(|left| !left.is_zero()) else {
            return Err(Error::failed(format!(
                "{} has held {} for {} s",
                Holder::of(path),
                path.display(),
                patience.as_secs()
            ))
            .with_remedy("continue or end that process, then try again"));
        };
        if waited >= SILENCE
            && let Some(waiting) = waiting.take()
        {
            waiting(&Holder::of(path));
        }
        thread::sleep((waited / 8).clamp(SHORTEST, LONGEST).min(left));
        match file.try_lock() {
            Ok(()) => {
                let mut left = String::new();
                let _ = (&file).read_to_string(&mut left);
                return Ok(held(file, from_text(&left)));
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Ok(without(path, &error)),
        }
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
        assert_eq!(fs::read(locks.join("one.lock")).unwrap(), b"", "no process is named once it has released the lock");
        drop(take_if_free(&locks, "one").unwrap());
    }

    #[test]
    fn a_process_that_waited_inherits_a_failure_and_a_later_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let take = || take(folder.path(), "one", Duration::from_mins(1), |_| {}).unwrap();
        let failures =
            [None, Some(Error::denied("no access")), Some(Error::service("it failed").with_remedy("try again\nlater"))];
        let place = path(folder.path(), "one");
        for failure in failures {
            let mut held = take();
            assert_eq!(held.inherited(), None);
            let waiting = open(folder.path(), &place).unwrap();
            if let Some(failure) = &failure {
                held.fail(failure);
            }
            drop(held);
            let waited = wait(waiting, &place, Duration::from_mins(1), |_| {}).unwrap();
            assert_eq!(waited.inherited(), failure);
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
