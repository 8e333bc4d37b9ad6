//! The profiles that mean a role, and the accounts and roles that are remembered.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;
use std::time::SystemTime;

use super::program::Installed;
use super::report::Finding;
use crate::aws_config::config::{Config, Section};
use crate::aws_config::directory::Directory;
use crate::aws_config::line::SectionKind;
use crate::aws_config::readers;
use crate::aws_config::role_profile::ProcessProfile;
use crate::context::Context;
use crate::environment::shown;
use crate::error::Result;
use crate::files::atomic;
use crate::inventory::Inventory;
use crate::role::RoleRef;

/// So many broken profiles are told one by one.
const TOLD: usize = 5;
/// A list that is older has probably changed since.
const OLD_DAYS: u64 = 90;

pub(super) fn check(context: &Context, installed: &Installed) -> Vec<Finding> {
    let Ok(config) = context.config() else { return Vec::new() };
    let mut findings: Vec<Finding> = config
        .directories()
        .iter()
        .filter_map(|name| config.directory(name).ok())
        .filter_map(|directory| inventory(&directory))
        .collect();
    findings.extend(profiles(context, config, installed));
    findings
}

/// How many accounts and roles of a directory are remembered, and since when.
fn inventory(directory: &Directory) -> Option<Finding> {
    let name = &directory.name;
    let Some(inventory) = Inventory::remembered(directory).ok()? else {
        return Some(Finding::ok(format!("{name}: accounts and roles not fetched yet; aws-sso list does")));
    };
    let (accounts, roles) = (inventory.accounts.len(), inventory.roles().count());
    let found = format!("{name}: {accounts} accounts, {roles} roles");
    let days = Inventory::written(directory).and_then(|at| SystemTime::now().duration_since(at).ok());
    Some(match days.map(|age| age.as_secs() / 86_400) {
        Some(days) if days > OLD_DAYS => Finding::warning(
            format!("{found}, fetched {days} days ago"),
            format!("run: aws-sso list -p {name} --refresh"),
        ),
        Some(1) => Finding::ok(format!("{found}, fetched yesterday")),
        Some(days) if days > 1 => Finding::ok(format!("{found}, fetched {days} days ago")),
        _ => Finding::ok(format!("{found}, fetched today")),
    })
}

/// The profiles that mean a role: whether their program or their directory is found, and knows the role.
fn profiles(context: &Context, config: &Config, installed: &Installed) -> Vec<Finding> {
    let meant = readers::meant(&atomic::read(config.path()).ok().flatten().unwrap_or_default());
    let told = |profile: &str, key: &str, (fault, remedy): Fault| {
        let section = meant.get(&(SectionKind::Profile, profile.to_owned()));
        let line = section.and_then(|section| section.settings.get(key)).map_or(0, |value| value.line);
        (format!("{}: {fault}", place(config.path(), line, profile)), remedy)
    };
    let mut grants = Grants { context, config, offers: BTreeMap::new() };
    let mut faults = Vec::new();
    let mut programs = BTreeSet::new();
    let mut count = 0;
    for process in config.processes() {
        count += 1;
        // A program that is not there is told once.
        let program = Some(&process.program).filter(|program| programs.insert((*program).clone()));
        let found = [program.and_then(|program| installed.fault(program)), grants.fault(&process)];
        faults.extend(found.into_iter().flatten().map(|fault| told(&process.name, "credential_process", fault)));
    }
    for section in config.profiles() {
        let key = if section.setting("sso_session").is_some() { "sso_session" } else { "sso_start_url" };
        let fault = grants.native_fault(section);
        faults.extend(fault.map(|fault| told(section.name(), key, fault)));
    }
    let mut findings: Vec<Finding> = Vec::new();
    if count > 0 {
        let noun = if count == 1 { "profile gets its" } else { "profiles get their" };
        findings.push(Finding::ok(format!("{count} {noun} credentials from aws-sso")));
    }
    let more = faults.len().saturating_sub(TOLD);
    findings.extend(faults.into_iter().take(TOLD).map(|(found, remedy)| Finding::broken(found, remedy)));
    if more > 0 {
        findings.push(Finding::broken(format!("{more} more such profiles"), "mend those above, then ask again"));
    }
    findings
}

