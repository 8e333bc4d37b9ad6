//! The rows of `pick`: every account and role, the most recently used first.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use crate::aws_cache::role_credentials::{self, CachedRole};
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::Result;
use crate::inventory::{Account, Inventory, Recent, Scope};
use crate::picker::Choice;
use crate::role::{RoleArn, RoleRef};
use crate::secret_store::SecretStore;
use crate::terminal::{self, clean};
use crate::timestamp::span;

/// The widest account name that widens the column. A longer one shifts its own row only.
const WIDEST: usize = 40;

/// One account and role, by their indexes in the inventory.
#[derive(Clone, Copy, Debug)]
struct Entry {
    account: usize,
    role: usize,
    last_use: Option<i64>,
}

/// All rows, and what is needed to render one.
pub(crate) struct Listing {
    directory: Directory,
    inventory: Inventory,
    entries: Vec<Entry>,
    /// Roles that were added while the user looks. Their indexes follow those of the entries.
    grown: Mutex<Vec<RoleArn>>,
    profiles: Profiles,
    width: [usize; 2],
    /// The folder of cached credentials, if the details show how long those last.
    cache: Option<PathBuf>,
}

/// Which profile of the AWS config gives a role.
///
/// An account's profiles are read when its first row is rendered, so that the first screen does not wait for 50,000.
pub(crate) struct Profiles {
    config: Arc<Config>,
    start_url: String,
    /// The indexes of the profiles that contain an account's id.
    places: HashMap<String, Vec<usize>>,
    /// The profile of each role, by account.
    known: Mutex<HashMap<String, HashMap<String, String>>>,
}

impl Profiles {
    pub(crate) fn new(config: Arc<Config>, directory: &Directory) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        for profile in config.profiles() {
            for id in profile.account_ids() {
                match places.get_mut(id) {
                    Some(places) => places.push(profile.at()),
                    None => drop(places.insert(id.to_owned(), vec![profile.at()])),
                }
            }
        }
        Self { config, start_url: directory.start_url.clone(), places, known: Mutex::default() }
    }

    /// The profile of a role; the first in the file if there are several.
    fn get(&self, account_id: &str, role_name: &str) -> Option<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(roles) = known.get(account_id) {
            return roles.get(role_name).cloned();
        }
        let roles = self.of_account(account_id);
        let profile = roles.get(role_name).cloned();
        known.insert(account_id.to_owned(), roles);
        profile
    }

    /// The role of a profile of this name.
    fn role_of(&self, profile: &str) -> Option<RoleRef> {
        let (of, reference) = self.config.role_of(profile)?;
        self.is_here(&of).then_some(reference)
    }

    /// Whether an sso-session or profile signs in to the Identity Center whose roles are listed.
    fn is_here(&self, name: &str) -> bool {
        self.config.directory(name).is_ok_and(|found| found.has_start_url(&self.start_url))
    }

    fn of_account(&self, account_id: &str) -> HashMap<String, String> {
        let places = self.places.get(account_id).map(Vec::as_slice).unwrap_or_default();
        let mut known_sessions: HashMap<String, bool> = HashMap::new();
        let mut roles = HashMap::new();
        for section in places.iter().map(|at| self.config.section(*at)) {
            let (of, role_name) = match section.role() {
                Some((of, RoleRef::Arn(arn))) if arn.account_id == account_id => (of, arn.role_name),
                Some((of, RoleRef::Id { account_id: id, role_name })) if id == account_id => (of, role_name),
                _ => continue,
            };
            if *known_sessions.entry(of.into_owned()).or_insert_with_key(|of| self.is_here(of)) {
                roles.entry(role_name).or_insert_with(|| section.name().to_owned());
            }
        }
        roles
    }
}

/// One account and role, ready to be rendered.
#[derive(Clone, Copy)]
struct Shown<'a> {
    account: &'a Account,
    role_name: &'a str,
    last_use: Option<i64>,
}

impl Listing {
    pub(crate) fn new(directory: &Directory, inventory: Inventory, profiles: Profiles, recent: &Recent) -> Self {
        let accounts = &inventory.accounts;
        let mut entries = Vec::with_capacity(accounts.iter().map(|account| account.roles.len()).sum());
        for (at, account) in accounts.iter().enumerate() {
            let uses = recent.of_account(&account.id);
            let last_use = |role: &String| uses.iter().find(|(_, name)| name == role).map(|(at, _)| *at);
            let roles = account.roles.iter().enumerate();
            entries.extend(roles.map(|(role, name)| Entry { account: at, role, last_use: last_use(name) }));
        }
        // The inventory is sorted by name, and a stable sort keeps that order.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.last_use));
        let names = accounts.iter().map(|account| terminal::name(&account.name).width());
        let roles = accounts.iter().flat_map(|account| &account.roles).map(|role| terminal::name(role).width());
        let widest =
            |widths: &mut dyn Iterator<Item = usize>| widths.filter(|width| *width <= WIDEST).max().unwrap_or_default();
        let width = [widest(&mut names.chain(["ACCOUNT".len()])), widest(&mut roles.chain(["ROLE".len()]))];
        let (directory, grown) = (directory.clone(), Mutex::default());
        Self { directory, inventory, entries, grown, profiles, width, cache: None }
    }

