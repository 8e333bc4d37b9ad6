//! Asking the service for every account and its roles, many lists at once.

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

/// How far a run has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Accounts that are known of.
    pub accounts: usize,
    /// Whether there are no more.
    pub all_known: bool,
    /// Accounts whose roles are known.
    pub done: usize,
    /// Of these, the ones that an earlier run had fetched.
    pub resumed: usize,
    /// Roles in them.
    pub roles: usize,
}

/// An account whose roles could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The account, without its roles.
    pub account: Account,
    /// Why.
    pub error: Error,
}

/// What came of asking.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) accounts: Vec<Account>,
    pub(super) missing: Vec<Missing>,
}

/// So many lists in a row that could not be had, and none in between that could: the service is down, and each further
/// account would cost all its attempts.
const HOPELESS: usize = IN_FLIGHT;

enum Event {
    Accounts(Result<ListPage<Account>, PortalError>),
    Roles(Account, Result<Vec<String>, PortalError>),
}

/// One run.
pub(super) struct Fetch<'a> {
    pub(super) service: &'a Arc<Service>,
    pub(super) token: &'a Secret,
    pub(super) journal: &'a mut Journal,
    pub(super) progress: &'a dyn Fn(&Tally),
}

impl Fetch<'_> {
    /// Fetches all; roles are asked for while later pages of accounts are still under way.
    ///
    /// Errors: the token is not taken, or the list of accounts itself cannot be had. A list of roles that cannot be had
    /// is no error, but named in the answer.
    pub(super) async fn run(self) -> Result<Answers, PortalError> {
        let mut answers = Answers::default();
        let mut tally = Tally::default();
        let mut tasks = JoinSet::new();
        let (mut waiting, mut pages, mut listed) = (VecDeque::new(), HashSet::new(), HashSet::new());
        let mut failed_in_a_row = 0;
        self.ask_for_accounts(&mut tasks, None);
        while let Some(event) = tasks.join_next().await {
            match event.map_err(|_| Error::failed("listing the accounts was interrupted"))? {
                Event::Accounts(page) => {
                    let page = page?;
                    match follow(&mut pages, page.next)? {
                        // Before the roles of this page, which would hold it up.
                        Some(next) => self.ask_for_accounts(&mut tasks, Some(next)),
                        None => tally.all_known = true,
                    }
                    let mut items = page.items;
                    items.retain(|account| is_account_id(&account.id) && listed.insert(account.id.clone()));
                    for mut account in items {
                        tally.accounts += 1;
                        if let Some(roles) = self.journal.take(&account.id) {
                            account.roles = roles;
                            tally.resumed += 1;
                            tally.add(&account);
                            answers.accounts.push(account);
                        } else {
                            waiting.push_back(account);
                        }
                    }
                }
                Event::Roles(mut account, Ok(roles)) => {
                    failed_in_a_row = 0;
                    self.journal.add(&account.id, &roles);
                    account.roles = roles;
                    tally.add(&account);
                    answers.accounts.push(account);
                }
                Event::Roles(_, Err(PortalError::TokenRejected)) => return Err(PortalError::TokenRejected),
                Event::Roles(account, Err(PortalError::Denied(error) | PortalError::Other(error))) => {
                    failed_in_a_row += 1;
                    if failed_in_a_row >= HOPELESS {
                        let rest = waiting.drain(..);
                        answers.missing.extend(rest.map(|account| Missing { account, error: error.clone() }));
                    }
                    answers.missing.push(Missing { account, error });
                }
            }
            // Twice as many as can be in flight, so that one is always ready; more would only take memory.
            while tasks.len() < 2 * IN_FLIGHT
                && let Some(account) = waiting.pop_front()
            {
                let (service, token) = (Arc::clone(self.service), self.token.clone());
                tasks.spawn(async move {
                    let roles = roles(&service, &token, &account.id).await;
                    Event::Roles(account, roles)
                });
            }
            (self.progress)(&tally);
        }
        Ok(answers)
    }

    fn ask_for_accounts(&self, tasks: &mut JoinSet<Event>, page: Option<String>) {
        let (service, token) = (Arc::clone(self.service), self.token.clone());
        tasks.spawn(async move { Event::Accounts(service.list_accounts(&token, page.as_deref()).await) });
    }
}

impl Tally {
    fn add(&mut self, account: &Account) {
        self.done += 1;
        self.roles += account.roles.len();
    }
}

/// Every role of the person in an account.
async fn roles(service: &Service, token: &Secret, account_id: &str) -> Result<Vec<String>, PortalError> {
    match pages_of_roles(service, token, account_id).await {
        // The service may say so of an account that it has just listed (aws-cli #7871), and so may a proxy. That there are
        // no roles in it would be a guess: an account that was taken from the person is not in the next list.
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
            // A list that grows between two pages has one on both.
            roles.sort();
            roles.dedup();
            return Ok(roles);
        }
    }
}

/// More pages than any directory has: of accounts there would be a million.
const MOST_PAGES: usize = 10_000;

/// Where the next page begins, each being asked for once: a service that leads in a circle, or on and on, would be
/// followed for ever.
fn follow(seen: &mut HashSet<String>, next: Option<String>) -> Result<Option<String>, Error> {
    match next {
        Some(next) if seen.len() >= MOST_PAGES || !seen.insert(next.clone()) => {
            Err(Error::service("the portal's list of accounts or roles has no end").with_remedy("try again later"))
        }
        next => Ok(next),
    }
}
