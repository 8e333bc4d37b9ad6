//! The profiles of roles that are more than a name: those with a region of their own, and those behind `Via`.

use std::collections::{HashMap, HashSet};

use super::aws_sso_cli::{Account, Instance, Role, via};
use super::plan::{Files, Kind, NewSection};
use crate::address::StartUrl;
use crate::aws_config::document::Document;
use crate::aws_config::line::is_legible;
use crate::discovery::word;
use crate::partition::{Partition, Region};
use crate::role::RoleRef;

/// An account's id and a role's name.
type Key<'k> = (&'k str, &'k str);

/// Plans profiles for all Identity Centers.
pub(super) struct RolePlanner<'a> {
    files: Files<'a>,
    /// The profiles of the AWS config that give each role.
    existing: HashMap<(String, String), Vec<&'a str>>,
    pub(super) sections: Vec<NewSection>,
    pub(super) clashes: Vec<String>,
}

/// The same for the roles of one.
pub(super) struct OfInstance<'p, 'a, 'i> {
    planner: &'p mut RolePlanner<'a>,
    instance: &'i Instance,
    session: &'i str,
    /// The region of the settings.
    default_region: Option<&'i str>,
    global_region: Option<&'i str>,
    names: &'i HashMap<Key<'i>, String>,
    /// The profile of each role that has been looked at; `None` if it can have none.
    profiles: HashMap<(String, String), Option<String>>,
}

impl<'a> RolePlanner<'a> {
    pub(super) fn new(files: Files<'a>) -> Self {
        let mut existing: HashMap<_, Vec<_>> = HashMap::new();
        for profile in files.config.profiles() {
            let role = match profile.role() {
                Some((_, RoleRef::Arn(role))) => (role.account_id, role.role_name),
                Some((_, RoleRef::Id { account_id, role_name })) => (account_id, role_name),
                _ => continue,
            };
            existing.entry(role).or_default().push(profile.name());
        }
        Self { files, existing, sections: Vec::new(), clashes: Vec::new() }
    }

    pub(super) fn of<'p, 'i>(
        &'p mut self,
        instance: &'i Instance,
        session: &'i str,
        [default_region, global_region]: [Option<&'i str>; 2],
        names: &'i HashMap<Key<'i>, String>,
    ) -> OfInstance<'p, 'a, 'i> {
        let profiles = HashMap::new();
        OfInstance { planner: self, instance, session, default_region, global_region, names, profiles }
    }

    /// Whether no profile has this name; one in the credentials file would hide it.
    fn is_free(&self, name: &str) -> bool {
        let Files { config, credentials, .. } = self.files;
        config.profile(name).is_none()
            && credentials.profile(name).is_none()
            && !self.sections.iter().any(|section| section.kind == Kind::Profile && section.name == name)
    }
}

impl<'i> OfInstance<'_, '_, 'i> {
    /// Plans the profile that a role needs, if it needs one.
    pub(super) fn plan(&mut self, account: &'i Account, role: &'i Role) {
        let own = own_region(self.instance, account, role);
        if role.via.is_some() {
            self.profile_via((&account.id, &role.name), &mut HashSet::new());
        } else if own.is_some() && own != self.default_region {
            let name = self.sso_profile((&account.id, &role.name));
            let Some(profile) = name.as_deref().and_then(|name| self.planner.files.config.profile(name)) else {
                return;
            };
            if profile.setting("region") != own {
                let ours =
                    profile.setting("region").map_or_else(|| "no region".to_owned(), |ours| format!("region = {ours}"));
                self.planner.clashes.push(format!(
                    "[profile {}] has {ours}; its role has DefaultRegion: {}",
                    profile.name(),
                    own.unwrap_or_default()
                ));
            }
        }
    }

    /// The profile of a role, among those that are there and those that are planned.
    pub(super) fn profile(&self, account: &Account, role: &Role) -> Option<&str> {
        self.profiles.get(&(account.id.clone(), role.name.clone()))?.as_deref()
    }

    /// The profile with which the role is assumed, and those before it in the chain.
    fn profile_via(&mut self, key: Key<'_>, chain: &mut HashSet<(String, String)>) -> Option<String> {
        let owned = (key.0.to_owned(), key.1.to_owned());
        if let Some(known) = self.profiles.get(&owned) {
            return known.clone();
        }
        let Some((account, role)) = self.find(key).filter(|(_, role)| role.via.is_some()) else {
            return self.sso_profile(key);
        };
        if !chain.insert(owned.clone()) {
            self.planner.clashes.push(format!("{}/{} is assumed through itself: Via is a circle", key.0, key.1));
            return None;
        }
        let text = role.via.as_deref().unwrap_or_default();
        let source = if let Some((account, role)) = via(text) {
            self.profile_via((&account, &role), chain)
        } else {
            self.planner.clashes.push(format!("Via of {}/{} names no role: {text}", key.0, key.1));
            None
        };
        let name = source.and_then(|source| self.assuming_profile(account, role, &source));
        self.profiles.insert(owned, name.clone());
        name
    }

