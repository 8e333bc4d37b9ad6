//! The profiles with a role: whether they work, as far as the remembered accounts and roles tell.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::orphans::{self, Orphans};
use super::report::Finding;
use crate::aws_config::config::{Config, Section};
use crate::aws_config::directory::Directory;
use crate::aws_config::line::SectionKind;
use crate::aws_config::meaning::Meanings;
use crate::aws_config::readers;
use crate::aws_config::role_profile::ProcessProfile;
use crate::context::Context;
use crate::context::assumed::end_of_profile;
use crate::discovery::Removal;
use crate::environment::shown;
use crate::error::{Error, Result};
use crate::files::read;
use crate::inventory::{Inventory, Scope};
use crate::programs::installed::Installed;
use crate::programs::profile_option;
use crate::role::RoleRef;

/// How many broken profiles are reported one by one.
const MOST_REPORTED: usize = 5;
/// A list that is older is probably wrong.
const OLD_DAYS: i64 = 90;

pub(super) fn check(context: &Context, installed: &Installed) -> Vec<Finding> {
    let Ok(config) = context.config() else { return Vec::new() };
    let mut findings = Vec::new();
    for name in config.directories() {
        if let Ok(directory) = config.directory(name) {
            findings.extend(remembered(&directory));
        }
    }
    findings.extend(profiles(context, config, installed));
    findings
}

/// How many accounts and roles of an sso-session are remembered, and since when.
fn remembered(directory: &Directory) -> Option<Finding> {
    let name = &directory.name;
    let Some(inventory) = Inventory::remembered(directory).ok()? else {
        return Some(Finding::ok(format!("{name}: accounts and roles not fetched yet; aws-sso list fetches them")));
    };
    let (accounts, roles) = (inventory.accounts.len(), inventory.roles().count());
    let found = format!("{name}: {accounts} accounts, {roles} roles");
    let refresh = || format!("run: aws-sso list {} --refresh", profile_option(name));
    let gaps = inventory.gaps(&Scope::All);
    if let Some(gap) = gaps.shortfall("").or_else(|| gaps.refusal()) {
        return Some(Finding::warning(format!("{found}, but {gap}"), refresh()));
    }
    Some(match inventory.seconds_old() / 86_400 {
        days if days > OLD_DAYS => Finding::warning(format!("{found}, fetched {days} days ago"), refresh()),
        1 => Finding::ok(format!("{found}, fetched yesterday")),
        days if days > 1 => Finding::ok(format!("{found}, fetched {days} days ago")),
        _ => Finding::ok(format!("{found}, fetched today")),
    })
}

/// The profiles with a role: whether their program and their sso-session exist, and whether the role is offered.
fn profiles(context: &Context, config: &Config, installed: &Installed) -> Vec<Finding> {
    let file = read::whole(config.path()).ok().flatten().unwrap_or_default();
    let (meant, discovered) = (readers::meant(&file), orphans::discovered(&file));
    let broken = |profile: &str, key: &str, ProfileProblem { found, fix }: ProfileProblem| {
        let section = meant.get(&(SectionKind::Profile, profile.to_owned()));
        let line = section.and_then(|section| section.settings.get(key)).map_or(0, |value| value.line);
        Finding::broken(format!("{}:{line}: profile {profile}: {found}", shown(config.path())), fix)
    };
    let mut offers = Offers { context, config, discovered: &discovered, by_session: BTreeMap::new() };
    let mut orphans = Orphans::default();
    let mut problems = Vec::new();
    let mut programs = BTreeSet::new();
    let mut count = 0;
    for process in config.processes() {
        count += 1;
        // Many profiles name the same program, which is reported once.
        let program_problem =
            if programs.insert(process.program.clone()) { installed.problem(&process.program) } else { None };
        if let Some((found, fix)) = program_problem.map(|(found, fix)| (found, fix.to_owned())) {
            problems.push(broken(&process.name, "credential_process", ProfileProblem { found, fix }));
        }
        let sign_in = process.profile.as_deref();
        if let Some(name) = sign_in.filter(|name| config.profile(name).is_none() && config.sso_session(name).is_none())
        {
            orphans.add(name, &process.name);
        } else if let Some(problem) = offers.process_problem(&process) {
            problems.push(broken(&process.name, "credential_process", problem));
        }
    }
    let meanings = Meanings::new(config);
    let mut faults = 0;
    for section in config.profiles() {
        // Those of one block have lost their sign-in together, and get it back together.
        let lost = section.setting("sso_session").filter(|name| config.sso_session(name).is_none());
        if let Some(session) = lost.filter(|_| discovered.contains_key(section.name())) {
            orphans.add(session, section.name());
            continue;
        }
        if let Some(fault) = meanings.fault(section) {
            faults += 1;
            // Finding the line takes a look at the whole file.
            if faults <= MOST_REPORTED {
                problems.push(Finding::broken(format!("{}: {}", fault.place(config), fault.found), fault.remedy));
            }
            continue;
        }
        let key = if section.setting("sso_session").is_some() { "sso_session" } else { "sso_start_url" };
        if let Some(problem) = offers.native_problem(section) {
            problems.push(broken(section.name(), key, problem));
        }
    }
    let mut findings = Vec::new();
    if count > 0 {
        let noun = if count == 1 { "profile gets its" } else { "profiles get their" };
        findings.push(Finding::ok(format!("{count} {noun} credentials from aws-sso")));
    }
    findings.extend(orphans.findings(config, &discovered));
    let more = (problems.len() + faults.saturating_sub(MOST_REPORTED)).saturating_sub(MOST_REPORTED);
    findings.extend(problems.into_iter().take(MOST_REPORTED));
    if more > 0 {
        let found = format!("{more} more such profiles");
        findings.push(Finding::broken(found, "fix those above, then run this again"));
    }
    findings
}

