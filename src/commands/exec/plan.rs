//! The runs of `exec --match`, and the question before several of them run under administrator roles.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write as _;

use super::arguments::{ExecArgs, ManyArgs};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::context::choose;
use crate::context::find::Found;
use crate::context::labels::{self, Aliases};
use crate::context::profiles::RoleProfiles;
use crate::error::{Error, Result};
use crate::inventory::{Inventory, Scope, Selection};
use crate::role::RoleArn;
use crate::terminal::{self, Terminal, clean};

/// One run of the command, under a role and in a region.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) role: RoleArn,
    pub(super) account_name: String,
    /// The profile or alias by which the role is known.
    pub(super) known_as: Option<String>,
    pub(super) region: Option<String>,
    /// The account, the role and, if there are several, the region, without control characters.
    pub(super) label: String,
}

/// All runs. One sso-session grants all the roles.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) directory: Directory,
    pub(super) runs: Vec<Run>,
    /// Accounts that could match, but whose roles are not known: one error for those that failed, one for those that
    /// are refused.
    pub(super) shortfall: Option<Error>,
    pub(super) refusal: Option<Error>,
}

/// The roles that are asked for.
struct Asked {
    directory: Directory,
    roles: Roles,
    shortfall: Option<Error>,
    refusal: Option<Error>,
}

impl Plan {
    pub(super) fn of(context: &Context, arguments: &ExecArgs) -> Result<Self> {
        let many = &arguments.many;
        let asked = if many.pick { chosen(context)? } else { matching(context, many)? };
        let Asked { directory, roles, shortfall, refusal } = asked;
        let mut regions: Vec<_> = many.regions().chain(&arguments.target.region).map(String::as_str).collect();
        let mut seen = HashSet::new();
        regions.retain(|region| seen.insert(*region));
        let profiles = RoleProfiles::new(context, &directory, roles.iter().map(|(_, role)| role))?;
        let runs = runs(&roles, &regions, &profiles, &labels::aliases(context)?);
        let needs_region = arguments.command.iter().any(|word| word.to_string_lossy().contains("{region}"));
        if let Some(without) = runs.iter().find(|run| needs_region && run.region.is_none()) {
            return Err(Error::usage(format!("the command names {{region}}, and {} has none", without.label))
                .with_remedy("name it: --regions eu-west-1"));
        }
        Ok(Self { directory, runs, shortfall, refusal })
    }

    /// Asks the user before the command runs under several roles with a name like admin.
    pub(super) fn confirm(&self, command: &str) -> Result<()> {
        const NAMED: usize = 20;
        let is_admin = |run: &&Run| run.role.role_name.to_lowercase().contains("admin");
        let roles: BTreeSet<_> = self.runs.iter().filter(is_admin).map(|run| &run.role).collect();
        if roles.len() < 2 {
            return Ok(());
        }
        let count = roles.len();
        let Some(mut terminal) = Terminal::open() else {
            return Err(Error::usage(format!(
                "this runs under {count} roles with a name like admin, and there is no terminal to ask on"
            ))
            .with_remedy("to run it without a question: --yes"));
        };
        let mut question = format!("aws-sso: {} runs of: {}\n", self.runs.len(), clean(command));
        question.push_str(&format!("{count} of the roles have a name like admin:\n"));
        let labels: BTreeSet<_> = self.runs.iter().filter(is_admin).map(|run| &run.label).collect();
        for label in labels.iter().take(NAMED) {
            question.push_str(&format!("  {label}\n"));
        }
        if labels.len() > NAMED {
            question.push_str(&format!("  and {} more\n", labels.len() - NAMED));
        }
        question.push_str("Go on? [y/N] ");
        let answer = terminal
            .write_all(question.as_bytes())
            .and_then(|()| terminal.flush())
            .and_then(|()| terminal.read_line())
            .map_err(|error| Error::failed(format!("the terminal cannot be used: {error}")).with_source(error))?;
        match answer.as_deref().map(str::to_lowercase).as_deref() {
            Some("y" | "yes") => Ok(()),
            _ => Err(Error::cancelled("nothing was run")),
        }
    }
}

