//! The profiles of the AWS config that give a role. They decide how the role is called, and in which region it works.

use std::cell::{LazyCell, OnceCell};
use std::collections::{HashMap, HashSet};

use super::Context;
use super::find::Found;
use crate::aws_config::config::{Config, Section};
use crate::aws_config::directory::Directory;
use crate::error::Result;
use crate::inventory::Inventory;
use crate::role::{RoleArn, RoleRef};

impl Context {
    /// Adds the region in which a role works, unless its name has one itself. A program that asks for credentials has
    /// chosen its region, and does not wait until it is found.
    pub(super) fn in_its_region(&self, found: Found) -> Result<Found> {
        if found.region.is_some() || !self.is_for_person() {
            return Ok(found);
        }
        let profiles = RoleProfiles::new(self.config()?, &found.directory, [&found.role].into_iter());
        let region = profiles.region(&found.role).map(str::to_owned);
        Ok(Found { region, ..found })
    }
}

struct RoleProfile<'a> {
    name: &'a str,
    region: Option<&'a str>,
}

/// The profiles of roles of one Identity Center.
pub(crate) struct RoleProfiles<'a> {
    config: &'a Config,
    /// By the account's id and the role's name, in file order.
    of_roles: HashMap<(String, String), Vec<RoleProfile<'a>>>,
    /// The region of the profile that signs in.
    region_of_sign_in: Option<&'a str>,
    /// The names of all discovered profiles, which are looked for only where they decide.
    discovered: OnceCell<HashSet<String>>,
}

impl<'a> RoleProfiles<'a> {
    /// Reads what the config says about these roles. It takes as long for one as for thousands.
    pub(crate) fn new<'r>(config: &'a Config, directory: &Directory, roles: impl Iterator<Item = &'r RoleArn>) -> Self {
        let accounts: HashSet<_> = roles.map(|role| role.account_id.as_str()).collect();
        let mut of_roles: HashMap<_, Vec<_>> = HashMap::new();
        let ids = LazyCell::new(|| ids_by_name(directory));
        let mut known: HashMap<String, bool> = HashMap::new();
        let is_here =
            |name: &String| config.directory(name).is_ok_and(|found| found.has_start_url(&directory.start_url));
        // Most of fifty thousand profiles contain the id of another account, and are not read.
        let may_be_theirs = |profile: &Section<'_>| {
            let mut ids = profile.account_ids().peekable();
            ids.peek().is_none() || ids.any(|id| accounts.contains(id))
        };
        for profile in config.profiles().filter(may_be_theirs) {
            let Some((sign_in, reference)) = profile.role() else { continue };
            let role = match reference {
                RoleRef::Arn(role) => Some((role.account_id, role.role_name)),
                RoleRef::Id { account_id, role_name } => Some((account_id, role_name)),
                RoleRef::AccountName { account_name, role_name } => {
                    ids.get(&account_name).cloned().flatten().map(|id| (id, role_name))
                }
                RoleRef::Name(_) | RoleRef::Place(_) => None,
            };
            if let Some(role) = role
                && *known.entry(sign_in.into_owned()).or_insert_with_key(is_here)
            {
                let (name, region) = (profile.name(), profile.setting("region"));
                of_roles.entry(role).or_default().push(RoleProfile { name, region });
            }
        }
        let region_of_sign_in = config.region_of(&directory.name);
        Self { config, of_roles, region_of_sign_in, discovered: OnceCell::new() }
    }

    fn of(&self, role: &RoleArn) -> &[RoleProfile<'a>] {
        let key = (role.account_id.clone(), role.role_name.clone());
        self.of_roles.get(&key).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first profile of a role.
    pub(crate) fn first(&self, role: &RoleArn) -> Option<&'a str> {
        self.of(role).first().map(|profile| profile.name)
    }

    /// The region that the role's profiles set.
    ///
    /// If they set several, it is that of the discovered ones. If those set several too, none is guessed: as a role
    /// without a profile, it has the region of the profile that signs in.
    pub(crate) fn region(&self, role: &RoleArn) -> Option<&'a str> {
        let profiles = self.of(role);
        let discovered = || profiles.iter().filter(|profile| self.discovered().contains(profile.name));
        only(profiles.iter()).or_else(|| only(discovered())).or(self.region_of_sign_in)
    }

    fn discovered(&self) -> &HashSet<String> {
        self.discovered.get_or_init(|| self.config.discovered_profiles())
    }
}

/// The id of each account whose name no other one has, as far as they are remembered.
fn ids_by_name(directory: &Directory) -> HashMap<String, Option<String>> {
    let mut ids = HashMap::new();
    let remembered = Inventory::remembered(directory).ok().flatten();
    for account in remembered.into_iter().flat_map(|inventory| inventory.accounts) {
        ids.entry(account.name).and_modify(|id| *id = None).or_insert(Some(account.id));
    }
    ids
}

/// The region that these set, if all set the same.
fn only<'a: 'p, 'p>(profiles: impl Iterator<Item = &'p RoleProfile<'a>>) -> Option<&'a str> {
    let mut regions = profiles.filter_map(|profile| profile.region);
    let first = regions.next()?;
    regions.all(|region| region == first).then_some(first)
}
