//! The profiles of roles that are more than a name: those with a region of their own, and those behind `Via`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use super::aws_sso_cli::{Account, Instance, Role, via};
use super::own_names::OwnNames;
use super::plan::{Files, Kind, NewSection, Target};
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
    own_names: &'a OwnNames,
    files: Files<'a>,
    /// The profiles of the AWS config that give each role.
    existing: HashMap<(String, String), Vec<&'a str>>,
    /// Through which sso-sessions and profiles they give roles of each account.
    sign_ins: HashMap<String, HashSet<Cow<'a, str>>>,
    has_several: bool,
    /// The sso-sessions of all Identity Centers.
    sessions: &'a [String],
    pub(super) sections: Vec<NewSection>,
    pub(super) clashes: Vec<String>,
    pub(super) left_out: Vec<String>,
}

/// The same for the roles of one.
pub(super) struct OfInstance<'p, 'a, 'i> {
    planner: &'p mut RolePlanner<'a>,
    instance: &'i Instance,
    target: &'i Target,
    /// The region of the settings.
    default_region: Option<&'i str>,
    global_region: Option<&'i str>,
    names: &'i HashMap<Key<'i>, String>,
    /// The profile of each role that has been looked at; `None` if it can have none.
    profiles: HashMap<(String, String), Option<String>>,
}

impl<'a> RolePlanner<'a> {
    pub(super) fn new(own_names: &'a OwnNames, files: Files<'a>, has_several: bool, sessions: &'a [String]) -> Self {
        let mut existing: HashMap<_, Vec<_>> = HashMap::new();
        let mut sign_ins: HashMap<_, HashSet<_>> = HashMap::new();
        for profile in files.config.profiles() {
            let (sign_in, role) = match profile.role() {
                Some((sign_in, RoleRef::Arn(role))) => (sign_in, (role.account_id, role.role_name)),
                Some((sign_in, RoleRef::Id { account_id, role_name })) => (sign_in, (account_id, role_name)),
                _ => continue,
            };
            sign_ins.entry(role.0.clone()).or_default().insert(sign_in);
            existing.entry(role).or_default().push(profile.name());
        }
        let (sections, clashes, left_out) = (Vec::new(), Vec::new(), Vec::new());
        Self { own_names, files, existing, sign_ins, has_several, sessions, sections, clashes, left_out }
    }

    /// The sso-sessions and profiles through which profiles of the AWS config give roles of this account.
    pub(super) fn sign_ins_of(&self, account_id: &str) -> impl Iterator<Item = &str> {
        self.sign_ins.get(account_id).into_iter().flatten().map(AsRef::as_ref)
    }

    pub(super) fn of<'p, 'i>(
        &'p mut self,
        instance: &'i Instance,
        target: &'i Target,
        [default_region, global_region]: [Option<&'i str>; 2],
        names: &'i HashMap<Key<'i>, String>,
    ) -> OfInstance<'p, 'a, 'i> {
        let profiles = HashMap::new();
        OfInstance { planner: self, instance, target, default_region, global_region, names, profiles }
    }

    /// What has this name already. A profile of the credentials file or an alias would hide the new profile, and the
    /// new profile an sso-session of another Identity Center.
    fn holder(&self, name: &str, session: &str) -> Option<&'static str> {
        let Files { config, credentials, settings } = self.files;
        let planned = |section: &NewSection| section.kind == Kind::Profile && section.name == name;
        let is_session = config.sso_session(name).is_some() || self.sessions.iter().any(|other| other == name);
        if config.profile(name).is_some() || credentials.profile(name).is_some() || self.sections.iter().any(planned) {
            Some("a profile")
        } else if settings.role_of_alias(name).is_some() {
            Some("an alias")
        } else {
            (is_session && name != session).then_some("an sso-session")
        }
    }
}

