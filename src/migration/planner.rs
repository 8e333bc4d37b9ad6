//! Finds out what is to be added for the config of aws-sso-cli.

use std::collections::HashMap;

use super::aws_sso_cli::{Account, Instance, Role, TheirConfig};
use super::browser_command;
use super::left_out;
use super::plan::{Files, Kind, NewSection, NewSetting, Plan};
use super::profile_format::{Fields, ProfileFormat};
use super::roles::RolePlanner;
use crate::access_portal::AccessPortal;
use crate::address::StartUrl;
use crate::discovery::{Template, word};
use crate::partition::Region;
use crate::role::{RoleRef, is_account_id};
use crate::settings::aliases::is_name;
use crate::settings::table;

/// What is to be added to these files. Where nothing is missing in them, the plan adds nothing.
pub(crate) fn plan(theirs: &TheirConfig, files: Files<'_>) -> Plan {
    let mut planner = Planner {
        theirs,
        files,
        format: theirs.profile_format.as_deref().and_then(ProfileFormat::parse),
        default_region: None,
        plan: Plan::default(),
    };
    planner.run();
    planner.plan
}

struct Planner<'a> {
    theirs: &'a TheirConfig,
    files: Files<'a>,
    format: Option<ProfileFormat>,
    /// The region of the settings, once that is known.
    default_region: Option<String>,
    plan: Plan,
}

/// The scopes with which a sign-in can be renewed.
const SCOPES: &str = "sso:account:access";

impl<'a> Planner<'a> {
    fn run(&mut self) {
        let sessions: Vec<_> = self.theirs.instances.iter().map(|instance| self.session(instance)).collect();
        let default = self.default_instance();
        let mut named: Vec<String> = Vec::new();
        let ordered = default.into_iter().chain(0..sessions.len());
        for name in ordered.filter_map(|at| sessions.get(at)?.clone()) {
            if !named.contains(&name) {
                named.push(name);
            }
        }
        self.plan_settings(default, &sessions, named.len());
        self.plan.sessions = named;
        let mut roles = RolePlanner::new(self.files);
        for (instance, session) in self.theirs.instances.iter().zip(&sessions) {
            let Some(session) = session else { continue };
            self.accounts(instance, session);
            self.roles(instance, session, &mut roles);
        }
        self.plan.sections.append(&mut roles.sections);
        self.plan.clashes.append(&mut roles.clashes);
        left_out::name(self.theirs, self.format.as_ref(), &mut self.plan);
    }

    /// The instance that `DefaultSSO` names, or the one called `Default`, or the only one.
    fn default_instance(&self) -> Option<usize> {
        let instances = &self.theirs.instances;
        let called = |name: &str| instances.iter().position(|instance| instance.name == name);
        let named = self.theirs.default_instance.as_deref().and_then(called);
        named.or_else(|| called("Default")).or_else(|| (instances.len() == 1).then_some(0))
    }

    /// The name of the sso-session with this start URL: one that is there, or a new one.
    fn session(&mut self, instance: &'a Instance) -> Option<String> {
        let Instance { name, start_url, region, .. } = instance;
        let portal = match AccessPortal::read(start_url) {
            Ok(portal) => portal,
            Err(error) => {
                self.plan.left_out.push(format!("{name}: {error}"));
                return None;
            }
        };
        let start_url = &portal.url;
        let theirs = region.as_deref().and_then(|text| self.region(text, &format!("the SSORegion of {name}")));
        let region = theirs.or_else(|| portal.region.as_ref().map(ToString::to_string));
        if let Some(session) = self.existing_session(start_url) {
            let theirs = region.as_deref().unwrap_or_default();
            let section = self.files.config.sso_session(&session);
            match section.and_then(|section| section.setting("sso_region")) {
                Some(ours) if !theirs.is_empty() && ours != theirs => self.plan.clashes.push(format!(
                    "[sso-session {session}] has sso_region = {ours}, and {name} has SSORegion: {theirs}"
                )),
                _ => {}
            }
            return Some(session);
        }
        let new = |section: &&NewSection| section.kind == Kind::SsoSession;
        let planned = self.plan.sections.iter().filter(new).find(|section| {
            let url = section.settings.iter().find(|(key, _)| *key == "sso_start_url");
            url.is_some_and(|(_, url)| StartUrl::is_same(url, start_url))
        });
        if let Some(section) = planned.map(|section| section.name.clone()) {
            self.plan
                .left_out
                .push(format!("{name} has the start URL of {section}: one sso-session serves both, with one sign-in"));
            return Some(section);
        }
        let session = self.free_session_name(name);
        let mut settings = vec![("sso_start_url", start_url.clone())];
        settings.extend(region.map(|region| ("sso_region", region)));
        settings.push(("sso_registration_scopes", SCOPES.to_owned()));
        self.plan.sections.push(NewSection { kind: Kind::SsoSession, name: session.clone(), settings });
        Some(session)
    }

