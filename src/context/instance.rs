//! With which Identity Centers a verb works: with one, with all of the config, or with the one that grants a ROLE.

use super::Context;
use crate::aws_config::directory::Directory;
use crate::cli::again::with_profile;
use crate::error::{Error, Kind, Result};
use crate::inventory::Inventory;
use crate::partition::Partition;
use crate::programs::profile_option;
use crate::role::RoleRef;
use crate::settings::table::PROFILE;
use crate::{environment, terminal};

/// How many sso-sessions an error shows.
const SHOWN: usize = 10;

impl Context {
    /// The Identity Center that `-p`, the environment, the settings, or a config with only one names.
    pub(crate) fn directory(&self) -> Result<Directory> {
        self.named_directory()?.map_or_else(|| self.only_directory(), Ok)
    }

    /// The same for a verb that can do it for all.
    pub(crate) fn directory_unless_all(&self, verb: &str) -> Result<Directory> {
        let is_open = self.config()?.directories().len() > 1 && matches!(self.named_directory(), Ok(None));
        self.directory().map_err(|error| match error.remedy().filter(|_| is_open) {
            Some(remedy) => {
                let remedy = format!("{remedy}\nor for all: aws-sso {verb} --all");
                error.with_remedy(remedy)
            }
            None => error,
        })
    }

    fn only_directory(&self) -> Result<Directory> {
        let config = self.config()?;
        config.only_directory().map_err(|error| match (config.directories(), error.remedy()) {
            ([first, _, ..], Some(remedy)) => {
                let remedy = format!("{remedy}\nrun: {}", with_profile(first));
                error.with_remedy(remedy)
            }
            _ => error,
        })
    }

    /// The Identity Center that `-p`, the environment or the settings name.
    pub(crate) fn named_directory(&self) -> Result<Option<Directory>> {
        let config = self.config()?;
        if let Some(name) = self.profile_option() {
            return config.directory(name).map(Some);
        }
        let named = |by: &str, name: &str| {
            let directory = config.directory(name).map_err(|error| error.naming(&format!("{by} names {name}")));
            directory.map(Some)
        };
        if let Some((variable, name)) = self.session_of_environment() {
            return named(variable, &name);
        }
        match self.settings()?.get(&PROFILE) {
            Some((name, line)) => named(&format!("{}: profile", self.settings()?.place(line)), name),
            None => Ok(None),
        }
    }

    /// The Identity Centers that a verb goes over: that of `-p`, else each of the config, or what is wrong with it.
    pub(crate) fn directories(&self) -> Result<Vec<Result<Directory>>> {
        let config = self.config()?;
        let names = config.directories();
        if self.has_profile_option() || names.len() < 2 {
            return Ok(vec![Ok(self.directory()?)]);
        }
        let (mut found, mut faults): (Vec<Vec<Directory>>, Vec<_>) = (Vec::new(), Vec::new());
        for name in names {
            match config.directory(name) {
                Ok(directory) => {
                    let is_same = |known: &&mut Vec<Directory>| known[0].has_start_url(&directory.start_url);
                    match found.iter_mut().find(is_same) {
                        Some(known) => known.push(directory),
                        None => found.push(vec![directory]),
                    }
                }
                Err(error) => faults.push(Err(error)),
            }
        }
        let chosen = self.named_directory().ok().flatten();
        let one = |names| Ok(self.one_name(names, chosen.as_ref()));
        Ok(found.into_iter().map(one).chain(faults).collect())
    }

    /// Two names for one start URL are one: the one that is chosen, else one that is signed in or remembered.
    fn one_name(&self, mut names: Vec<Directory>, chosen: Option<&Directory>) -> Directory {
        if let Some(chosen) = chosen.filter(|chosen| chosen.has_start_url(&names[0].start_url)) {
            return chosen.clone();
        }
        let first = if names.len() < 2 {
            None
        } else {
            let is_remembered = |directory: &Directory| matches!(Inventory::remembered(directory), Ok(Some(_)));
            let signed_in = names.iter().position(|directory| self.is_signed_in(directory));
            signed_in.or_else(|| names.iter().position(is_remembered))
        };
        names.swap_remove(first.unwrap_or(0))
    }

