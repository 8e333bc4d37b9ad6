//! The rows of `pick`: every account and role, the most recently used first.

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use unicode_width::UnicodeWidthStr as _;

use super::chained::{self, ChainedProfile};
use super::lists::Listed;
use super::row_profiles::Profiles;
use super::words::Words;
use crate::aws_cache::role_credentials::{self, CachedRole};
use crate::environment;
use crate::error::{Error, Result};
use crate::inventory::{Account, Inventory, Recent, Scope};
use crate::picker::Choice;
use crate::role::{RoleArn, RoleRef, account_and_role, is_of_administrators};
use crate::secret_store::SecretStore;
use crate::suggest::by_name;
use crate::terminal::{self, Columns, clean};
use crate::timestamp::span;

/// The widest account name that widens the column. A longer one shifts its own row only.
const WIDEST: usize = 40;

const SSO_SESSION: &str = "SSO-SESSION";

/// One account and role, by the index of their list and their own in it.
#[derive(Clone, Copy, Debug)]
struct Entry {
    list: usize,
    account: usize,
    role: usize,
    last_use: Option<i64>,
}

/// A role that was added, by the index of its list.
#[derive(Clone)]
struct Grown {
    list: usize,
    role: RoleArn,
    account_name: String,
}

/// A row's role, its list, and what its account is called there.
pub(crate) struct RowRole<'a> {
    pub(crate) listed: &'a Listed,
    pub(crate) role: RoleArn,
    pub(crate) account_name: String,
}

/// All rows, and what is needed to render one.
pub(crate) struct Listing {
    lists: Vec<Listed>,
    entries: Vec<Entry>,
    /// Profiles that assume a role. Their indexes follow those of the entries.
    chained: Vec<ChainedProfile>,
    /// Roles that were added while the user looks. Their indexes follow those.
    grown: Mutex<Vec<Grown>>,
    profiles: Profiles,
    columns: Columns,
    /// The folder of cached credentials, if the details show how long those last.
    cache: Option<PathBuf>,
}

/// One account and role, ready to be rendered.
#[derive(Clone, Copy)]
struct Shown<'a> {
    list: usize,
    account: &'a Account,
    role_name: &'a str,
    last_use: Option<i64>,
}

impl Listing {
    /// `recent` has the roles of each list that were used last.
    pub(crate) fn new(lists: Vec<Listed>, profiles: Profiles, recent: &[Recent]) -> Self {
        let places = |(list, listed): (usize, &Listed)| {
            (0..listed.inventory.accounts.len()).map(move |account| (list, account)).collect::<Vec<_>>()
        };
        let mut accounts: Vec<_> = lists.iter().enumerate().flat_map(places).collect();
        let at = |(list, account): (usize, usize)| &lists[list].inventory.accounts[account];
        accounts.sort_by(|one, other| {
            let (one, other) = (at(*one), at(*other));
            by_name(&one.name, &other.name).then_with(|| one.id.cmp(&other.id))
        });
        let mut entries = Vec::with_capacity(lists.iter().map(|listed| listed.inventory.count_roles()).sum());
        for (list, account) in accounts {
            let Account { id, roles, .. } = at((list, account));
            let uses = recent[list].of_account(id);
            let last_use = |role: &String| uses.iter().find(|(_, name)| name == role).map(|(at, _)| *at);
            let mut sorted: Vec<_> = (0..roles.len()).collect();
            sorted.sort_by(|one, other| by_name(&roles[*one], &roles[*other]));
            let entry = |role: usize| Entry { list, account, role, last_use: last_use(&roles[role]) };
            entries.extend(sorted.into_iter().map(entry));
        }
        // A stable sort keeps the order by name, which is that of the verb `list`.
        entries.sort_by_key(|entry| std::cmp::Reverse(entry.last_use));
        let accounts = || lists.iter().flat_map(|listed| &listed.inventory.accounts);
        let names = accounts().map(|account| terminal::name(&account.name).width());
        let roles = accounts().flat_map(|account| &account.roles).map(|role| terminal::name(role).width());
        let widest =
            |widths: &mut dyn Iterator<Item = usize>| widths.filter(|width| *width <= WIDEST).max().unwrap_or_default();
        let sessions = match lists.as_slice() {
            [_] => 0,
            several => {
                let names = several.iter().map(|listed| terminal::name(&listed.directory.name).width());
                widest(&mut names.chain([SSO_SESSION.len()]))
            }
        };
        let (names, roles) = (names.chain(["ACCOUNT".len()]), roles.chain(["ROLE".len()]));
        let columns = Columns { names: widest(&mut { names }), roles: widest(&mut { roles }), sessions };
        Self { lists, entries, chained: Vec::new(), grown: Mutex::default(), profiles, columns, cache: None }
    }