    fn assuming_profile(&mut self, account: &Account, role: &Role, source: &str) -> Option<String> {
        let sso_region = self.instance.region.as_deref().unwrap_or_default();
        let partition = Partition::of_region(sso_region).name;
        let role_arn = format!("arn:{partition}:iam::{}:role/{}", account.id, role.name);
        let is_same = |name: &str| {
            let profile = self.planner.files.config.profile(name);
            profile.is_some_and(|profile| {
                profile.setting("role_arn") == Some(&role_arn) && profile.setting("source_profile").is_some()
            })
        };
        let names = self.candidates((&account.id, &role.name));
        if let Some(name) = names.iter().find(|name| is_same(name)) {
            return Some(name.clone());
        }
        let mut settings = vec![("role_arn", role_arn), ("source_profile", source.to_owned())];
        settings.extend(role.external_id.clone().map(|id| ("external_id", id)));
        // STS is asked in the Region of the Identity Center where no other is set.
        let region =
            own_region(self.instance, account, role).or(self.global_region).or(self.instance.region.as_deref());
        settings.extend(writable_region(region));
        self.add(&names, settings)
    }

    /// The profile that gives a role of Identity Center: one that is there, or a new one.
    fn sso_profile(&mut self, key: Key<'_>) -> Option<String> {
        let owned = (key.0.to_owned(), key.1.to_owned());
        if let Some(known) = self.profiles.get(&owned) {
            return known.clone();
        }
        let name = self.existing(&owned).or_else(|| {
            let account = self.instance.accounts.iter().find(|account| account.id == key.0);
            let role = self.find(key).map(|(_, role)| role);
            let of_role = role.and_then(|role| role.default_region.as_deref());
            let region = of_role
                .or_else(|| account?.default_region.as_deref())
                .or(self.instance.default_region.as_deref())
                .or(self.global_region);
            let mut settings = vec![
                ("sso_session", self.session.to_owned()),
                ("sso_account_id", key.0.to_owned()),
                ("sso_role_name", key.1.to_owned()),
            ];
            settings.extend(writable_region(region));
            self.add(&self.candidates(key), settings)
        });
        self.profiles.insert(owned, name.clone());
        name
    }

    /// A profile of the AWS config that gives the role through the same Identity Center.
    fn existing(&self, key: &(String, String)) -> Option<String> {
        let names = self.planner.existing.get(key)?;
        let is_of_instance = |name: &str| {
            let directory = self.planner.files.config.directory(name);
            directory.is_ok_and(|directory| StartUrl::is_same(&directory.start_url, &self.instance.start_url))
        };
        names.iter().find(|name| is_of_instance(name)).map(|name| (*name).to_owned())
    }

    /// The names that a role's profile may get, the best first.
    fn candidates(&self, key: Key<'_>) -> Vec<String> {
        let legible = |name: &String| if name.chars().all(is_legible) { name.clone() } else { word(name) };
        let named = self.names.get(&key).map(legible).filter(|name| !name.is_empty() && !name.starts_with('-'));
        named.into_iter().chain([word(&format!("{}-{}", key.0, key.1))]).collect()
    }

    /// Plans a profile with the first of the names that is free.
    fn add(&mut self, names: &[String], settings: Vec<(&'static str, String)>) -> Option<String> {
        let free = names.iter().find(|name| self.planner.is_free(name));
        let Some(name) = free.cloned() else {
            let names = names.join(" and ");
            self.planner.clashes.push(format!("profiles are called {names} already, and have other credentials"));
            return None;
        };
        if names.first() != Some(&name) {
            let taken = names.first().map(String::as_str).unwrap_or_default();
            self.planner
                .clashes
                .push(format!("there is a profile {taken} already; the role's new one is called {name}"));
        }
        let section = NewSection { kind: Kind::Profile, name: name.clone(), settings };
        if let Err(error) = section.write(&mut Document::parse(b"")) {
            self.planner.clashes.push(format!("[profile {name}] is not written: {error}"));
            return None;
        }
        self.planner.sections.push(section);
        Some(name)
    }

    fn find(&self, (account_id, role_name): Key<'_>) -> Option<(&'i Account, &'i Role)> {
        let account = self.instance.accounts.iter().find(|account| account.id == account_id)?;
        Some((account, account.roles.iter().find(|role| role.name == role_name)?))
    }
}

/// The region that is set for a role, its account or its Identity Center.
fn own_region<'i>(instance: &'i Instance, account: &'i Account, role: &'i Role) -> Option<&'i str> {
    let regions = [&role.default_region, &account.default_region, &instance.default_region];
    regions.into_iter().flatten().map(String::as_str).next()
}

fn writable_region(region: Option<&str>) -> Option<(&'static str, String)> {
    let region = region?.parse::<Region>().ok()?;
    Some(("region", region.to_string()))
}