    /// Does something with each of these sso-sessions, although some fail. `what` is what they are counted as, `verb`
    /// what tries again.
    pub(crate) fn each(
        &self,
        names: &[String],
        what: &str,
        verb: &str,
        act: impl Fn(&Directory) -> Result<()>,
    ) -> Result<()> {
        if let Some(name) = self.profile_option() {
            let one = format!("run: aws-sso {verb} --all\nor for one: aws-sso {verb} {}", profile_option(name));
            return Err(Error::usage("--all does not go with -p").with_remedy(one));
        }
        let config = self.config()?;
        if names.is_empty() {
            return config.only_directory().map(drop);
        }
        let mut failures = Vec::new();
        for name in names {
            if let Err(error) = config.directory(name).and_then(|directory| act(&directory)) {
                let error = error.naming(name);
                terminal::say(&error.report());
                failures.push(error.kind());
            }
        }
        let Some(kind) = failures.first() else { return Ok(()) };
        let count = format!("{} of {} {what} failed", failures.len(), names.len());
        Err(Error::new(*kind, count).with_remedy(format!("to try again, run: aws-sso {verb} --all")))
    }

    /// Whether requests can be made to this Identity Center without a new sign-in, as far as this machine knows.
    pub(super) fn is_signed_in(&self, directory: &Directory) -> bool {
        let token = self.client(directory).and_then(|client| self.untouched_session(directory, &client)?.stored());
        token.ok().flatten().is_some_and(|token| token.is_alive())
    }

    /// The Identity Center that grants this role: the one whose remembered list has it. Where several have it, or none,
    /// the environment and the settings choose; they never rule one out that alone has the role.
    pub(super) fn directory_of(&self, reference: &RoleRef) -> Result<Directory> {
        if self.has_profile_option() || self.config()?.directories().len() < 2 {
            return self.directory();
        }
        if let Some(entered) = self.entered_from(reference) {
            return Ok(entered);
        }
        let candidates = self.candidates(reference)?;
        let having: Vec<_> = candidates.iter().filter(|directory| has_role(directory, reference)).cloned().collect();
        match (having.as_slice(), reference) {
            ([only], _) => Ok(only.clone()),
            ([_, _, ..], _) => self.one_of(&having),
            ([], RoleRef::AccountName { account_name, role_name }) => {
                self.directory_that_lists(&candidates, account_name, role_name)
            }
            ([], _) => self.directory_without_list(&candidates),
        }
    }

    /// The Identity Center from which this shell has entered this very role.
    fn entered_from(&self, reference: &RoleRef) -> Option<Directory> {
        let role = environment::shell_role()?.0.parse().ok()?;
        let (_, name) = self.session_of_environment().filter(|_| reference.names(&role))?;
        self.config().ok()?.directory(&name).ok()
    }

    /// The Identity Centers of the partition of this role, if the role says its partition.
    fn candidates(&self, reference: &RoleRef) -> Result<Vec<Directory>> {
        let all: Vec<_> = self.directories()?.into_iter().flatten().collect();
        let RoleRef::Arn(role) = reference else { return Ok(all) };
        let is_there = |directory: &&Directory| Partition::of_region(&directory.region).name == role.partition;
        let there: Vec<_> = all.iter().filter(is_there).cloned().collect();
        Ok(if there.is_empty() { all } else { there })
    }

    /// The chosen one of several that have a role.
    fn one_of(&self, having: &[Directory]) -> Result<Directory> {
        match self.named_directory()?.filter(|named| having.contains(named)) {
            Some(named) => Ok(named),
            None => Err(Error::usage(format!("several sso-sessions have this role: {}", names(having)))
                .with_remedy(commands(having))),
        }
    }

