//! Failures that processes pass on, so that the next ones need not wait for the same.

use std::fs::{self, File, Metadata};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{folder, open, read};
use crate::error::{Error, Kind};

/// How long a failure is remembered.
const MEMORY: Duration = Duration::from_mins(1);

/// How far in the future a failure may be: clocks are set back by a little all the time.
const SET_BACK: Duration = Duration::from_secs(10);

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.failed"))
}

/// Remembers a failure for all processes of this user. Without a file each of them finds out for itself.
///
/// Returns whether it is remembered.
pub(crate) fn remember(folder: &Path, name: &str, error: &Error) -> bool {
    // A lock in the same folder has warned of a flaw.
    if let Err(why) = folder::private(folder) {
        tracing::debug!("the failure is not remembered: {why:?}");
        return false;
    }
    let file = open::replacing_privately(&path(folder, name));
    let written = file.and_then(|mut file| file.write_all(to_text(error).as_bytes()));
    if let Err(error) = &written {
        tracing::debug!("the failure is not remembered: {error}");
    }
    written.is_ok()
}

/// The failure that was remembered within the last minute.
pub(crate) fn recent(folder: &Path, name: &str) -> Option<Error> {
    since(folder, name, MEMORY)?.1
}

/// When a failure was remembered, if that was within this time, and the failure, if all of it was written.
pub(crate) fn since(folder: &Path, name: &str, memory: Duration) -> Option<(SystemTime, Option<Error>)> {
    let path = path(folder, name);
    let (file, metadata, since) = open_recent(&path, memory)?;
    let text = read::content(&path, file, &metadata).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Some((since, text.as_deref().and_then(from_text)))
}

/// The time of a file from the future says nothing: the clock was wrong, then or now.
fn open_recent(path: &Path, memory: Duration) -> Option<(File, Metadata, SystemTime)> {
    let (file, metadata) = open::own_to_read(path).ok()?;
    let since = metadata.modified().ok()?;
    let is_recent = match since.elapsed() {
        Ok(age) => age < memory,
        Err(ahead) => ahead.duration() < SET_BACK,
    };
    is_recent.then_some((file, metadata, since))
}

/// Forgets the failure, because the same has worked since.
pub(crate) fn forget(folder: &Path, name: &str) {
    let _ = fs::remove_file(path(folder, name));
}

/// The exit status, the message and the remedy of an error. None of them contains a secret.
pub(super) fn to_text(error: &Error) -> String {
    format!("status {}\n{error}\n{}", error.kind().status(), error.remedy().unwrap_or_default())
}

pub(super) fn from_text(text: &str) -> Option<Error> {
    let mut lines = text.splitn(3, '\n');
    let status = lines.next()?.strip_prefix("status ")?.parse().ok()?;
    let error = Error::new(Kind::of_status(status)?, lines.next()?);
    Some(match lines.next()? {
        "" => error,
        remedy => error.with_remedy(remedy),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::time::SystemTime;

    use super::*;

    #[test]
    fn a_failure_is_remembered_for_a_minute() {
        let folder = tempfile::tempdir().unwrap();
        let locks = folder.path().join("locks");
        assert_eq!(recent(&locks, "one"), None);
        let error = Error::service("no answer").with_remedy("wait\nor ask");
        remember(&locks, "one", &error);
        assert_eq!(recent(&locks, "one"), Some(error.clone()));
        assert_eq!(recent(&locks, "other"), None);

        let file = File::options().write(true).open(path(&locks, "one")).unwrap();
        for (offset, expected) in [(-59, Some(&error)), (-61, None), (5, Some(&error)), (60, None)] {
            let now = SystemTime::now();
            let seconds = Duration::from_secs(u64::from(i32::unsigned_abs(offset)));
            file.set_modified(if offset < 0 { now - seconds } else { now + seconds }).unwrap();
            assert_eq!(recent(&locks, "one").as_ref(), expected, "{offset}");
            let is_within = since(&locks, "one", Duration::from_mins(10)).is_some();
            assert_eq!(is_within, offset < SET_BACK.as_secs().try_into().unwrap(), "{offset}");
        }
        remember(&locks, "one", &error);
        forget(&locks, "one");
        assert_eq!(recent(&locks, "one"), None);
    }
}