fn place(config: &Path, line: usize, profile: &str) -> String {
    format!("{}:{line}: profile {profile}", shown(config))
}

/// What is wrong, and what to do about it.
type Fault = (String, &'static str);

/// What the directories are known to grant, looked up once each.
struct Grants<'a> {
    context: &'a Context,
    config: &'a Config,
    offers: BTreeMap<String, Result<Option<Offer>>>,
}

/// What is remembered of a directory.
struct Offer {
    inventory: Inventory,
    /// Account ids and role names.
    roles: HashSet<(String, String)>,
}

impl Offer {
    fn of(directory: &Directory) -> Option<Self> {
        let inventory = Inventory::remembered(directory).ok().flatten()?;
        let roles = inventory.accounts.iter();
        let roles = roles.flat_map(|it| it.roles.iter().map(|role| (it.id.clone(), role.clone()))).collect();
        Some(Self { inventory, roles })
    }
}

/// What to do about a role that its directory does not offer.
const GONE: &str = "run: aws-sso discover --prune; or aws-sso list --refresh, if it is new";

impl Grants<'_> {
    /// Why an SDK could not give a profile with SSO keys its role.
    fn native_fault(&mut self, section: Section<'_>) -> Option<Fault> {
        let session = section.setting("sso_session").filter(|name| self.config.sso_session(name).is_none());
        if let Some(session) = session {
            let fault = format!("there is no sso-session {session}");
            return Some((fault, "name another in its sso_session, or add the section"));
        }
        let (directory, RoleRef::Id { account_id, role_name }) = section.role()? else { return None };
        let directory = self.config.directory(&directory).ok()?;
        let offer = self.offers.entry(directory.token_key().to_owned());
        let offer = offer.or_insert_with(|| Ok(Offer::of(&directory))).as_ref().ok()?.as_ref()?;
        let text = format!("{account_id}/{role_name}");
        let fault = format!("{} does not offer its role {text}", directory.token_key());
        (section.setting("credential_process").is_none() && !offer.roles.contains(&(account_id, role_name)))
            .then_some((fault, GONE))
    }

    /// Why the tool could not give such a profile its role, as far as this machine's files tell.
    fn fault(&mut self, process: &ProcessProfile) -> Option<Fault> {
        let chosen = || self.context.directory().ok().map(|directory| directory.name);
        let Some(name) = process.profile.clone().or_else(chosen) else {
            let fault = "its credential_process names no directory, and there are several";
            return Some((fault.to_owned(), "add to the line: -p NAME"));
        };
        let config = self.config;
        let offer = self.offers.entry(name.clone());
        let offer = match offer.or_insert_with(|| config.directory(&name).map(|it| Offer::of(&it))) {
            Ok(offer) => offer.as_ref(),
            Err(error) => {
                return Some((error.to_string(), "name another with -p in its credential_process"));
            }
        };
        let settings = self.context.settings().ok();
        let text = settings.and_then(|settings| settings.alias(&process.role)).unwrap_or(&process.role);
        let by_id = |account_id: String, role_name: String| {
            let is_known = offer?.roles.contains(&(account_id, role_name));
            (!is_known).then(|| (format!("{name} does not offer its role {text}"), GONE))
        };
        match text.parse() {
            Err(error) => Some((error.to_string(), "write a role like arn:aws:iam::123456789012:role/NAME")),
            Ok(RoleRef::Arn(role)) => by_id(role.account_id, role.role_name),
            Ok(RoleRef::Id { account_id, role_name }) => by_id(account_id, role_name),
            Ok(RoleRef::Name(role)) if config.role_of(&role).is_none() => {
                Some((format!("{role} is no role, alias, or profile with a role"), "name another role in its line"))
            }
            Ok(RoleRef::AccountName { account_name, role_name }) if config.role_of(text).is_none() => {
                let found = offer?.inventory.role(&account_name, &role_name);
                found.err().map(|error| (error.to_string(), GONE))
            }
            Ok(_) => None,
        }
    }
}
