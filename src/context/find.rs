//! The role that a resource's ARN or a console address stands for: one of its account's.

use std::sync::Arc;

use crate::aws_config::directory::Directory;
use crate::context::{Context, Found};
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::picker::{self, Question, Row, Rows};
use crate::role::{Place, RoleArn};
use crate::terminal::{Terminal, clean};

/// Finds the role. Where the address names it, nothing is looked up; an account with one role has no other to mean.
///
/// Its region goes before that of the directory's profile: what a person has just pasted is nearer to what they mean.
pub(crate) fn find(context: &Context, place: &Place) -> Result<Found> {
    let directory = directory(context, place)?;
    let role = match &place.role_name {
        Some(role) => RoleArn::in_region(&directory.region, &place.account_id, role),
        None => one_of(context, &directory, &place.account_id)?,
    };
    let usual = || context.config().ok()?.region_of(&directory.name).map(str::to_owned);
    let region = place.region.clone().or_else(usual);
    Ok(Found { role, directory, profile: None, region, page: place.page.clone() })
}

/// The directory of a shortcut link's portal, else the usual one.
fn directory(context: &Context, place: &Place) -> Result<Directory> {
    let Some(portal) = &place.start_url else { return context.directory() };
    let is_portal = |directory: &Directory| directory.has_start_url(portal);
    if let Some(directory) = context.directory().ok().filter(is_portal) {
        return Ok(directory);
    }
    let config = context.config()?;
    let mut directories = config.directories().iter().filter_map(|name| config.directory(name).ok());
    directories.find(is_portal).ok_or_else(|| {
        Error::usage(format!("no directory of the AWS config has the access portal {portal}")).with_remedy(format!(
            "add one with sso_start_url = {portal}, or name the role as {}/NAME",
            place.account_id
        ))
    })
}

fn one_of(context: &Context, directory: &Directory, account_id: &str) -> Result<RoleArn> {
    let inventory = context.inventory(directory)?;
    let account = inventory.accounts.iter().find(|account| account.id == account_id);
    let Some(account) = account.filter(|account| !account.roles.is_empty()) else {
        return Err(Error::denied(format!("you have no role in the account {account_id}"))
            .with_remedy("if it is new: aws-sso list --refresh"));
    };
    let chosen = match account.roles.as_slice() {
        [only] => only,
        several if context.is_for_person() && Terminal::open().is_some() => {
            let index = ask(context, account_id, &account.name, several)?;
            several.get(index).ok_or_else(|| Error::cancelled("no role was chosen"))?
        }
        several => return Err(which(account_id, several)),
    };
    Ok(Inventory::arn(&inventory, account, chosen))
}

fn which(account_id: &str, roles: &[String]) -> Error {
    let lines: Vec<_> = roles.iter().map(|role| format!("{account_id}/{role}")).collect();
    Error::usage(format!("you have {} roles in the account {account_id}", roles.len()))
        .with_remedy(format!("name one of them:\n{}", lines.join("\n")))
}

fn ask(context: &Context, account_id: &str, account: &str, roles: &[String]) -> Result<usize> {
    let header = format!("{account_id}  {}", clean(account));
    let instead = "name it as ACCOUNT_ID/NAME";
    let question = Question { title: "role", header: &header, query: "", many: false, instead };
    let shown: Vec<_> = roles.iter().map(|role| clean(role).into_owned()).collect();
    let rows = Rows {
        count: shown.len(),
        row: Arc::new(move |index| Row { shown: shown.get(index).cloned().unwrap_or_default(), details: Vec::new() }),
        later: None,
    };
    let chosen = picker::choose(context.picker()?, &question, rows)?;
    chosen.first().copied().ok_or_else(|| Error::cancelled("no role was chosen"))
}
