//! What an update of the config is made of: the roles, their Identity Center, and the options.

use std::collections::HashSet;

use super::source::CredentialSource;
use super::template::Template;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::inventory::{Inventory, Selection};

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
    /// The ids of accounts whose roles could not be fetched.
    pub(super) unknown: HashSet<String>,
}

impl Offered {
    /// All roles of the inventory; `unknown` are the ids of accounts whose roles could not be fetched.
    #[must_use]
    pub(crate) fn new(inventory: &Inventory, unknown: HashSet<String>) -> Self {
        let roles = inventory.roles().map(|(_, role)| (role.account_id, role.role_name)).collect();
        let accounts = inventory.accounts.iter().map(|account| account.id.clone()).collect();
        Self { roles, accounts, unknown }
    }

    pub(super) fn lacks(&self, role: &(String, String)) -> bool {
        !self.unknown.contains(&role.0) && !self.roles.contains(role)
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
}