    /// With rows for the profiles that assume a role.
    pub(crate) fn with_chained(mut self) -> Self {
        self.chained = chained::profiles(&self.profiles.config, &self.lists);
        self
    }

    /// The profile of a row, if that is one of those.
    pub(crate) fn chained(&self, index: usize) -> Option<&ChainedProfile> {
        self.chained.get(index.checked_sub(self.entries.len())?)
    }

    /// Leaves room in the columns for names that are not known yet.
    pub(crate) fn with_room(mut self) -> Self {
        const ROOM: [usize; 2] = [28, 22];
        let Columns { names, roles, sessions } = self.columns;
        self.columns = Columns { names: names.max(ROOM[0]), roles: roles.max(ROOM[1]), sessions };
        self
    }

    /// How wide the fields of its rows are.
    pub(crate) fn columns(&self) -> Columns {
        self.columns
    }

    /// Adds to the details how long cached credentials last.
    pub(crate) fn with_time_left(self) -> Self {
        Self { cache: environment::role_cache().ok().filter(|folder| folder.is_dir()), ..self }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len() + self.chained.len()
    }

    /// The names of the columns, and how many accounts have roles that are not known.
    pub(crate) fn header(&self, missing: usize) -> String {
        let has_profiles = !self.chained.is_empty() || self.profiles.are_some_in(&self.lists);
        let profile = if has_profiles { "PROFILE" } else { "" };
        let columns = fields(["ACCOUNT", "ID", "ROLE", SSO_SESSION, profile]);
        match missing {
            0 => columns,
            1 => format!("{columns}  (the roles of 1 account are missing)"),
            missing => format!("{columns}  (the roles of {missing} accounts are missing)"),
        }
    }

    pub(crate) fn row(&self, index: usize) -> Choice {
        let of_chained = || self.chained(index).map(|chained| self.rendered_chained(chained));
        let of_entry = self.entries.get(index).map(|entry| self.rendered(self.shown(entry)));
        of_entry.or_else(of_chained).unwrap_or_default()
    }

