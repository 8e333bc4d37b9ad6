//! An account that was named without a role, by itself or by a place in it: its roles are offered.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Context;
use super::find::Found;
use crate::aws_config::directory::Directory;
use crate::error::{Error, Result};
use crate::inventory::{Account, Inventory};
use crate::picker::{self, Choice, Choices, Question};
use crate::role::{Place, RoleArn, RoleRef, is_of_administrators};
use crate::suggest::by_name;
use crate::terminal::{self, Terminal};

/// What is done where the account has one role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnlyRole {
    /// It has no other to mean.
    IsTaken,
    /// It is offered like several: the account itself was not named exactly.
    IsOffered,
}

impl Context {
    /// The role that a resource's ARN or a console address stands for.
    ///
    /// Where the address names the role, nothing is looked up, and an account with one role has no other to mean. The
    /// region of the address goes before that of the profile: the user has just pasted it.
    pub(super) fn find_by_place(&self, place: &Place) -> Result<Found> {
        self.find_in_account(place, OnlyRole::IsTaken)
    }

    /// The role of an account, which the user chooses if it has several.
    pub(super) fn find_by_account(&self, id: &str, only: OnlyRole) -> Result<Found> {
        let account_id = id.to_owned();
        let place = Place { account_id, role_name: None, region: None, start_url: None, page: None };
        self.find_in_account(&place, only)
    }

    /// The same, of one Identity Center.
    pub(super) fn find_in_account_of(&self, directory: &Directory, id: &str, only: OnlyRole) -> Result<Found> {
        Ok(Found::new(one_of(self, directory, id, only)?, directory.clone()))
    }

    fn find_in_account(&self, place: &Place, only: OnlyRole) -> Result<Found> {
        let directory = directory(self, place)?;
        let role = match &place.role_name {
            Some(role) => RoleArn::in_region(&directory.region, &place.account_id, role),
            None => one_of(self, &directory, &place.account_id, only)?,
        };
        Ok(Found { region: place.region.clone(), page: place.page.clone(), ..Found::new(role, directory) })
    }

    /// Whether a person sees what was taken, so that it may be a name that was not written exactly.
    pub(super) fn may_guess(&self) -> bool {
        self.is_for_person() && terminal::is_there()
    }

    /// Whether a person is at the terminal and can be asked what was meant. `--login never` says that nobody is, and
    /// what was typed ahead is for the shell.
    pub(super) fn can_ask(&self) -> bool {
        self.is_for_person()
            && !self.never_asks()
            && Terminal::open().is_some_and(|terminal| !terminal.is_typed_ahead())
    }
}

/// The Identity Center of a shortcut link's portal, else the one in which the user has a role in the account.
fn directory(context: &Context, place: &Place) -> Result<Directory> {
    let Some(portal) = &place.start_url else { return context.directory_of(&RoleRef::Place(place.clone())) };
    let is_portal = |directory: &Directory| directory.has_start_url(portal);
    let named = context.named_directory().ok().flatten().filter(is_portal);
    let directories = context.config()?.directories();
    let mut others = directories.iter().filter_map(|name| context.config().ok()?.directory(name).ok());
    named.or_else(|| others.find(is_portal)).ok_or_else(|| {
        Error::usage(format!("no sso-session of the AWS config has the access portal {portal}")).with_remedy(format!(
            "add one with sso_start_url = {portal}, or name the role as {}/NAME",
            place.account_id
        ))
    })
}

fn one_of(context: &Context, directory: &Directory, account_id: &str, only: OnlyRole) -> Result<RoleArn> {
    let inventory = context.with_account(directory, account_id)?;
    let Some(account) = inventory.account(account_id) else {
        return Err(Error::denied(format!("you have no role in the account {account_id}")));
    };
    let chosen = match account.roles.as_slice() {
        [one] if only == OnlyRole::IsTaken => one,
        several if context.can_ask() => {
            let mut sorted: Vec<_> = several.iter().collect();
            sorted.sort_by(|one, other| by_name(one, other));
            let index = ask(context, account, &sorted)?;
            sorted.get(index).copied().ok_or_else(|| Error::cancelled("no role was chosen"))?
        }
        _ => return Err(which(context, &[(directory, account)])),
    };
    Ok(Inventory::arn(&inventory, account, chosen))
}

/// The error that names the roles of an account, perhaps in several sso-sessions.
pub(super) fn which(context: &Context, called: &[(&Directory, &Account)]) -> Error {
    let all = called.iter().flat_map(|(directory, account)| account.roles.iter().map(move |role| (directory, role)));
    let count = all.clone().map(|(_, role)| role).collect::<BTreeSet<_>>().len();
    let (account, s) = (called[0].1, if count == 1 { "" } else { "s" });
    let line = |(directory, role): (&&Directory, &String)| {
        context.pasted_role(&format!("{}/{role}", account.id), &directory.name)
    };
    let lines: Vec<_> = all.map(line).collect();
    Error::usage(format!("you have {count} role{s} in the account {}", account.label()))
        .with_remedy(format!("name one of them:\n{}", lines.join("\n")))
}

fn ask(context: &Context, account: &Account, roles: &[&String]) -> Result<usize> {
    let header = format!("{}  {}", account.id, terminal::name(&account.name));
    let instead = "name it as ACCOUNT_ID/NAME";
    let color = context.picker_color()?;
    let color = color.as_str();
    let question = Question {
        title: "role",
        header: &header,
        query: "",
        is_asked_for: false,
        many: false,
        remedy: instead,
        color,
    };
    let shown: Vec<_> = roles.iter().map(|role| terminal::name(role).into_owned()).collect();
    let marked: Vec<_> = roles.iter().map(|role| is_of_administrators(role)).collect();
    let rows = Choices {
        count: shown.len(),
        choice: Arc::new(move |index| Choice {
            is_marked: marked.get(index).is_some_and(|is_marked| *is_marked),
            shown: shown.get(index).cloned().unwrap_or_default(),
            details: Vec::new(),
        }),
        columns: None,
        later: None,
    };
    let chosen = picker::choose(context.picker()?, &question, rows)?;
    chosen.first().copied().ok_or_else(|| Error::cancelled("no role was chosen"))
}
