//! `sandbox serve`: prints the environment to set, and serves until stopped.

use std::fmt::Write as _;

use super::knobs::Knobs;
use super::place::Place;
use crate::error::Result;
use crate::output::print;
use crate::programs::signals::{Signals, block_on};
use crate::sandbox::Approval;
use crate::terminal;

pub(super) fn run(knobs: &Knobs) -> Result<()> {
    block_on(async {
        // Before anything is printed: who reads the exports may stop us at once, and the folder must go even then.
        let mut signals = Signals::new()?;
        let place = Place::open(knobs.options(Approval::Automatic))?;
        print(&exports(&place))?;
        terminal::say(&format!(
            "A local Identity Center serves at {}; its accounts: {}\n\
             Set the environment above in another shell, then: aws-sso login\n\
             Ctrl-C stops it and removes its folder.\n",
            place.sandbox.endpoint(),
            place.sandbox.start_url(),
        ));
        signals.any().await;
        Ok(())
    })
}

/// Lines for every POSIX shell.
fn exports(place: &Place) -> String {
    place.environment().iter().fold(String::new(), |mut lines, (name, value)| {
        let value = value.to_string_lossy().replace('\'', r"'\''");
        let _ = writeln!(lines, "export {name}='{value}'");
        lines
    })
}
