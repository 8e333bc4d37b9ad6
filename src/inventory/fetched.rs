//! Fetches all accounts and roles, and remembers them.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use super::fetch::{Collected, Fetch, FetchCounts, Missing};
use super::journal::{Journal, Resume};
use super::paths;
use super::remembered::Inventory;
use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::{Error, Result};
use crate::files::lock;
use crate::identity_center::{Account, Client};
use crate::session::Session;
use crate::terminal;

/// How long to wait for another process that fetches the same list.
const PATIENCE: Duration = Duration::from_mins(10);

/// The result of a fetch.
#[derive(Debug)]
pub(crate) struct Fetched {
    /// Every account. Where roles could not be fetched, those that were remembered.
    pub inventory: Inventory,
    /// The accounts whose roles could not be fetched.
    pub missing: Vec<Missing>,
}

impl Fetched {
    /// The error that names the accounts whose roles could not be fetched, if there are any.
    #[must_use]
    pub(crate) fn shortfall(&self) -> Option<Error> {
        const NAMED: usize = 10;
        let label = |Missing { account, .. }: &Missing| match account.name.as_str() {
            "" => account.id.clone(),
            name => format!("{} ({name})", account.id),
        };
        let first = self.missing.first()?;
        let mut names: Vec<_> = self.missing.iter().take(NAMED).map(label).collect();
        match self.missing.len().saturating_sub(NAMED) {
            0 => {}
            more => names.push(format!("{more} more")),
        }
        let (accounts, those) = if self.missing.len() == 1 { ("account", "it") } else { ("accounts", "them") };
        Some(
            Error::service(format!("the roles of {} {accounts} could not be fetched", self.missing.len())).with_remedy(
                format!(
                    "{}\n{}\nnothing was changed for {those}; run the command again within an hour: \
                 the rest is kept",
                    names.join(", "),
                    first.error
                ),
            ),
        )
    }
}

impl Inventory {
    /// Fetches all accounts and roles, and remembers them. `progress` is called with the counts so far.
    ///
    /// Where another process is fetching the same list, this waits and takes that process's list.
    pub(crate) fn fetch(
        directory: &Directory,
        client: &Client,
        session: &Session<'_>,
        resume: Resume,
        progress: &dyn Fn(&FetchCounts),
    ) -> Result<Fetched> {
        // A sign-in can take minutes. It comes before the lock, so that no other process waits for it.
        session.token()?;
        let mut was_busy = false;
        let _lock = lock::take(&environment::lock_folder()?, &paths::lock_name(directory), PATIENCE, |_| {
            was_busy = true;
            terminal::say("aws-sso: another process is fetching the accounts and roles; waiting for its list\n");
        })?;
        let remembered = Self::remembered(directory)?;
        let journal_path = paths::journal(directory)?;
        // A journal that is still there means that the other process has not finished.
        if was_busy
            && !journal_path.exists()
            && let Some(inventory) = remembered
        {
            return Ok(Fetched { inventory, missing: Vec::new() });
        }
        // `with_token` runs the closure again with a new token where the service rejects the first one. The second run
        // continues with the same journal.
        let journal = RefCell::new(Journal::open(&journal_path, &directory.start_url, resume)?);
        let collected = session.with_token(|token| {
            let journal = &mut *journal.borrow_mut();
            let fetch = Fetch { service: client.service(), token, journal, progress };
            client.block_on(async { Ok(fetch.run().await) })?
        })?;
        let Collected { mut accounts, mut missing } = collected;
        accounts.extend(with_known_roles(&missing, remembered));
        accounts.sort();
        missing.sort_by(|one, other| one.account.cmp(&other.account));
        let inventory = Self::new(directory, accounts);
        // The list can be used all the same; the next command fetches it again.
        if let Err(error) = inventory.remember(directory) {
            terminal::warn(&format!("{error}; the list is not kept"));
        }
        if missing.is_empty() {
            journal.into_inner().remove();
        }
        Ok(Fetched { inventory, missing })
    }
}

/// The accounts whose roles could not be fetched, each with the roles that are remembered of it.
fn with_known_roles(missing: &[Missing], remembered: Option<Inventory>) -> Vec<Account> {
    let accounts = remembered.map(|inventory| inventory.accounts).unwrap_or_default();
    let mut known: HashMap<_, _> = accounts.into_iter().map(|account| (account.id, account.roles)).collect();
    let mut found = Vec::with_capacity(missing.len());
    for Missing { account, .. } in missing {
        let roles = known.remove(&account.id).unwrap_or_default();
        found.push(Account { roles, ..account.clone() });
    }
    found
}
