//! The names that aws-sso-cli has for accounts and roles, as profiles and aliases.

use std::collections::HashMap;

use super::aws_sso_cli::{Account, Instance, Role};
use super::own_names;
use super::plan::{Kind, NewSection, Target};
use super::planner::Planner;
use super::roles::RolePlanner;
use super::tools;
use crate::address::StartUrl;
use crate::aws_config::config::Section;
use crate::discovery::word;
use crate::role::{RoleRef, is_account_id};
use crate::settings::aliases::is_name;

/// A role that has a name which is not the one of its profile.
pub(super) struct Named<'a> {
    name: String,
    instance: &'a Instance,
    target: Target,
    account_id: &'a str,
    role_name: &'a str,
    profile: Option<String>,
}

/// Whose credentials a profile of the AWS config has.
#[derive(PartialEq, Eq)]
enum Holder {
    /// The role's, through its own Identity Center.
    Role,
    /// The role's, by a line for aws-sso-cli.
    TheirLine,
    Another,
}

impl<'a> Planner<'a> {
    /// Names the regions that are not taken over.
    pub(super) fn regions(&mut self, instance: &Instance, target: &Target) {
        let of_accounts = instance.accounts.iter().map(|account| (Some(&account.id), &account.default_region));
        for (id, region) in [(None, &instance.default_region)].into_iter().chain(of_accounts) {
            let whose = id.map_or_else(|| instance.name.clone(), |id| format!("the account {id}"));
            let Some(text) = region.as_deref().filter(|region| Some(*region) != self.default_region.as_deref()) else {
                continue;
            };
            let Some(region) = self.region(text, &format!("the DefaultRegion of {whose}")) else { continue };
            let matching = id.map(|id| format!(" --match {id}")).unwrap_or_default();
            self.plan.left_out.push(format!(
                "DefaultRegion {region} of {whose} is that of the roles named in the file alone; \
                 for all: aws-sso discover -p {}{matching} --region {region}",
                target.session
            ));
        }
        for account in &instance.accounts {
            for role in &account.roles {
                if let Some(text) = &role.default_region {
                    self.region(text, &format!("the DefaultRegion of {}/{}", account.id, role.name));
                }
            }
        }
    }

    /// The name of each account, for ROLEs such as `NAME/ROLE`.
    pub(super) fn accounts(
        &mut self,
        instance: &Instance,
        target: &Target,
        targets: &[Option<Target>],
        roles: &RolePlanner<'_>,
    ) {
        for Account { id, name, .. } in &instance.accounts {
            let Some(name) = name else { continue };
            let Some(key) = key(name).filter(|key| !is_account_id(key)) else {
                self.plan.left_out.push(format!("the Name of {id} cannot be typed: {name}"));
                continue;
            };
            if key != *name && self.own_names.has_account(&key) {
                self.plan.left_out.push(format!("the Name {name} of {id}: {key} is another account's"));
                continue;
            }
            self.say_changed(name, &key);
            if let Some(other) = self.other_with(id, target, targets, roles) {
                self.plan.left_out.push(format!(
                    "the Name {name} of {id}: {other} has this account too, so it is no alias; \
                     its roles are {id}/NAME with -p {}",
                    target.session
                ));
            } else if let Some(profile) = self.hidden_by(&key, id, instance, target) {
                self.plan.clashes.push(format!("the alias {key} of the account {id} would hide the profile {profile}"));
            } else {
                self.alias(key, id.clone());
            }
        }
    }

    /// Another Identity Center that has this account, as far as the files tell.
    fn other_with(
        &self,
        id: &str,
        target: &Target,
        targets: &[Option<Target>],
        roles: &RolePlanner<'_>,
    ) -> Option<String> {
        let has = |instance: &Instance| instance.accounts.iter().any(|account| account.id == id);
        let theirs = self.theirs.instances.iter().zip(targets).find_map(|(instance, other)| {
            let other = other.as_ref().filter(|other| other.session != target.session && has(instance))?;
            Some(other.session.clone())
        });
        theirs.or_else(|| roles.sign_ins_of(id).find(|name| !self.is_target(name, target)).map(str::to_owned))
    }

