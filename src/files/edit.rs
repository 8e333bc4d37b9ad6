//! An edit of a file that other programs change too, without any lock.

use std::path::Path;

use super::atomic;
use super::folder::Privacy;
use crate::error::{Error, Result};

/// What an edit has made of a file.
#[derive(Debug)]
pub struct Edited<T> {
    /// The content that was edited; empty where there was no file.
    pub before: Vec<u8>,
    /// The content that is there now.
    pub after: Vec<u8>,
    /// What the edit said of itself.
    pub outcome: T,
}

/// Makes `edit` of the file's content and writes it as [`atomic::write`] does, unless the edit changes nothing.
///
/// Other programs change these files without a lock. What one of them has written in the meantime is edited in turn, so
/// that both changes stay.
pub fn edit<T>(
    path: &Path,
    privacy: Privacy,
    mut edit: impl FnMut(&[u8]) -> Result<(Vec<u8>, T)>,
) -> Result<Edited<T>> {
    // Whoever changes the file this often does not mean it to be changed by others.
    for _ in 0..100 {
        let before = atomic::read(path)?;
        let content = before.as_deref().unwrap_or_default();
        let (after, outcome) = edit(content)?;
        if after == content || atomic::replace_if(path, &after, privacy, || Ok(atomic::read(path)? == before))? {
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
    fn what_others_write_between_reading_and_writing_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        // There from the start, made, and taken away by others in the meantime.
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
            assert_eq!(edited.outcome, runs, "the outcome is that of the last edit");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        }
    }

    #[test]
    fn a_file_that_never_stands_still_is_given_up() {
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
    fn an_edit_without_a_change_or_with_an_error_touches_nothing() {
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
