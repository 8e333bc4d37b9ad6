//! What an update of the config is made of: the roles, their Identity Center, and the options.

use std::collections::HashSet;

use super::assumed::Via;
use super::keys::{self, CredentialSource};
use super::source::Found;
use super::template::Template;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::error::Result;
use crate::inventory::{Inventory, Selection};
use crate::role::RoleArn;

/// How profiles are written.
#[derive(Clone, Debug)]
pub(crate) struct ProfileOptions {
    /// Where they get their credentials.
    pub source: CredentialSource,
    /// `region` of new profiles, and of profiles in the block where the user has set no other.
    pub region: Option<String>,
    /// `output` of the same profiles.
    pub output: Option<String>,
    /// Whether stale profiles are removed.
    pub prune: bool,
    /// The name behind `-p` of a block to take over, whosever it is.
    pub adopt: Option<String>,
}

/// The roles that the service offers, whether or not they are selected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offered {
    roles: HashSet<(String, String)>,
    /// The ids of all accounts.
    pub(super) accounts: HashSet<String>,
    /// The ids of accounts whose roles could not be fetched, or are not asked for.
    pub(super) unknown: HashSet<String>,
    /// Whether there may be roles in other accounts.
    pub(super) is_partial: bool,
}

impl Offered {
    /// All roles of the inventory; `unknown` are the ids of accounts whose roles could not be fetched.
    #[must_use]
    pub(crate) fn new(inventory: &Inventory, unknown: HashSet<String>) -> Self {
        let roles = inventory.roles().map(|(_, role)| (role.account_id, role.role_name)).collect();
        let accounts = inventory.accounts.iter().map(|account| account.id.clone()).collect();
        Self { roles, accounts, unknown, is_partial: false }
    }

    /// The same of accounts that the user named: nothing is known of others.
    #[must_use]
    pub(crate) fn partial(self) -> Self {
        Self { is_partial: true, ..self }
    }

    pub(super) fn lacks(&self, role: &(String, String)) -> bool {
        !self.is_partial && !self.unknown.contains(&role.0) && !self.roles.contains(role)
    }
}

/// What an update is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Discovery<'a> {
    /// All accounts and roles.
    pub inventory: &'a Inventory,
    /// Those that are to have a profile.
    pub selection: &'a Selection,
    /// How their profiles are named.
    pub template: &'a Template,
    pub offered: &'a Offered,
    /// The Identity Center that offers them.
    pub directory: &'a Directory,
    pub options: &'a ProfileOptions,
    /// The credentials file, which may have a profile of the same name.
    pub credentials: &'a Config,
    /// How the roles are assumed, if Identity Center does not grant them.
    pub via: Option<&'a Via>,
    /// Names that profiles of other roles will get.
    pub reserved: &'a HashSet<String>,
}

impl Discovery<'_> {
    /// The keys with which a profile gets the credentials of this role.
    pub(super) fn keys(&self, role: &RoleArn) -> Result<Vec<(&'static str, String)>> {
        match self.via {
            Some(via) => via.keys(self.directory, role, &self.options.source),
            None => keys::granted(self.directory, role, &self.options.source),
        }
    }

    /// Whether this discovery writes profiles with the role of this one.
    pub(super) fn writes(&self, found: &Found, role: &RoleArn) -> bool {
        found.assumed.is_some() == self.via.is_some() && found.has_role(role)
    }

    /// Whether a profile that an earlier discovery wrote is one that this discovery would write, or not any more.
    pub(super) fn covers(&self, found: &Found, config: &Config) -> bool {
        match (self.via, &found.assumed) {
            (None, None) => true,
            (Some(via), Some(assumed)) => {
                found.role.as_ref().is_some_and(|(_, name)| *name == via.name) && assumed.is_via(via, config)
            }
            _ => false,
        }
    }
}
