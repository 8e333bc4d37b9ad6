//! Asks the service for every account and its roles, many lists at once.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::account::{Account, Gap};
use super::age::now;
use super::journal::Journal;
use super::remembered::Inventory;
use crate::error::Error;
use crate::identity_center::portal::ListPage;
use crate::identity_center::{self, IN_FLIGHT, PortalError, Service};
use crate::role::is_account_id;
use crate::secret::Secret;

/// How far a fetch has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FetchCounts {
    /// Accounts listed so far.
    pub accounts: usize,
    /// Whether these are all accounts.
    pub all_known: bool,
    /// Accounts whose roles are known.
    pub done: usize,
    /// Of these, the ones that did not have to be asked for.
    pub resumed: usize,
    /// Roles in these accounts.
    pub roles: usize,
}

/// All accounts, in the order in which their roles arrived, and whether they were listed again.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) accounts: Vec<Account>,
    pub(super) are_listed: bool,
}

/// After so many failed lists in a row, the service is down. The other accounts are given up, because each would take
/// all its attempts.
const HOPELESS: usize = IN_FLIGHT;

/// An answer of the service.
enum FetchEvent {
    Accounts(Result<ListPage<identity_center::Account>, PortalError>),
    Roles(Account, Result<Vec<String>, PortalError>),
}

/// One fetch.
pub(super) struct Fetch<'a> {
    pub(super) service: &'a Arc<Service>,
    pub(super) token: &'a Secret,
    pub(super) journal: &'a mut Journal,
    pub(super) progress: &'a dyn Fn(&FetchCounts),
    /// Called with each account whose roles are known.
    pub(super) arrived: &'a dyn Fn(&Account),
    /// How long a page of accounts may take, if not as long as any request.
    pub(super) limit: Option<Duration>,
    /// The accounts, if they need not be listed.
    pub(super) accounts: Option<&'a Inventory>,
    /// What is remembered, by account id.
    pub(super) known: &'a HashMap<&'a str, &'a Account>,
    pub(super) needs_roles: &'a dyn Fn(&Account) -> bool,
}

/// The accounts so far.
#[derive(Default)]
struct SoFar {
    collected: Collected,
    counts: FetchCounts,
    /// Those whose roles have not been asked for.
    waiting: VecDeque<Account>,
    failed_in_a_row: usize,
}

