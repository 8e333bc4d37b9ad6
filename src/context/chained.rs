//! The profiles whose role is assumed with one of Identity Center, as rows of `pick` and `list`.

use super::assumed::{End, end_of_profile};
use super::lists::Listed;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::meaning::Meanings;
use crate::role::IamRole;

/// A profile, and the role that it assumes.
pub(crate) struct ChainedProfile {
    pub(crate) profile: String,
    pub(crate) role: IamRole,
    /// What it is assumed with, as people read it.
    pub(crate) via: String,
    /// The index of the list of the Identity Center where it begins.
    pub(crate) list: usize,
    /// What its account is called there; empty if that is not known.
    pub(crate) account_name: String,
}

/// The profiles whose chain begins in the Identity Center of one of these lists, in file order.
pub(crate) fn profiles(config: &Config, lists: &[Listed]) -> Vec<ChainedProfile> {
    let chained = |name: &str| {
        let End { role, via } = end_of_profile(config, name)?;
        let directory = directory(config, name)?;
        let list = lists.iter().position(|listed| listed.directory.has_start_url(&directory.start_url))?;
        let account = lists[list].inventory.account(role.account_id());
        let account_name = account.map(|account| account.name.clone()).unwrap_or_default();
        Some(ChainedProfile { profile: name.to_owned(), role, via, list, account_name })
    };
    let candidates = config.profiles().filter(|profile| profile.may_assume());
    candidates.filter_map(|profile| chained(profile.name())).collect()
}

/// The Identity Center in which the chain of a profile begins, as far as the files tell it.
fn directory(config: &Config, name: &str) -> Option<Directory> {
    let profile = config.profile(name)?;
    let sign_in = match profile.assuming_line() {
        Some(line) if config.profile(&line.role).is_some() => line.role,
        Some(line) => line.profile?,
        None => Meanings::new(config).chain(profile).ok()??.start.name().to_owned(),
    };
    config.directory(&sign_in).ok()
}
