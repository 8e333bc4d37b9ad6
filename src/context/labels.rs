//! By which names a shell, its prompt and this tool know a role.

use super::Context;
use super::find::Found;
use crate::aws_config::config::Config;
use crate::error::Result;
use crate::inventory::Inventory;
use crate::role::{RoleArn, RoleRef};
use crate::shell::RoleLabels;
use crate::terminal::name;

/// The names of a role that was found. Nothing is fetched for them.
pub(crate) fn of(context: &Context, found: &Found) -> Result<RoleLabels> {
    let account_name = account_name(found);
    // An alias may be called like a profile, or like another role: then it would mislead as a label.
    let is_alias = found.typed != found.profile;
    let misleads = |typed: &str| {
        is_alias && (typed.contains('/') || context.config().is_ok_and(|config| config.profile(typed).is_some()))
    };
    let shown = match found.typed.as_deref().filter(|typed| !misleads(typed)) {
        Some(typed) => typed.to_owned(),
        None => match profile_of(context.config()?, found) {
            Some(profile) => profile,
            None => {
                alias(context, &found.role)?.unwrap_or_else(|| account_and_role(&found.role, account_name.as_deref()))
            }
        },
    };
    Ok(RoleLabels {
        shown: name(&shown).into_owned(),
        session: found.directory.name.clone(),
        role: found.role.clone(),
        account_name: account_name.map(|account| name(&account).into_owned()),
    })
}

/// The names of one of many roles of a list. No profile is looked for: that would take long for thousands of roles.
pub(crate) fn of_listed(role: &RoleArn, account_name: &str, session: &str) -> RoleLabels {
    let account_name = Some(name(account_name).into_owned()).filter(|name| !name.is_empty());
    RoleLabels {
        shown: name(&account_and_role(role, account_name.as_deref())).into_owned(),
        session: session.to_owned(),
        role: role.clone(),
        account_name,
    }
}

/// `ACCOUNT/ROLE`, with the account's id if its name is not known.
fn account_and_role(role: &RoleArn, account_name: Option<&str>) -> String {
    format!("{}/{}", account_name.unwrap_or(&role.account_id), role.role_name)
}

/// The first profile of the config that gives this role.
pub(crate) fn profile_of(config: &Config, found: &Found) -> Option<String> {
    // Most of fifty thousand profiles do not contain the account's id, and are not read.
    let mut near = config.profiles().filter(|profile| profile.account_ids().any(|id| id == found.role.account_id));
    let profile = near.find(|profile| {
        let Some((directory, reference)) = profile.role() else { return false };
        let is_here = |start_url: &str| found.directory.has_start_url(start_url);
        reference.names(&found.role)
            && config.directory(&directory).is_ok_and(|directory| is_here(&directory.start_url))
    })?;
    Some(profile.name().to_owned())
}

/// The account's name, if the remembered list has it. A name is not worth a request.
pub(crate) fn account_name(found: &Found) -> Option<String> {
    let inventory = Inventory::remembered(&found.directory).ok()??;
    let account = inventory.accounts.into_iter().find(|account| account.id == found.role.account_id)?;
    Some(account.name).filter(|name| !name.is_empty())
}

/// The first alias of the settings that stands for this role.
fn alias(context: &Context, role: &RoleArn) -> Result<Option<String>> {
    let means_role = |value: &str| value.parse().is_ok_and(|reference: RoleRef| reference.names(role));
    let alias = context.settings()?.aliases().find(|(_, value, _)| means_role(value));
    Ok(alias.map(|(name, _, _)| name.to_owned()))
}