    /// Adds to the details how long cached credentials last.
    pub(crate) fn with_time_left(self) -> Self {
        Self { cache: environment::role_cache().ok().filter(|folder| folder.is_dir()), ..self }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The names of the columns, and how many accounts have roles that are not known.
    pub(crate) fn header(&self, missing: usize) -> String {
        let columns = self.line("ACCOUNT", "ID", "ROLE", "PROFILE");
        match missing {
            0 => columns,
            1 => format!("{columns}  (the roles of 1 account are missing)"),
            missing => format!("{columns}  (the roles of {missing} accounts are missing)"),
        }
    }

    /// The name that the rows of an account show, if it was in the list from the start.
    pub(crate) fn account_name(&self, id: &str) -> Option<&str> {
        self.inventory.account(id).map(|account| account.name.as_str())
    }

    pub(crate) fn row(&self, index: usize) -> Choice {
        self.entries.get(index).map(|entry| self.rendered(self.shown(entry))).unwrap_or_default()
    }

    /// The role of a row, also of one that was added later.
    pub(crate) fn role(&self, index: usize) -> Option<RoleArn> {
        let Some(entry) = self.entries.get(index) else {
            let grown = self.grown.lock().unwrap_or_else(PoisonError::into_inner);
            return grown.get(index.checked_sub(self.len())?).cloned();
        };
        let Shown { account, role_name, .. } = self.shown(entry);
        Some(self.inventory.arn(account, role_name))
    }

    /// The account and the role of a row, in words.
    pub(crate) fn label(&self, index: usize) -> String {
        let Some(RoleArn { account_id, role_name, .. }) = self.role(index) else { return String::new() };
        let name = self.inventory.accounts.iter().find(|account| account.id == account_id).map(|account| &account.name);
        match name {
            Some(name) => format!("{}/{} ({account_id})", terminal::name(name), terminal::name(&role_name)),
            None => format!("{account_id}/{}", terminal::name(&role_name)),
        }
    }

    /// Adds the roles that are new, and returns their rows.
    pub(crate) fn grow(&self, inventory: &Inventory) -> Vec<Choice> {
        let known: HashSet<_> = self.inventory.roles().map(|(_, role)| role).collect();
        let (rows, roles) = inventory
            .roles()
            .filter(|(_, role)| !known.contains(role))
            .map(|(account, role)| {
                let shown = Shown { account, role_name: &role.role_name, last_use: None };
                (self.rendered(shown), role)
            })
            .unzip();
        *self.grown.lock().unwrap_or_else(PoisonError::into_inner) = roles;
        rows
    }

    /// The row that the whole query names, or the only one that contains each of its words.
    ///
    /// Errors: the list is empty.
    pub(crate) fn only_match(&self, query: &str) -> Result<Option<usize>> {
        match self.entries.as_slice() {
            [] => {
                let gaps = self.inventory.gaps(&Scope::All);
                let error = gaps.shortfall("try again later").or_else(|| gaps.refusal());
                return Err(error.unwrap_or_else(|| self.inventory.no_account()));
            }
            [_] if query.is_empty() => return Ok(Some(0)),
            _ if query.is_empty() => return Ok(None),
            _ => {}
        }
        // Looked up once, because there may be 50,000 entries to compare.
        let (profile, arn) = (self.profiles.role_of(query), query.parse::<RoleArn>().ok().map(RoleRef::Arn));
        let account_and_role = query.rsplit_once('/');
        let is_named = |entry: &Entry| {
            let Shown { account: Account { name, id, .. }, role_name, .. } = self.shown(entry);
            account_and_role == Some((id, role_name))
                || account_and_role == Some((name, role_name))
                || [&profile, &arn].into_iter().flatten().any(|reference| reference.is_role(id, role_name))
        };
        let named: Vec<_> = (0..self.len()).filter(|index| is_named(&self.entries[*index])).collect();
        if let [only] = named.as_slice() {
            return Ok(Some(*only));
        }
        let words: Vec<_> = query.split_whitespace().map(str::to_lowercase).collect();
        let mut fitting = (0..self.len()).filter(|index| {
            let line = self.text(self.shown(&self.entries[*index])).to_lowercase();
            words.iter().all(|word| line.contains(word))
        });
        Ok(fitting.next().filter(|_| fitting.next().is_none()))
    }

    fn shown(&self, entry: &Entry) -> Shown<'_> {
        let account = &self.inventory.accounts[entry.account];
        Shown { account, role_name: &account.roles[entry.role], last_use: entry.last_use }
    }

    fn rendered(&self, shown: Shown<'_>) -> Choice {
        let Shown { account, role_name, last_use } = shown;
        let role = self.inventory.arn(account, role_name);
        let mut details = vec![terminal::name(&account.email).into_owned(), clean(&role.to_string()).into_owned()];
        details.extend(last_use.map(|at| format!("used {} ago", span(Timestamp::now().as_second() - at))));
        details.extend(self.seconds_left(&role).map(|left| match left {
            ..=0 => "credentials have expired".to_owned(),
            left => format!("credentials for {} more", span(left)),
        }));
        Choice { shown: self.text(shown), details }
    }

    fn text(&self, shown: Shown<'_>) -> String {
        let Shown { account, role_name, .. } = shown;
        let profile = self.profiles.get(&account.id, role_name).unwrap_or_default();
        self.line(&terminal::name(&account.name), &account.id, &terminal::name(role_name), &terminal::name(&profile))
    }

    fn line(&self, name: &str, id: &str, role: &str, profile: &str) -> String {
        let pad = |text: &str, width: usize| " ".repeat(width.saturating_sub(text.width()));
        let [names, roles] = self.width;
        let line = format!("{name}{}  {id:12}  {role}{}  {profile}", pad(name, names), pad(role, roles));
        line.trim_end().to_owned()
    }

    /// How long cached credentials last.
    fn seconds_left(&self, role: &RoleArn) -> Option<i64> {
        let folder = self.cache.as_ref()?;
        let (account_id, role_name) = (&role.account_id, &role.role_name);
        let role = CachedRole { account_id, role_name, directory: &self.directory };
        let credentials = role_credentials::read(&SecretStore::Files, &role.path(folder), &role, || true).ok()??;
        Some(credentials.seconds_left())
    }
}
