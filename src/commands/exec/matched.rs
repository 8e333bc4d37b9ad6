//! The roles that `exec --match` or `--pick` asks for.

use std::collections::HashMap;

use super::arguments::ManyArgs;
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::context::chained::{self, ChainedProfile};
use crate::context::choose;
use crate::context::find::Found;
use crate::context::lists::{Listed, WithoutSignIn};
use crate::error::{Error, Kind, Result};
use crate::inventory::{Inventory, Scope, Selection};
use crate::quote;

/// The account's name, and the role.
pub(super) type Roles = Vec<(String, Found)>;

/// The roles that are asked for.
#[derive(Default)]
pub(super) struct Asked {
    pub(super) groups: Vec<(Directory, Roles)>,
    /// One error for each sso-session with accounts that failed, then for each with accounts that are refused.
    pub(super) gaps: Vec<Error>,
}

pub(super) fn matching(context: &Context, many: &ManyArgs) -> Result<Asked> {
    let selection = Selection::new(&many.matches, &many.exclude).with_absent_excludes(many.exclude_missing_ok);
    let scope = Scope::Selected(&selection);
    let lists = context.selected_to_use(&selection).map_err(|error| with_assumed(context, &selection, error))?;
    let mut asked = Asked { gaps: lists.failures, ..Asked::default() };
    let mut refusals = Vec::new();
    let mut no_account = None;
    for Listed { directory, inventory, .. } in lists.known {
        let gaps = inventory.gaps(&scope);
        let remedy = "more of their roles may match; run the command again for these accounts";
        asked.gaps.extend(gaps.shortfall(remedy));
        refusals.extend(gaps.refusal());
        let selected = selection.roles(&inventory).filter(|(account, _)| !account.is_refused());
        let found = |role| Found::new(role, directory.clone());
        let roles: Roles = selected.map(|(account, role)| (account.name.clone(), found(role))).collect();
        if !roles.is_empty() {
            asked.groups.push((directory, roles));
        } else if inventory.accounts.is_empty() {
            no_account = no_account.or(Some(inventory.no_account()));
        }
    }
    asked.gaps.append(&mut refusals);
    if asked.groups.is_empty() {
        let rest = if many.exclude.is_empty() { "" } else { " and is not excluded" };
        let none = Error::denied(format!("no role matches {}{rest}", many.matches.join(" or ")))
            .with_remedy("see what there is: aws-sso list");
        return Err(asked.gaps.into_iter().next().or(no_account).unwrap_or(none));
    }
    Ok(asked)
}

/// The error of patterns that match nothing, with the profiles that assume a role which matches: those are left out,
/// because a role that is assumed may be in an account in which another one matches.
fn with_assumed(context: &Context, selection: &Selection, error: Error) -> Error {
    let config = context.config().ok().filter(|_| error.kind() == Kind::Denied);
    let known = |context: &Context, directory: &Directory| context.inventory(directory, Scope::Names);
    let lists = config.and_then(|_| context.lists(WithoutSignIn::TakesOldList, known).ok());
    let (Some(config), Some(lists)) = (config, lists) else { return error };
    let profiles = chained::profiles(config, &lists.known);
    let is_selected = |chained: &&ChainedProfile| {
        selection.named(&chained.account_name, chained.role.account_id()).has(chained.role.name())
    };
    let Some(first) = profiles.iter().find(is_selected) else { return error };
    let line = format!("a role that a profile assumes runs alone: aws-sso exec {} -- CMD", quote::word(&first.profile));
    let rest = error.remedy().map(|remedy| format!("\n{remedy}")).unwrap_or_default();
    error.with_remedy(line + &rest)
}

pub(super) fn chosen(context: &Context) -> Result<Asked> {
    let found = choose::choose_roles(context, "", true, "name the roles with --match PATTERN")?;
    let mut asked = Asked::default();
    for found in found {
        match asked.groups.iter_mut().find(|(known, _)| *known == found.directory) {
            Some((_, roles)) => roles.push((String::new(), found)),
            None => asked.groups.push((found.directory.clone(), vec![(String::new(), found)])),
        }
    }
    for (directory, roles) in &mut asked.groups {
        let inventory = Inventory::remembered(directory)?;
        let accounts = inventory.iter().flat_map(|inventory| &inventory.accounts);
        let names: HashMap<_, _> = accounts.map(|account| (&account.id, &account.name)).collect();
        for (account_name, found) in roles {
            let name = names.get(&found.account_id().to_owned()).map(|name| (*name).clone());
            *account_name = name.unwrap_or_default();
        }
    }
    Ok(asked)
}
