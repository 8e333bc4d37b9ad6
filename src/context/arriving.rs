//! The first list of an Identity Center, which the picker shows while it arrives: that of a large organization takes
//! minutes.
//!
//! A process of its own fetches it, which outlasts the choice, so that the whole list is remembered in any case.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::Context;
use super::lists::Listed;
use crate::aws_config::directory::Directory;
use crate::credential_chain::helper;
use crate::error::{Error, Result, reason};
use crate::inventory::progress::News;
use crate::inventory::{Account, Inventory};
use crate::picker;
use crate::programs::{self, core_dumps};
use crate::terminal;

/// So long nothing is shown: most lists have arrived by then, and are shown whole and in order.
const MOMENT: Duration = Duration::from_secs(1);

/// A list that is being fetched.
pub(super) struct Arriving {
    pub(super) directory: Directory,
    /// The accounts that have arrived before the list is shown.
    accounts: Vec<Account>,
    /// What arrives later, until the list is complete or nobody fetches it any more.
    pub(super) news: Receiver<News>,
}

impl Arriving {
    /// The list of the only sso-session, if none is remembered and it does not arrive in a moment. `None` also where
    /// the picker cannot show a list that grows.
    pub(super) fn start(context: &Context, query: &str, many: bool) -> Result<Option<Self>> {
        // Words decide by the whole list.
        if !query.is_empty() || !picker::shows_growing_lists(context.picker()?, many) {
            return Ok(None);
        }
        let mut directories = context.directories()?;
        let Some(Ok(directory)) = directories.pop().filter(|_| directories.is_empty()) else { return Ok(None) };
        if Inventory::remembered(&directory)?.is_some() {
            return Ok(None);
        }
        // Nobody can be asked to sign in once the picker has the terminal.
        let client = context.client(&directory)?;
        context.session(&directory, &client)?.token()?;
        let news = fetch(&directory)
            .map_err(|error| Error::failed(format!("cannot fetch the list of roles: {}", reason(&error))))?;
        let mut arriving = Self { directory, accounts: Vec::new(), news };
        terminal::show("aws-sso: the list of roles is being fetched");
        let is_complete = arriving.is_complete_in_a_moment();
        terminal::show("\r\x1b[K");
        Ok(if is_complete { None } else { Some(arriving) })
    }

    /// The list as far as it has arrived.
    pub(super) fn so_far(&mut self) -> Listed {
        let accounts = std::mem::take(&mut self.accounts);
        let inventory = Inventory::partial(&self.directory, accounts);
        Listed { directory: self.directory.clone(), inventory, not_renewed: None }
    }

    fn is_complete_in_a_moment(&mut self) -> bool {
        let start = Instant::now();
        loop {
            match self.news.recv_timeout(MOMENT.saturating_sub(start.elapsed())) {
                Ok(News::Account(account)) => self.accounts.push(account),
                Ok(News::Counts(_)) => {}
                Err(RecvTimeoutError::Timeout) => return false,
                Err(RecvTimeoutError::Disconnected) => return true,
            }
        }
    }
}

/// Starts the process. It neither signs in nor uses the terminal.
fn fetch(directory: &Directory) -> std::io::Result<Receiver<News>> {
    let mut command = helper(programs::this_program()?);
    command.args(["list", "--background", "--pass-on", "--login", "never"]);
    command.args(programs::profile_words(&directory.name));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = core_dumps::start(&mut command)?;
    let (sender, news) = mpsc::channel();
    let output = child.stdout.take();
    std::thread::spawn(move || {
        let lines = output.into_iter().flat_map(|output| BufReader::new(output).lines()).map_while(std::io::Result::ok);
        for news in lines.filter_map(|line| serde_json::from_str(&line).ok()) {
            if sender.send(news).is_err() {
                return;
            }
        }
        // The end of `sender` says that the list is remembered.
        let _ = child.wait();
    });
    Ok(news)
}
