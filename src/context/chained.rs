//! The profiles whose role is assumed with one of Identity Center, as rows of `pick` and `list`.

use super::assumed::{End, end_of_profile};
use super::lists::Listed;
use crate::aws_config::chain::ChainStart;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::meaning::Meanings;
use crate::inventory::{Account, Inventory};
use crate::role::IamRole;

/// A profile, and the role that it assumes.
pub(crate) struct ChainedProfile {
    pub(crate) profile: String,
    pub(crate) role: IamRole,
    /// What it is assumed with, as people read it.
    pub(crate) via: String,
    /// The index of the list of the Identity Center where it begins; `None` where it begins with access keys.
    pub(crate) list: Option<usize>,
    /// What its account is called there, or in any list; empty if that is not known.
    pub(crate) account_name: String,
}

/// The profiles whose chain begins in the Identity Center of one of these lists or with access keys, in file order.
pub(crate) fn profiles(config: &Config, lists: &[Listed]) -> Vec<ChainedProfile> {
    let chained = |name: &str| {
        let End { role, via } = end_of_profile(config, name)?;
        let list = match beginning(config, name)? {
            Beginning::Keys => None,
            Beginning::In(directory) => {
                Some(lists.iter().position(|listed| listed.directory.has_start_url(&directory.start_url))?)
            }
        };
        let mut of_list = lists.iter().enumerate().filter(|(at, _)| list.is_none_or(|list| list == *at));
        let account = of_list.find_map(|(_, listed)| listed.inventory.account(role.account_id()));
        let account_name = account.map(|account| account.name.clone()).unwrap_or_default();
        Some(ChainedProfile { profile: name.to_owned(), role, via, list, account_name })
    };
    let candidates = config.profiles().filter(|profile| profile.may_assume());
    candidates.filter_map(|profile| chained(profile.name())).collect()
}

/// What these profiles assume as one list of accounts and roles; `None` if there is none.
pub(crate) fn as_list(config: &Config, lists: &[Listed]) -> Option<Inventory> {
    let mut accounts: Vec<Account> = Vec::new();
    for ChainedProfile { role, account_name, .. } in profiles(config, lists) {
        let (id, name) = (role.account_id().to_owned(), account_name);
        let known = accounts.iter().position(|account| account.id == id);
        let at = known.unwrap_or_else(|| {
            accounts.push(Account::with_roles(name, id));
            accounts.len() - 1
        });
        accounts[at].roles.push(role.name().to_owned());
    }
    let directory = &lists.first().filter(|_| !accounts.is_empty())?.directory;
    Some(Inventory::partial(directory, accounts))
}

/// Where a chain begins.
enum Beginning {
    In(Directory),
    Keys,
}

/// Where the chain of a profile begins, as far as the files tell it.
fn beginning(config: &Config, name: &str) -> Option<Beginning> {
    let profile = config.profile(name)?;
    let sign_in = match profile.assuming_line() {
        Some(line) => match config.profile(&line.role) {
            Some(of_line) if of_line.assumes() => return beginning(config, &line.role),
            Some(_) => line.role,
            None => line.profile?,
        },
        None => match Meanings::new(config).chain(profile).ok()??.start {
            ChainStart::Keys(_) => return Some(Beginning::Keys),
            ChainStart::Role(start) if start.assuming_line().is_some() => return beginning(config, start.name()),
            ChainStart::Role(start) => start.name().to_owned(),
        },
    };
    config.directory(&sign_in).ok().map(Beginning::In)
}
