//! Asks the service for every account and its roles, many lists at once.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use super::journal::Journal;
use crate::error::Error;
use crate::identity_center::portal::ListPage;
use crate::identity_center::{Account, IN_FLIGHT, PortalError, Service};
use crate::role::is_account_id;
use crate::secret::Secret;

/// How far a fetch has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct FetchCounts {
    /// Accounts listed so far.
    pub accounts: usize,
    /// Whether these are all accounts.
    pub all_known: bool,
    /// Accounts whose roles are known.
    pub done: usize,
    /// Of these, the ones that an earlier fetch had received.
    pub resumed: usize,
    /// Roles in these accounts.
    pub roles: usize,
}

/// An account whose roles could not be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Missing {
    /// The account, without its roles.
    pub account: Account,
    /// Why.
    pub error: Error,
}

/// All accounts, in the order in which their roles arrived.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) accounts: Vec<Account>,
    pub(super) missing: Vec<Missing>,
}

/// After so many failed lists in a row, the service is down. The other accounts are given up, because each would take
/// all its attempts.
const HOPELESS: usize = IN_FLIGHT;

/// An answer of the service.
enum FetchEvent {
    Accounts(Result<ListPage<Account>, PortalError>),
    Roles(Account, Result<Vec<String>, PortalError>),
}

/// One fetch.
pub(super) struct Fetch<'a> {
    pub(super) service: &'a Arc<Service>,
    pub(super) token: &'a Secret,
    pub(super) journal: &'a mut Journal,
    pub(super) progress: &'a dyn Fn(&FetchCounts),
}

impl Fetch<'_> {
    /// Fetches everything. Roles are fetched while later pages of accounts are still on their way.
    ///
    /// Errors: the service rejects the token, or the list of accounts cannot be fetched. Accounts whose roles cannot be
    /// fetched are part of the result.
    pub(super) async fn run(self) -> Result<Collected, PortalError> {
        let mut collected = Collected::default();
        let mut counts = FetchCounts::default();
        let mut tasks = JoinSet::new();
        let (mut waiting, mut pages, mut listed) = (VecDeque::new(), HashSet::new(), HashSet::new());
        let mut failed_in_a_row = 0;
        self.ask_for_accounts(&mut tasks, None);
        while let Some(event) = tasks.join_next().await {
            match event.map_err(|_| Error::failed("listing the accounts was interrupted"))? {
                FetchEvent::Accounts(page) => {
                    let page = page?;
                    match follow(&mut pages, page.next)? {
                        // The next page goes first: behind the roles of this page it would wait for its turn.
                        Some(next) => self.ask_for_accounts(&mut tasks, Some(next)),
                        None => counts.all_known = true,
                    }
                    let mut items = page.items;
                    items.retain(|account| is_account_id(&account.id) && listed.insert(account.id.clone()));
                    for mut account in items {
                        counts.accounts += 1;
                        if let Some(roles) = self.journal.roles(&account.id) {
                            account.roles = roles;
                            counts.resumed += 1;
                            counts.add(&account);
                            collected.accounts.push(account);
                        } else {
                            waiting.push_back(account);
                        }
                    }
                }
                FetchEvent::Roles(mut account, Ok(roles)) => {
                    failed_in_a_row = 0;
                    self.journal.add(&account.id, &roles);
                    account.roles = roles;
                    counts.add(&account);
                    collected.accounts.push(account);
                }
                FetchEvent::Roles(_, Err(PortalError::TokenRejected)) => return Err(PortalError::TokenRejected),
                FetchEvent::Roles(account, Err(PortalError::Denied(error) | PortalError::Other(error))) => {
                    failed_in_a_row += 1;
                    if failed_in_a_row >= HOPELESS {
                        let rest = waiting.drain(..);
                        collected.missing.extend(rest.map(|account| Missing { account, error: error.clone() }));
                    }
                    collected.missing.push(Missing { account, error });
                }
            }
            // Twice as many tasks as requests can be in flight, so that one is always ready. More would only take
            // memory.
            while tasks.len() < 2 * IN_FLIGHT
                && let Some(account) = waiting.pop_front()
            {
                let (service, token) = (Arc::clone(self.service), self.token.clone());
                tasks.spawn(async move {
                    let roles = roles(&service, &token, &account.id).await;
                    FetchEvent::Roles(account, roles)
                });
            }
            (self.progress)(&counts);
        }
        Ok(collected)
    }

    fn ask_for_accounts(&self, tasks: &mut JoinSet<FetchEvent>, page: Option<String>) {
        let (service, token) = (Arc::clone(self.service), self.token.clone());
        tasks.spawn(async move { FetchEvent::Accounts(service.list_accounts(&token, page.as_deref()).await) });
    }
}

impl FetchCounts {
    fn add(&mut self, account: &Account) {
        self.done += 1;
        self.roles += account.roles.len();
    }
}

/// Every role of the user in an account.
async fn roles(service: &Service, token: &Secret, account_id: &str) -> Result<Vec<String>, PortalError> {
    match pages_of_roles(service, token, account_id).await {
        // The service sometimes denies an account that it has just listed (aws-cli #7871), and so may a proxy. It does
        // not mean that the account has no roles: an account that the user has lost is not in the list at all.
        Err(PortalError::Denied(_)) => {
            tokio::time::sleep(Duration::from_millis(400)).await;
            pages_of_roles(service, token, account_id).await
        }
        outcome => outcome,
    }
}

async fn pages_of_roles(service: &Service, token: &Secret, account_id: &str) -> Result<Vec<String>, PortalError> {
    let (mut page, mut seen, mut roles) = (None, HashSet::new(), Vec::new());
    loop {
        let listed = service.list_account_roles(token, account_id, page.as_deref()).await?;
        roles.extend(listed.items);
        page = follow(&mut seen, listed.next)?;
        if page.is_none() {
            // A role can be on two pages, where another was added between the two requests.
            roles.sort();
            roles.dedup();
            return Ok(roles);
        }
    }
}

/// More pages than any organization has: it would have a million accounts.
const MOST_PAGES: usize = 10_000;

/// The token of the next page. A token that comes twice, or too many pages, is an error: the list would have no end.
fn follow(seen: &mut HashSet<String>, next: Option<String>) -> Result<Option<String>, Error> {
    match next {
        Some(next) if seen.len() >= MOST_PAGES || !seen.insert(next.clone()) => {
            Err(Error::service("the portal's list of accounts or roles has no end").with_remedy("try again later"))
        }
        next => Ok(next),
    }
}
