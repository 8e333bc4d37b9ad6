//! What was meant by a ROLE that nothing is called exactly: the same name in other letters, an account, or a near name.
//!
//! Nothing is taken where two fit, a near name is offered and never taken, and a program gets an error in each case.

use std::collections::BTreeSet;

use super::Context;
use super::account::{OnlyRole, which};
use super::asked::Asked;
use super::choose::choose_near;
use super::find::{Found, names_role};
use super::names::{Name, Names};
use crate::aws_config::directory::Directory;
use crate::cli::again::with_role;
use crate::error::{Error, Kind, Result};
use crate::inventory::{Account, Inventory, Scope};
use crate::role::{RoleArn, RoleRef, account_and_role};
use crate::terminal;

impl Context {
    /// Whether this names a role or an account of those that are known on this machine. Nothing is fetched.
    pub(crate) fn remembers(&self, text: &str) -> bool {
        let is_called = |names: Names| !names.called(text).is_empty() || !names.same(text).is_empty();
        names_role(text) || Names::remembered(self).is_ok_and(is_called)
    }

    /// The role of a text that is neither an alias, a profile, nor an account and a role: an account's name or id
    /// perhaps.
    pub(super) fn find_by_name(&self, asked: Asked<'_>) -> Result<Found> {
        let config = self.config()?;
        if self.is_for_person() {
            self.learn_lists();
        }
        let mut names = Names::remembered(self)?;
        if let Some(found) = self.account_called(&names, asked.text) {
            return found;
        }
        if let Some(error) = config.named_otherwise(asked.text) {
            return Err(error);
        }
        if self.is_for_person() {
            self.learn_account(&names, asked.text);
            names = Names::remembered(self)?;
            if let Some(found) = self.account_called(&names, asked.text) {
                return found;
            }
        }
        let what = format!("{} is not a role, an account, an alias, or a profile with a role", asked.text);
        self.find_near(asked, names, Error::denied(what).with_remedy("run: aws-sso list"))
    }

    /// The role of `ACCOUNT/ROLE`, or what was meant if there is none.
    pub(super) fn find_of_account(&self, asked: Asked<'_>, reference: &RoleRef) -> Result<Found> {
        match self.find_exactly(reference) {
            Err(error) if error.kind() == Kind::Denied => self.find_near(asked, Names::remembered(self)?, error),
            Ok(found) if matches!(reference, RoleRef::Id { .. }) => self.as_spelt(found),
            found => found,
        }
    }

    /// The role, or the one whose name differs in case alone, if the service refuses the role itself.
    fn as_spelt(&self, found: Found) -> Result<Found> {
        let Some(RoleArn { account_id, role_name, .. }) = &found.role else { return Ok(found) };
        let spelling = || Names::remembered(self).map(|names| names.spelling(account_id, role_name));
        if !self.may_guess() || spelling()?.is_none() {
            return Ok(found);
        }
        match self.credentials(&found) {
            Err(error) if error.kind() == Kind::Denied => {}
            // Any other fault is for the verb to say.
            _ => return Ok(found),
        }
        // The list is up to date now.
        match spelling()? {
            Some(role_name) => self.find_exactly(&RoleRef::Id { account_id: account_id.clone(), role_name }),
            None => Ok(found),
        }
    }

    /// The role of a ROLE in several words that are no account and role.
    pub(super) fn find_unquoted(&self, asked: Asked<'_>) -> Result<Found> {
        let names = Names::remembered(self)?;
        let what = format!("{} is not a role; in several words, a ROLE is an account and a role", asked.text);
        let error = Error::usage(what).with_remedy("a name with blanks needs quotes: 'ACCOUNT/ROLE'");
        self.find_near(asked, names, error)
    }

    fn find_exactly(&self, reference: &RoleRef) -> Result<Found> {
        self.find_in(self.directory_of(reference)?, reference)
    }

    /// The role of the account that is called exactly so, if one is.
    fn account_called(&self, names: &Names, text: &str) -> Option<Result<Found>> {
        self.find_among(&names.called(text), text, OnlyRole::IsTaken)
    }

