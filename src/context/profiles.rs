//! The profiles of the AWS config that give a role. They decide how the role is called, and in which region it works.

use std::cell::{Cell, LazyCell, OnceCell};
use std::collections::{HashMap, HashSet};

use super::Context;
use super::find::Found;
use super::noted::own_region;
use super::regions::warn_of_region;
use crate::aws_config::config::{Config, Section};
use crate::aws_config::directory::Directory;
use crate::error::Result;
use crate::inventory::Inventory;
use crate::known_regions;
use crate::partition::Partition;
use crate::role::{RoleArn, RoleRef};

impl Context {
    /// Adds the region in which a role works, unless its name has one itself. A program that asks for credentials has
    /// chosen its region, and does not wait until it is found.
    pub(super) fn in_its_region(&self, found: Found) -> Result<Found> {
        if found.region.is_some() || !self.is_for_person() {
            return Ok(found);
        }
        let Some(role) = &found.role else {
            let region = self.default_region(&found.directory)?.filter(|_| own_region().is_none());
            return Ok(Found { region: region.map(str::to_owned), ..found });
        };
        let profiles = RoleProfiles::new(self, &found.directory, [role].into_iter())?;
        let region = profiles.region(role).map(str::to_owned);
        Ok(Found { region, ..found })
    }

    /// The region of the settings, for roles of this Identity Center. In another partition it is none.
    pub(crate) fn default_region(&self, directory: &Directory) -> Result<Option<&str>> {
        let is_there = |region: &&str| Partition::of_region(region) == Partition::of_region(&directory.region);
        Ok(self.settings()?.region().filter(is_there))
    }
}

/// The profiles of roles of one Identity Center.
pub(crate) struct RoleProfiles<'a> {
    config: &'a Config,
    /// By the account's id and the role's name, in file order.
    of_roles: HashMap<(String, String), Vec<Section<'a>>>,
    /// The profile that signs in, if its region is that of other roles, too: `-p` names it, or it has no role itself.
    sign_in: Option<Section<'a>>,
    /// The region of the settings, where this environment has none of its own, which stays.
    default_region: Option<&'a str>,
    /// Whether a value that is no region was named.
    has_warned: Cell<bool>,
    /// The names of all discovered profiles, which are looked for only where they decide.
    discovered: OnceCell<HashSet<String>>,
}

impl<'a> RoleProfiles<'a> {
    /// Reads what the config says about these roles. It takes as long for one as for thousands.
    pub(crate) fn new<'r>(
        context: &'a Context,
        directory: &Directory,
        roles: impl Iterator<Item = &'r RoleArn>,
    ) -> Result<Self> {
        let config = context.config()?;
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
                of_roles.entry(role).or_default().push(profile);
            }
        }
        let is_named = context.profile_option() == Some(&directory.name);
        let sign_in = config.profile(&directory.name).filter(|profile| is_named || !profile.means_role());
        let default_region = context.default_region(directory)?.filter(|_| own_region().is_none());
        Ok(Self {
            config,
            of_roles,
            sign_in,
            default_region,
            has_warned: Cell::new(false),
            discovered: OnceCell::new(),
        })
    }

    fn of(&self, role: &RoleArn) -> &[Section<'a>] {
        let key = (role.account_id.clone(), role.role_name.clone());
        self.of_roles.get(&key).map(Vec::as_slice).unwrap_or_default()
    }

    /// The first profile of a role.
    pub(crate) fn first(&self, role: &RoleArn) -> Option<&'a str> {
        self.of(role).first().map(|profile| profile.name())
    }

    /// The region that the role's profiles set.
    ///
    /// If they set several, it is that of the discovered ones. If those set several too, none is guessed: as a role
    /// without a profile, it has the region of the profile that signs in, and last that of the settings.
    pub(crate) fn region(&self, role: &RoleArn) -> Option<&'a str> {
        let profiles = self.of(role);
        let discovered = || profiles.iter().filter(|profile| self.discovered().contains(profile.name()));
        self.only(profiles.iter())
            .or_else(|| self.only(discovered()))
            .or_else(|| self.set_by(self.sign_in?))
            .or(self.default_region)
    }

    /// The region that these set, if all set the same.
    fn only<'p>(&self, profiles: impl Iterator<Item = &'p Section<'a>>) -> Option<&'a str>
    where
        'a: 'p,
    {
        let mut regions = profiles.filter_map(|profile| self.set_by(*profile));
        let first = regions.next()?;
        regions.all(|region| region == first).then_some(first)
    }

    /// The region that a profile sets. What is none counts for the profile's own name alone, as AWS tools take it.
    fn set_by(&self, profile: Section<'a>) -> Option<&'a str> {
        let region = profile.setting("region")?;
        let is_region = known_regions::form(region).is_ok();
        let is_doubtful = !is_region || known_regions::doubt(region).is_some();
        if is_doubtful && !self.has_warned.replace(true) {
            warn_of_region(&profile, region);
        }
        is_region.then_some(region)
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
