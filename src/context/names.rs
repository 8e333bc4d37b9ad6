//! The names that a ROLE may have on this machine: those that are the same in other letters, and those that are near.

use std::collections::{BTreeMap, BTreeSet};

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

/// How many roles are offered to a program for which an account is no answer.
const MOST_ROLES: usize = 10;

/// A longer text is no mistyped name, and comparing it takes time.
const LONGEST: usize = 256;

/// Aliases, profiles, and what is remembered of the accounts.
#[derive(Debug)]
pub(super) struct Names {
    /// Aliases of the settings, each with the id of the account if it stands for one.
    aliases: BTreeMap<String, Option<String>>,
    /// Profiles of the config that have something to do with credentials.
    profiles: BTreeSet<String>,
    lists: Vec<(Directory, Inventory)>,
}

/// What a text names if upper and lower case are the same, as it is written exactly.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    /// An alias, or a role of the account that an alias stands for.
    Alias(String),
    Profile(String),
    /// An account.
    Account(String),
    /// A role of the accounts with this name or id.
    Role {
        account: String,
        role: String,
    },
}

impl Name {
    /// How it is typed as a ROLE.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Alias(name) | Self::Profile(name) | Self::Account(name) => name.clone(),
            Self::Role { account, role } => format!("{account}/{role}"),
        }
    }
}

impl Names {
    /// What this machine's files say now. Nothing is fetched.
    pub(super) fn remembered(context: &Context) -> Result<Self> {
        let profiles = context.config()?.profiles().filter(|profile| profile.has_credentials()).map(Section::name);
        let settings = context.settings()?;
        let account = |alias| settings.account_of_alias(alias).map(|(id, _)| id.to_owned());
        let aliases = settings.aliases().filter(|(_, role, _)| !role.is_empty());
        let aliases = aliases.map(|(alias, ..)| (alias.to_owned(), account(alias))).collect();
        let profiles = profiles.map(str::to_owned).collect();
        let directories = context.directories().unwrap_or_default().into_iter().flatten();
        let list = |directory: Directory| Some((Inventory::remembered(&directory).ok()??, directory));
        let lists = directories.filter_map(list).map(|(list, directory)| (directory, list)).collect();
        Ok(Self { aliases, profiles, lists })
    }

    /// The names that an alias may stand for: no other alias.
    pub(super) fn without_aliases(self) -> Self {
        Self { aliases: BTreeMap::new(), ..self }
    }

    fn accounts(&self) -> impl Iterator<Item = &Account> {
        self.lists.iter().flat_map(|(_, list)| list.with_roles())
    }

    /// The accounts that have exactly this name or id, each once for each sso-session.
    pub(super) fn called(&self, text: &str) -> Vec<(&Directory, &Account)> {
        self.listed(|account| !text.is_empty() && account.is_called(text))
    }

    /// The sso-sessions that have, or may have, the role or the account that is typed so.
    pub(super) fn holders(&self, typed: &str) -> Vec<&Directory> {
        if self.profiles.contains(typed) || self.aliases.contains_key(typed) {
            return Vec::new();
        }
        let (account, role) = account_and_role(typed).map_or((typed, None), |(account, role)| (account, Some(role)));
        let account = self.aliases.get(account).and_then(Option::as_deref).unwrap_or(account);
        let may_have = |account: &Account| role.is_none_or(|role| account.gap.is_some() || account.has(role));
        let called = self.called(account).into_iter().filter(|(_, account)| may_have(account));
        let mut holders: Vec<_> = called.map(|(directory, _)| directory).collect();
        holders.dedup();
        holders
    }

    /// The accounts with this in their names, each once for each sso-session.
    pub(super) fn containing(&self, text: &str) -> Vec<(&Directory, &Account)> {
        let part = folded(text);
        self.listed(|account| !part.is_empty() && folded(&account.name).contains(&part))
    }

    fn listed(&self, is_wanted: impl Fn(&Account) -> bool) -> Vec<(&Directory, &Account)> {
        let all = self.lists.iter().flat_map(|(directory, list)| list.with_roles().map(move |one| (directory, one)));
        all.filter(|(_, account)| is_wanted(account)).collect()
    }

