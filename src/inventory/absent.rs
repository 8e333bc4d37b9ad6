//! Patterns that match nothing: most are mistyped, and an exclude that matches nothing leaves in what was to be left
//! out.

use std::collections::BTreeSet;

use super::account::{Account, Gap};
use super::ask::Scope;
use super::remembered::Inventory;
use super::selection::{Pattern, Selection, fits, is_every};
use crate::aws_config::directory::Directory;
use crate::error::{Error, Result};
use crate::programs::profile_option;
use crate::suggest::nearest;
use crate::terminal;

/// Patterns that match no account and no role of a list.
#[derive(Debug)]
pub(crate) struct Absent<'a> {
    patterns: Vec<(&'static str, &'a Pattern)>,
}

/// What a list tells of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Matches,
    /// It could match roles that are not known.
    Unknown,
    Nothing,
}

impl Selection {
    /// Whether each pattern matches something in a list that was just fetched, or that cannot be fetched.
    pub(crate) fn check(&self, list: &Inventory, directory: &Directory) -> Result<()> {
        self.absent(&[list]).map_or(Ok(()), |absent| Err(absent.error(list, Some(directory), false)))
    }

    /// The patterns that match nothing in any of these lists, or nothing that is known; `None` if each of them matches
    /// something.
    #[must_use]
    pub(crate) fn absent(&self, lists: &[&Inventory]) -> Option<Absent<'_>> {
        let accounts = || lists.iter().flat_map(|list| &list.accounts);
        let is_absent = |(_, pattern): &(_, &Pattern)| verdict(pattern, accounts()) != Verdict::Matches;
        let patterns: Vec<_> = self.needed().filter(is_absent).collect();
        // Where there is no account at all, that is what has to be said.
        (!patterns.is_empty() && accounts().next().is_some()).then_some(Absent { patterns })
    }
}

fn verdict<'a>(pattern: &Pattern, accounts: impl IntoIterator<Item = &'a Account>) -> Verdict {
    let (mut is_of_known, mut is_of_unasked, mut is_of_failed, mut is_of_refused) = (false, false, false, false);
    for account in accounts {
        let Some(role) = pattern.in_account(&account.name.to_lowercase(), &account.id) else { continue };
        // An account that is named counts, even if it has no role.
        if is_every(role) || account.roles.iter().any(|name| fits(role, &name.to_lowercase())) {
            return Verdict::Matches;
        }
        match &account.gap {
            None => is_of_known = true,
            Some(Gap::Unasked) => is_of_unasked = true,
            Some(Gap::Failed { .. }) => is_of_failed = true,
            Some(Gap::Refused { .. }) => is_of_refused = true,
        }
    }
    // The accounts that it names are there, and nothing is known of their roles.
    let names_gaps = pattern.names_accounts() && !is_of_known && (is_of_failed || is_of_refused);
    match () {
        () if is_of_unasked => Verdict::Unknown,
        () if names_gaps => Verdict::Matches,
        () if is_of_failed => Verdict::Unknown,
        () => Verdict::Nothing,
    }
}

impl Absent<'_> {
    /// All roles that these patterns could match.
    pub(crate) fn selection(&self) -> Selection {
        Selection::of(self.patterns.iter().map(|(_, pattern)| (*pattern).clone()))
    }

    /// The options and their patterns.
    #[must_use]
    pub(crate) fn label(&self) -> String {
        labels(&self.patterns)
    }

    /// The error that names them, with what is like them in the list, which is that of one sso-session or of several.
    /// `are_old`: the roles were not asked for again.
    #[must_use]
    pub(crate) fn error(&self, list: &Inventory, directory: Option<&Directory>, are_old: bool) -> Error {
        let is_nothing = |(_, pattern): &&(_, &Pattern)| verdict(pattern, &list.accounts) == Verdict::Nothing;
        let nothing: Vec<_> = self.patterns.iter().filter(is_nothing).copied().collect();
        if nothing.is_empty() {
            let remedy = format!("so it is not known whether these match a role: {}", self.label());
            let unknown = list.gaps(&Scope::Selected(&self.selection())).shortfall(&remedy);
            return unknown.unwrap_or_else(|| Error::service(remedy));
        }
        let verb = if nothing.len() == 1 { "matches" } else { "match" };
        let found = format!("{} {verb} no account and no role", labels(&nothing));
        let mut remedies: Vec<_> = nothing
            .iter()
            .filter_map(|(option, pattern)| {
                let advice = advice(option, pattern, list)?;
                Some(if nothing.len() == 1 { advice } else { format!("{}: {advice}", labels(&[(option, pattern)])) })
            })
            .collect();
        let profile = directory.map(|directory| format!(" {}", profile_option(&directory.name))).unwrap_or_default();
        if remedies.len() < nothing.len() {
            remedies.push(format!("see what there is: aws-sso list{profile}"));
        }
        if are_old {
            remedies.push(format!("if a role is new, run: aws-sso list{profile} --refresh"));
        }
        if nothing.iter().any(|(option, _)| *option == "--exclude") {
            remedies.push("to exclude what need not be there: --exclude-missing-ok".to_owned());
        }
        Error::denied(found).with_remedy(remedies.join("\n"))
    }
}

