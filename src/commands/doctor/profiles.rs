//! The profiles that run this tool, and the accounts and roles that are remembered.

use std::path::Path;
use std::time::SystemTime;

use super::program::Installed;
use super::report::Finding;
use crate::aws_files::directory::Directory;
use crate::aws_files::line::Kind;
use crate::aws_files::profile::Config;
use crate::aws_files::readers;
use crate::aws_files::role_profile::Process;
use crate::aws_files::store;
use crate::commands::context::Context;
use crate::environment::shown;
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
    findings.extend(processes(context, config, installed));
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

/// The profiles whose `credential_process` is this tool: whether it is found, and knows their role.
fn processes(context: &Context, config: &Config, installed: &Installed) -> Vec<Finding> {
    let meant = readers::meant(&store::read(config.path()).ok().flatten().unwrap_or_default());
    let mut faults: Vec<(String, &'static str)> = Vec::new();
    let mut programs: Vec<String> = Vec::new();
    let mut count = 0;
    for process in config.processes() {
        count += 1;
        let section = meant.get(&(Kind::Profile, process.name.clone()));
        let line = section
            .and_then(|section| section.settings.get("credential_process"))
            .map_or(0, |value| value.line);
        if !programs.contains(&process.program) {
            programs.push(process.program.clone());
            if let Some((fault, remedy)) = installed.fault(&process.program) {
                faults.push((format!("{}: {fault}", place(config.path(), line, &process.name)), remedy));
            }
        }
        if let Some((fault, remedy)) = fault(context, config, &process) {
            faults.push((format!("{}: {fault}", place(config.path(), line, &process.name)), remedy));
        }
    }
    let mut findings: Vec<Finding> = Vec::new();
    if count > 0 {
        let noun = if count == 1 { "profile gets its" } else { "profiles get their" };
        findings.push(Finding::ok(format!("{count} {noun} credentials from aws-sso")));
    }
    let more = faults.len().saturating_sub(TOLD);
    findings.extend(faults.into_iter().take(TOLD).map(|(found, remedy)| Finding::broken(found, remedy)));
    if more > 0 {
        findings
            .push(Finding::broken(format!("{more} more such profiles"), "mend those above, then ask again"));
    }
    findings
}

fn place(config: &Path, line: usize, profile: &str) -> String {
    format!("{}:{line}: profile {profile}", shown(config))
}

/// Why the tool could not give such a profile its role, as far as this machine's files tell.
fn fault(context: &Context, config: &Config, process: &Process) -> Option<(String, &'static str)> {
    let directory =
        process.profile.clone().or_else(|| context.directory().ok().map(|directory| directory.name));
    let Some(name) = directory else {
        return Some((
            "its credential_process names no directory, and there are several".to_owned(),
            "add to the line: -p NAME",
        ));
    };
    let directory = match config.directory(&name) {
        Ok(directory) => directory,
        Err(error) => return Some((error.to_string(), "name another with -p in its credential_process")),
    };
    let settings = context.settings().ok();
    let text = settings.and_then(|settings| settings.alias(&process.role)).unwrap_or(&process.role);
    let gone = "run: aws-sso discover --prune; or aws-sso list --refresh, if it is new";
    let inventory = Inventory::remembered(&directory).ok().flatten();
    match text.parse() {
        Err(error) => Some((error.to_string(), "write a role like arn:aws:iam::123456789012:role/NAME")),
        Ok(RoleRef::Name(role)) if config.role_of(&role).is_none() => Some((
            format!("{role} is no role, alias, or profile with a role"),
            "name another role in its line",
        )),
        Ok(RoleRef::AccountName { account_name, role_name }) if config.role_of(text).is_none() => {
            inventory?.role(&account_name, &role_name).err().map(|error| (error.to_string(), gone))
        }
        Ok(reference @ (RoleRef::Arn(_) | RoleRef::Id { .. })) => {
            let is_known = inventory?.roles().any(|(_, role)| reference.names(&role));
            (!is_known).then(|| (format!("{name} does not offer its role {text}"), gone))
        }
        Ok(_) => None,
    }
}
