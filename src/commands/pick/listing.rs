//! The rows of `pick`: every account and role, the ones that were used last first.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use crate::aws_files::directory::Directory;
use crate::aws_files::profile::{Config, Section};
use crate::aws_files::role_cache;
use crate::aws_files::secret_store::SecretStore;
use crate::environment;
use crate::error::{Error, Result};
use crate::inventory::{Account, Inventory, Recent};
use crate::picker::Row;
use crate::role::{RoleArn, RoleRef};
use crate::terminal::clean;

/// A longer account name moves its own row's columns only.
const WIDEST: usize = 40;

/// One account and role.
#[derive(Clone, Debug)]
struct Entry {
    name: String,
    email: String,
    role: RoleArn,
    profile: Option<String>,
    last_use: Option<i64>,
}

/// All of them.
pub(super) struct Listing {
    directory: Directory,
    entries: Vec<Entry>,
    /// What has come since the question was asked, numbered on from the entries.
    grown: Mutex<Vec<Entry>>,
    profiles: Profiles,
    width: [usize; 2],
    /// The folder of credentials, if they are asked for and any are there.
    cache: Option<PathBuf>,
}

/// Which profile of the AWS config means a role.
pub(super) struct Profiles(HashMap<(String, String), String>);

impl Profiles {
    /// The first one in the file, where there are several.
    pub(super) fn of(config: &Config, directory: &Directory) -> Self {
        let mut is_here = HashMap::new();
        let mut profiles = HashMap::new();
        for name in config.profiles().map(Section::name) {
            let Some((of, role)) = config.role_of(name) else { continue };
            let (account_id, role_name) = match role {
                RoleRef::Arn(arn) => (arn.account_id, arn.role_name),
                RoleRef::Id { account_id, role_name } => (account_id, role_name),
                RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => continue,
            };
            let is_here = *is_here.entry(of).or_insert_with_key(|of| {
                config.directory(of).is_ok_and(|found| found.start_url == directory.start_url)
            });
            if is_here {
                profiles.entry((account_id, role_name)).or_insert_with(|| name.to_owned());
            }
        }
        Self(profiles)
    }

    fn get(&self, role: &RoleArn) -> Option<&String> {
        self.0.get(&(role.account_id.clone(), role.role_name.clone()))
    }
}

impl Listing {
    pub(super) fn new(
        directory: &Directory,
        inventory: &Inventory,
        profiles: Profiles,
        recent: &Recent,
    ) -> Self {
        let entry = |(account, role): (&Account, RoleArn)| Entry {
            last_use: recent.last_use(&account.id, &role.role_name),
            ..Entry::new(account, role, &profiles)
        };
        let mut entries: Vec<_> = inventory.roles().map(entry).collect();
        // The inventory is in the order of its names, which a stable sort keeps.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.last_use));
        let names = inventory.accounts.iter().map(|account| clean(&account.name).width());
        let roles = inventory.accounts.iter().flat_map(|account| &account.roles).map(|role| role.width());
        let widest = |widths: &mut dyn Iterator<Item = usize>| {
            widths.filter(|width| *width <= WIDEST).max().unwrap_or_default()
        };
        let width = [widest(&mut names.chain(["ACCOUNT".len()])), widest(&mut roles.chain(["ROLE".len()]))];
        Self { directory: directory.clone(), entries, grown: Mutex::default(), profiles, width, cache: None }
    }