/// What is wrong with a profile, and how to fix it.
struct ProfileProblem {
    found: String,
    fix: String,
}

impl ProfileProblem {
    fn new(found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { found: found.into(), fix: fix.into() }
    }

    /// `session` is the name of an sso-session, or of a profile that signs in. Discovery removes only the profiles that
    /// it has written.
    fn not_offered(session: &str, role: &str, removal: Option<Removal>) -> Self {
        let fix = if removal == Some(Removal::Prune) {
            format!("run: aws-sso discover -p {session} --prune; or aws-sso list -p {session} --refresh, if it is new")
        } else {
            format!(
                "name another role in it, or delete the profile; if the role is new, run: aws-sso list -p {session} \
                 --refresh"
            )
        };
        Self::new(format!("{session} does not offer its role {role}"), fix)
    }
}

/// The roles that each sso-session is known to offer, each looked up once.
struct Offers<'a> {
    context: &'a Context,
    config: &'a Config,
    /// The profiles in the blocks of discovery.
    discovered: &'a HashMap<String, Removal>,
    by_session: BTreeMap<String, Result<Option<Offer>>>,
}

/// The roles that are remembered of an sso-session.
struct Offer {
    inventory: Inventory,
    /// Account ids and role names.
    roles: HashSet<(String, String)>,
}

impl Offer {
    fn remembered(directory: &Directory) -> Option<Self> {
        let inventory = Inventory::remembered(directory).ok().flatten()?;
        let mut roles = HashSet::new();
        for account in &inventory.accounts {
            roles.extend(account.roles.iter().map(|role| (account.id.clone(), role.clone())));
        }
        Some(Self { inventory, roles })
    }
}

impl Offers<'_> {
    /// What the sso-session of this name offers; `None` where nothing is remembered of it. Errors: there is none.
    fn of(&mut self, name: &str) -> Result<Option<&Offer>, &Error> {
        let config = self.config;
        let offer = self.by_session.entry(name.to_owned());
        let offer = offer.or_insert_with(|| Ok(Offer::remembered(&config.directory(name)?)));
        offer.as_ref().map(Option::as_ref)
    }

    /// Why an SDK cannot get the role of a profile with SSO keys.
    fn native_problem(&mut self, section: Section<'_>) -> Option<ProfileProblem> {
        let (name, RoleRef::Id { account_id, role_name }) = section.role()? else { return None };
        // With credential_process as well, the role is not known to be what the SDKs use.
        if section.setting("credential_process").is_some() {
            return None;
        }
        let (directory, discovered) = (self.config.directory(&name).ok()?, self.discovered);
        // A thousand profiles can have the same sso-session or start URL, so their offer is looked up once.
        let offer = self.by_session.entry(directory.token_key().to_owned());
        let offer = offer.or_insert_with(|| Ok(Offer::remembered(&directory)));
        let role = format!("{account_id}/{role_name}");
        let is_offered = offer.as_ref().ok()?.as_ref()?.roles.contains(&(account_id, role_name));
        let session = directory.session.as_ref().unwrap_or(&directory.name);
        let removal = discovered.get(section.name()).copied();
        if is_offered { None } else { Some(ProfileProblem::not_offered(session, &role, removal)) }
    }

    /// Why this program cannot get the role of a `credential_process`.
    fn process_problem(&mut self, process: &ProcessProfile) -> Option<ProfileProblem> {
        let chosen = || self.context.directory().ok().map(|directory| directory.name);
        let Some(name) = process.profile.clone().or_else(chosen) else {
            let found = "its credential_process does not name an sso-session, and there are several";
            return Some(ProfileProblem::new(found, "add to the line: -p NAME"));
        };
        let (context, config) = (self.context, self.config);
        let removal = self.discovered.get(&process.name).copied();
        let offer = match self.of(&name) {
            Ok(offer) => offer,
            Err(error) => {
                return Some(ProfileProblem::new(error.to_string(), "name another with -p in its credential_process"));
            }
        };
        let alias = context.settings().ok().and_then(|settings| settings.line_of_alias(&process.role).ok()?);
        let text = alias.as_ref().map_or(&process.role, |line| &line.role);
        let if_not_offered = |account_id: String, role_name: String| {
            let is_offered = offer?.roles.contains(&(account_id, role_name));
            if is_offered { None } else { Some(ProfileProblem::not_offered(&name, text, removal)) }
        };
        match text.parse() {
            Err(error) => {
                let fix = "write a role like arn:aws:iam::123456789012:role/NAME";
                Some(ProfileProblem::new(error.to_string(), fix))
            }
            Ok(RoleRef::Arn(role)) => if_not_offered(role.account_id, role.role_name),
            Ok(RoleRef::Id { account_id, role_name }) => if_not_offered(account_id, role_name),
            Ok(RoleRef::Name(role)) if config.role_of(&role).is_none() && end_of_profile(config, &role).is_none() => {
                let found = format!("{role} is not a role, an alias or a profile with a role");
                Some(ProfileProblem::new(found, "name another role in its line"))
            }
            Ok(RoleRef::AccountName { account_name, role_name }) if config.role_of(text).is_none() => {
                let error = offer?.inventory.role(&account_name, &role_name).err()?;
                let problem = ProfileProblem::not_offered(&name, text, removal);
                Some(ProfileProblem { found: error.to_string(), ..problem })
            }
            Ok(_) => None,
        }
    }
}
