//! Of which Identity Center a ROLE is: never of one that was guessed.

use super::Context;
use super::instance::{SHOWN, logins, names, not_signed_in};
use crate::aws_cache::role_credentials::{self, CachedRole};
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::cli::again::with_profile;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::inventory::{Account, Inventory, Scope};
use crate::partition::Partition;
use crate::role::{RoleArn, RoleRef};
use crate::secret_store::SecretStore;

/// Whether an Identity Center has a role, as far as this machine knows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Has {
    Yes,
    No,
    Unknown,
}

/// What this machine remembers of the Identity Centers. A list counts for every name of its start URL.
struct Memory {
    /// Each that may have a list of its own.
    names: Vec<Directory>,
}

impl Context {
    /// The Identity Center that grants this role.
    ///
    /// The one that the environment or the settings name, unless its list rules it out. Else the only one that has the
    /// role, if no other one could have it as well.
    pub(super) fn directory_of(&self, reference: &RoleRef) -> Result<Directory> {
        if self.has_profile_option() || self.config()?.directories().len() < 2 {
            return self.directory();
        }
        if let Some(entered) = self.entered_from(reference) {
            return Ok(entered);
        }
        let memory = Memory::new(self.config()?);
        let named = self.named_in_config()?;
        if let Some(named) = named.as_ref().filter(|named| memory.has_cached(named, reference)) {
            return Ok(named.clone());
        }
        let candidates = self.candidates(reference)?;
        if let [only] = candidates.as_slice() {
            return Ok(only.clone());
        }
        if let Some(named) = named.filter(|named| candidates.contains(named)) {
            if matches!(reference, RoleRef::AccountName { .. }) {
                self.learn(&memory, &named, reference);
            }
            if memory.has(&named, reference) != Has::No {
                return Ok(named);
            }
        }
        match (memory.having(&candidates, reference).as_slice(), reference) {
            ([], RoleRef::AccountName { account_name, role_name }) => {
                self.directory_that_lists(&memory, &candidates, account_name, role_name)
            }
            ([], _) => self.directory_without_list(&memory, &candidates, reference),
            ([_], _) => {
                for directory in &candidates {
                    self.learn(&memory, directory, reference);
                }
                let having = memory.having(&candidates, reference);
                self.one_of(having, self.signed_in(memory.unknown(&candidates, reference)))
            }
            (having, _) => self.one_of(having.to_vec(), Vec::new()),
        }
    }

    /// The Identity Center from which this shell has entered this very role.
    fn entered_from(&self, reference: &RoleRef) -> Option<Directory> {
        let role = environment::shell_role()?.0.parse().ok()?;
        let (_, name) = self.session_of_environment().filter(|_| reference.names(&role))?;
        self.config().ok()?.directory(&name).ok()
    }

    /// The Identity Center that the environment or the settings name. A name that the config does not have, such as
    /// that of an sso-session which was renamed, is none; one that is wrong in it is an error.
    fn named_in_config(&self) -> Result<Option<Directory>> {
        let config = self.config()?;
        match self.named_without_option()? {
            Some((_, name)) if config.sso_session(&name).is_none() && config.profile(&name).is_none() => Ok(None),
            _ => self.named_directory(),
        }
    }

    /// The Identity Centers of the partition of this role, if the role says its partition.
    fn candidates(&self, reference: &RoleRef) -> Result<Vec<Directory>> {
        let all: Vec<_> = self.directories()?.into_iter().flatten().collect();
        let RoleRef::Arn(role) = reference else { return Ok(all) };
        let is_there = |directory: &&Directory| Partition::of_region(&directory.region).name == role.partition;
        let there: Vec<_> = all.iter().filter(is_there).cloned().collect();
        Ok(if there.is_empty() { all } else { there })
    }

    /// Asks an Identity Center of which it is not known whether it has this role, if the user is signed in to it.
    fn learn(&self, memory: &Memory, directory: &Directory, reference: &RoleRef) {
        if memory.has(directory, reference) != Has::Unknown {
            return;
        }
        let account = match reference {
            RoleRef::Arn(RoleArn { account_id, .. }) | RoleRef::Id { account_id, .. } => account_id,
            RoleRef::AccountName { account_name, .. } => account_name,
            RoleRef::Place(place) => &place.account_id,
            RoleRef::Name(_) => return,
        };
        if let Err(error) = self.without_sign_in().inventory(directory, Scope::Account(account)) {
            tracing::info!("{} is not known to have the role or not: {error}", directory.name);
        }
    }

    /// One that is not used on this machine, or not now, keeps nobody from a role that another one is known to have.
    fn signed_in(&self, mut directories: Vec<Directory>) -> Vec<Directory> {
        directories.retain(|directory| self.is_signed_in(directory));
        directories
    }

    /// The only one that has a role, else the chosen one of those that do. `unknown` could have it as well.
    fn one_of(&self, mut having: Vec<Directory>, mut unknown: Vec<Directory>) -> Result<Directory> {
        if let ([only], []) = (having.as_slice(), unknown.as_slice()) {
            return Ok(only.clone());
        }
        if let Some(named) = self.named_directory()?.filter(|named| having.contains(named)) {
            return Ok(named);
        }
        let have = if unknown.is_empty() { "have this role" } else { "have this role or may have it" };
        having.append(&mut unknown);
        Err(Error::usage(format!("several sso-sessions {have}: {}", names(&having))).with_remedy(commands(&having)))
    }

