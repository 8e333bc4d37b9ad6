//! Accounts and roles of a directory: fetched, and remembered for the picker, completion and `list`.

mod fetch;
mod journal;
pub(crate) mod progress;
mod recent;
mod selection;

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

use crate::aws_config::directory::Directory;
use crate::environment;
use crate::error::{Error, Result};
use crate::files::atomic;
use crate::files::folder::Privacy;
use crate::files::lock;
use crate::identity_center::Client;
use crate::role::RoleArn;
use crate::session::Session;
use crate::terminal;
use fetch::{Answers, Fetch};
use journal::Journal;

pub use crate::identity_center::Account;
pub use fetch::{Missing, Tally};
pub use journal::Resume;
pub use recent::Recent;
pub use selection::Selection;

/// Older than this, what is remembered is worth asking for anew, in seconds.
const DAY: i64 = 24 * 60 * 60;

/// How long another process may take to fetch the same directory.
const PATIENCE: Duration = Duration::from_mins(10);

/// Everything that a person can use in one directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    /// The directory's start URL: an edited session does not show another directory's accounts.
    start_url: String,
    /// The directory's region; it decides the partition.
    region: String,
    /// When the service was asked, in seconds since 1970.
    #[serde(default)]
    fetched_at: i64,
    /// In the order of their names, then ids.
    pub accounts: Vec<Account>,
}

impl Inventory {
    /// What was fetched last, if anything was.
    pub fn remembered(directory: &Directory) -> Result<Option<Self>> {
        let bytes = atomic::read(&path(directory)?)?;
        // A file that cannot be read is fetched anew.
        let inventory: Option<Self> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(inventory.filter(|inventory| directory.has_start_url(&inventory.start_url)))
    }

    /// When it was remembered.
    #[must_use]
    pub fn written(directory: &Directory) -> Option<SystemTime> {
        std::fs::metadata(path(directory).ok()?).and_then(|metadata| metadata.modified()).ok()
    }

    /// Asks the service for all of it, and remembers the answer. `progress` is told how far it has got.
    ///
    /// Where another process is at it already, its answer is waited for and taken.
    pub fn fetch(
        directory: &Directory,
        client: &Client,
        session: &Session<'_>,
        resume: Resume,
        progress: &dyn Fn(&Tally),
    ) -> Result<Fetched> {
        // A person may have to sign in first, which takes minutes: not while others wait.
        session.token()?;
        let name = file_name(directory, "inventory");
        let mut was_busy = false;
        let _lock = lock::take(&environment::lock_folder()?, &name, PATIENCE, |_| {
            was_busy = true;
            terminal::say("aws-sso: another process is fetching the accounts and roles; waiting for its list\n");
        })?;
        let remembered = Self::remembered(directory)?;
        let journal_path = environment::cache_folder()?.join(file_name(directory, "unfinished"));
        if let Some(inventory) = remembered.clone().filter(|_| was_busy && !journal_path.exists()) {
            return Ok(Fetched { inventory, missing: Vec::new() });
        }
        let journal = RefCell::new(Journal::open(&journal_path, &directory.start_url, resume)?);
        let answers = session.with_token(|token| {
            let journal = &mut *journal.borrow_mut();
            let fetch = Fetch { service: client.service(), token, journal, progress };
            client.block_on(async { Ok(fetch.run().await) })?
        })?;
        let Answers { mut accounts, mut missing } = answers;
        // The roles that such an account had are still the best that is known.
        let mut known: HashMap<_, _> = remembered
            .into_iter()
            .flat_map(|inventory| inventory.accounts)
            .map(|account| (account.id, account.roles))
            .collect();
        accounts.extend(missing.iter().map(|Missing { account, .. }| Account {
            roles: known.remove(&account.id).unwrap_or_default(),
            ..account.clone()
        }));
        accounts.sort();
        missing.sort_by(|one, other| one.account.cmp(&other.account));
        let inventory = Self {
            start_url: directory.start_url.clone(),
            region: directory.region.to_string(),
            fetched_at: Timestamp::now().as_second(),
            accounts,
        };
        // The answer is no worse for it: the next run asks again.
        if let Err(error) = inventory.remember(directory) {
            terminal::warn(&format!("{error}; the list is not kept"));
        }
        if missing.is_empty() {
            journal.into_inner().remove();
        }
        Ok(Fetched { inventory, missing })
    }

    fn remember(&self, directory: &Directory) -> Result<()> {
        let bytes = serde_json::to_vec(self)
            .map_err(|error| Error::failed(format!("cannot write the list of accounts: {error}")))?;
        atomic::write(&path(directory)?, &bytes, Privacy::Secret)
    }

    /// Whether it was fetched more than a day ago (or in the future, by the clock of another day).
    #[must_use]
    pub fn is_old(&self) -> bool {
        !(0..DAY).contains(&(Timestamp::now().as_second() - self.fetched_at))
    }

    /// Every role, account by account.
    pub fn roles(&self) -> impl Iterator<Item = (&Account, RoleArn)> {
        self.accounts
            .iter()
            .flat_map(move |account| account.roles.iter().map(move |role| (account, self.arn(account, role))))
    }

    /// The ARN of a role in one of the accounts.
    #[must_use]
    pub fn arn(&self, account: &Account, role_name: &str) -> RoleArn {
        RoleArn::in_region(&self.region, &account.id, role_name)
    }

    /// The role that `ACCOUNT_NAME/NAME` names; two accounts may share a name.
    pub fn role(&self, account_name: &str, role_name: &str) -> Result<RoleArn> {
        let named: Vec<_> = self.accounts.iter().filter(|account| account.name == account_name).collect();
        let holds = |account: &&&Account| account.roles.iter().any(|role| role == role_name);
        match (named.as_slice(), named.iter().filter(holds).collect::<Vec<_>>().as_slice()) {
            (_, [account]) => Ok(self.arn(account, role_name)),
            (_, [_, _, ..]) => {
                let ids: Vec<_> = named.iter().map(|account| format!("{}/{role_name}", account.id)).collect();
                Err(Error::usage(format!("several accounts are called {account_name}"))
                    .with_remedy(format!("say which by its id: {}", ids.join(", "))))
            }
            ([], _) => Err(Error::denied(format!("there is no account called {account_name}"))
                .with_remedy("run: aws-sso list --refresh")),
            _ => Err(Error::denied(format!("the account {account_name} has no role {role_name}"))
                .with_remedy("run: aws-sso list --refresh")),
        }
    }
}

/// What a run has fetched.
#[derive(Debug)]
pub struct Fetched {
    /// All of it. An account whose roles could not be had has those that were remembered.
    pub inventory: Inventory,
    /// The accounts whose roles could not be had.
    pub missing: Vec<Missing>,
}

impl Fetched {
    /// The error that names the accounts whose roles could not be had, if there are any.
    #[must_use]
    pub fn shortfall(&self) -> Option<Error> {
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
        let accounts = if self.missing.len() == 1 { "account" } else { "accounts" };
        Some(Error::service(format!("the roles of {} {accounts} could not be had", self.missing.len())).with_remedy(
            format!(
                "{}\n{}\nfor those {accounts} nothing was changed; run it again within an hour: the rest is kept",
                names.join(", "),
                first.error
            ),
        ))
    }
}

fn path(directory: &Directory) -> Result<PathBuf> {
    Ok(environment::cache_folder()?.join(file_name(directory, "inventory") + ".json"))
}

fn file_name(directory: &Directory, what: &str) -> String {
    format!("{what}-{}", Sha1::from(directory.token_key()).digest())
}