    /// What the text names if upper and lower case are the same: aliases, else profiles, else accounts and roles, in
    /// the order in which exact names are looked for.
    pub(super) fn same(&self, text: &str) -> BTreeSet<Name> {
        let whole = folded(text);
        let of_account = account_and_role(text);
        let aliases = self.aliases.iter().filter_map(|(alias, account)| match of_account {
            _ if folded(alias) == whole => Some(Name::Alias(alias.clone())),
            Some((typed, role)) if account.is_some() && folded(alias) == folded(typed) => {
                Some(Name::Alias(format!("{alias}/{role}")))
            }
            _ => None,
        });
        let mut same: BTreeSet<_> = aliases.collect();
        if same.is_empty() {
            same.extend(self.profiles.iter().filter(|name| folded(name) == whole).cloned().map(Name::Profile));
        }
        if !same.is_empty() {
            return same;
        }
        let role = of_account.map(|(account, role)| (account, folded(account), role, folded(role)));
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
        let mut near = Vec::new();
        if let Some((account, role)) = account_and_role(text) {
            if let Some(roles) = self.near_role_of(account, role) {
                return roles;
            }
            near = self.near_account_with(account, role);
        }
        if near.is_empty() {
            let accounts: BTreeSet<_> = self.accounts().map(|account| account.name.as_str()).collect();
            let names = self.aliases.keys().chain(&self.profiles).map(String::as_str).chain(accounts);
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

    /// The same for a program, which gets no role by the name of an account alone.
    pub(super) fn near_roles(&self, text: &str) -> Vec<String> {
        let mut roles = Vec::new();
        for name in self.near(text) {
            let account = match self.aliases.get(&name) {
                Some(account) => account.as_ref(),
                None => Some(&name).filter(|name| !self.profiles.contains(*name)),
            };
            let accounts = account.map(|account| self.called(account)).unwrap_or_default();
            if accounts.is_empty() {
                roles.push(name);
            }
            for account in once_each(accounts.into_iter().map(|(_, account)| account)) {
                for role in account.roles.iter().map(|role| self.typed(account, role)) {
                    // An alias may stand for an account whose name is near as well.
                    if !roles.contains(&role) {
                        roles.push(role);
                    }
                }
            }
        }
        roles.truncate(MOST_ROLES);
        roles
    }

    /// The near roles of the accounts that are meant, if their name is right: then no other account is.
    fn near_role_of(&self, account: &str, role: &str) -> Option<Vec<String>> {
        let called = folded(account);
        let (mut meant, mut near) = (Vec::new(), Vec::new());
        let aliases = self.aliases.iter().filter(|(alias, _)| folded(alias) == called);
        for (alias, id) in aliases.filter_map(|(alias, id)| Some((alias, id.as_ref()?))) {
            let known = self.called(id);
            near.extend(known.is_empty().then(|| format!("{alias}/{role}")));
            meant.extend(known.into_iter().map(|(_, account)| (account, Some(alias))));
        }
        let is_called = |known: &&Account| known.id == account || folded(&known.name) == called;
        meant.extend(self.accounts().filter(is_called).map(|account| (account, None)));
        for (known, alias) in &meant {
            for role in closest(role, known.roles.iter().map(String::as_str), MOST) {
                let typed = alias.map_or_else(|| self.typed(known, role), |alias| format!("{alias}/{role}"));
                // The same account may be in the lists of several sso-sessions.
                if !near.contains(&typed) {
                    near.push(typed);
                }
            }
        }
        near.truncate(MOST);
        (!meant.is_empty() || !near.is_empty()).then_some(near)
    }

    /// Such a role of accounts with near names.
    fn near_account_with(&self, account: &str, role: &str) -> Vec<String> {
        let lower = folded(role);
        let mut near = Vec::new();
        for known in self.accounts_like(account) {
            let exact = roles_like(known, |role| folded(role) == lower).map(|(_, role)| role).next();
            let like = || closest(role, known.roles.iter().map(String::as_str), 1).first().copied();
            near.extend(exact.or_else(like).map(|role| self.typed(known, role)));
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
        let is_other = self.profiles.contains(&by_name) || self.aliases.contains_key(&by_name);
        let is_only = named.len() == 1 && !is_other && !self.aliases.contains_key(&account.name);
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
