//! By which names a shell, its prompt and this tool know a role.

use std::collections::HashMap;

use super::Context;
use super::assumed::via_keys;
use super::find::Found;
use super::profiles::RoleProfiles;
use crate::error::Result;
use crate::inventory::Inventory;
use crate::role::{RoleArn, RoleLine, RoleRef};
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
    let typed = found.typed.clone().filter(|typed| !misleads(typed));
    let known = typed.map_or_else(|| known_as(context, found), |typed| Ok(Some(typed)))?;
    let shown = known.unwrap_or_else(|| {
        let own_name = account_name.as_deref().filter(|account| !is_shared(context, found, account));
        account_and_role(found.account_id(), found.role_name(), own_name)
    });
    Ok(RoleLabels {
        shown: name(&shown).into_owned(),
        session: sso_session(found),
        arn: found.arn(),
        account_id: found.account_id().to_owned(),
        role_name: found.role_name().to_owned(),
        account_name: account_name.map(|account| name(&account).into_owned()),
        line: found.line_of_shell()?,
        session_end: context.session_end(&found.directory),
    })
}

/// What `-p` names for the role; empty where it takes no sign-in.
fn sso_session(found: &Found) -> String {
    found.role.as_ref().map(|_| found.directory.name.clone()).unwrap_or_default()
}

/// The profile or alias that gives this role.
fn known_as(context: &Context, found: &Found) -> Result<Option<String>> {
    if found.is_chained() {
        return Ok(found.profile.clone().or(alias_of_chain(context, found)?));
    }
    if let Some(profile) = profile_of(context, found)? {
        return Ok(Some(profile));
    }
    let Some(RoleArn { account_id, role_name, .. }) = found.role.clone() else { return Ok(None) };
    Ok(aliases(context)?.get(&(account_id, role_name)).map(|alias| (*alias).to_owned()))
}

/// The alias whose line assumes this role in this way.
fn alias_of_chain(context: &Context, found: &Found) -> Result<Option<String>> {
    let is_base = |named: &str| match &found.base_profile {
        Some(profile) => profile == named,
        None => named.parse().is_ok_and(|base: RoleRef| found.role.as_ref().is_some_and(|role| base.names(role))),
    };
    let is_it = |line: &RoleLine| line.target.assume == found.assume && is_base(&line.role);
    let mut aliases = context.settings()?.aliases();
    Ok(aliases
        .find(|(_, line, _)| RoleLine::read(line).is_ok_and(|line| is_it(&line)))
        .map(|(alias, ..)| alias.to_owned()))
}

/// The names of one of many roles of a list, and the profile or alias by which it is known.
pub(crate) fn of_listed(found: &Found, account_name: &str, known_as: Option<&str>) -> Result<RoleLabels> {
    let account_name = Some(name(account_name).into_owned()).filter(|name| !name.is_empty());
    let (account_id, role_name) = (found.account_id(), found.role_name());
    let shown =
        known_as.map_or_else(|| account_and_role(account_id, role_name, account_name.as_deref()), str::to_owned);
    Ok(RoleLabels {
        shown: name(&shown).into_owned(),
        session: sso_session(found),
        arn: found.arn(),
        account_id: account_id.to_owned(),
        role_name: role_name.to_owned(),
        account_name,
        line: found.line_of_shell()?,
        session_end: None,
    })
}

/// A name of the role that no other has: the account's name and id, and the sso-session where there are several.
pub(crate) fn in_full(context: &Context, found: &Found) -> String {
    let (account_id, role) = (found.account_id(), name(found.role_name()));
    let label = match account_name(found) {
        Some(account) => format!("{}/{role} ({account_id})", name(&account)),
        None => format!("{account_id}/{role}"),
    };
    let are_several = found.role.is_some() && context.config().is_ok_and(|config| config.directories().len() > 1);
    let of = if are_several { format!(" of {}", name(&found.directory.name)) } else { String::new() };
    let via = via(found).map(|base| format!(" via {base}")).unwrap_or_default();
    label + &of + &via
}

/// The role of Identity Center, or the keys, with which this one is assumed, if it is, as people read it.
pub(crate) fn via(found: &Found) -> Option<String> {
    let Some(role) = found.role.clone().filter(|_| found.is_chained()) else {
        return found.is_chained().then(|| name(&via_keys(&found.directory.name)).into_owned());
    };
    let base = Found::new(role, found.directory.clone());
    let label = account_and_role(base.account_id(), base.role_name(), account_name(&base).as_deref());
    Some(name(&label).into_owned())
}

/// `ACCOUNT/ROLE`, with the account's id if its name is not known.
fn account_and_role(account_id: &str, role_name: &str, account_name: Option<&str>) -> String {
    format!("{}/{role_name}", account_name.unwrap_or(account_id))
}

/// The first profile of the config that gives this role; of one that is assumed, the profile that was named.
pub(crate) fn profile_of(context: &Context, found: &Found) -> Result<Option<String>> {
    if found.is_chained() {
        return Ok(found.profile.clone());
    }
    let Some(role) = &found.role else { return Ok(None) };
    let profiles = RoleProfiles::new(context, &found.directory, [role].into_iter())?;
    Ok(profiles.first(role).map(str::to_owned))
}

/// The account's name, if the remembered list has it. A name is not worth a request.
pub(crate) fn account_name(found: &Found) -> Option<String> {
    if found.account_name.is_some() {
        return found.account_name.clone();
    }
    let inventory = Inventory::remembered(&found.directory).ok()??;
    let account = inventory.accounts.into_iter().find(|account| account.id == found.account_id())?;
    Some(account.name).filter(|name| !name.is_empty())
}

/// Whether another account looks the same on the screen, in this sso-session or in another one.
fn is_shared(context: &Context, found: &Found, account_name: &str) -> bool {
    let shown = name(account_name);
    let config = context.config().ok();
    let all = config.into_iter().flat_map(|config| config.directories().iter().map(|name| config.directory(name)));
    let lists = all.flatten().filter_map(|directory| Inventory::remembered(&directory).ok()?);
    lists.flat_map(|list| list.accounts).any(|other| other.id != found.account_id() && name(&other.name) == shown)
}

/// The aliases of the settings, by the account's id and the role's name.
pub(crate) type Aliases<'a> = HashMap<(String, String), &'a str>;

/// The first alias of the settings that stands for each role.
pub(crate) fn aliases(context: &Context) -> Result<Aliases<'_>> {
    let mut aliases = HashMap::new();
    for (alias, value, _) in context.settings()?.aliases() {
        let line = RoleLine::read(value).ok().filter(|line| line.target.assume.assume.is_none());
        let role = match line.map(|line| line.role).unwrap_or_default().parse() {
            Ok(RoleRef::Arn(role)) => (role.account_id, role.role_name),
            Ok(RoleRef::Id { account_id, role_name }) => (account_id, role_name),
            _ => continue,
        };
        aliases.entry(role).or_insert(alias);
    }
    Ok(aliases)
}