fn labels(patterns: &[(&'static str, &Pattern)]) -> String {
    let labels: Vec<_> =
        patterns.iter().map(|(option, pattern)| format!("{option} {}", terminal::name(&pattern.text))).collect();
    match labels.as_slice() {
        [others @ .., last] if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => labels.concat(),
    }
}

/// What may have been meant.
fn advice(option: &str, pattern: &Pattern, list: &Inventory) -> Option<String> {
    /// A longer pattern is no mistyped name, and comparing it takes time.
    const LONGEST: usize = 256;
    if pattern.text.len() > LONGEST {
        return None;
    }
    let several: Vec<_> = pattern.text.split(',').collect();
    if several.len() > 1
        && several.iter().all(|text| verdict(&Pattern::parse(text), &list.accounts) == Verdict::Matches)
    {
        return Some(format!("give each pattern its own {option}"));
    }
    let names = alike(&pattern.text, list);
    let names: Vec<_> = names.iter().map(|name| terminal::name(name)).collect();
    match names.as_slice() {
        [] => roles_of_named(&pattern.text, list),
        [one] => Some(format!("did you mean {one}?")),
        [first @ .., other] => Some(format!("did you mean {} or {other}?", first.join(", "))),
    }
}

/// The account that this pattern names, and its roles: the one that is meant has another name there.
fn roles_of_named(text: &str, list: &Inventory) -> Option<String> {
    let (account, _) = text.rsplit_once('/')?;
    match named(account, list).as_slice() {
        [only] if !only.roles.is_empty() => {
            let more = only.roles.len().saturating_sub(MOST_ROLES);
            let roles = only.roles.iter().take(MOST_ROLES).map(|role| terminal::name(role));
            let roles = roles.collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let name = if only.name.is_empty() { &only.id } else { &only.name };
            Some(format!("{} has: {roles}{more}", terminal::name(name)))
        }
        _ => None,
    }
}

/// The accounts that are called so, or else those that the pattern matches.
fn named<'a>(account: &str, list: &'a Inventory) -> Vec<&'a Account> {
    let pattern = Pattern::parse(account);
    let is_meant = |known: &&Account| pattern.in_account(&known.name.to_lowercase(), &known.id).is_some_and(is_every);
    let accounts: Vec<_> = list.accounts.iter().filter(is_meant).collect();
    // An account without a name is not called by an empty one.
    let is_called = |known: &&Account| !account.is_empty() && known.is_called(account);
    let called: Vec<_> = accounts.iter().copied().filter(is_called).collect();
    if called.is_empty() { accounts } else { called }
}

/// What accounts and roles are called that is like a pattern, the nearest first. Each of them matches something.
fn alike(text: &str, list: &Inventory) -> Vec<String> {
    let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let accounts = list.accounts.iter().flat_map(|account| [account.name.as_str(), account.id.as_str()]);
    let accounts: BTreeSet<_> = accounts.collect();
    if let Some((account, role)) = text.rsplit_once('/') {
        let roles = named(account, list).into_iter().flat_map(|known| &known.roles).map(String::as_str);
        let mut found: Vec<_> =
            nearest_of(role, &roles.collect()).into_iter().map(|role| format!("{account}/{role}")).collect();
        if found.is_empty() {
            found.extend(nearest_of(account, &accounts).into_iter().map(|account| format!("{account}/{role}")));
            // The name of an account can contain a slash too.
            let slashed = accounts.into_iter().filter(|name| name.contains('/')).collect();
            found.extend(owned(nearest_of(text, &slashed)));
        }
        found.retain(|text| verdict(&Pattern::parse(text), &list.accounts) == Verdict::Matches);
        found.truncate(MOST_ALIKE);
        return found;
    }
    let roles = list.accounts.iter().flat_map(|account| &account.roles).map(String::as_str);
    let names: BTreeSet<_> = accounts.into_iter().chain(roles).collect();
    let found = nearest_of(text, &names);
    if !found.is_empty() {
        return owned(found);
    }
    // A pattern may be a part of a name.
    let words = names.iter().flat_map(|name| name.split(|letter: char| !letter.is_alphanumeric()));
    owned(nearest_of(text, &words.collect()))
}

/// How many names are offered instead of a pattern.
const MOST_ALIKE: usize = 3;

/// How many roles of an account are named.
const MOST_ROLES: usize = 10;

/// The names that are most like a pattern's letters.
fn nearest_of<'a>(pattern: &str, names: &BTreeSet<&'a str>) -> Vec<&'a str> {
    nearest(&pattern.replace(['*', '?'], ""), names.iter().copied(), MOST_ALIKE)
}
