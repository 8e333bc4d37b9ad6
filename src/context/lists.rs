//! The lists of all sso-sessions that a verb goes over, without more than one sign-in.

use super::Context;
use super::instance::{logins, names, not_signed_in};
use crate::aws_config::directory::Directory;
use crate::error::{Error, Kind, Result};
use crate::inventory::{Absent, Inventory, Scope, Selection};
use crate::terminal;

/// The accounts and roles of one sso-session.
pub(crate) struct Listed {
    pub(crate) directory: Directory,
    pub(crate) inventory: Inventory,
    /// Why the list is old: the user is not signed in.
    pub(crate) not_renewed: Option<Error>,
}

/// The lists of the sso-sessions that a verb goes over, and what is missing of them.
#[derive(Default)]
pub(crate) struct Lists {
    pub(crate) known: Vec<Listed>,
    /// Nothing is remembered of these, and the user is not signed in to them.
    pub(crate) missing: Vec<Directory>,
    /// Why others have no list.
    pub(crate) failures: Vec<Error>,
    /// What is wrong with others in the config.
    faults: Vec<Error>,
    /// Whether the config has more than one, of which `-p` names none.
    pub(crate) are_several: bool,
}

/// What a verb does without a sign-in to the only sso-session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WithoutSignIn {
    /// Nobody acts by the list yet, so an old one will do.
    TakesOldList,
    Fails,
}

impl Lists {
    pub(crate) fn inventories(&self) -> Vec<&Inventory> {
        self.known.iter().map(|listed| &listed.inventory).collect()
    }

    /// The error of patterns that match nothing in any of these lists. `are_old`: the roles were not asked for again.
    fn error(&self, absent: &Absent<'_>, are_old: bool) -> Error {
        let only = self.known.first().filter(|_| !self.are_several).map(|listed| &listed.directory);
        match Inventory::merged(&self.inventories()) {
            Some(merged) => absent.error(&merged, only, are_old),
            None => not_signed_in(&self.missing),
        }
    }

    /// Whether each pattern matches something in lists that were just fetched.
    pub(crate) fn check(&self, selection: &Selection) -> Result<()> {
        selection.absent(&self.inventories()).map_or(Ok(()), |absent| Err(self.error(&absent, false)))
    }

    /// Says which lists are old, and why.
    pub(crate) fn warn_of_age(&self, context: &Context) {
        for Listed { inventory, not_renewed, .. } in &self.known {
            if let Some(error) = not_renewed {
                context.warn_of_age(inventory, error);
            }
        }
    }

    /// Says of which sso-sessions the roles are missing, and what to do about it.
    pub(crate) fn say_what_is_missing(&self) {
        if !self.missing.is_empty() {
            let whose = if self.missing.len() == 1 { "its" } else { "their" };
            let what = format!("not signed in to {}, so {whose} roles are missing", names(&self.missing));
            let error = Error::sign_in_needed(what).with_remedy(logins(&self.missing));
            terminal::complain(&error);
        }
        for error in self.faults.iter().chain(&self.failures) {
            terminal::complain(error);
        }
    }
}

impl Context {
    /// What `get` gives for each sso-session that a verb goes over.
    ///
    /// Of several, only those are asked that need no sign-in: one that lacks it takes part with what is remembered. If
    /// nothing at all is known, the user may sign in to the chosen one.
    pub(crate) fn lists(
        &self,
        without: WithoutSignIn,
        get: impl Fn(&Self, &Directory) -> Result<Inventory>,
    ) -> Result<Lists> {
        let directories = self.directories()?;
        let mut lists = Lists { are_several: directories.len() > 1, ..Lists::default() };
        let quiet = self.without_sign_in();
        let asking = if lists.are_several { &quiet } else { self };
        for directory in directories {
            let directory = match directory {
                Ok(directory) => directory,
                Err(fault) => {
                    lists.faults.push(fault);
                    continue;
                }
            };
            match lists.add(directory, |directory| get(asking, directory)) {
                Err(error) if !lists.are_several || error.kind() == Kind::Cancelled => return Err(error),
                Err(error) => lists.failures.push(error),
                Ok(()) => {}
            }
        }
        if !lists.are_several {
            let fails = |listed: &mut Listed| listed.not_renewed.take_if(|_| without == WithoutSignIn::Fails);
            let error = lists.known.iter_mut().find_map(fails);
            return error.map_or(Ok(lists), Err);
        }
        if lists.known.is_empty() {
            let named = self.named_directory()?;
            let Some(at) = lists.missing.iter().position(|directory| Some(directory) == named.as_ref()) else {
                let other = lists.failures.into_iter().next();
                let none = || match (lists.missing.as_slice(), lists.faults.into_iter().next()) {
                    ([], Some(fault)) => fault,
                    (missing, _) => not_signed_in(missing),
                };
                return Err(other.unwrap_or_else(none));
            };
            let directory = lists.missing.remove(at);
            let inventory = get(self, &directory)?;
            lists.known.push(Listed { directory, inventory, not_renewed: None });
        }
        Ok(lists)
    }