    /// The role of a row, also of one that was added later.
    pub(crate) fn role(&self, index: usize) -> Option<RowRole<'_>> {
        let Some(entry) = self.entries.get(index) else {
            let Grown { list, role, account_name } = self.grown().get(index.checked_sub(self.len())?)?.clone();
            return Some(RowRole { listed: &self.lists[list], role, account_name });
        };
        let Shown { list, account, role_name, .. } = self.shown(entry);
        let (listed, account_name) = (&self.lists[list], account.name.clone());
        Some(RowRole { listed, role: listed.inventory.arn(account, role_name), account_name })
    }

    /// Adds the roles that are new in a list, and returns their rows.
    pub(crate) fn grow(&self, list: usize, inventory: &Inventory) -> Vec<Choice> {
        let mut known: HashSet<_> = self.lists[list].inventory.roles().map(|(_, role)| role).collect();
        known.extend(self.grown().iter().filter(|grown| grown.list == list).map(|grown| grown.role.clone()));
        self.add(list, inventory, &known)
    }

    /// Adds the roles of an account that is in no list yet, and returns their rows.
    pub(crate) fn grow_account(&self, list: usize, account: Account) -> Vec<Choice> {
        self.add(list, &Inventory::partial(&self.lists[list].directory, vec![account]), &HashSet::new())
    }

    fn add(&self, list: usize, inventory: &Inventory, known: &HashSet<RoleArn>) -> Vec<Choice> {
        let (rows, mut roles): (_, Vec<_>) = inventory
            .roles()
            .filter(|(_, role)| !known.contains(role))
            .map(|(account, role)| {
                let shown = Shown { list, account, role_name: &role.role_name, last_use: None };
                (self.rendered(shown), Grown { list, account_name: account.name.clone(), role })
            })
            .unzip();
        self.grown().append(&mut roles);
        rows
    }

    fn grown(&self) -> MutexGuard<'_, Vec<Grown>> {
        self.grown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn lists(&self) -> &[Listed] {
        &self.lists
    }

    /// The row that the whole query names, or the only one that contains each of its words.
    ///
    /// Errors: the list is empty.
    pub(crate) fn only_match(&self, query: &str) -> Result<Option<usize>> {
        match self.entries.as_slice() {
            [] => {
                let why = |Listed { inventory, .. }: &Listed| {
                    let gaps = inventory.gaps(&Scope::All);
                    gaps.shortfall("try again later").or_else(|| gaps.refusal())
                };
                let none = |listed: &Listed| listed.inventory.no_account();
                let error = self.lists.iter().find_map(why).or_else(|| self.lists.first().map(none));
                return Err(error.unwrap_or_else(|| Error::denied("there is no role to choose")));
            }
            [_] if query.is_empty() && self.chained.is_empty() => return Ok(Some(0)),
            _ if query.is_empty() => return Ok(None),
            _ => {}
        }
        // Looked up once, because there may be 50,000 entries to compare.
        let (profile, arn) = (self.profiles.role_of(query), query.parse::<RoleArn>().ok().map(RoleRef::Arn));
        let account_and_role = account_and_role(query);
        let is_named = |entry: &Entry| {
            let Shown { list, account: Account { name, id, .. }, role_name, .. } = self.shown(entry);
            let is_of_profile = |(of, role): &(usize, RoleRef)| *of == list && role.is_role(id, role_name);
            account_and_role == Some((id, role_name))
                || account_and_role == Some((name, role_name))
                || arn.as_ref().is_some_and(|role| role.is_role(id, role_name))
                || profile.as_ref().is_some_and(is_of_profile)
        };
        if let Some(at) = self.chained.iter().position(|chained| chained.profile == query) {
            return Ok(Some(self.entries.len() + at));
        }
        let all = 0..self.entries.len();
        let named: Vec<_> = all.filter(|index| is_named(&self.entries[*index])).collect();
        if let [only] = named.as_slice() {
            return Ok(Some(*only));
        }
        let words = Words::of(query);
        let text = |index: usize| match self.entries.get(index) {
            Some(entry) => self.text(self.shown(entry)),
            None => self.row(index).shown,
        };
        let mut fitting = (0..self.len()).filter(|index| words.are_in(&text(*index)));
        Ok(fitting.next().filter(|_| fitting.next().is_none()))
    }

    fn shown(&self, entry: &Entry) -> Shown<'_> {
        let Entry { list, account, role, last_use } = *entry;
        let account = &self.lists[list].inventory.accounts[account];
        Shown { list, account, role_name: &account.roles[role], last_use }
    }

    fn rendered(&self, shown: Shown<'_>) -> Choice {
        let Shown { list, account, role_name, last_use } = shown;
        let role = self.lists[list].inventory.arn(account, role_name);
        let is_marked = is_of_administrators(role_name);
        // In a low terminal only the first lines are seen.
        let mut details = vec![clean(&role.to_string()).into_owned(), terminal::name(&account.email).into_owned()];
        details.extend(is_marked.then(|| "! a role of administrators, by its name".to_owned()));
        details.extend(last_use.map(|at| format!("used {} ago", span(Timestamp::now().as_second() - at))));
        details.extend(self.seconds_left(list, &role).map(|left| match left {
            ..=0 => "credentials have expired".to_owned(),
            left => format!("credentials for {} more", span(left)),
        }));
        Choice { is_marked, shown: self.text(shown), details }
    }

    fn rendered_chained(&self, chained: &ChainedProfile) -> Choice {
        let ChainedProfile { profile, role, via, list, account_name } = chained;
        let [profile, via, name] = [profile, via, account_name].map(|text| terminal::name(text));
        let session = list.map(|list| terminal::name(&self.lists[list].directory.name)).unwrap_or_default();
        let shown = fields([&name, role.account_id(), role.name(), &session, &format!("{profile} via {via}")]);
        let details = vec![clean(role.as_str()).into_owned(), format!("assumed with {via}")];
        Choice { is_marked: is_of_administrators(role.name()), shown, details }
    }

    fn text(&self, shown: Shown<'_>) -> String {
        let Shown { list, account, role_name, .. } = shown;
        let profile = self.profiles.get(list, &account.id, role_name).unwrap_or_default();
        let (name, role) = (terminal::name(&account.name), terminal::name(role_name));
        let session = terminal::name(&self.lists[list].directory.name);
        fields([&name, &account.id, &role, &session, &terminal::name(&profile)])
    }

    /// How long cached credentials last.
    fn seconds_left(&self, list: usize, role: &RoleArn) -> Option<i64> {
        let folder = self.cache.as_ref()?;
        let (account_id, role_name) = (&role.account_id, &role.role_name);
        let role = CachedRole { account_id, role_name, directory: &self.lists[list].directory };
        let credentials = role_credentials::read(&SecretStore::Files, &role.path(folder), &role, || true).ok()??;
        Some(credentials.seconds_left())
    }
}

/// A row that the picker lays out.
fn fields(fields: [&str; 5]) -> String {
    fields.join(Columns::BETWEEN.encode_utf8(&mut [0; 4]))
}
