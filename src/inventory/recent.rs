//! The roles that were used last, which `pick` shows first. The file holds names and times only.

use std::collections::HashSet;
use std::io::Write as _;
use std::path::Path;

use jiff::Timestamp;

use super::paths;
use crate::aws_config::directory::Directory;
use crate::files::{atomic, open, read};
use crate::role::RoleArn;

/// How many recent roles are kept.
const MOST: usize = 100;

/// How long the file may become, in bytes, before only the lines that count are kept.
const LONGEST: u64 = 16 << 10;

/// The roles of an sso-session that were used, the latest first. Each use adds a line `EPOCH ACCOUNT_ID/ROLE` to the
/// file: a line at the end costs a tenth of a new file, and a shell waits for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Recent {
    uses: Vec<(i64, String)>,
}

impl Recent {
    /// The roles in the file; none where it cannot be read, because only the order in `pick` depends on it.
    #[must_use]
    pub(crate) fn of(directory: &Directory) -> Self {
        paths::recent(directory).map(|path| Self::read(&path)).unwrap_or_default()
    }

    /// Remembers that a role was used just now. A file that cannot be written is only logged.
    pub(crate) fn add(directory: &Directory, role: &RoleArn) {
        let now = Timestamp::now().as_second();
        let added = paths::recent(directory).and_then(|path| {
            if append(&path, &line(now, &key(role))) {
                return Ok(());
            }
            atomic::write_spare(&path, Self::read(&path).with(now, role).text().as_bytes())
        });
        if let Err(error) = added {
            tracing::debug!("{error}; pick will not show this role first");
        }
    }

    /// The roles of an account: when each was used last, in seconds since 1970, and its name.
    #[must_use]
    pub(crate) fn of_account(&self, account_id: &str) -> Vec<(i64, &str)> {
        let uses = self.uses.iter().filter_map(|(at, key)| {
            let role_name = key.strip_prefix(account_id)?.strip_prefix('/')?;
            Some((*at, role_name))
        });
        uses.collect()
    }

    fn read(path: &Path) -> Self {
        let bytes = read::spare(path).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let mut known = HashSet::new();
        let uses = text.lines().rev().filter_map(|line| {
            let (at, key) = line.split_once(' ')?;
            let at = at.parse().ok()?;
            known.insert(key).then(|| (at, key.to_owned()))
        });
        Self { uses: uses.take(MOST).collect() }
    }

    fn with(mut self, now: i64, role: &RoleArn) -> Self {
        let key = key(role);
        self.uses.retain(|(_, other)| *other != key);
        self.uses.insert(0, (now, key));
        self.uses.truncate(MOST);
        self
    }

    fn text(&self) -> String {
        self.uses.iter().rev().map(|(at, key)| line(*at, key)).collect()
    }
}

fn key(role: &RoleArn) -> String {
    format!("{}/{}", role.account_id, role.role_name)
}

fn line(at: i64, key: &str) -> String {
    format!("{at} {key}\n")
}

/// Adds a line to the file, if that exists, may be changed in place and is not too long.
fn append(path: &Path, line: &str) -> bool {
    let Ok(mut file) = open::own_to_append(path) else { return false };
    let is_short = file.metadata().is_ok_and(|metadata| metadata.len() < LONGEST);
    is_short && open::has_one_name(&file) && file.write_all(line.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(number: usize) -> RoleArn {
        format!("arn:aws:iam::{number:012}:role/Admin").parse().unwrap()
    }

    #[test]
    fn the_latest_role_comes_first_and_once_and_the_oldest_are_dropped() {
        let recent = (0..MOST + 5)
            .fold(Recent::default(), |recent, number| recent.with(i64::try_from(number).unwrap(), &role(number)));
        let recent = recent.with(1000, &role(50));
        assert_eq!(recent.uses.len(), MOST);
        assert_eq!(recent.uses[0], (1000, "000000000050/Admin".to_owned()));
        assert_eq!(recent.of_account("000000000050"), [(1000, "Admin")]);
        assert_eq!(recent.of_account("000000000004"), []);
        assert_eq!(recent.of_account("000000000005"), [(5, "Admin")]);

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recent");
        std::fs::write(&file, [b"junk\n\xff\xfe 1\n", recent.text().as_bytes()].concat()).unwrap();
        assert_eq!(Recent::read(&file), recent);
        assert!(append(&file, &line(1001, "000000000007/Admin")));
        assert_eq!(Recent::read(&file), recent.with(1001, &role(7)));
        assert_eq!(Recent::read(&folder.path().join("none")), Recent::default());
    }

    #[test]
    fn only_a_short_file_that_is_there_under_one_name_is_added_to() {
        let folder = tempfile::tempdir().unwrap();
        let [file, other] = ["recent", "other"].map(|name| folder.path().join(name));
        assert!(!append(&file, "1 a/b\n") && !file.exists());
        std::fs::write(&file, "").unwrap();
        assert!(append(&file, "1 a/b\n"));
        std::fs::write(&other, "x".repeat(usize::try_from(LONGEST).unwrap())).unwrap();
        assert!(!append(&other, "1 a/b\n"));
        #[cfg(unix)]
        {
            std::fs::remove_file(&other).unwrap();
            std::os::unix::fs::symlink(&file, &other).unwrap();
            assert!(!append(&other, "2 a/b\n"));
            std::fs::remove_file(&other).unwrap();
            std::fs::hard_link(&file, &other).unwrap();
            assert!(!append(&file, "2 a/b\n"));
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "1 a/b\n");
    }
}