/// The account's name, and the role.
type Roles = Vec<(String, RoleArn)>;

fn matching(context: &Context, many: &ManyArgs) -> Result<Asked> {
    let directory = context.directory()?;
    let selection = Selection::new(&many.matches, &many.exclude).with_absent_excludes(many.exclude_missing_ok);
    let scope = Scope::Selected(&selection);
    let inventory = context.selected(&directory, &selection)?;
    let gaps = inventory.gaps(&scope);
    let shortfall = gaps.shortfall("more of their roles may match; run the command again for these accounts");
    let refusal = gaps.refusal();
    let selected = selection.roles(&inventory).filter(|(account, _)| !account.is_refused());
    let roles: Roles = selected.map(|(account, role)| (account.name.clone(), role)).collect();
    if roles.is_empty() {
        let rest = if many.exclude.is_empty() { "" } else { " and is not excluded" };
        let none = Error::denied(format!("no role matches {}{rest}", many.matches.join(" or ")))
            .with_remedy("see what there is: aws-sso list");
        let none = if inventory.accounts.is_empty() { inventory.no_account() } else { none };
        return Err(shortfall.or(refusal).unwrap_or(none));
    }
    Ok(Asked { directory, roles, shortfall, refusal })
}

fn chosen(context: &Context) -> Result<Asked> {
    let found = choose::choose_roles(context, "", true, "name the roles with --match PATTERN")?;
    let directory = found.first().map(|found| found.directory.clone());
    let directory = directory.ok_or_else(|| Error::cancelled("no role was chosen"))?;
    let inventory = Inventory::remembered(&directory)?;
    let accounts = inventory.iter().flat_map(|inventory| &inventory.accounts);
    let names: HashMap<_, _> = accounts.map(|account| (&account.id, &account.name)).collect();
    let mut roles = Vec::new();
    for Found { role, .. } in found {
        let account_name = names.get(&role.account_id).map(|name| (*name).clone()).unwrap_or_default();
        roles.push((account_name, role));
    }
    Ok(Asked { directory, roles, shortfall: None, refusal: None })
}

/// A run for each role, in its own region or in each of these.
fn runs(roles: &Roles, regions: &[&str], profiles: &RoleProfiles<'_>, aliases: &Aliases<'_>) -> Vec<Run> {
    // The account's name is the label if no other account looks the same on the screen, else its id is.
    let mut ids_of_name: HashMap<_, BTreeSet<_>> = HashMap::new();
    for (name, role) in roles {
        ids_of_name.entry(terminal::name(name)).or_default().insert(&role.account_id);
    }
    let mut runs = Vec::with_capacity(roles.len() * regions.len().max(1));
    for (account_name, role) in roles {
        let shown = terminal::name(account_name);
        let is_unique = ids_of_name.get(&shown).is_some_and(|ids| ids.len() == 1);
        let account = if is_unique && !shown.trim().is_empty() { shown.as_ref() } else { &role.account_id };
        let role_label = format!("{account}/{}", terminal::name(&role.role_name));
        let alias = || aliases.get(&(role.account_id.clone(), role.role_name.clone())).copied();
        let known_as = profiles.first(role).or_else(alias).map(str::to_owned);
        let mut add = |region: Option<&str>, label| {
            let (known_as, region) = (known_as.clone(), region.map(str::to_owned));
            runs.push(Run { role: role.clone(), account_name: account_name.clone(), known_as, region, label });
        };
        match regions {
            [] => add(profiles.region(role), role_label),
            [only] => add(Some(only), role_label),
            several => several.iter().for_each(|region| add(Some(region), format!("{role_label} {region}"))),
        }
    }
    runs
}
