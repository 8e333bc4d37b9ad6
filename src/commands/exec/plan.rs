//! Which runs there are to be, and the question before those of administrators.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write as _;

use crate::aws_config::directory::Directory;
use crate::cli;
use crate::context::Context;
use crate::context::choose;
use crate::context::find::Found;
use crate::error::{Error, Result};
use crate::inventory::{Inventory, Selection};
use crate::role::RoleArn;
use crate::terminal::{Terminal, clean};

/// A role in a region, in which the command runs once.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) role: RoleArn,
    pub(super) account_name: String,
    pub(super) region: Option<String>,
    /// Its account, role and, where there are several, region, as a person reads them.
    pub(super) label: String,
}

/// All of them; one directory grants the roles.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) directory: Directory,
    pub(super) runs: Vec<Run>,
}

impl Plan {
    pub(super) fn of(context: &Context, arguments: &cli::Exec) -> Result<Self> {
        let many = &arguments.many;
        let (directory, roles) = if many.pick { chosen(context)? } else { matching(context, many)? };
        let own = context.config()?.region_of(&directory.name).map(str::to_owned);
        let asked = many.regions.iter().chain(&arguments.target.region).cloned().map(Some);
        let mut named = HashSet::new();
        let mut regions: Vec<_> = asked.filter(|region| named.insert(region.clone())).collect();
        if regions.is_empty() {
            regions.push(own);
        }
        let runs = runs(&roles, &regions);
        let needs_region = arguments.command.iter().any(|word| word.to_string_lossy().contains("{region}"));
        if needs_region && runs.iter().any(|run| run.region.is_none()) {
            return Err(Error::usage("the command names {region}, and no region is known")
                .with_remedy("name it: --regions eu-west-1"));
        }
        Ok(Self { directory, runs })
    }

    /// Asks where several roles are an administrator's, by their names.
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
            .with_remedy("if that is what you want: --yes"));
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
            .map_err(|error| Error::failed(format!("the terminal cannot be used: {error}")))?;
        match answer.as_deref().map(str::to_lowercase).as_deref() {
            Some("y" | "yes") => Ok(()),
            _ => Err(Error::cancelled("nothing was run")),
        }
    }
}

type Roles = Vec<(String, RoleArn)>;

fn matching(context: &Context, many: &cli::Many) -> Result<(Directory, Roles)> {
    let directory = context.directory()?;
    let inventory = context.inventory(&directory)?;
    let selection = Selection::new(&many.matches, &many.exclude);
    let roles: Roles = selection.roles(&inventory).map(|(account, role)| (account.name.clone(), role)).collect();
    if roles.is_empty() {
        return Err(Error::denied(format!("no role matches {}", many.matches.join(" or ")))
            .with_remedy("see what there is: aws-sso list"));
    }
    Ok((directory, roles))
}

fn chosen(context: &Context) -> Result<(Directory, Roles)> {
    let found = choose::choose_roles(context, "", true, "name the roles with --match PATTERN")?;
    let directory = found.first().map(|found| found.directory.clone());
    let directory = directory.ok_or_else(|| Error::cancelled("no role was chosen"))?;
    let inventory = Inventory::remembered(&directory)?;
    let accounts = inventory.iter().flat_map(|inventory| &inventory.accounts);
    let names: HashMap<_, _> = accounts.map(|account| (&account.id, &account.name)).collect();
    let with_name = |Found { role, .. }: &Found| {
        let name = names.get(&role.account_id).map(|name| (*name).clone());
        (name.unwrap_or_default(), role.clone())
    };
    Ok((directory, found.iter().map(with_name).collect()))
}

fn runs(roles: &Roles, regions: &[Option<String>]) -> Vec<Run> {
    // An account's name tells it from others only if no other has the same, as a person sees it.
    let mut ids: HashMap<_, BTreeSet<_>> = HashMap::new();
    for (name, role) in roles {
        ids.entry(clean(name)).or_default().insert(&role.account_id);
    }
    let label = |name: &String, role: &RoleArn, region: &Option<String>| {
        let name = clean(name);
        let is_own = !name.trim().is_empty() && ids.get(&name).is_some_and(|ids| ids.len() == 1);
        let account = if is_own { name.as_ref() } else { role.account_id.as_str() };
        let place = region.as_deref().filter(|_| regions.len() > 1).map(|region| format!(" {region}"));
        format!("{account}/{}{}", clean(&role.role_name), place.unwrap_or_default())
    };
    let of_role = |(name, role): &(String, RoleArn)| {
        let run = |region: &Option<String>| Run {
            role: role.clone(),
            account_name: name.clone(),
            region: region.clone(),
            label: label(name, role, region),
        };
        regions.iter().map(run).collect::<Vec<_>>()
    };
    roles.iter().flat_map(of_role).collect()
}