    fn existing_session(&self, start_url: &str) -> Option<String> {
        let has = |section: &crate::aws_config::config::Section<'_>| {
            section.setting("sso_start_url").is_some_and(|url| StartUrl::is_same(url, start_url))
        };
        self.files.config.sso_sessions().find(has).map(|section| section.name().to_owned())
    }

    fn free_session_name(&mut self, name: &str) -> String {
        let wanted = Some(word(name)).filter(|name| !name.is_empty()).unwrap_or_else(|| "sso".to_owned());
        let is_taken = |name: &str| {
            let config = self.files.config;
            // A profile with SSO settings comes before an sso-session of its name.
            let signs_in = |key| config.profile(name).is_some_and(|profile| profile.setting(key).is_some());
            config.sso_session(name).is_some()
                || signs_in("sso_session")
                || signs_in("sso_start_url")
                || self.plan.sections.iter().any(|section| section.name == name)
        };
        if !is_taken(&wanted) {
            return wanted;
        }
        let free = (2..u64::MAX).map(|n| format!("{wanted}-{n}")).find(|name| !is_taken(name)).unwrap_or_default();
        self.plan
            .clashes
            .push(format!("{wanted} is another sign-in of the AWS config, so {name} is called {free} here"));
        free
    }

    /// A region as the AWS config and the settings take it; what is none is named.
    fn region(&mut self, text: &str, of: &str) -> Option<String> {
        let region = text.parse::<Region>().ok();
        if region.is_none() {
            self.plan.left_out.push(format!("{of} is not a region: {text}"));
        }
        region.map(|region| region.to_string())
    }

    fn plan_settings(&mut self, default: Option<usize>, sessions: &[Option<String>], number: usize) {
        let theirs = self.theirs;
        let instance = default.and_then(|at| theirs.instances.get(at));
        let session = default.and_then(|at| sessions.get(at)?.clone());
        let others =
            self.files.config.directories().iter().any(|name| !sessions.iter().flatten().any(|own| own == name));
        if let Some(session) = session.filter(|_| number > 1 || others) {
            self.set("", table::PROFILE.key, "DefaultSSO", session);
        }
        let of_instance = instance.and_then(|instance| instance.default_region.as_ref());
        if let Some(text) = of_instance.or(theirs.default_region.as_ref()) {
            self.default_region = self.region(text, "DefaultRegion");
        }
        if let Some(region) = self.default_region.clone() {
            self.default_region = Some(self.set("", "region", "DefaultRegion", region));
        }
        if theirs.device_code {
            self.set("", "sign-in", "AuthWorkflow", "device-code".to_owned());
        }
        if let Some(command) = browser_command::of(theirs) {
            self.set("", table::BROWSER_COMMAND.key, "UrlAction", command);
        }
        let template = self.format.as_ref().and_then(ProfileFormat::as_template);
        if let Some(template) = template.filter(|template| template.parse::<Template>().is_ok()) {
            self.set(table::DISCOVER_NAME.section, table::DISCOVER_NAME.key, "ProfileFormat", template);
        }
    }

    /// Adds a setting, unless it is there. Returns the value that it has then.
    fn set(&mut self, section: &'static str, key: &'static str, origin: &str, value: String) -> String {
        let Some(setting) = table::find(section, key) else { return value };
        match self.files.settings.get(setting) {
            Some((ours, _)) if ours == value => value,
            Some((ours, line)) => {
                let (ours, place) = (ours.to_owned(), self.files.settings.place(line));
                self.plan.clashes.push(format!("{place} has {key} = {ours}; {origin} would make it {value}"));
                ours
            }
            None if setting.accepts(&value) => {
                self.plan.settings.push(NewSetting(setting, value.clone()));
                value
            }
            None => {
                self.plan.left_out.push(format!("{origin}: the setting {key} cannot be {value}"));
                value
            }
        }
    }

    /// The name of each account, for ROLEs such as `NAME/ROLE`.
    fn accounts(&mut self, instance: &Instance, session: &str) {
        let regions: Vec<_> = [(None, instance.default_region.as_deref())]
            .into_iter()
            .chain(
                instance.accounts.iter().map(|account| (Some(account.id.as_str()), account.default_region.as_deref())),
            )
            .collect();
        for (account, region) in regions {
            let Some(region) = region.filter(|region| Some(*region) != self.default_region.as_deref()) else {
                continue;
            };
            let whose = account.map_or_else(|| instance.name.clone(), |id| format!("the account {id}"));
            let matching = account.map(|id| format!(" --match {id}")).unwrap_or_default();
            self.plan.left_out.push(format!(
                "DefaultRegion {region} of {whose} is that of the roles named in the file alone; \
                 for all: aws-sso discover -p {session}{matching} --region {region}"
            ));
        }
        for Account { id, name, .. } in &instance.accounts {
            let Some(name) = name else { continue };
            match key(name).filter(|key| !is_account_id(key)) {
                Some(key) => self.alias(key, id.clone()),
                None => self.plan.left_out.push(format!("the Name of {id} cannot be typed: {name}")),
            }
        }
    }

    fn roles(&mut self, instance: &Instance, session: &str, planner: &mut RolePlanner<'a>) {
        let mut names = HashMap::new();
        for account in &instance.accounts {
            for role in &account.roles {
                if let Some(name) = self.name_of(instance, account, role) {
                    names.insert((account.id.as_str(), role.name.as_str()), name);
                }
            }
        }
        let regions = [self.default_region.as_deref(), self.theirs.default_region.as_deref()];
        let mut of_instance = planner.of(instance, session, regions, &names);
        let roles =
            || instance.accounts.iter().flat_map(|account| account.roles.iter().map(move |role| (account, role)));
        roles().for_each(|(account, role)| of_instance.plan(account, role));
        let mut aliases = Vec::new();
        for (account, role) in roles() {
            let Some(name) = names.get(&(account.id.as_str(), role.name.as_str())) else { continue };
            // Nothing but its profile says how a role is assumed.
            if of_instance.profile(account, role) != Some(name) && role.via.is_none() {
                aliases.push((name.clone(), format!("{}/{}", account.id, role.name)));
            }
        }
        for (name, role) in aliases {
            self.role_alias(&name, role);
        }
    }

    /// What aws-sso-cli calls a role, as far as this file tells.
    fn name_of(&self, instance: &Instance, account: &Account, role: &Role) -> Option<String> {
        let rendered = || {
            let name = self.format.as_ref()?.render(Fields {
                account_id: &account.id,
                account_name: account.name.as_deref().unwrap_or_default(),
                role: &role.name,
                instance: &instance.name,
            })?;
            Some(name).filter(|name| !name.trim().is_empty())
        };
        role.profile.clone().or_else(rendered)
    }

    /// An alias for a role. The settings end a name at a colon, with which aws-sso-cli divides account and role.
    fn role_alias(&mut self, name: &str, role: String) {
        let Some(key) = key(&name.replace(':', "/")) else {
            self.plan.left_out.push(format!("the name of {role} cannot be typed: {name}"));
            return;
        };
        let by_account = self.files.settings.role_of_alias(&key).is_some_and(|found| *found == role);
        let planned = key.rsplit_once('/').and_then(|(account, name)| {
            let (_, id) = self.plan.aliases.iter().find(|(alias, _)| alias == account)?;
            Some(format!("{id}/{name}"))
        });
        if key == role || by_account || planned.as_ref() == Some(&role) {
            return;
        }
        match key.parse() {
            Ok(RoleRef::Arn(_) | RoleRef::Id { .. }) | Err(_) => {
                self.plan.left_out.push(format!("the name of {role} is that of another role: {name}"));
            }
            Ok(_) if self.is_other_profile(&key, &role) => self.plan.clashes.push(format!(
                "{key} is a profile of the AWS config that stands for something else, so it is no alias of {role}"
            )),
            Ok(_) => self.alias(key, role),
        }
    }

    /// Whether a profile of this name has credentials, and not those of the role; an alias would hide it.
    fn is_other_profile(&self, name: &str, role: &str) -> bool {
        let Some(profile) = self.files.config.profile(name).filter(|profile| profile.has_credentials()) else {
            return false;
        };
        let theirs = super::tools::of_profile(profile).and_then(|line| line.role);
        let named = profile.role().map(|(_, role)| role).or_else(|| theirs.as_deref()?.parse().ok());
        !named.is_some_and(|named| role.split_once('/').is_some_and(|(account, role)| named.is_role(account, role)))
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
}

/// A name as an alias can have it; of one that cannot be written in the settings, a word is made.
fn key(name: &str) -> Option<String> {
    if is_name(name) {
        return Some(name.to_owned());
    }
    Some(word(name)).filter(|name| is_name(name))
}