    /// A profile that an alias for an account would hide: one of its name, or `NAME/ROLE` with other credentials.
    fn hidden_by(&self, key: &str, id: &str, instance: &Instance, target: &Target) -> Option<String> {
        let role_of = |name: &'_ str| name.strip_prefix(key)?.strip_prefix('/').map(str::to_owned);
        let is_other = |profile: Section<'_>, role: &str| {
            self.has_several || self.holder(profile, (id, role), instance, target) == Holder::Another
        };
        let there = self.files.config.profiles().find(|profile| {
            let is_meant =
                profile.name() == key || role_of(profile.name()).is_some_and(|role| is_other(*profile, &role));
            is_meant && profile.has_credentials()
        });
        let planned = |section: &&NewSection| {
            let has = |name, value: &str| section.settings.contains(&(name, value.to_owned()));
            let is_it = |role: &str| has("sso_account_id", id) && has("sso_role_name", role);
            let is_other = |role: String| self.has_several || !is_it(&role);
            section.kind == Kind::Profile && (section.name == key || role_of(&section.name).is_some_and(is_other))
        };
        there
            .map(|profile| profile.name().to_owned())
            .or_else(|| self.plan.sections.iter().find(planned).map(|section| section.name.clone()))
    }

    /// Plans the profiles of an Identity Center. Returns the roles with names that are left.
    pub(super) fn roles(
        &mut self,
        instance: &'a Instance,
        target: &Target,
        planner: &mut RolePlanner<'_>,
    ) -> Vec<Named<'a>> {
        let mut names = HashMap::new();
        for account in &instance.accounts {
            for role in &account.roles {
                if let Some(name) = self.name_of(instance, account, role) {
                    names.insert((account.id.as_str(), role.name.as_str()), name);
                }
            }
        }
        let regions = [self.default_region.as_deref(), self.theirs.default_region.as_deref()];
        let mut of_instance = planner.of(instance, target, regions, &names);
        let roles =
            || instance.accounts.iter().flat_map(|account| account.roles.iter().map(move |role| (account, role)));
        roles().for_each(|(account, role)| of_instance.plan(account, role));
        let mut left = Vec::new();
        for (account, role) in roles() {
            let Some(name) = names.get(&(account.id.as_str(), role.name.as_str())) else { continue };
            let profile = of_instance.profile(account, role).map(str::to_owned);
            match &profile {
                Some(profile) if profile == name => {}
                // Nothing but its profile says how a role is assumed.
                Some(profile) if role.via.is_some() => {
                    self.plan.left_out.push(format!("the name {name}: it is the profile {profile} here"));
                }
                None if role.via.is_some() || self.has_several => {}
                _ => left.push(Named {
                    name: name.clone(),
                    instance,
                    target: target.clone(),
                    account_id: &account.id,
                    role_name: &role.name,
                    profile: profile.filter(|_| self.has_several),
                }),
            }
        }
        left
    }

    /// What aws-sso-cli calls a role, as far as this file tells.
    fn name_of(&mut self, instance: &Instance, account: &Account, role: &Role) -> Option<String> {
        let name = own_names::of_role(self.format.as_ref(), instance, account, role)?;
        if word(&name) == "default" {
            self.plan.left_out.push(format!(
                "the name {name} of {}/{}: the profile default is that of every tool; it stays as it is",
                account.id, role.name
            ));
            return None;
        }
        Some(name)
    }

    /// An alias for a role. The settings end a name at a colon, with which aws-sso-cli divides account and role.
    pub(super) fn role_alias(&mut self, named: &Named<'_>) {
        let Named { name, instance, target, account_id, role_name, profile } = named;
        let id = format!("{account_id}/{role_name}");
        let slashed = name.replace(':', "/");
        let Some(key) = key(&slashed) else {
            self.plan.left_out.push(format!("the name of {id} cannot be typed: {name}"));
            return;
        };
        if key != *name && self.own_names.has_role(&key) {
            self.plan.left_out.push(format!("the name {name} of {id}: {key} is another role's"));
            return;
        }
        self.say_changed(name, &key);
        // With several Identity Centers, only a profile says from which one the role is.
        let role = profile.as_ref().unwrap_or(&id);
        let is_said = self.files.settings.role_of_alias(&key).is_some_and(|found| found == role.as_str());
        let planned = key.rsplit_once('/').and_then(|(account, name)| {
            let (_, id) = self.plan.aliases.iter().find(|(alias, id)| alias == account && is_account_id(id))?;
            Some(format!("{id}/{name}"))
        });
        if key == *role || is_said || planned.as_ref() == Some(role) {
            return;
        }
        if let Ok(RoleRef::Arn(_) | RoleRef::Id { .. }) | Err(_) = key.parse() {
            self.plan.left_out.push(format!("the name of {id} is that of another role: {name}"));
            return;
        }
        let there = self.files.config.profile(&key).filter(|profile| profile.has_credentials());
        let is_planned = self.plan.sections.iter().any(|section| section.kind == Kind::Profile && section.name == key);
        let holder = || there.map(|profile| self.holder(profile, (account_id, role_name), instance, target));
        match if is_planned { Some(Holder::Another) } else { holder() } {
            Some(Holder::Another) => self.plan.clashes.push(format!(
                "{key} is a profile of the AWS config that stands for something else, so it is no alias of {id}"
            )),
            Some(Holder::Role) => {}
            Some(Holder::TheirLine) | None => self.alias(key, role.clone()),
        }
    }

    /// Whose credentials a profile has, seen from this role of an Identity Center; an alias of its name would hide it.
    fn holder(
        &self,
        profile: Section<'_>,
        (account_id, role_name): (&str, &str),
        instance: &Instance,
        target: &Target,
    ) -> Holder {
        if let Some((sign_in, role)) = profile.role() {
            let is_it = role.is_role(account_id, role_name) && self.is_target(&sign_in, target);
            return if is_it { Holder::Role } else { Holder::Another };
        }
        let default = self.default_instance().and_then(|at| self.theirs.instances.get(at));
        let is_it = tools::of_profile(profile).is_some_and(|line| {
            let named = line.instance.as_deref().or(default.map(|default| default.name.as_str()));
            let role = line.role.and_then(|role| role.parse::<RoleRef>().ok());
            named == Some(&instance.name) && role.is_some_and(|role| role.is_role(account_id, role_name))
        });
        if is_it { Holder::TheirLine } else { Holder::Another }
    }

    /// Whether this sso-session or profile signs in to this Identity Center.
    fn is_target(&self, sign_in: &str, target: &Target) -> bool {
        let directory = self.files.config.directory(sign_in);
        directory.is_ok_and(|directory| StartUrl::is_same(&directory.start_url, &target.start_url))
    }

    fn alias(&mut self, key: String, value: String) {
        if let Some(ours) = self.files.settings.alias(&key) {
            if ours != value {
                self.plan.clashes.push(format!("the alias {key} stands for {ours}, and not for {value}"));
            }
            return;
        }
        match self.plan.aliases.iter().find(|(alias, _)| *alias == key) {
            Some((_, first)) if *first != value => {
                let clash = format!("{key} is the name of {first} and of {value}: it stands for the first");
                self.plan.clashes.push(clash);
            }
            Some(_) => {}
            None => self.plan.aliases.push((key, value)),
        }
    }

    fn say_changed(&mut self, name: &str, key: &str) {
        if name != key {
            self.plan.left_out.push(format!("the name {name}: it is {key} here"));
        }
    }
}

/// A name as an alias can have it; of one that cannot be written in the settings, a word is made.
fn key(name: &str) -> Option<String> {
    if is_name(name) {
        return Some(name.to_owned());
    }
    Some(word(name)).filter(|name| is_name(name))
}
