//! The roles that were used last, which `pick` shows first. The file holds names and times only.

use std::path::Path;

use jiff::Timestamp;

use super::paths;
use crate::aws_config::directory::Directory;
use crate::files::{atomic, read};
use crate::role::RoleArn;

/// How many recent roles are kept.
const MOST: usize = 100;

/// The roles of an sso-session that were used, the latest first. Each is a line `EPOCH ACCOUNT_ID/ROLE` of the file.
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
        let added = paths::recent(directory).and_then(|path| {
            let recent = Self::read(&path).with(Timestamp::now().as_second(), role);
            atomic::write_spare(&path, recent.text().as_bytes())
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
        let uses = text.lines().filter_map(|line| {
            let (at, key) = line.split_once(' ')?;
            Some((at.parse().ok()?, key.to_owned()))
        });
        Self { uses: uses.take(MOST).collect() }
    }

    fn with(mut self, now: i64, role: &RoleArn) -> Self {
        let key = format!("{}/{}", role.account_id, role.role_name);
        self.uses.retain(|(_, other)| *other != key);
        self.uses.insert(0, (now, key));
        self.uses.truncate(MOST);
        self
    }

    fn text(&self) -> String {
        self.uses.iter().map(|(at, key)| format!("{at} {key}\n")).collect()
    }
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
        std::fs::write(&file, [recent.text().as_bytes(), b"junk\n\xff\xfe 1\n"].concat()).unwrap();
        assert_eq!(Recent::read(&file), recent);
        assert_eq!(Recent::read(&folder.path().join("none")), Recent::default());
    }
}
