//! `--match` and `--exclude`.

use clap::Args;
use clap_complete::engine::ArgValueCompleter;

use super::completers;
use crate::inventory::Selection;

/// Which accounts and roles a verb is for.
#[derive(Debug, Default, Args)]
pub(crate) struct Patterns {
    /// Only roles whose name, or whose account's name or id, holds this; or all of it with * and ?; or ACCOUNT/ROLE
    #[arg(
        long = "match",
        value_name = "PATTERN",
        value_parser = pattern,
        add = ArgValueCompleter::new(completers::patterns)
    )]
    pub matches: Vec<String>,
    /// None of these
    #[arg(
        long,
        value_name = "PATTERN",
        value_parser = exclude,
        add = ArgValueCompleter::new(completers::patterns)
    )]
    pub exclude: Vec<String>,
    /// Go on if an --exclude matches nothing
    #[arg(long)]
    pub exclude_missing_ok: bool,
}

impl Patterns {
    pub(crate) fn is_empty(&self) -> bool {
        self.matches.is_empty() && self.exclude.is_empty()
    }

    #[must_use]
    pub(crate) fn selection(&self) -> Selection {
        Selection::new(&self.matches, &self.exclude).with_absent_excludes(self.exclude_missing_ok)
    }
}

/// A variable that is not set makes an empty pattern, which would stand for every role.
pub(crate) fn pattern(text: &str) -> Result<String, &'static str> {
    if text.is_empty() { Err("it is empty; write * for all roles") } else { Ok(text.to_owned()) }
}

/// The same for an exclude, after which no role would be left.
pub(crate) fn exclude(text: &str) -> Result<String, &'static str> {
    if text.is_empty() { Err("it is empty; leave the option out to exclude nothing") } else { Ok(text.to_owned()) }
}
