//! How far a long fetch has got, on stderr: a bar on a terminal, plain lines elsewhere.

use std::cell::Cell;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::inventory::Tally;
use crate::terminal;

/// Plain lines come once for so many accounts.
const STEP: usize = 100;

/// What a person sees of a fetch.
pub(crate) enum Progress {
    Hidden,
    Bar(ProgressBar),
    Lines {
        /// How many accounts were done when the last line was written.
        told: Cell<usize>,
        resumed: Cell<bool>,
    },
}

impl Progress {
    /// A bar on a terminal, lines elsewhere.
    pub(crate) fn new() -> Self {
        match Self::for_person() {
            Self::Hidden => Self::Lines { told: Cell::new(0), resumed: Cell::new(false) },
            bar => bar,
        }
    }

    /// A bar on a terminal, nothing elsewhere: for what only happens to need the accounts.
    pub(crate) fn for_person() -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Hidden;
        }
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
        let template = "{wide_bar} {pos} of {len} accounts, {msg} roles, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> ").with_key("per_sec", per_second));
        }
        Self::Bar(bar)
    }

    pub(crate) fn show(&self, tally: &Tally) {
        match self {
            Self::Hidden => {}
            Self::Bar(bar) => {
                if tally.resumed > 0 && bar.position() == 0 {
                    // They cost nothing, so they say nothing of the rate.
                    bar.set_position(tally.resumed as u64);
                    bar.reset_eta();
                }
                bar.set_length(tally.accounts as u64);
                bar.set_message(tally.roles.to_string());
                bar.set_position(tally.done as u64);
            }
            Self::Lines { told, resumed } => {
                if tally.resumed > 0 && tally.all_known && !resumed.replace(true) {
                    terminal::say(&format!("aws-sso: {} accounts were fetched by the run before\n", tally.resumed));
                }
                if tally.done / STEP > told.replace(tally.done) / STEP {
                    let more = if tally.all_known { "" } else { " or more" };
                    let Tally { accounts, done, roles, .. } = tally;
                    terminal::say(&format!("aws-sso: {done} of {accounts}{more} accounts, {roles} roles\n"));
                }
            }
        }
    }

    /// Takes the bar away.
    pub(crate) fn end(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// Whole accounts a second, where indicatif would show four decimals.
fn per_second(state: &indicatif::ProgressState, text: &mut dyn std::fmt::Write) {
    let _ = write!(text, "{:.0}/s", state.per_sec());
}
