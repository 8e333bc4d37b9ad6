//! Edits a file that other programs change too, without a lock.

use std::path::Path;
use std::time::Duration;
use std::{fmt, fs, io};

use tempfile::NamedTempFile;

use super::atomic::Replacement;
use super::exchange::{self, Old, Spare};
use super::folder::Privacy;
use super::sections::carried;
use super::{leftovers, links, read, writers};
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

/// Applies `edit` to the file's content and writes the result, unless it is the same.
///
/// Another program may change the file at any moment: before it is replaced, or in the old file while it is replaced.
/// Then the edit is applied again to the new content, so that both changes stay. The file is replaced as
/// [`atomic::write`](super::atomic::write) does it.
pub fn edit<T>(path: &Path, privacy: Privacy, edit: impl FnMut(&[u8]) -> Result<(Vec<u8>, T)>) -> Result<Edited<T>> {
    let mut editing = Editing::begin(path, privacy)?;
    let edited = editing.run(edit);
    if edited.is_err() {
        editing.give_back();
    }
    edited
}

/// How often an edit is made.
const ROUNDS: u32 = 100;

/// What came of one attempt to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The file has the new content, and nobody's change is missing in it.
    Done,
    /// The file was replaced, but another program has changed the old file, or the new one.
    Replaced,
    /// Another program has changed the file: it was not replaced.
    Changed,
}

/// A file while it is edited.
struct Editing<'a> {
    path: &'a Path,
    privacy: Privacy,
    /// What the file contains, as far as this process knows.
    file: Option<Vec<u8>>,
    /// What is to be edited: the same, until a file was replaced to which another program has just written.
    content: Vec<u8>,
    /// That file. It is there until its content is in the new one.
    replaced: Option<Spare>,
}

impl<'a> Editing<'a> {
    fn begin(path: &'a Path, privacy: Privacy) -> Result<Self> {
        // A run that was killed may have left its edit finished, and the old file beside it.
        if let Some(folder) = links::follow(path).as_deref().ok().and_then(Path::parent) {
            leftovers::sweep_once(folder);
        }
        exchange::settle(path);
        let file = look(path)?;
        let content = file.clone().unwrap_or_default();
        Ok(Self { path, privacy, file, content, replaced: None })
    }

    fn run<T>(&mut self, mut edit: impl FnMut(&[u8]) -> Result<(Vec<u8>, T)>) -> Result<Edited<T>> {
        let mut written = None;
        // A program that changes the file this often will not stop.
        for _ in 0..ROUNDS {
            let (after, outcome) = edit(&self.content)?;
            let edited = Edited { before: self.content.clone(), after, outcome };
            if self.file.as_deref().unwrap_or_default() == edited.after {
                // The edit may be in the file since an earlier round, with which another program has gone on.
                let earlier = written.filter(|_| edited.before == edited.after);
                return Ok(earlier.unwrap_or(edited));
            }
            match self.write(&edited.after)? {
                Step::Done => return Ok(edited),
                Step::Replaced => written = Some(edited),
                Step::Changed => {}
            }
        }
        Err(Error::failed(format!("another program keeps changing {}", self.path.display()))
            .with_remedy("nothing was changed; end that program, then try again"))
    }

    fn write(&mut self, after: &[u8]) -> Result<Step> {
        match self.prepare(after)? {
            Some((replacement, new, old)) => self.replace(&replacement, new, old, after),
            None => Ok(Step::Changed),
        }
    }

    /// The new file, unless the old one has changed.
    fn prepare(&mut self, after: &[u8]) -> Result<Option<(Replacement, NamedTempFile, Old)>> {
        let replacement = Replacement::of(self.path, self.privacy)?;
        let mut new = replacement.temporary()?;
        replacement.fill(&mut new, after)?;
        let old = Old::open(self.path)?;
        if old.content == self.file {
            return Ok(Some((replacement, new, old)));
        }
        self.follow(look(self.path)?);
        Ok(None)
    }

    fn replace(&mut self, replacement: &Replacement, new: NamedTempFile, old: Old, after: &[u8]) -> Result<Step> {
        let replaced = match exchange::exchange(replacement, new, old) {
            Ok(replaced) => replaced,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists) => {
                self.follow(look(self.path)?);
                return Ok(Step::Changed);
            }
            Err(error) => return Err(replacement.failed(error)),
        };
        let is_whole = replaced.content == self.file;
        if !is_whole {
            self.follow(replaced.content);
            self.replaced = replaced.file;
            self.file = Some(after.to_vec());
            return Ok(Step::Replaced);
        }
        let now = look(self.path)?;
        if now.as_deref() == Some(after) {
            return Ok(Step::Done);
        }
        self.content = now.clone().unwrap_or_default();
        self.file = now;
        Ok(Step::Replaced)
    }

    /// Takes over what another program has made of the file.
    fn follow(&mut self, now: Option<Vec<u8>>) {
        let [from, to] = [&self.file, &now].map(|file| file.as_deref().unwrap_or_default());
        self.content = carried(&self.content, from, to);
        self.file = now;
    }

    /// Undoes what was written, where the edit cannot be finished: the other program's content becomes the file's.
    fn give_back(&mut self) {
        let Some(replaced) = self.replaced.take() else { return };
        for _ in 0..ROUNDS {
            let content = self.content.clone();
            match self.write(&content) {
                Ok(Step::Done) => return,
                Ok(_) => {}
                Err(_) => break,
            }
        }
        // On a full disk, for example, a rename still works.
        let given_back = links::follow(self.path).and_then(|target| replaced.restore(&target));
        if given_back.is_err() {
            tracing::warn!("{} has lost another program's last change", self.path.display());
        }
    }
}