impl Fetch<'_> {
    /// Fetches what is needed. Roles are fetched while later pages of accounts are still on their way.
    ///
    /// Errors: the service rejects the token, or the list of accounts cannot be fetched. Accounts whose roles cannot be
    /// fetched are part of the result, with their gaps.
    pub(super) async fn run(mut self) -> Result<Collected, PortalError> {
        let mut so_far = SoFar::default();
        let mut tasks = JoinSet::new();
        let (mut pages, mut listed) = (Pages::default(), HashSet::new());
        if let Some(list) = self.accounts {
            so_far.counts.all_known = true;
            for account in &list.accounts {
                self.sort_out(account.clone(), &mut so_far);
            }
        } else {
            so_far.collected.are_listed = true;
            self.ask_for_accounts(&mut tasks, None);
        }
        loop {
            // Twice as many tasks as requests can be in flight, so that one is always ready. More would only take
            // memory.
            while tasks.len() < 2 * IN_FLIGHT
                && let Some(account) = so_far.waiting.pop_front()
            {
                let (service, token) = (Arc::clone(self.service), self.token.clone());
                tasks.spawn(async move {
                    let roles = roles(&service, &token, &account.id).await;
                    FetchEvent::Roles(account, roles)
                });
            }
            (self.progress)(&so_far.counts);
            let Some(event) = tasks.join_next().await else { return Ok(so_far.collected) };
            match event.map_err(|_| Error::failed("listing the accounts was interrupted"))? {
                FetchEvent::Accounts(page) => {
                    let page = page?;
                    let is_news = page.items.iter().any(|account| !listed.contains(&account.id));
                    match pages.follow(page.next, is_news)? {
                        // The next page goes first: behind the roles of this page it would wait for its turn.
                        Some(next) => self.ask_for_accounts(&mut tasks, Some(next)),
                        None => so_far.counts.all_known = true,
                    }
                    for account in page.items {
                        if is_account_id(&account.id) && listed.insert(account.id.clone()) {
                            self.sort_out(Account::new(account), &mut so_far);
                        }
                    }
                }
                FetchEvent::Roles(account, roles) => self.take(account, roles, &mut so_far)?,
            }
        }
    }

    /// Takes over what is known of an account's roles, or has them asked for.
    fn sort_out(&self, mut account: Account, so_far: &mut SoFar) {
        so_far.counts.accounts += 1;
        if let Some(known) = self.known.get(account.id.as_str()) {
            account.roles.clone_from(&known.roles);
            account.gap.clone_from(&known.gap);
            account.listed_at = known.listed_at;
        }
        let needs_roles = (self.needs_roles)(&account);
        if needs_roles && let Some((roles, at)) = self.journal.roles(&account.id) {
            account.receive(roles, at);
        } else if needs_roles {
            so_far.waiting.push_back(account);
            return;
        }
        so_far.counts.resumed += 1;
        (self.arrived)(&account);
        so_far.add(account);
    }

    /// Takes an answer. A failure is a gap in the account, which keeps the roles that are known of it.
    fn take(
        &mut self,
        mut account: Account,
        roles: Result<Vec<String>, PortalError>,
        so_far: &mut SoFar,
    ) -> Result<(), PortalError> {
        account.is_new = true;
        match roles {
            Ok(roles) => {
                so_far.failed_in_a_row = 0;
                self.journal.add(&account.id, &roles);
                account.receive(roles, now());
            }
            Err(PortalError::TokenRejected) => return Err(PortalError::TokenRejected),
            Err(PortalError::Denied(_)) => {
                so_far.failed_in_a_row = 0;
                account.gap = Some(Gap::Refused { at: now() });
            }
            Err(PortalError::Other(error)) => {
                let gap = Some(Gap::Failed { at: now(), reason: error.to_string() });
                so_far.failed_in_a_row += 1;
                if so_far.failed_in_a_row >= HOPELESS {
                    for given_up in std::mem::take(&mut so_far.waiting) {
                        so_far.add(Account { gap: gap.clone(), ..given_up });
                    }
                }
                account.gap = gap;
            }
        }
        (self.arrived)(&account);
        so_far.add(account);
        Ok(())
    }

    fn ask_for_accounts(&self, tasks: &mut JoinSet<FetchEvent>, page: Option<String>) {
        let (service, token, limit) = (Arc::clone(self.service), self.token.clone(), self.limit);
        tasks.spawn(async move {
            let answer = service.list_accounts(&token, page.as_deref());
            FetchEvent::Accounts(match limit {
                Some(limit) => tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| Err(too_slow(limit))),
                None => answer.await,
            })
        });
    }
}

impl SoFar {
    fn add(&mut self, account: Account) {
        self.counts.done += 1;
        self.counts.roles += account.roles.len();
        self.collected.accounts.push(account);
    }
}

fn too_slow(limit: Duration) -> PortalError {
    Error::service(format!("IAM Identity Center did not answer within {} s", limit.as_secs())).into()
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
    let (mut page, mut pages, mut roles) = (None, Pages::default(), HashSet::new());
    loop {
        let listed = service.list_account_roles(token, account_id, page.as_deref()).await?;
        // A role can be on two pages, where another was added between the two requests.
        let before = roles.len();
        roles.extend(listed.items);
        page = pages.follow(listed.next, roles.len() > before)?;
        if page.is_none() {
            let mut roles: Vec<_> = roles.into_iter().collect();
            roles.sort();
            return Ok(roles);
        }
    }
}

/// More pages than any organization has: it would have two hundred thousand accounts.
const MOST_PAGES: usize = 2_000;

/// More pages in a row than any service sends that say nothing new.
const MOST_IDLE: usize = 50;

/// The pages of a list so far.
#[derive(Default)]
struct Pages {
    tokens: HashSet<String>,
    /// How many in a row had nothing new.
    idle: usize,
}

impl Pages {
    /// The token of the next page, after one on which something `is_news` or nothing. A token that comes twice, or too
    /// many pages, is an error: the list would have no end.
    fn follow(&mut self, next: Option<String>, is_news: bool) -> Result<Option<String>, Error> {
        self.idle = if is_news { 0 } else { self.idle + 1 };
        match next {
            Some(next)
                if self.idle >= MOST_IDLE || self.tokens.len() >= MOST_PAGES || !self.tokens.insert(next.clone()) =>
            {
                Err(Error::service("the portal's list of accounts or roles has no end").with_remedy("try again later"))
            }
            next => Ok(next),
        }
    }
}