    /// The role of the one account that these are, perhaps in several sso-sessions.
    fn find_among(&self, called: &[(&Directory, &Account)], text: &str, only: OnlyRole) -> Option<Result<Found>> {
        let only = if self.may_guess() { only } else { OnlyRole::IsOffered };
        let ids: BTreeSet<_> = called.iter().map(|(_, account)| account.id.as_str()).collect();
        match called {
            [] => None,
            [_, ..] if ids.len() == 1 && !self.is_for_person() => Some(Err(which(self, called))),
            // In another sso-session it may have another name.
            [(directory, account)] => Some(self.find_in_account_of(directory, &account.id, only)),
            [(_, first), ..] if ids.len() == 1 => Some(self.find_by_account(&first.id, only)),
            _ => {
                let ids: Vec<_> = ids.into_iter().collect();
                Some(Err(Error::usage(format!("several accounts are called {text}"))
                    .with_remedy(format!("name one by its id: {}", ids.join(", ")))))
            }
        }
    }

    /// Asks those of several sso-sessions that have no list yet: they may have an account of the same name.
    fn learn_lists(&self) {
        let directories: Vec<_> = self.directories().unwrap_or_default().into_iter().flatten().collect();
        let quiet = self.without_sign_in();
        for directory in directories.iter().filter(|_| directories.len() > 1) {
            if let Ok(None) = Inventory::remembered(directory)
                && let Err(error) = quiet.inventory(directory, Scope::Names)
            {
                tracing::info!("the accounts of {} are not known: {error}", directory.name);
            }
        }
    }

    /// Asks for an account of this name where the lists are old, and once where they have nothing that is like it.
    /// Nobody is asked to sign in for it.
    fn learn_account(&self, names: &Names, text: &str) {
        let quiet = self.without_sign_in();
        let is_absent = names.same(text).is_empty() && names.containing(text).is_empty() && names.near(text).is_empty();
        for directory in self.directories().unwrap_or_default().into_iter().flatten() {
            let asked = if is_absent {
                quiet.with_account(&directory, text)
            } else {
                quiet.inventory(&directory, Scope::Account(text))
            };
            if let Err(error) = asked {
                tracing::info!("{} is not known to have the account {text}: {error}", directory.name);
            }
        }
    }

    /// What was meant by a ROLE for which `error` is the answer if nothing was.
    fn find_near(&self, asked: Asked<'_>, names: Names, error: Error) -> Result<Found> {
        let is_of_alias = asked.words.is_empty();
        if is_of_alias && self.settings()?.alias(asked.text).is_some() {
            let what = format!("{} is an alias itself, for which no other alias may stand", asked.text);
            return Err(Error::denied(what).with_remedy("see what is wrong: aws-sso settings"));
        }
        let names = if is_of_alias { names.without_aliases() } else { names };
        if let Some(error) = without_quotes(asked, &names).or_else(|| with_more(asked, &names)) {
            return Err(error);
        }
        if !self.is_for_person() {
            return Err(did_you_mean(asked, &names, names.near_roles(asked.text), error));
        }
        let same = names.same(asked.text);
        match (same.len(), same.first()) {
            (1, Some(only)) if self.may_guess() || matches!(only, Name::Account(_)) => return self.find_named(only),
            (2.., _) => return Err(several_fit(asked, &names, same.iter().map(Name::text))),
            _ => {}
        }
        // Only what names no role may be a part of an account's name.
        let parts = if account_and_role(asked.text).is_some() { Vec::new() } else { names.containing(asked.text) };
        let is_one = parts.iter().all(|(_, account)| account.id == parts[0].1.id);
        if is_one
            && same.is_empty()
            && let Some(found) = self.find_among(&parts, asked.text, OnlyRole::IsOffered)
        {
            return found;
        }
        let near = names.near(asked.text);
        // The words that were typed, or else those of what is near: the picker begins with rows.
        let typed = [asked.text].into_iter().chain(near.iter().map(String::as_str));
        let query = typed.map(as_words).find(|query| names.have_row(query));
        let query = query.or_else(|| Some(as_words(asked.text)).filter(|_| !near.is_empty()));
        let error = did_you_mean(asked, &names, near, error);
        match query.filter(|_| self.can_ask()) {
            Some(query) => {
                terminal::complain(&error);
                choose_near(self, &query, "name the role as ACCOUNT/ROLE")
            }
            None => Err(error),
        }
    }