/// What the file contains, once the program that has just emptied it has written it again.
fn look(path: &Path) -> Result<Option<Vec<u8>>> {
    let content = read::whole(path)?;
    if content.as_ref().is_some_and(|content| !content.ends_with(b"\n")) && is_recent(path) {
        writers::wait_for(read::open(path)?.map(|(file, _)| file).as_ref());
        return read::whole(path);
    }
    Ok(content)
}

/// Whether the file was changed a moment ago.
fn is_recent(path: &Path) -> bool {
    const MOMENT: Duration = Duration::from_secs(1);
    let changed = fs::metadata(path).and_then(|metadata| metadata.modified());
    changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age < MOMENT))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::thread;
    use std::time::SystemTime;

    use super::*;

    fn append(path: &Path, text: &str) {
        fs::File::options().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    /// Replaces the file as an editor does.
    fn renamed(path: &Path, text: &str) {
        let new = path.with_extension("new");
        fs::write(&new, text).unwrap();
        fs::rename(new, path).unwrap();
    }

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

    /// The content before, what another program does, and the content after.
    type Case<'a> = (Option<&'a str>, &'a dyn Fn(), &'a str);

    #[test]
    fn a_change_between_the_last_look_at_the_file_and_its_replacement_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let ours = |bytes: &[u8]| if bytes.ends_with(b"ours\n") { bytes.to_vec() } else { appended(bytes, "ours\n") };
        let cases: [Case<'_>; 5] = [
            (Some("[a]\n"), &|| append(&path, "[b]\n"), "[a]\n[b]\nours\n"),
            (Some("[a]\n"), &|| fs::write(&path, "[b]\n").unwrap(), "[b]\nours\n"),
            (Some("[a]\n"), &|| renamed(&path, "[b]\n"), "[b]\nours\n"),
            (Some("[a]\n"), &|| fs::remove_file(&path).unwrap(), "ours\n"),
            (None, &|| fs::write(&path, "[b]\n").unwrap(), "[b]\nours\n"),
        ];
        for (before, meanwhile, expected) in cases {
            match before {
                Some(before) => fs::write(&path, before).unwrap(),
                None => drop(fs::remove_file(&path)),
            }
            let mut editing = Editing::begin(&path, Privacy::Secret).unwrap();
            let after = ours(&editing.content);
            let (replacement, new, old) = editing.prepare(&after).unwrap().unwrap();
            meanwhile();
            assert_ne!(editing.replace(&replacement, new, old, &after).unwrap(), Step::Done);
            let edited = editing.run(|bytes| Ok((ours(bytes), ()))).unwrap();
            drop(editing);
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
            assert_eq!(edited.after, expected.as_bytes());
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file is left");
        }
    }

    #[test]
    fn a_change_of_the_old_file_and_then_one_of_the_new_file_both_stay() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let ours = |bytes: &[u8]| appended(bytes, "[ours]\n");
        fs::write(&path, "[a]\n").unwrap();
        let mut editing = Editing::begin(&path, Privacy::Secret).unwrap();
        for their in ["[b]\n", "[c]\n", "[d]\n"] {
            let after = ours(&editing.content);
            let (replacement, new, old) = editing.prepare(&after).unwrap().unwrap();
            append(&path, their);
            assert_eq!(editing.replace(&replacement, new, old, &after).unwrap(), Step::Replaced);
        }
        let edited = editing.run(|bytes| Ok((ours(bytes), ()))).unwrap();
        assert_eq!(edited.before, b"[a]\n[b]\n[c]\n[d]\n");
        assert_eq!(fs::read_to_string(&path).unwrap(), "[a]\n[b]\n[c]\n[d]\n[ours]\n");
    }

    #[test]
    fn an_edit_that_another_programs_change_makes_impossible_leaves_that_change_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        fs::write(&path, "[a]\n").unwrap();
        let mut editing = Editing::begin(&path, Privacy::Secret).unwrap();
        let (replacement, new, old) = editing.prepare(b"[ours]\n").unwrap().unwrap();
        append(&path, "[b]\n");
        assert_eq!(editing.replace(&replacement, new, old, b"[ours]\n").unwrap(), Step::Replaced);
        let refused = editing.run(|_| Err::<(Vec<u8>, ()), _>(Error::failed("no")));
        assert_eq!(refused.unwrap_err().to_string(), "no");
        editing.give_back();
        drop(editing);
        assert_eq!(fs::read_to_string(&path).unwrap(), "[a]\n[b]\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_a_program_writes_into_the_old_file_after_its_replacement_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        fs::write(&path, "[a]\n").unwrap();
        let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let mut theirs = fs::File::options().append(true).open(&path).unwrap();
        theirs.set_modified(long_ago).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                while fs::read(&path).unwrap() != b"[a]\n[ours]\n" {
                    thread::sleep(Duration::from_millis(1));
                }
                theirs.write_all(b"[b]\n").unwrap();
                drop(theirs);
            });
            edit(&path, Privacy::Secret, |bytes| Ok((appended(bytes, "[ours]\n"), ()))).unwrap();
        });
        assert_eq!(fs::read_to_string(&path).unwrap(), "[a]\n[b]\n[ours]\n");
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
