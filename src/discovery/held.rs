//! The names that roles have already: those of the profiles that discovery wrote.

use std::collections::{HashMap, HashSet};

use super::request::Discovery;
use super::source::Written;
use crate::aws_config::config::Config;
use crate::role::RoleArn;

/// The names of written profiles, and their roles.
#[derive(Debug, Default)]
pub(super) struct Held<'a> {
    /// Names that profiles of other roles will get.
    reserved: Option<&'a HashSet<String>>,
    /// Whether the accounts were named by their ids, so that what they are called may not be known.
    is_partial: bool,
    by_name: HashMap<&'a str, Holder<'a>>,
    /// By the account's id: each role's name, with the profile's.
    by_account: HashMap<&'a str, Vec<(&'a str, &'a str)>>,
}

/// The role of a written profile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Holder<'a> {
    pub(super) account_id: &'a str,
    pub(super) role_name: &'a str,
    is_offered: bool,
    /// Whether it is a role that is assumed, where such roles are discovered; else whether it is none.
    is_of_kind: bool,
}

impl Holder<'_> {
    pub(super) fn is(&self, role: &RoleArn) -> bool {
        self.is_of_kind && (self.account_id, self.role_name) == (&role.account_id, &role.role_name)
    }
}

impl<'a> Held<'a> {
    pub(super) fn new(written: &'a [Written], discovery: &Discovery<'a>, config: &Config) -> Self {
        let mut held =
            Self { reserved: Some(discovery.reserved), is_partial: discovery.offered.is_partial, ..Self::default() };
        for Written { name, found, .. } in written {
            let Some((found, role)) = found.as_ref().and_then(|found| Some((found, found.role.as_ref()?))) else {
                continue;
            };
            let (account_id, role_name) = (role.0.as_str(), role.1.as_str());
            // Of the others, this discovery does not know which are offered.
            let is_offered = !discovery.covers(found, config) || !discovery.offered.lacks(role);
            let is_of_kind = found.assumed.is_some() == discovery.via.is_some();
            held.by_name.insert(name, Holder { account_id, role_name, is_offered, is_of_kind });
            if is_of_kind {
                held.by_account.entry(account_id).or_default().push((role_name, name));
            }
        }
        held
    }

    /// The name that a role keeps because what its account is called is not known.
    pub(super) fn kept(&self, account_name: &str, role: &RoleArn) -> Option<&str> {
        self.names_of(role).next().filter(|_| self.is_partial && account_name.is_empty())
    }

    /// Whether a profile of another role will get this name.
    pub(super) fn is_reserved(&self, name: &str) -> bool {
        self.reserved.is_some_and(|names| names.contains(name))
    }

    /// The role that has this name, if it is still offered.
    pub(super) fn by(&self, name: &str) -> Option<Holder<'a>> {
        self.before(name).filter(|holder| holder.is_offered)
    }

    /// The role that had this name before the update.
    pub(super) fn before(&self, name: &str) -> Option<Holder<'a>> {
        self.by_name.get(name).copied()
    }

    /// The names that a role has.
    pub(super) fn names_of(&self, role: &RoleArn) -> impl Iterator<Item = &str> {
        let of_account = self.by_account.get(role.account_id.as_str()).into_iter().flatten();
        of_account.filter(|(role_name, _)| *role_name == role.role_name).map(|(_, name)| *name)
    }
}
