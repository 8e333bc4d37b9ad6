//! Shows how far a fetch has got, on stderr: a bar on a terminal, plain lines elsewhere.

use std::cell::{Cell, RefCell};
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::{Deserialize, Serialize};

use super::account::Account;
use super::fetch::FetchCounts;
use crate::output;
use crate::programs::before_end::BeforeEnd;
use crate::{environment, terminal};

/// One plain line is written for so many accounts.
const STEP: usize = 100;

/// What a fetch has just received.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum News {
    Counts(FetchCounts),
    Account(Account),
}

/// How the progress is shown.
pub(crate) enum Progress {
    Hidden,
    Bar {
        bar: ProgressBar,
        /// Has the bar removed before Ctrl-C ends this process.
        before_end: RefCell<Option<BeforeEnd>>,
    },
    /// All that arrives as lines of JSON on stdout, each a piece of [`News`], for the picker of another process.
    Passed,
    Lines {
        /// How many accounts were done when the last line was written.
        shown: Cell<usize>,
        /// Whether a line has said how many accounts an earlier fetch had received.
        has_shown_resumed: Cell<bool>,
    },
}

impl Progress {
    /// A bar on a terminal, lines elsewhere.
    pub(crate) fn new() -> Self {
        match Self::for_person() {
            Self::Hidden => Self::Lines { shown: Cell::new(0), has_shown_resumed: Cell::new(false) },
            bar => bar,
        }
    }

    /// A bar on a terminal, nothing elsewhere: for commands that fetch the accounts only where none are remembered.
    pub(crate) fn for_person() -> Self {
        if !std::io::stderr().is_terminal() || environment::is_dumb_terminal() {
            return Self::Hidden;
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let template = "{bar:20} {pos} of {len} accounts, {msg} roles, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> ").with_key("per_sec", per_second));
        }
        Self::Bar { bar, before_end: RefCell::default() }
    }

    pub(crate) fn show(&self, counts: &FetchCounts) {
        match self {
            Self::Hidden => {}
            Self::Passed => pass(&News::Counts(*counts)),
            Self::Bar { .. } if counts.accounts == 0 => {}
            Self::Bar { bar, before_end } => {
                bar.set_length(counts.accounts as u64);
                bar.set_message(counts.roles.to_string());
                if bar.is_hidden() {
                    // Until now there was nothing to show, but perhaps a sign-in to wait for, now or in between.
                    let mut before_end = before_end.borrow_mut();
                    *before_end = before_end.take().or_else(|| BeforeEnd::has(removal(bar)));
                    bar.set_draw_target(terminal::bar_line());
                    bar.reset();
                    terminal::set_bar(Some(bar));
                }
                if counts.resumed > 0 && bar.position() == 0 {
                    // These took no time: without a reset they would make the rate and the time left wrong.
                    bar.set_position(counts.resumed as u64);
                    bar.reset_eta();
                }
                bar.set_position(counts.done as u64);
            }
            Self::Lines { shown, has_shown_resumed } => {
                if counts.resumed > 0 && counts.all_known && !has_shown_resumed.replace(true) {
                    let (count, noun) = (counts.resumed, if counts.resumed == 1 { "account" } else { "accounts" });
                    terminal::say(&format!("aws-sso: {count} {noun} had been fetched before\n"));
                }
                if counts.done / STEP > shown.replace(counts.done) / STEP {
                    let more = if counts.all_known { "" } else { " or more" };
                    let FetchCounts { accounts, done, roles, .. } = counts;
                    terminal::say(&format!("aws-sso: {done} of {accounts}{more} accounts, {roles} roles\n"));
                }
            }
        }
    }

    /// Shows how many accounts an organization has so far.
    pub(crate) fn show_listed(&self, count: usize) {
        match self {
            Self::Hidden | Self::Passed => {}
            Self::Bar { bar, before_end } => {
                bar.set_position(count as u64);
                if bar.is_hidden() {
                    if let Ok(style) = ProgressStyle::with_template("{pos} accounts of the organization") {
                        bar.set_style(style);
                    }
                    let mut before_end = before_end.borrow_mut();
                    *before_end = before_end.take().or_else(|| BeforeEnd::has(removal(bar)));
                    bar.set_draw_target(terminal::bar_line());
                    terminal::set_bar(Some(bar));
                }
            }
            Self::Lines { shown, .. } => {
                if count / STEP > shown.replace(count) / STEP {
                    terminal::say(&format!("aws-sso: {count} accounts of the organization so far\n"));
                }
            }
        }
    }

    /// Shows an account whose roles are known.
    pub(crate) fn show_account(&self, account: &Account) {
        if matches!(self, Self::Passed) {
            pass(&News::Account(account.clone()));
        }
    }

    /// Removes the bar.
    pub(crate) fn end(&self) {
        if let Self::Bar { bar, before_end } = self {
            terminal::set_bar(None);
            bar.finish_and_clear();
            before_end.take();
        }
    }
}

/// Writes a line for the other process. If that has ended, the list is fetched to its end all the same.
fn pass(news: &News) {
    if let Ok(line) = serde_json::to_string(news) {
        let _ = output::print(&(line + "\n"));
    }
}

fn removal(bar: &ProgressBar) -> impl FnOnce() + Send + 'static {
    let bar = bar.clone();
    move || bar.finish_and_clear()
}

/// Whole accounts per second: indicatif alone would show four decimals.
fn per_second(state: &indicatif::ProgressState, text: &mut dyn std::fmt::Write) {
    let _ = write!(text, "{:.0}/s", state.per_sec());
}