    /// The lists by which these patterns select roles. If one of them matches nothing in any, the service is asked
    /// once, and then that is an error.
    pub(crate) fn selected(&self, selection: &Selection, without: WithoutSignIn) -> Result<Lists> {
        self.selected_beside(selection, without, |_| Ok(None))
    }

    /// The same for a verb that shows others beside those of the lists: a pattern may match one of those alone.
    pub(crate) fn selected_beside(
        &self,
        selection: &Selection,
        without: WithoutSignIn,
        beside: impl Fn(&Lists) -> Result<Option<Inventory>>,
    ) -> Result<Lists> {
        let scope = Scope::Selected(selection);
        let mut lists = self.lists(without, |context, directory| context.inventory(directory, scope))?;
        let others = beside(&lists)?;
        let Some(absent) = selection.absent(&with(&lists, others.as_ref())) else { return Ok(lists) };
        let doubted = absent.selection();
        let quiet = self.without_sign_in();
        let asking = if lists.are_several { &quiet } else { self };
        let takes_old = lists.are_several || without == WithoutSignIn::TakesOldList;
        let mut failure = None;
        for listed in lists.known.iter_mut().filter(|listed| listed.not_renewed.is_none()) {
            match asking.asked_again(&listed.directory, listed.inventory.clone(), &absent) {
                Ok(inventory) => listed.inventory = inventory,
                Err(error) if takes_old && error.kind() == Kind::SignInNeeded => listed.not_renewed = Some(error),
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        if let Some(absent) = selection.absent(&with(&lists, others.as_ref())) {
            let are_old = lists.known.iter().any(|list| !list.inventory.has_asked_about(&Scope::Selected(&doubted)));
            lists.warn_of_age(self);
            lists.say_what_is_missing();
            return Err(failure.unwrap_or_else(|| lists.error(&absent, are_old)));
        }
        for listed in lists.known.iter_mut().filter(|listed| listed.not_renewed.is_none()) {
            match asking.completed(&listed.directory, listed.inventory.clone(), scope) {
                Ok(inventory) => listed.inventory = inventory,
                Err(error) if takes_old && error.kind() == Kind::SignInNeeded => listed.not_renewed = Some(error),
                Err(error) => return Err(error),
            }
        }
        Ok(lists)
    }
}

impl Context {
    /// The lists by which these patterns select roles for something that is done with them. A role of an sso-session to
    /// which the user is not signed in takes a sign-in, unless that would be the second one.
    pub(crate) fn selected_to_use(&self, selection: &Selection) -> Result<Lists> {
        let mut lists = self.selected(selection, WithoutSignIn::Fails)?;
        let is_needed =
            |listed: &&mut Listed| listed.not_renewed.is_some() && selection.roles(&listed.inventory).next().is_some();
        let mut needed: Vec<_> = lists.known.iter_mut().filter(is_needed).collect();
        match needed.as_mut_slice() {
            [] => {}
            [one] => {
                one.inventory = self.inventory(&one.directory, Scope::Selected(selection))?;
                one.not_renewed = None;
            }
            _ => {
                let directories: Vec<_> = needed.into_iter().map(|listed| listed.directory.clone()).collect();
                return Err(not_signed_in(&directories));
            }
        }
        lists.warn_of_age(self);
        let failures = std::mem::take(&mut lists.failures);
        lists.say_what_is_missing();
        // The caller says them once more is known.
        Ok(Lists { failures, ..lists })
    }
}

/// These lists, and one more.
fn with<'a>(lists: &'a Lists, more: Option<&'a Inventory>) -> Vec<&'a Inventory> {
    lists.inventories().into_iter().chain(more).collect()
}

impl Lists {
    fn add(&mut self, directory: Directory, get: impl Fn(&Directory) -> Result<Inventory>) -> Result<()> {
        let (inventory, not_renewed) = match get(&directory) {
            Ok(inventory) => (Some(inventory), None),
            Err(error) if error.kind() == Kind::SignInNeeded => (Inventory::remembered(&directory)?, Some(error)),
            Err(error) => return Err(error),
        };
        match (inventory, not_renewed) {
            (Some(inventory), not_renewed) => self.known.push(Listed { directory, inventory, not_renewed }),
            // Its own error is as good where it is the only one.
            (None, Some(error)) if !self.are_several => return Err(error),
            (None, _) => self.missing.push(directory),
        }
        Ok(())
    }
}
