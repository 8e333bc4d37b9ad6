//! The first lists of Identity Centers, which the picker shows while they arrive: that of a large organization takes
//! minutes.
//!
//! A process of its own fetches each, which outlasts the choice, so that the whole list is remembered in any case.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver, Sender};
use std::time::{Duration, Instant};

use super::Context;
use crate::aws_config::directory::Directory;
use crate::credential_chain::helper;
use crate::error::{Error, Result, reason};
use crate::inventory::progress::News;
use crate::inventory::{Account, FetchCounts, Inventory};
use crate::picker;
use crate::programs::{self, core_dumps};
use crate::terminal;

/// So long nothing is shown: most lists have arrived by then, and are shown whole and in order.
const MOMENT: Duration = Duration::from_secs(1);

/// The lists that are being fetched, and what arrives of them.
pub(super) struct Arriving {
    pub(super) lists: Vec<ArrivingList>,
    /// What arrives later, with the index of its list; nothing for a list that nobody fetches any more.
    pub(super) news: Receiver<(usize, Option<News>)>,
}

/// A list that is being fetched.
pub(super) struct ArrivingList {
    pub(super) directory: Directory,
    /// The accounts that have arrived before the list is shown.
    accounts: Vec<Account>,
    counts: FetchCounts,
    is_over: bool,
}

impl Arriving {
    /// The lists of sso-sessions of which none is remembered, and which do not arrive in a moment. `None` also where
    /// the picker cannot show a list that grows.
    pub(super) fn start(context: &Context, query: &str, many: bool) -> Result<Option<Self>> {
        // Words decide by the whole list.
        if !query.is_empty() || !picker::shows_growing_lists(context.picker()?, many) {
            return Ok(None);
        }
        let directories = context.directories()?;
        let are_several = directories.len() > 1;
        // Of several, only those are fetched that need no sign-in. What is wrong with others, is said with the lists.
        let quiet = context.without_sign_in();
        let asking = if are_several { &quiet } else { context };
        let (sender, news) = mpsc::channel();
        let mut lists: Vec<ArrivingList> = Vec::new();
        for directory in directories.into_iter().filter_map(Result::ok) {
            if Inventory::remembered(&directory)?.is_some() {
                continue;
            }
            // Nobody can be asked to sign in once the picker has the terminal.
            match asking.client(&directory).and_then(|client| asking.session(&directory, &client)?.token().map(drop)) {
                Err(_) if are_several => continue,
                outcome => outcome?,
            }
            fetch(&directory, lists.len(), sender.clone())
                .map_err(|error| Error::failed(format!("cannot fetch the list of roles: {}", reason(&error))))?;
            let counts = FetchCounts::default();
            lists.push(ArrivingList { directory, accounts: Vec::new(), counts, is_over: false });
        }
        drop(sender);
        if lists.is_empty() {
            return Ok(None);
        }
        let mut arriving = Self { lists, news };
        terminal::show("aws-sso: the list of roles is being fetched");
        arriving.wait_a_moment();
        terminal::show("\r\x1b[K");
        Ok((!arriving.is_over()).then_some(arriving))
    }

    /// A list as far as it has arrived, if it is not complete.
    pub(super) fn so_far(&self, directory: &Directory) -> Option<Inventory> {
        let list = self.lists.iter().find(|list| list.directory == *directory && !list.is_over)?;
        Some(Inventory::partial(directory, list.accounts.clone()))
    }

    fn is_over(&self) -> bool {
        self.lists.iter().all(|list| list.is_over)
    }

    fn wait_a_moment(&mut self) {
        let start = Instant::now();
        while !self.is_over() {
            match self.news.recv_timeout(MOMENT.saturating_sub(start.elapsed())) {
                Ok((list, Some(News::Account(account)))) => self.lists[list].accounts.push(account),
                Ok((list, Some(News::Counts(counts)))) => self.lists[list].counts = counts,
                Ok((list, None)) => self.lists[list].is_over = true,
                Err(_) => return,
            }
        }
    }

    /// Notes what has arrived. `true` if the list is over.
    pub(super) fn note(&mut self, list: usize, news: Option<&News>) -> bool {
        match news {
            Some(News::Counts(counts)) => self.lists[list].counts = *counts,
            Some(News::Account(_)) => {}
            None => self.lists[list].is_over = true,
        }
        news.is_none()
    }

    /// How far the lists have got, all together; `None` as long as no account is known.
    pub(super) fn progress(&self) -> Option<String> {
        let sum = |count: fn(&FetchCounts) -> usize| self.lists.iter().map(|list| count(&list.counts)).sum::<usize>();
        let (done, accounts) = (sum(|counts| counts.done), sum(|counts| counts.accounts));
        (accounts > 0).then(|| format!("{done} of {accounts} accounts"))
    }
}

/// Starts the process. It neither signs in nor uses the terminal.
fn fetch(directory: &Directory, list: usize, sender: Sender<(usize, Option<News>)>) -> std::io::Result<()> {
    let mut command = helper(programs::this_program()?);
    command.args(["list", "--background", "--pass-on", "--login", "never"]);
    command.args(programs::profile_words(&directory.name));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = core_dumps::start(&mut command)?;
    let output = child.stdout.take();
    std::thread::spawn(move || {
        let lines = output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(std::io::Result::ok);
        for news in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
            if sender.send((list, Some(news))).is_err() {
                return;
            }
        }
        // Now the list is remembered.
        let _ = child.wait();
        let _ = sender.send((list, None));
    });
    Ok(())
}
