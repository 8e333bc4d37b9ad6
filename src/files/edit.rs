//! Edits a file that other programs change too, without a lock.

use std::fmt;
use std::path::Path;

use super::atomic;
use super::folder::Privacy;
use super::read;
use crate::error::{Error, Result};

/// The result of an edit.
pub struct Edited<T> {
    /// The content before the edit; empty if there was no file.
    pub before: Vec<u8>,
    /// The content after the edit.
    pub after: Vec<u8>,
    /// What the edit returned.
    pub outcome: T,
}

/// The file may contain keys, so its content is left out.
impl<T: fmt::Debug> fmt::Debug for Edited<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edited").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}

/// Applies `edit` to the file's content and writes the result as [`atomic::write`] does, unless it is the same.
///
/// If another program changes the file in the meantime, the edit is applied again to the new content, so that both
/// changes stay.
pub fn edit<T>(
    path: &Path,
    privacy: Privacy,
    mut edit: impl FnMut(&[u8]) -> Result<(Vec<u8>, T)>,
) -> Result<Edited<T>> {
    // A program that changes the file this often will not stop.
    for _ in 0..100 {
        let before = read::whole(path)?;
        let content = before.as_deref().unwrap_or_default();
        let (after, outcome) = edit(content)?;
        if after == content || atomic::replace_if(path, &after, privacy, || Ok(read::whole(path)? == before))? {
            return Ok(Edited { before: before.unwrap_or_default(), after, outcome });
        }
    }
    Err(Error::failed(format!("another program keeps changing {}", path.display()))
        .with_remedy("nothing was changed; end that program, then try again"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn appended(bytes: &[u8], line: &str) -> Vec<u8> {
        [bytes, line.as_bytes()].concat()
    }

    #[test]
    fn a_change_by_another_program_between_reading_and_writing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        // What the file contains before, and after another program has written, created or deleted it.
        let cases = [
            (Some("a\n"), Some("a\nb\n"), "a\nb\nours\n"),
            (None, Some("b\n"), "b\nours\n"),
            (Some("a\n"), None, "ours\n"),
            (Some("a\n"), Some("a\n"), "a\nours\n"),
        ];
        for (before, meanwhile, expected) in cases {
            let put = |content: Option<&str>| match content {
                Some(content) => fs::write(&path, content).unwrap(),
                None => drop(fs::remove_file(&path)),
            };
            put(before);
            let mut meanwhile = Some(meanwhile);
            let mut runs = 0;
            let edited = edit(&path, Privacy::Secret, |bytes| {
                meanwhile.take().map(put);
                runs += 1;
                Ok((appended(bytes, "ours\n"), runs))
            })
            .unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
            assert_eq!(edited.after, expected.as_bytes());
            assert_eq!(edited.after, appended(&edited.before, "ours\n"));
            assert_eq!(edited.outcome, runs, "the last edit's outcome is returned");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        }
    }

    #[test]
    fn a_file_that_keeps_changing_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let mut number = 0;
        let error = edit(&path, Privacy::Secret, |bytes| {
            number += 1;
            fs::write(&path, number.to_string()).unwrap();
            Ok((appended(bytes, "ours"), ()))
        })
        .unwrap_err();
        assert!(error.to_string().contains("keeps changing"), "{error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), number.to_string());
    }

    #[test]
    fn an_edit_without_a_change_or_with_an_error_leaves_the_file_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        fs::write(&path, "a").unwrap();
        let then = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        fs::File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
        edit(&path, Privacy::Secret, |bytes| Ok((bytes.to_vec(), ()))).unwrap();
        let refused = edit(&path, Privacy::Secret, |_| Err::<(Vec<u8>, ()), _>(Error::failed("no")));
        assert!(refused.is_err());
        assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), then);
    }
}
