//! Finds out what is to be added for the config of aws-sso-cli.

use std::collections::HashSet;

use super::aws_sso_cli::{Instance, TheirConfig};
use super::browser_command;
use super::left_out;
use super::own_names::OwnNames;
use super::plan::{Files, Kind, NewSection, NewSetting, Plan, Target};
use super::profile_format::ProfileFormat;
use super::roles::RolePlanner;
use crate::access_portal::AccessPortal;
use crate::address::StartUrl;
use crate::discovery::{Template, word};
use crate::partition::Region;
use crate::settings::table;

/// What is to be added to these files. Where nothing is missing in them, the plan adds nothing.
pub(crate) fn plan(theirs: &TheirConfig, files: Files<'_>) -> Plan {
    let format = theirs.profile_format.as_deref().and_then(ProfileFormat::parse);
    let own_names = OwnNames::of(theirs, format.as_ref());
    let mut planner = Planner {
        theirs,
        files,
        own_names: &own_names,
        format,
        default_region: None,
        has_several: false,
        plan: Plan::default(),
    };
    planner.run();
    planner.plan
}

pub(super) struct Planner<'a> {
    pub(super) theirs: &'a TheirConfig,
    pub(super) files: Files<'a>,
    pub(super) format: Option<ProfileFormat>,
    pub(super) own_names: &'a OwnNames,
    /// The region of the settings, once that is known.
    pub(super) default_region: Option<String>,
    /// Whether the AWS config has more than one Identity Center then, so that an id alone does not name a role.
    pub(super) has_several: bool,
    pub(super) plan: Plan,
}

/// The scopes with which a sign-in can be renewed.
const SCOPES: &str = "sso:account:access";

impl Planner<'_> {
    fn run(&mut self) {
        let theirs = self.theirs;
        let targets: Vec<_> = theirs.instances.iter().map(|instance| self.target(instance)).collect();
        let default = self.default_instance();
        let mut sessions: Vec<String> = Vec::new();
        for target in default.into_iter().chain(0..targets.len()).filter_map(|at| targets.get(at)?.as_ref()) {
            if !sessions.contains(&target.session) {
                sessions.push(target.session.clone());
            }
        }
        self.plan_settings(default, &targets, &sessions);
        self.has_several = self.has_several(&targets);
        let mut roles = RolePlanner::new(self.own_names, self.files, self.has_several, &sessions);
        self.plan.sessions.clone_from(&sessions);
        let planned = || theirs.instances.iter().zip(&targets);
        let mut names = Vec::new();
        for (instance, target) in planned().filter_map(|(instance, target)| Some((instance, target.as_ref()?))) {
            self.regions(instance, target);
            names.extend(self.roles(instance, target, &mut roles));
        }
        self.plan.sections.append(&mut roles.sections);
        self.plan.clashes.append(&mut roles.clashes);
        self.plan.left_out.append(&mut roles.left_out);
        for (instance, target) in planned().filter_map(|(instance, target)| Some((instance, target.as_ref()?))) {
            self.accounts(instance, target, &targets, &roles);
        }
        for name in &names {
            self.role_alias(name);
        }
        left_out::name(theirs, self.format.as_ref(), &mut self.plan);
    }

    /// Whether the AWS config has more than one Identity Center once these are written.
    fn has_several(&self, targets: &[Option<Target>]) -> bool {
        let config = self.files.config;
        let there = config.sso_sessions().chain(config.profiles());
        let there = there.filter_map(|section| section.setting("sso_start_url")).map(StartUrl::of);
        let new = targets.iter().flatten().map(|target| StartUrl::of(&target.start_url));
        there.chain(new).collect::<HashSet<_>>().len() > 1
    }

    /// The instance that `DefaultSSO` names, or the one called `Default`, or the only one.
    pub(super) fn default_instance(&self) -> Option<usize> {
        let instances = &self.theirs.instances;
        let called = |name: &str| instances.iter().position(|instance| instance.name == name);
        let named = self.theirs.default_instance.as_deref().and_then(called);
        named.or_else(|| called("Default")).or_else(|| (instances.len() == 1).then_some(0))
    }

    /// The sso-session with this start URL: one that is there, or a new one.
    fn target(&mut self, instance: &Instance) -> Option<Target> {
        let Instance { name, start_url, region, .. } = instance;
        let portal = match AccessPortal::read(start_url) {
            Ok(portal) => portal,
            Err(error) => {
                self.plan.left_out.push(format!("{name} and its roles: {error}"));
                return None;
            }
        };
        let start_url = &portal.url;
        let target = |session| Some(Target { session, start_url: portal.url.clone() });
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
            return target(session);
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
            return target(section);
        }
        if let (None, Some(text)) = (&region, &instance.region) {
            self.plan.left_out.push(format!("{name} and its roles, because no sso-session has the region {text}"));
            return None;
        }
        let session = self.free_session_name(name);
        let mut settings = vec![("sso_start_url", portal.url.clone())];
        settings.extend(region.map(|region| ("sso_region", region)));
        settings.push(("sso_registration_scopes", SCOPES.to_owned()));
        self.plan.sections.push(NewSection { kind: Kind::SsoSession, name: session.clone(), settings });
        target(session)
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
    pub(super) fn region(&mut self, text: &str, of: &str) -> Option<String> {
        let region = text.parse::<Region>().ok();
        if region.is_none() {
            self.plan.left_out.push(format!("{of} is not a region: {text}"));
        }
        region.map(|region| region.to_string())
    }

    fn plan_settings(&mut self, default: Option<usize>, targets: &[Option<Target>], sessions: &[String]) {
        let theirs = self.theirs;
        let instance = default.and_then(|at| theirs.instances.get(at));
        let session = default.and_then(|at| Some(targets.get(at)?.as_ref()?.session.clone()));
        let others = self.files.config.directories().iter().any(|name| !sessions.contains(name));
        if let Some(session) = session.filter(|_| sessions.len() > 1 || others) {
            self.set("", table::PROFILE.key, "DefaultSSO", session);
        }
        let of_instance = instance.and_then(|instance| instance.default_region.as_ref());
        if let Some(text) = of_instance.or(theirs.default_region.as_ref()) {
            self.default_region = self.region(text, "DefaultRegion");
        }
        if let Some(text) = of_instance.and(theirs.default_region.as_ref())
            && let Some(region) = self.region(text, "the DefaultRegion of the file")
            && self.default_region.as_ref() != Some(&region)
        {
            let only = format!("DefaultRegion {region} of the file is that of the roles named in it alone");
            self.plan.left_out.push(only);
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
}