    /// The Identity Center to ask for a role that no remembered list has, and that is not looked up.
    fn directory_without_list(
        &self,
        memory: &Memory,
        candidates: &[Directory],
        reference: &RoleRef,
    ) -> Result<Directory> {
        if let Some(named) = self.named_directory()?.filter(|named| candidates.contains(named)) {
            return Ok(named);
        }
        let unknown = memory.unknown(candidates, reference);
        let possible = if unknown.is_empty() { candidates.to_vec() } else { unknown };
        let signed_in = self.signed_in(possible.clone());
        match if signed_in.is_empty() { possible } else { signed_in }.as_slice() {
            [only] => Ok(only.clone()),
            _ => Err(Error::usage(format!("no remembered list has this role, so name one of {}", names(candidates)))
                .with_remedy(commands(candidates))),
        }
    }

    /// The Identity Center that lists this role now, by all to which the user is signed in.
    fn directory_that_lists(
        &self,
        memory: &Memory,
        candidates: &[Directory],
        account: &str,
        role: &str,
    ) -> Result<Directory> {
        let quiet = self.without_sign_in();
        let (mut having, mut others, mut unasked, mut refusal) = (Vec::new(), Vec::new(), Vec::new(), None);
        for directory in candidates {
            match quiet.role_by_name(directory, account, role) {
                Ok(_) => having.push(directory.clone()),
                // Two accounts of it have this name.
                Err(error) if error.kind() == Kind::Usage => having.push(directory.clone()),
                Err(error) if error.kind() == Kind::SignInNeeded => unasked.push(directory.clone()),
                Err(error) => {
                    others.push(directory.clone());
                    refusal = refusal.or(Some(error));
                }
            }
        }
        if !having.is_empty() {
            let reference = RoleRef::AccountName { account_name: account.to_owned(), role_name: role.to_owned() };
            return self.one_of(having, memory.unknown(&others, &reference));
        }
        match self.named_directory()?.filter(|named| unasked.contains(named)) {
            // One sign-in may be asked for: that of the chosen one.
            Some(named) => Ok(named),
            None => Err(refusal.map_or_else(|| not_signed_in(&unasked), |error| also_not_asked(error, &unasked))),
        }
    }
}

impl Memory {
    fn new(config: &Config) -> Self {
        Self { names: config.sign_ins().iter().filter_map(|name| config.directory(name).ok()).collect() }
    }

    fn lists<'a>(&'a self, directory: &'a Directory) -> impl Iterator<Item = Inventory> + 'a {
        let others = self.names.iter().filter(|other| other.token_key() != directory.token_key());
        let same = others.filter(|other| other.has_start_url(&directory.start_url));
        std::iter::once(directory).chain(same).filter_map(|name| Inventory::remembered(name).ok()?)
    }

    /// Whether an Identity Center has a role, by its lists.
    fn has(&self, directory: &Directory, reference: &RoleRef) -> Has {
        let by_list: Vec<_> = self.lists(directory).map(|list| is_in(&list, reference)).collect();
        [Has::Yes, Has::No].into_iter().find(|has| by_list.contains(has)).unwrap_or(Has::Unknown)
    }

    fn having(&self, candidates: &[Directory], reference: &RoleRef) -> Vec<Directory> {
        candidates.iter().filter(|directory| self.has(directory, reference) == Has::Yes).cloned().collect()
    }

    fn unknown(&self, candidates: &[Directory], reference: &RoleRef) -> Vec<Directory> {
        candidates.iter().filter(|directory| self.has(directory, reference) == Has::Unknown).cloned().collect()
    }

    /// Whether cached credentials of the role say more than the list: the list is older than their end. While they are
    /// fresh, the fast path gives them without a look at any list.
    fn has_cached(&self, directory: &Directory, reference: &RoleRef) -> bool {
        let age = self.lists(directory).map(|list| list.seconds_old().max(0)).min().unwrap_or(i64::MAX);
        cached(directory, reference).is_some_and(|credentials| credentials.seconds_left() > -age)
    }
}

/// The role's credentials, read as the fast path reads them, but also expired ones.
fn cached(directory: &Directory, reference: &RoleRef) -> Option<RoleCredentials> {
    let (account_id, role_name) = match reference {
        RoleRef::Arn(RoleArn { account_id, role_name, .. }) | RoleRef::Id { account_id, role_name } => {
            (account_id, role_name)
        }
        RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => return None,
    };
    let role = CachedRole { account_id, role_name, directory };
    let path = role.path(&environment::role_cache().ok()?);
    role_credentials::read(&SecretStore::Files, &path, &role, || false).ok()?
}

/// Whether a list has a role. It does not know the roles of an account with a gap.
fn is_in(list: &Inventory, reference: &RoleRef) -> Has {
    let is_account = |account: &&Account| match reference {
        RoleRef::Arn(RoleArn { account_id, .. }) | RoleRef::Id { account_id, .. } => account.id == *account_id,
        RoleRef::AccountName { account_name, .. } => account.name == *account_name,
        RoleRef::Place(place) => account.id == place.account_id,
        RoleRef::Name(_) => false,
    };
    let role = match reference {
        RoleRef::Arn(RoleArn { role_name, .. })
        | RoleRef::Id { role_name, .. }
        | RoleRef::AccountName { role_name, .. } => Some(role_name),
        RoleRef::Place(place) => place.role_name.as_ref(),
        RoleRef::Name(_) => return Has::Unknown,
    };
    let has = |account: &Account| role.map_or(!account.roles.is_empty(), |role| account.has(role));
    let named = || list.accounts.iter().filter(is_account);
    if named().any(has) {
        return Has::Yes;
    }
    if named().any(|account| account.gap.is_some()) { Has::Unknown } else { Has::No }
}

/// This run's command with each of these.
fn commands(directories: &[Directory]) -> String {
    let shown = directories.iter().take(SHOWN);
    shown.map(|directory| format!("run: {}", with_profile(&directory.name))).collect::<Vec<_>>().join("\n")
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
