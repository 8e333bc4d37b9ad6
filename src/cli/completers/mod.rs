//! The values that Tab offers for an argument, from this machine's files: profiles, sso-sessions, roles, regions.
//!
//! Completion never uses the network and never shows a secret. It offers everything that could be meant, and the shell
//! matches by its own rules; only of a long list just what fits.

mod asked;
mod bounded;
mod roles;
mod services;
mod typed;

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap::{Arg, Command};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};

use crate::aws_config::config::Config;
use crate::inventory::Inventory;
use crate::known_regions::REGIONS;
use crate::partition::Partition;
pub(crate) use asked::{Asked, ask, is_harmless};
use asked::{asked, can_be_typed, identity_centers, read_config};
use bounded::{Bounded, Value};
pub(crate) use roles::roles;
pub(crate) use services::services;
pub(crate) use typed::{Fit, Typed, shared};

/// Profiles and sso-sessions that name an Identity Center.
pub(crate) fn directories(_: &OsStr) -> Vec<CompletionCandidate> {
    let config = read_config();
    let names = config.iter().flat_map(Config::directories).filter(|name| can_be_typed(name));
    names.map(CompletionCandidate::new).collect()
}

/// The command with the regions for every argument of that name.
pub(crate) fn with_regions(command: Command) -> Command {
    let is_region = |argument: &Arg| matches!(argument.get_id().as_str(), "region" | "regions" | "default_region");
    command.mut_subcommands(|verb| {
        verb.mut_args(
            |argument| {
                if is_region(&argument) { argument.add(ArgValueCompleter::new(regions)) } else { argument }
            },
        )
    })
}

/// The regions of the partition in which the user signs in. Those of the others are left, as long as one fits.
pub(crate) fn regions(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = asked().typed_of(current);
    let config = read_config();
    let centers: Vec<_> = config.iter().flat_map(identity_centers).collect();
    let mut partitions: Vec<_> = centers.iter().map(|center| Partition::of_region(&center.region)).collect();
    if partitions.is_empty() {
        partitions.push(Partition::of_region(""));
    }
    let is_near = |region: &&&str| partitions.contains(&Partition::of_region(region));
    let fits = |region: &&&str| typed.fit(region).is_some();
    let near: Vec<_> = REGIONS.iter().filter(is_near).collect();
    let offered = if near.iter().any(fits) { near } else { REGIONS.iter().collect() };
    offered.into_iter().map(CompletionCandidate::new).collect()
}

/// Patterns for `--match` and `--exclude`: the names of accounts and of roles.
pub(crate) fn patterns(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = asked().typed_of(current);
    let (mut accounts, mut roles) = (BTreeSet::new(), BTreeSet::new());
    for directory in read_config().iter().flat_map(identity_centers) {
        let Ok(Some(inventory)) = Inventory::remembered(&directory) else { continue };
        for account in inventory.accounts {
            accounts.insert(if can_be_typed(&account.name) { account.name } else { account.id });
            roles.extend(account.roles.into_iter().filter(|role| can_be_typed(role)));
        }
    }
    let mut patterns = Bounded::new(&typed);
    patterns.extend(accounts.into_iter().map(|name| Pattern { name, what: "account" }));
    patterns.extend(roles.into_iter().map(|name| Pattern { name, what: "role" }));
    let candidate = |Pattern { name, what }| CompletionCandidate::new(name).help(Some(what.into()));
    patterns.into_values().into_iter().map(candidate).collect()
}

struct Pattern {
    name: String,
    what: &'static str,
}

impl Value for Pattern {
    fn value(&self) -> &str {
        &self.name
    }
}

/// The forms of `exec --output`.
pub(crate) fn outputs(_: &OsStr) -> Vec<CompletionCandidate> {
    ["lines", "json", "dir"].into_iter().map(CompletionCandidate::new).collect()
}