    /// The Identity Center to ask for a role that no remembered list has, and that is not looked up.
    fn directory_without_list(&self, candidates: &[Directory]) -> Result<Directory> {
        if let [only] = candidates {
            return Ok(only.clone());
        }
        if let Some(named) = self.named_directory()?.filter(|named| candidates.contains(named)) {
            return Ok(named);
        }
        let mut signed_in = candidates.iter().filter(|directory| self.is_signed_in(directory));
        match (signed_in.next(), signed_in.next()) {
            (Some(only), None) => Ok(only.clone()),
            _ => Err(Error::usage(format!("no remembered list has this role, so name one of {}", names(candidates)))
                .with_remedy(commands(candidates))),
        }
    }

    /// The Identity Center that lists this role now, by all to which the user is signed in.
    fn directory_that_lists(&self, candidates: &[Directory], account: &str, role: &str) -> Result<Directory> {
        let quiet = self.without_sign_in();
        let (mut having, mut unasked, mut refusal) = (Vec::new(), Vec::new(), None);
        for directory in candidates {
            match quiet.role_by_name(directory, account, role) {
                Ok(_) => having.push(directory.clone()),
                // Two accounts of it have this name.
                Err(error) if error.kind() == Kind::Usage => having.push(directory.clone()),
                Err(error) if error.kind() == Kind::SignInNeeded => unasked.push(directory.clone()),
                Err(error) => refusal = refusal.or(Some(error)),
            }
        }
        match (having.as_slice(), refusal) {
            ([only], _) => Ok(only.clone()),
            ([_, _, ..], _) => self.one_of(&having),
            ([], refusal) => match self.named_directory()?.filter(|named| unasked.contains(named)) {
                // One sign-in may be asked for: that of the chosen one.
                Some(named) => Ok(named),
                None => Err(refusal.map_or_else(|| not_signed_in(&unasked), |error| also_not_asked(error, &unasked))),
            },
        }
    }
}

fn has_role(directory: &Directory, reference: &RoleRef) -> bool {
    let Ok(Some(list)) = Inventory::remembered(directory) else { return false };
    let has = |account: &str, role: &str| list.account(account).is_some_and(|account| account.has(role));
    match reference {
        RoleRef::Arn(role) => has(&role.account_id, &role.role_name),
        RoleRef::Id { account_id, role_name } => has(account_id, role_name),
        RoleRef::AccountName { account_name, role_name } => list.role(account_name, role_name).is_ok(),
        RoleRef::Place(place) => match &place.role_name {
            Some(role) => has(&place.account_id, role),
            None => list.account(&place.account_id).is_some_and(|account| !account.roles.is_empty()),
        },
        RoleRef::Name(_) => false,
    }
}

/// The names of the first of these.
pub(super) fn names(directories: &[Directory]) -> String {
    let shown: Vec<_> = directories.iter().take(SHOWN).map(|directory| directory.name.as_str()).collect();
    match directories.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// This run's command with each of these.
fn commands(directories: &[Directory]) -> String {
    let shown = directories.iter().take(SHOWN);
    shown.map(|directory| format!("run: {}", with_profile(&directory.name))).collect::<Vec<_>>().join("\n")
}

/// The error where all of these would have to be asked, and none can.
pub(crate) fn not_signed_in(directories: &[Directory]) -> Error {
    Error::sign_in_needed(format!("not signed in to {}", names(directories))).with_remedy(logins(directories))
}

/// The commands that sign in to these.
pub(super) fn logins(directories: &[Directory]) -> String {
    let one = |directory: &Directory| format!("run: aws-sso login {}", profile_option(&directory.name));
    let mut lines: Vec<_> = directories.iter().take(3).map(one).collect();
    if directories.len() > 1 {
        lines.push("or sign in to all: aws-sso login --all".to_owned());
    }
    lines.join("\n")
}

/// The error of those that were asked, with the way to ask the others.
fn also_not_asked(error: Error, unasked: &[Directory]) -> Error {
    if unasked.is_empty() {
        return error;
    }
    let others = format!("not asked, because you are not signed in: {}\n{}", names(unasked), logins(unasked));
    let remedy = error.remedy().map(|remedy| format!("{remedy}\n{others}"));
    error.with_remedy(remedy.unwrap_or(others))
}
