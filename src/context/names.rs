//! The names that a ROLE may have on this machine: those that are the same in other letters, and those that are near.

use std::collections::BTreeSet;

use super::Context;
use super::words::Words;
use crate::aws_config::config::Section;
use crate::aws_config::directory::Directory;
use crate::error::Result;
use crate::inventory::{Account, Inventory};
use crate::role::account_and_role;
use crate::suggest::{closest, folded};
use crate::terminal::clean;

/// How many names are offered instead of one.
const MOST: usize = 3;

/// A longer text is no mistyped name, and comparing it takes time.
const LONGEST: usize = 256;

/// Aliases, profiles, and what is remembered of the accounts.
#[derive(Debug)]
pub(super) struct Names {
    /// Aliases of the settings, and profiles of the config that have something to do with credentials.
    direct: BTreeSet<String>,
    lists: Vec<(Directory, Inventory)>,
}

/// What a text names if upper and lower case are the same, as it is written exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// An alias or a profile.
    Direct(String),
    /// An account.
    Account(String),
    /// A role of the accounts with this name or id.
    Role { account: String, role: String },
}

impl Name {
    /// How it is typed as a ROLE.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Direct(name) | Self::Account(name) => name.clone(),
            Self::Role { account, role } => format!("{account}/{role}"),
        }
    }
}

impl Names {
    /// What this machine's files say now. Nothing is fetched.
    pub(super) fn remembered(context: &Context) -> Result<Self> {
        let profiles = context.config()?.profiles().filter(|profile| profile.has_credentials()).map(Section::name);
        let aliases = context.settings()?.aliases().map(|(alias, ..)| alias);
        let direct = profiles.chain(aliases).map(str::to_owned).collect();
        let directories = context.directories().unwrap_or_default().into_iter().flatten();
        let list = |directory: Directory| Some((Inventory::remembered(&directory).ok()??, directory));
        Ok(Self { direct, lists: directories.filter_map(list).map(|(list, directory)| (directory, list)).collect() })
    }

    fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.lists.iter().flat_map(|(_, list)| list.with_roles())
    }

    /// The accounts that have exactly this name or id, each once for each sso-session.
    pub(super) fn called(&self, text: &str) -> Vec<(&Directory, &Account)> {
        let is_called = |account: &&Account| !text.is_empty() && account.is_called(text);
        let mut called = Vec::new();
        for (directory, list) in &self.lists {
            called.extend(list.with_roles().filter(is_called).map(|account| (directory, account)));
        }
        called
    }

    /// The accounts with this in their names, each once.
    pub(super) fn containing(&self, text: &str) -> Vec<&Account> {
        let part = folded(text);
        once_each(self.accounts().filter(|account| !part.is_empty() && folded(&account.name).contains(&part)))
    }

    /// What the text names if upper and lower case are the same.
    pub(super) fn same(&self, text: &str) -> BTreeSet<Name> {
        let whole = folded(text);
        let mut same = BTreeSet::new();
        same.extend(self.direct.iter().filter(|name| folded(name) == whole).cloned().map(Name::Direct));
        let role = account_and_role(text).map(|(account, role)| (account, folded(account), role, folded(role)));
        for account in self.accounts().filter(|account| !account.name.is_empty()) {
            let name = folded(&account.name);
            if name == whole {
                same.insert(Name::Account(account.name.clone()));
            }
            let Some((typed, of, role, lower)) = role.as_ref() else { continue };
            let called = match () {
                () if account.id == *typed => &account.id,
                () if name == *of => &account.name,
                () => continue,
            };
            let fitting = account.roles.iter().filter(|known| folded(known) == *lower).map(String::as_str);
            let unknown = account.gap.is_some().then_some(*role);
            let fitting: Vec<_> = fitting.collect();
            let fitting = if fitting.is_empty() { unknown.into_iter().collect() } else { fitting };
            same.extend(fitting.into_iter().map(|role| Name::Role { account: called.clone(), role: role.to_owned() }));
        }
        same
    }

    /// How the role of an account is written whose name differs from this one in case alone, if the lists know all
    /// roles of the account, do not have this one, and have only one such.
    pub(super) fn spelling(&self, account_id: &str, role_name: &str) -> Option<String> {
        let lower = folded(role_name);
        let mut spellings = BTreeSet::new();
        for account in self.accounts().filter(|account| account.id == account_id) {
            if account.gap.is_some() || account.has(role_name) {
                return None;
            }
            spellings.extend(account.roles.iter().filter(|role| folded(role) == lower));
        }
        let only = spellings.pop_first()?;
        spellings.is_empty().then(|| only.clone())
    }

    /// Whether the picker has rows for these words.
    pub(super) fn have_row(&self, query: &str) -> bool {
        let words = Words::of(query);
        self.accounts().any(|Account { name, id, roles, .. }| {
            roles.iter().any(|role| words.are_in(&format!("{name}  {id}  {role}")))
        })
    }

    /// What is like the text, the nearest first: each can be typed as a ROLE, or as an account of which roles are
    /// offered.
    pub(super) fn near(&self, text: &str) -> Vec<String> {
        if text.len() > LONGEST {
            return Vec::new();
        }
        let mut near = match account_and_role(text) {
            Some((account, role)) => self.near_role(account, role),
            None => Vec::new(),
        };
        if near.is_empty() {
            let accounts: BTreeSet<_> = self.accounts().map(|account| account.name.as_str()).collect();
            let names = self.direct.iter().map(String::as_str).chain(accounts);
            near.extend(closest(text, names.filter(|name| is_typable(name)), MOST).into_iter().map(str::to_owned));
        }
        if near.is_empty() {
            let names = self.accounts_like(text).into_iter().map(|account| account.name.as_str());
            near.extend(names.filter(|name| is_typable(name)).take(MOST).map(str::to_owned));
        }
        if near.is_empty() {
            let lower = folded(text);
            let with_role = |account| roles_like(account, |role| folded(role) == lower);
            near.extend(
                self.accounts().flat_map(with_role).take(MOST).map(|(account, role)| self.typed(account, role)),
            );
        }
        near.dedup();
        near
    }

    /// A near role of the accounts that are meant, else such a role of accounts with near names.
    fn near_role(&self, account: &str, role: &str) -> Vec<String> {
        let (called, lower) = (folded(account), folded(role));
        let is_called = |known: &&Account| known.id == account || folded(&known.name) == called;
        let mut near = Vec::new();
        for known in self.accounts().filter(is_called) {
            let roles = closest(role, known.roles.iter().map(String::as_str), MOST);
            near.extend(roles.into_iter().map(|role| self.typed(known, role)));
        }
        if near.is_empty() {
            for known in self.accounts_like(account) {
                let exact = roles_like(known, |role| folded(role) == lower).map(|(_, role)| role).next();
                let like = || closest(role, known.roles.iter().map(String::as_str), 1).first().copied();
                near.extend(exact.or_else(like).map(|role| self.typed(known, role)));
            }
        }
        near.truncate(MOST);
        near
    }

    /// The accounts with a name or id that is like this, else those with such a word in their name, or with this in it.
    fn accounts_like(&self, text: &str) -> Vec<&Account> {
        // Not each of them has the role that is looked for.
        const ENOUGH: usize = 4 * MOST;
        let names: BTreeSet<_> = self.accounts().flat_map(|account| [&*account.name, &*account.id]).collect();
        let near = closest(text, names.into_iter(), ENOUGH);
        if !near.is_empty() {
            return once_each(near.into_iter().flat_map(|name| self.called(name)).map(|(_, account)| account));
        }
        let all: BTreeSet<_> = self.accounts().flat_map(words_of).collect();
        let near = closest(text, all.into_iter(), ENOUGH);
        let has_near_word = |account: &&Account| words_of(account).any(|word| near.contains(&word));
        let part = folded(text);
        let is_like = |account: &&Account| has_near_word(account) || folded(&account.name).contains(&part);
        once_each(self.accounts().filter(is_like)).into_iter().take(ENOUGH).collect()
    }

    /// How a role is typed: by the account's name, where that names no other and can be pasted, else by its id.
    fn typed(&self, account: &Account, role: &str) -> String {
        let by_name = format!("{}/{role}", account.name);
        let named = once_each(self.called(&account.name).into_iter().map(|(_, account)| account));
        let is_only = named.len() == 1 && !self.direct.contains(&by_name);
        if is_only && is_typable(&account.name) { by_name } else { format!("{}/{role}", account.id) }
    }
}

fn words_of(account: &Account) -> impl Iterator<Item = &str> {
    account.name.split(|letter: char| !letter.is_alphanumeric())
}

fn roles_like<'a>(
    account: &'a Account,
    is_like: impl Fn(&str) -> bool + 'a,
) -> impl Iterator<Item = (&'a Account, &'a str)> {
    account.roles.iter().map(String::as_str).filter(move |role| is_like(role)).map(move |role| (account, role))
}

/// Whether a name can be pasted from a message as a word of its own.
fn is_typable(name: &str) -> bool {
    let is_other = name.starts_with('-') || name.starts_with("arn:") || name.starts_with("https://");
    !name.is_empty() && !is_other && clean(name) == name
}

/// The same account may be in the lists of several sso-sessions.
fn once_each<'a>(accounts: impl Iterator<Item = &'a Account>) -> Vec<&'a Account> {
    let mut seen = BTreeSet::new();
    accounts.filter(|account| seen.insert(&account.id)).collect()
}
