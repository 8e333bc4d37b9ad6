//! The runs of `exec --match`, and the question before several of them run under administrator roles.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::io::Write as _;

use super::arguments::ExecArgs;
use super::assume;
use super::matched::{Asked, Roles, chosen, matching};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::context::find::Found;
use crate::context::labels::{self, Aliases};
use crate::context::profiles::RoleProfiles;
use crate::error::{Error, Result};
use crate::role::{RoleArn, RoleLine};
use crate::terminal::{self, Terminal, clean};

/// One run of the command, under a role and in a region.
#[derive(Clone, Debug)]
pub(super) struct Run {
    pub(super) found: Found,
    /// The index of its sso-session in the plan.
    pub(super) of: usize,
    /// Whether another run has the same role from another sso-session.
    pub(super) has_namesake: bool,
    pub(super) account_name: String,
    /// The profile or alias by which the role is known.
    pub(super) known_as: Option<String>,
    pub(super) region: Option<String>,
    /// The account, the role and, if there are several, the region, without control characters.
    pub(super) label: String,
}

impl Run {
    /// The name of its sso-session.
    pub(super) fn sso_session(&self) -> &str {
        &self.found.directory.name
    }

    /// How its role is typed, and the options of one that is assumed.
    pub(super) fn typed(&self) -> (String, Vec<String>) {
        let Found { role, profile, base_profile, .. } = &self.found;
        let label = role.as_ref().map(|role| format!("{}/{}", role.account_id, role.role_name));
        match (self.found.line(), label) {
            (Some(RoleLine { target, .. }), Some(label)) if profile.is_none() && base_profile.is_none() => {
                (label, target.assume.words())
            }
            (Some(RoleLine { role, target, .. }), _) => (role, target.assume.words()),
            (None, label) => (label.unwrap_or_default(), Vec::new()),
        }
    }
}

/// All runs, and the sso-sessions that grant their roles.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) directories: Vec<Directory>,
    pub(super) runs: Vec<Run>,
    /// Accounts that could match, but whose roles are not known; the first error decides the status if all else is
    /// well.
    pub(super) gaps: Vec<Error>,
}

impl Plan {
    pub(super) fn of(context: &Context, arguments: &ExecArgs) -> Result<Self> {
        let many = &arguments.many;
        let Asked { groups, gaps } = if many.pick { chosen(context)? } else { matching(context, many)? };
        let mut regions: Vec<_> = many.regions().chain(&arguments.target.region).map(String::as_str).collect();
        let mut seen = HashSet::new();
        regions.retain(|region| seen.insert(*region));
        let profiles = |(directory, roles): &(Directory, Roles)| {
            RoleProfiles::new(context, directory, roles.iter().filter_map(|(_, found)| found.role.as_ref()))
        };
        let profiles = groups.iter().map(profiles).collect::<Result<Vec<_>>>()?;
        let groups = assume::with_each(groups, &profiles, &arguments.target.assume)?;
        let runs = runs(&groups, &regions, &profiles, &labels::aliases(context)?);
        let needs_region = arguments.command.iter().any(|word| word.to_string_lossy().contains("{region}"));
        if let Some(without) = runs.iter().find(|run| needs_region && run.region.is_none()) {
            return Err(Error::usage(format!("the command names {{region}}, and {} has none", without.label))
                .with_remedy("name it: --regions eu-west-1"));
        }
        Ok(Self { directories: groups.into_iter().map(|(directory, _)| directory).collect(), runs, gaps })
    }

    /// Asks the user before the command runs under several roles with a name like admin.
    pub(super) fn confirm(&self, command: &str) -> Result<()> {
        const NAMED: usize = 20;
        let is_admin = |run: &&Run| run.found.role_name().to_lowercase().contains("admin");
        let roles: BTreeSet<_> = self.runs.iter().filter(is_admin).map(|run| (run.of, run.found.arn())).collect();
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

/// A run for each role, in its own region or in each of these.
fn runs(
    groups: &[(Directory, Roles)],
    regions: &[&str],
    profiles: &[RoleProfiles<'_>],
    aliases: &Aliases<'_>,
) -> Vec<Run> {
    // The account's name is the label if no other account looks the same on the screen, else its id is.
    let mut ids_of_name: HashMap<_, BTreeSet<_>> = HashMap::new();
    let mut uses: HashMap<_, usize> = HashMap::new();
    let all = || groups.iter().flat_map(|(_, roles)| roles);
    for (name, found) in all() {
        ids_of_name.entry(terminal::name(name)).or_default().insert(found.account_id());
        *uses.entry(found.arn()).or_default() += 1;
    }
    let mut runs = Vec::with_capacity(all().count() * regions.len().max(1));
    for (of, (directory, roles)) in groups.iter().enumerate() {
        let profiles = &profiles[of];
        for (account_name, found) in roles {
            let shown = terminal::name(account_name);
            let is_unique = ids_of_name.get(&shown).is_some_and(|ids| ids.len() == 1);
            let account = if is_unique && !shown.trim().is_empty() { shown.as_ref() } else { found.account_id() };
            let has_namesake = uses.get(&found.arn()).is_some_and(|uses| *uses > 1);
            let session = if has_namesake { format!(" of {}", terminal::name(&directory.name)) } else { String::new() };
            let role_label = format!("{account}/{}{session}", terminal::name(found.role_name()));
            let role = found.role.as_ref();
            let alias = |role: &RoleArn| aliases.get(&(role.account_id.clone(), role.role_name.clone())).copied();
            let of_role = || role.and_then(|role| profiles.first(role).or_else(|| alias(role)));
            let known_as = if found.is_chained() { found.profile.as_deref() } else { of_role() };
            let of_profile = || role.and_then(|role| profiles.region(role)).map(str::to_owned);
            let own_region = || found.region.clone().or_else(of_profile);
            let run = |region: Option<&str>, label| Run {
                found: found.clone(),
                of,
                has_namesake,
                account_name: account_name.clone(),
                known_as: known_as.map(str::to_owned),
                region: region.map(str::to_owned),
                label,
            };
            match regions {
                [] => runs.push(run(own_region().as_deref(), role_label)),
                [only] => runs.push(run(Some(only), role_label)),
                several => {
                    runs.extend(several.iter().map(|region| run(Some(region), format!("{role_label} {region}"))));
                }
            }
        }
    }
    runs
}
