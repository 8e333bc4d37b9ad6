//! `exec --match … --assume NAME`: in the account of each matched role its own role of that name.

use std::collections::HashMap;

use super::matched::Roles;
use crate::aws_config::directory::Directory;
use crate::context::find::Found;
use crate::context::profiles::RoleProfiles;
use crate::error::{Error, Result};
use crate::role::{Assume, IamRole, is_of_administrators};
use crate::terminal::name;

/// The roles that are assumed with these, if the options ask for that; else these.
pub(super) fn with_each(
    groups: Vec<(Directory, Roles)>,
    profiles: &[RoleProfiles<'_>],
    options: &Assume,
) -> Result<Vec<(Directory, Roles)>> {
    let Some(role_name) = &options.assume else {
        // Options without a role to assume are an error.
        options.hop()?;
        return Ok(groups);
    };
    if let Ok(role) = role_name.parse::<IamRole>() {
        return Err(Error::usage("with several roles, --assume takes a name: each account has its own role")
            .with_remedy(format!("write: --assume {}", path_and_name(&role))));
    }
    check_bases(&groups, role_name)?;
    let assumed = |found: Found, profiles: &RoleProfiles<'_>| {
        let arn =
            format!("arn:{}:iam::{}:role/{}", found.partition(), found.account_id(), role_name.trim_start_matches('/'));
        let of_profile = || profiles.region(found.role.as_ref()?).map(str::to_owned);
        let region = found.region.clone().or_else(of_profile);
        let found = Found { region, ..found };
        found.assuming(&Assume { assume: Some(arn), ..options.clone() })
    };
    let groups = groups.into_iter().zip(profiles).map(|((directory, roles), profiles)| {
        let roles = roles.into_iter().map(|(account, found)| Ok((account, assumed(found, profiles)?)));
        Ok((directory, roles.collect::<Result<_>>()?))
    });
    groups.collect()
}

fn path_and_name(role: &IamRole) -> &str {
    role.as_str().split_once(":role/").map_or(role.name(), |(_, path)| path)
}

/// Checks that each account has one role to assume the other with. With two, the command would run twice under one
/// role.
fn check_bases(groups: &[(Directory, Roles)], role_name: &str) -> Result<()> {
    let mut by_account: HashMap<&str, Vec<(&str, &Found)>> = HashMap::new();
    for (account, found) in groups.iter().flat_map(|(_, roles)| roles) {
        by_account.entry(found.account_id()).or_default().push((account, found));
    }
    let mut several: Vec<_> = by_account.into_values().filter(|bases| bases.len() > 1).collect();
    several.sort_by_key(|bases| bases[0].1.account_id().to_owned());
    let Some(bases) = several.first() else { return Ok(()) };
    let [(account, one), (_, other), ..] = bases.as_slice() else { return Ok(()) };
    let account = if account.is_empty() { one.account_id() } else { account };
    let names: Vec<_> = bases.iter().map(|(_, found)| name(found.role_name()).into_owned()).collect();
    let more = match several.len() - 1 {
        0 => String::new(),
        1 => ", and so has another account".to_owned(),
        more => format!(", and so have {more} other accounts"),
    };
    let what = format!("{} has several roles to assume {role_name} with: {}{more}", name(account), names.join(", "));
    let remedy = if one.role_name() == other.role_name() && one.directory != other.directory {
        "name one sso-session with -p".to_owned()
    } else {
        let modest = bases.iter().find(|(_, found)| !is_of_administrators(found.role_name()));
        let suggested = modest.map_or(one, |(_, found)| found);
        format!("match one role of each account, as in: --match '*/{}'", name(suggested.role_name()))
    };
    Err(Error::usage(what).with_remedy(remedy))
}
