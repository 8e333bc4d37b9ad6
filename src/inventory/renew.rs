//! Asks the service for accounts and roles, and remembers the answers.

use std::cell::RefCell;
use std::collections::HashMap;
use std::time::Duration;

use super::account::Account;
use super::age::now;
use super::ask::{Ask, Scope, Why};
use super::fetch::{Collected, Fetch, FetchCounts};
use super::journal::{Journal, Resume};
use super::paths;
use super::remembered::Inventory;
use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::Result;
use crate::files::lock;
use crate::identity_center::Client;
use crate::session::Session;
use crate::terminal;

/// How long to wait for another process that fetches the same list.
const PATIENCE: Duration = Duration::from_mins(10);

/// How long the service may take for a page of accounts where an old list can be used instead.
const PATIENCE_WITH_OLD_LIST: Duration = Duration::from_secs(5);

impl Inventory {
    /// Asks the service, and remembers its answers. `progress` is called with the counts so far, and `arrived` with
    /// each account whose roles are known.
    ///
    /// All writers of the list hold its lock from reading to writing. One that had to wait takes what another process
    /// has asked meanwhile, or that one's failure.
    pub(crate) fn renew(
        directory: &Directory,
        client: &Client,
        session: &Session<'_>,
        ask: &Ask<'_>,
        progress: &dyn Fn(&FetchCounts),
        arrived: &dyn Fn(&Account),
    ) -> Result<Self> {
        // A sign-in can take minutes. It comes before the lock, so that no other process waits for it.
        session.token()?;
        let begin = now();
        let patience = match Self::remembered(directory)? {
            Some(_) if !ask.is_refresh() => PATIENCE_WITH_OLD_LIST,
            _ => PATIENCE,
        };
        let mut is_said = false;
        let mut lock = lock::take(&environment::lock_folder()?, &paths::lock_name(directory), patience, |holder| {
            if ask.is_for_person && !std::mem::replace(&mut is_said, true) {
                terminal::say(&format!("aws-sso: {holder} is fetching the accounts and roles; waiting for its list\n"));
            }
        })?;
        if let Some(error) = lock.inherited() {
            return Err(error);
        }
        let remembered = Self::remembered(directory)?;
        let since = lock.has_waited().then_some(begin);
        if let Some(list) = &remembered
            && ask.is_settled_by(list, since)
        {
            return Ok(list.clone());
        }
        let renewal = Renewal { directory, client, session, ask, progress, arrived, remembered: remembered.as_ref() };
        let renewed = renewal.run();
        if let Err(error) = &renewed {
            lock.fail(error);
        }
        renewed
    }

    /// Makes the next reader ask for the roles of these accounts: the service has refused one that the list has.
    pub(crate) fn doubt(directory: &Directory, refused: &[(&str, &str)]) -> Result<()> {
        let name = paths::lock_name(directory);
        // Another process that holds the lock is asking the service.
        let Some(_lock) = lock::take_if_free(&environment::lock_folder()?, &name) else { return Ok(()) };
        let Some(mut list) = Self::remembered(directory)? else { return Ok(()) };
        let mut is_changed = false;
        for account in &mut list.accounts {
            let is_refused = |(id, role): &(&str, &str)| account.id == *id && account.has(role);
            if account.listed_at != Some(0) && refused.iter().any(is_refused) {
                account.listed_at = Some(0);
                is_changed = true;
            }
        }
        if is_changed { list.remember(directory) } else { Ok(()) }
    }
}

/// One question to the service, while the lock is held.
struct Renewal<'a> {
    directory: &'a Directory,
    client: &'a Client,
    session: &'a Session<'a>,
    ask: &'a Ask<'a>,
    progress: &'a dyn Fn(&FetchCounts),
    arrived: &'a dyn Fn(&Account),
    remembered: Option<&'a Inventory>,
}

impl Renewal<'_> {
    fn run(&self) -> Result<Inventory> {
        // `with_token` runs the closure again with a new token where the service rejects the first one. The second run
        // continues with the same journal.
        let journal = RefCell::new(self.journal()?);
        let old = self.remembered.map(|list| &list.accounts).into_iter().flatten();
        let known: HashMap<&str, &Account> = old.map(|account| (account.id.as_str(), account)).collect();
        let begin = now();
        let Collected { accounts, are_listed } = self.session.with_token(|token| {
            let fetch = Fetch {
                service: &self.client.service(),
                token,
                journal: &mut journal.borrow_mut(),
                progress: self.progress,
                arrived: self.arrived,
                limit: self.remembered.map(|_| PATIENCE_WITH_OLD_LIST),
                accounts: self.remembered.filter(|list| !self.ask.needs_accounts(Some(list))),
                known: &known,
                needs_roles: &|account| {
                    let before = self.remembered.zip(known.get(account.id.as_str()).copied());
                    self.ask.needs_roles(account, before)
                },
            };
            self.client.block_on(async { Ok(fetch.run().await) })?
        })?;
        let is_whole = !accounts.iter().any(Account::is_unknown);
        let list = self.list(begin, accounts, are_listed);
        // The list can be used all the same; the next command fetches it again.
        if let Err(error) = list.remember(self.directory)
            && self.ask.is_for_person
        {
            terminal::warn(&format!("{error}; the list is not kept"));
        }
        if is_whole {
            journal.into_inner().remove();
        }
        Ok(list)
    }

    /// What a stopped fetch has received. Only a fetch of everything is worth continuing.
    fn journal(&self) -> Result<Journal> {
        let resume = match self.ask.why {
            Why::Refresh(resume) => resume,
            Why::Due | Why::Doubt(_) => Resume::default(),
        };
        match self.ask.scope {
            Scope::All => Ok(Journal::open(&paths::journal(self.directory)?, &self.directory.start_url, resume)),
            Scope::Names | Scope::Selected(_) | Scope::Account(_) => Ok(Journal::none()),
        }
    }

    /// The list with the answers in it; `begin` is when the first question was sent.
    fn list(&self, begin: i64, mut accounts: Vec<Account>, are_listed: bool) -> Inventory {
        let earlier = self.remembered.map_or(0, |list| list.fetched_at);
        if are_listed {
            for account in &mut accounts {
                account.listed_at = match account.listed_at {
                    // Together with the accounts.
                    Some(at) if at >= begin && !account.roles.is_empty() => None,
                    None if !account.is_new => Some(earlier),
                    at => at,
                };
            }
        }
        let fetched_at = if are_listed { now() } else { earlier };
        let mut list = Inventory::new(self.directory, fetched_at, accounts);
        list.is_new = are_listed;
        let key = match &self.ask.why {
            Why::Doubt(doubt) => Some(doubt.key()),
            Why::Due | Why::Refresh(_) => None,
        };
        list.note(key, self.remembered);
        list
    }
}