    /// Has the details tell how long the credentials at hand last.
    pub(super) fn with_time_left(self) -> Self {
        Self { cache: environment::role_cache().ok().filter(|folder| folder.is_dir()), ..self }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn header(&self) -> String {
        self.line("ACCOUNT", "ID", "ROLE", "PROFILE")
    }

    pub(super) fn row(&self, index: usize) -> Row {
        self.entries.get(index).map(|entry| self.rendered(entry)).unwrap_or_default()
    }

    /// The role of a row, of those that came later as well.
    pub(super) fn role(&self, index: usize) -> Option<RoleArn> {
        let grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = self.entries.get(index).or_else(|| grown.get(index.checked_sub(self.len())?));
        entry.map(|entry| entry.role.clone())
    }

    /// Takes in the roles that were not there, and returns their rows.
    pub(super) fn grow(&self, inventory: &Inventory) -> Vec<Row> {
        let known: HashSet<_> =
            self.entries.iter().map(|entry| (&entry.role.account_id, &entry.role.role_name)).collect();
        let is_new = |role: &RoleArn| !known.contains(&(&role.account_id, &role.role_name));
        let new: Vec<_> = inventory
            .roles()
            .filter(|(_, role)| is_new(role))
            .map(|(account, role)| Entry::new(account, role, &self.profiles))
            .collect();
        let rows = new.iter().map(|entry| self.rendered(entry)).collect();
        *self.grown.lock().unwrap_or_else(PoisonError::into_inner) = new;
        rows
    }

    /// The only row that holds each word of the query, or is named by all of it.
    ///
    /// Errors: there is no role at all.
    pub(super) fn only_match(&self, query: &str) -> Result<Option<usize>> {
        match self.entries.as_slice() {
            [] => {
                return Err(Error::denied("there is no role that you can use")
                    .remedy("ask the administrator of the directory for an assignment"));
            }
            [_] if query.is_empty() => return Ok(Some(0)),
            _ if query.is_empty() => return Ok(None),
            _ => {}
        }
        let is_named = |entry: &Entry| {
            let Entry { name, role: RoleArn { account_id, role_name, .. }, profile, .. } = entry;
            profile.as_deref() == Some(query)
                || query == format!("{account_id}/{role_name}")
                || query == format!("{name}/{role_name}")
                || query == entry.role.to_string()
        };
        let named: Vec<_> = (0..self.len()).filter(|index| is_named(&self.entries[*index])).collect();
        if let [only] = named.as_slice() {
            return Ok(Some(*only));
        }
        let words: Vec<_> = query.split_whitespace().map(str::to_lowercase).collect();
        let mut fitting = (0..self.len()).filter(|index| {
            let line = self.shown(&self.entries[*index]).to_lowercase();
            words.iter().all(|word| line.contains(word))
        });
        Ok(fitting.next().filter(|_| fitting.next().is_none()))
    }

    fn rendered(&self, entry: &Entry) -> Row {
        let Entry { email, role, last_use, .. } = entry;
        let mut details = vec![clean(email).into_owned(), clean(&role.to_string()).into_owned()];
        details.extend(last_use.map(|at| format!("used {} ago", span(Timestamp::now().as_second() - at))));
        details.extend(self.seconds_left(role).map(|left| match left {
            ..=0 => "credentials have lapsed".to_owned(),
            left => format!("credentials for {} more", span(left)),
        }));
        Row { shown: self.shown(entry), details }
    }

    fn shown(&self, entry: &Entry) -> String {
        let Entry { name, role, profile, .. } = entry;
        let profile = profile.as_deref().map(clean).unwrap_or_default();
        self.line(&clean(name), &role.account_id, &clean(&role.role_name), &profile)
    }

    fn line(&self, name: &str, id: &str, role: &str, profile: &str) -> String {
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let [names, roles] = self.width;
        let line = format!("{name}{}  {id:12}  {role}{}  {profile}", pad(name, names), pad(role, roles));
        line.trim_end().to_owned()
    }

    /// How long the credentials at hand last.
    fn seconds_left(&self, role: &RoleArn) -> Option<i64> {
        let folder = self.cache.as_ref()?;
        let path = role_cache::path(folder, &role.account_id, &role.role_name, self.directory.origin());
        let credentials = role_cache::read(&SecretStore::Files, &path, &role.account_id).ok()??;
        Some(credentials.seconds_left())
    }
}

impl Entry {
    fn new(account: &Account, role: RoleArn, profiles: &Profiles) -> Self {
        Self {
            name: account.name.clone(),
            email: account.email.clone(),
            profile: profiles.get(&role).cloned(),
            role,
            last_use: None,
        }
    }
}

/// A length of time, in its largest unit.
fn span(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let seconds = seconds.max(0);
    let (unit, name) = UNITS.into_iter().find(|(unit, _)| seconds >= 2 * unit).unwrap_or((1, "second"));
    match seconds / unit {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_told_in_the_unit_that_says_enough() {
        let cases = [
            (-5, "0 seconds"),
            (1, "1 second"),
            (90, "90 seconds"),
            (130, "2 minutes"),
            (5_400, "90 minutes"),
            (10_000, "2 hours"),
            (200_000, "2 days"),
        ];
        for (seconds, expected) in cases {
            assert_eq!(span(seconds), expected, "{seconds}");
        }
    }
}
