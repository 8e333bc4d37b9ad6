//! What a fetch has received so far, in a file, so that the next fetch continues where a stopped one ended.
//!
//! The roles of each account are a line of their own. The list of accounts is not kept: it is short, and a new one says
//! which accounts still exist.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::StartUrl;
use crate::error::reason;
use crate::files::{folder, open, read};

/// Which role lists of a stopped fetch are used again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Resume {
    /// Those of the last hour.
    #[default]
    Recent,
    /// All of them.
    Always,
    /// None.
    Never,
}

impl Resume {
    fn allows(self, age: i64) -> bool {
        const HOUR: Duration = Duration::from_hours(1);
        match self {
            Self::Recent => (0..HOUR.as_secs().cast_signed()).contains(&age),
            Self::Always => true,
            Self::Never => false,
        }
    }
}

/// The roles of one account.
#[derive(Serialize, Deserialize)]
struct JournalLine {
    start_url: String,
    account_id: String,
    roles: Vec<String>,
    /// When they arrived, in seconds since 1970.
    at: i64,
}

/// The file, and the roles in it.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    start_url: String,
    kept: HashMap<String, (Vec<String>, i64)>,
    file: Option<File>,
}

impl Journal {
    /// Opens the journal and reads the roles that were fetched from this start URL.
    pub(super) fn open(path: &Path, start_url: &str, resume: Resume) -> Self {
        let now = Timestamp::now().as_second();
        let bytes = read::spare(path).unwrap_or_default();
        let kept = bytes
            .split(|byte| *byte == b'\n')
            // A fetch that was killed may have left half a line.
            .filter_map(|line| serde_json::from_slice::<JournalLine>(line).ok())
            .filter(|entry| StartUrl::is_same(&entry.start_url, start_url) && resume.allows(now - entry.at))
            .map(|entry| (entry.account_id, (entry.roles, entry.at)))
            .collect::<HashMap<_, _>>();
        let mut journal = Self { path: path.to_owned(), start_url: start_url.to_owned(), kept, file: None };
        if journal.kept.is_empty() {
            journal.remove();
        }
        journal.file = journal.appendable(bytes.ends_with(b"\n") || bytes.is_empty());
        journal
    }

    /// The file to append to. `None` where it cannot be created: the fetch works, but cannot be resumed.
    fn appendable(&self, is_whole: bool) -> Option<File> {
        folder::private(self.path.parent()?).ok()?;
        let mut file = open::own_to_change(&self.path, 0o600).ok().filter(open::has_one_name)?;
        // Only the process that holds the list's lock writes to it.
        file.seek(SeekFrom::End(0)).ok()?;
        if !is_whole {
            file.write_all(b"\n").ok()?;
        }
        Some(file)
    }

    /// One that keeps nothing, for a fetch of a few accounts.
    pub(super) fn none() -> Self {
        Self { path: PathBuf::new(), start_url: String::new(), kept: HashMap::new(), file: None }
    }

    /// The roles of an account and when they arrived, if they were kept. They stay in the journal: a
    /// rejected token starts the fetch again.
    pub(super) fn roles(&self, account_id: &str) -> Option<(Vec<String>, i64)> {
        self.kept.get(account_id).cloned()
    }

    /// Keeps an account's roles.
    pub(super) fn add(&mut self, account_id: &str, roles: &[String]) {
        let at = Timestamp::now().as_second();
        self.kept.insert(account_id.to_owned(), (roles.to_vec(), at));
        let entry = JournalLine {
            start_url: self.start_url.clone(),
            account_id: account_id.to_owned(),
            roles: roles.to_vec(),
            at,
        };
        let Some(file) = &mut self.file else { return };
        let written = serde_json::to_vec(&entry).map_err(std::io::Error::other).and_then(|mut line| {
            line.push(b'\n');
            file.write_all(&line)
        });
        if let Err(error) = written {
            tracing::debug!("what was fetched is not kept: {}", reason(&error));
            self.file = None;
        }
    }

    /// Deletes the file, because there is nothing to resume.
    pub(super) fn remove(&mut self) {
        self.file = None;
        let _ = fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kept_roles_are_used_again_within_an_hour_and_from_the_same_start_url() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("folder/journal");
        let roles = ["reader".to_owned(), "=ls".to_owned()];
        Journal::open(&path, "https://a", Resume::Recent).add("111111111111", &roles);
        let now = Timestamp::now().as_second();
        let old = format!(
            "{{\"start_url\":\"https://a\",\"account_id\":\"222222222222\",\"roles\":[],\"at\":{}}}\n",
            now - 3601
        );
        // And half a line, as a killed fetch leaves it.
        let text = fs::read_to_string(&path).unwrap() + &old + "{\"start_url\":\"https://a\",\"acc";
        fs::write(&path, &text).unwrap();

        let cases = [
            ("https://a", Resume::Recent, true, false),
            ("https://a", Resume::Always, true, true),
            ("https://a", Resume::Never, false, false),
            ("https://b", Resume::Always, false, false),
        ];
        for (start_url, resume, first, second) in cases {
            fs::write(&path, &text).unwrap();
            let mut journal = Journal::open(&path, start_url, resume);
            assert_eq!(journal.roles("111111111111").is_some(), first, "{start_url} {resume:?}");
            assert_eq!(journal.roles("222222222222").is_some(), second, "{start_url} {resume:?}");
            journal.add("333333333333", &roles);
            let mut again = Journal::open(&path, start_url, Resume::Recent);
            assert_eq!(again.roles("333333333333").unwrap().0, roles);
            assert_eq!(again.roles("111111111111").is_some(), first, "{start_url} {resume:?}");
            again.remove();
            assert!(!path.exists());
        }
    }
}