    fn find_named(&self, name: &Name) -> Result<Found> {
        match name {
            Name::Alias(name) => self.find(name),
            Name::Profile(name) => self.find_by_profile(name),
            Name::Role { account, role } => self.find_exactly(&RoleRef::of_account(account, role)),
            Name::Account(name) => {
                let names = Names::remembered(self)?;
                self.account_called(&names, name)
                    .unwrap_or_else(|| Err(Error::denied(format!("you have no role in the account {name}"))))
            }
        }
    }
}

/// Words for the picker.
fn as_words(role: &str) -> String {
    account_and_role(role).map_or_else(|| role.to_owned(), |(account, role)| format!("{account} {role}"))
}

/// The error of a ROLE with further words behind it.
fn with_more(asked: Asked<'_>, names: &Names) -> Option<Error> {
    let [first, rest @ ..] = asked.words else { return None };
    let is_role = |name: &Name| matches!(name, Name::Role { .. });
    if rest.is_empty() || !names.same(first).iter().any(is_role) {
        return None;
    }
    let error = Error::usage(format!("{first} is a role already; there is no place for {}", rest.join(" ")));
    Some(error.with_any_remedy(with_role(asked.words, first, None).map(|line| format!("run: {line}"))))
}

/// The error of words that are one name with blanks, which the shell has split.
fn without_quotes(asked: Asked<'_>, names: &Names) -> Option<Error> {
    let [first @ .., last] = asked.words else { return None };
    if first.is_empty() {
        return None;
    }
    let first = first.join(" ");
    let texts = [format!("{first} {last}"), format!("{first}/{last}")];
    let (_, name) = texts.iter().map(|text| names.same(text)).enumerate().find_map(|(at, mut same)| {
        let name = same.pop_first().filter(|_| same.is_empty())?.text();
        // Two words are an account and a role already.
        (at == 0 || asked.words.len() > 2).then_some((at, name))
    })?;
    let error = Error::usage(format!("{name} is one name with blanks, which needs quotes"));
    Some(error.with_any_remedy(runs(asked, names, vec![name])))
}

/// The error, with the names that are near, each in a line that can be pasted.
fn did_you_mean(asked: Asked<'_>, names: &Names, near: Vec<String>, error: Error) -> Error {
    let question = match near.as_slice() {
        [] => return error,
        [one] => format!("did you mean {one}?"),
        [first @ .., last] => format!("did you mean {} or {last}?", first.join(", ")),
    };
    let rest = error.remedy().unwrap_or_default().lines().filter(|line| !line.starts_with("did you mean"));
    let lines: Vec<_> = [question].into_iter().chain(runs(asked, names, near)).chain(rest.map(str::to_owned)).collect();
    error.with_remedy(lines.join("\n"))
}

fn several_fit(asked: Asked<'_>, names: &Names, fitting: impl Iterator<Item = String>) -> Error {
    let fitting: Vec<_> = fitting.collect();
    let what = format!("{} could be {}, which differ in case alone", asked.text, fitting.join(" or "));
    Error::usage(what).with_any_remedy(runs(asked, names, fitting))
}

/// This run's command with each of these roles, and with each of the sso-sessions that have it, where several do.
fn runs(asked: Asked<'_>, names: &Names, roles: Vec<String>) -> Option<String> {
    let mut lines = Vec::new();
    for role in roles {
        let holders = names.holders(&role);
        let sessions = holders.iter().map(|directory| Some(directory.name.as_str()));
        let sessions: Vec<_> = if holders.len() < 2 { vec![None] } else { sessions.collect() };
        lines.extend(sessions.into_iter().filter_map(|session| with_role(asked.words, &role, session)));
    }
    let lines: Vec<_> = lines.into_iter().map(|line| format!("run: {line}")).collect();
    Some(lines.join("\n")).filter(|lines| !lines.is_empty())
}