impl<'i> OfInstance<'_, '_, 'i> {
    /// Plans the profile that a role needs, if it needs one.
    pub(super) fn plan(&mut self, account: &'i Account, role: &'i Role) {
        let own = own_region(self.instance, account, role);
        let is_own = own.is_some() && own != self.default_region;
        if role.via.is_some() {
            self.profile_via((&account.id, &role.name), &mut HashSet::new());
        } else if is_own || self.planner.has_several && self.names.contains_key(&(&*account.id, &*role.name)) {
            let name = self.sso_profile((&account.id, &role.name));
            let Some(profile) = name.as_deref().and_then(|name| self.planner.files.config.profile(name)) else {
                return;
            };
            if is_own && profile.setting("region") != own {
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
        let source = via(text).map(|(id, name)| self.profile_via((&id, &name), chain));
        let name = source.clone().flatten().and_then(|source| self.assuming_profile(account, role, &source));
        let called = self.called(key);
        match source {
            Some(Some(_)) => {}
            Some(None) => {
                self.planner.left_out.push(format!("{called}, because the role of its Via has no profile: {text}"));
            }
            None => self.planner.clashes.push(format!("Via of {called} names no role: {text}")),
        }
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
                profile.setting("role_arn") == Some(&role_arn)
                    && profile.setting("source_profile").is_some()
                    && self.is_of_instance(name)
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
        self.add((&account.id, &role.name), &names, settings)
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
            let of_role = role.and_then(|role| role.default_region.as_ref());
            let of_account = account.and_then(|account| account.default_region.as_ref());
            let region = first_region([of_role, of_account, self.instance.default_region.as_ref()]);
            let region = region.or(self.global_region);
            let mut settings = vec![
                ("sso_session", self.target.session.clone()),
                ("sso_account_id", key.0.to_owned()),
                ("sso_role_name", key.1.to_owned()),
            ];
            settings.extend(writable_region(region));
            self.add(key, &self.candidates(key), settings)
        });
        self.profiles.insert(owned, name.clone());
        name
    }

    /// A profile of the AWS config that gives the role through the same Identity Center.
    fn existing(&self, key: &(String, String)) -> Option<String> {
        let names = self.planner.existing.get(key)?;
        let wanted = self.names.get(&(key.0.as_str(), key.1.as_str()));
        let names: Vec<_> = names.iter().filter(|name| self.is_of_instance(name)).collect();
        let called = names.iter().find(|name| wanted.is_some_and(|wanted| wanted == **name));
        called.or(names.first()).map(|name| (**name).to_owned())
    }

    /// Whether a profile has its credentials from this Identity Center.
    fn is_of_instance(&self, name: &str) -> bool {
        let directory = self.planner.files.config.directory(name);
        directory.is_ok_and(|directory| StartUrl::is_same(&directory.start_url, &self.target.start_url))
    }

    /// The role, by its name of theirs and its id.
    fn called(&self, key: Key<'_>) -> String {
        let id = format!("{}/{}", key.0, key.1);
        self.names.get(&key).map_or_else(|| id.clone(), |name| format!("{name} ({id})"))
    }

    /// The names that a role's profile may get, the best first.
    fn candidates(&self, key: Key<'_>) -> Vec<String> {
        let made = |name: &str| Some(word(name)).filter(|word| !self.planner.own_names.has_role(word));
        let legible = |name: &String| if name.chars().all(is_legible) { Some(name.clone()) } else { made(name) };
        let named = self.names.get(&key).and_then(legible).filter(|name| !name.is_empty() && !name.starts_with('-'));
        let id = word(&format!("{}-{}", key.0, key.1));
        let of_session = self.planner.has_several.then(|| word(&format!("{}-{id}", self.target.session)));
        named.into_iter().chain([id]).chain(of_session).collect()
    }

    /// Plans a profile with the first of the names that is free.
    fn add(&mut self, key: Key<'_>, names: &[String], settings: Vec<(&'static str, String)>) -> Option<String> {
        let holder = |name: &String| self.planner.holder(name, &self.target.session);
        let free = names.iter().find(|name| holder(name).is_none());
        let Some(name) = free.cloned() else {
            let (names, called) = (names.join(" and "), self.called(key));
            self.planner.clashes.push(format!("{called} gets no profile: there are profiles {names} already"));
            return None;
        };
        if let Some((taken, holder)) = names.first().and_then(|taken| Some((taken, holder(taken)?))) {
            let clash = format!("there is {holder} {taken} already; the role's new one is called {name}");
            self.planner.clashes.push(clash);
        }
        let section = NewSection { kind: Kind::Profile, name: name.clone(), settings };
        if let Err(error) = section.write(&mut Document::parse(b"")) {
            let called = self.called(key);
            self.planner.clashes.push(format!("[profile {name}] of {called} is not written: {error}"));
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
    first_region([&role.default_region, &account.default_region, &instance.default_region].map(Option::as_ref))
}

/// The first that is a region.
fn first_region(regions: [Option<&String>; 3]) -> Option<&str> {
    regions.into_iter().flatten().map(String::as_str).find(|region| region.parse::<Region>().is_ok())
}

fn writable_region(region: Option<&str>) -> Option<(&'static str, String)> {
    let region = region?.parse::<Region>().ok()?;
    Some(("region", region.to_string()))
}
