//! What aws-sso-cli itself calls roles and accounts.

use std::collections::HashSet;

use super::aws_sso_cli::{Account, Instance, Role, TheirConfig};
use super::profile_format::{Fields, ProfileFormat};

/// The names as they stand in the file. What is made of another name must not be one of them: who types it would get
/// the wrong role.
pub(super) struct OwnNames {
    roles: HashSet<String>,
    accounts: HashSet<String>,
}

impl OwnNames {
    pub(super) fn of(theirs: &TheirConfig, format: Option<&ProfileFormat>) -> Self {
        let mut names = Self { roles: HashSet::new(), accounts: HashSet::new() };
        for instance in &theirs.instances {
            for account in &instance.accounts {
                names.accounts.extend(account.name.clone());
                names.roles.extend(account.roles.iter().filter_map(|role| of_role(format, instance, account, role)));
            }
        }
        names
    }

    /// Whether a role is called exactly so.
    pub(super) fn has_role(&self, name: &str) -> bool {
        self.roles.contains(name)
    }

    /// Whether an account is called exactly so.
    pub(super) fn has_account(&self, name: &str) -> bool {
        self.accounts.contains(name)
    }
}

/// The role's `Profile`, else what `ProfileFormat` gives, as far as this file says.
pub(super) fn of_role(
    format: Option<&ProfileFormat>,
    instance: &Instance,
    account: &Account,
    role: &Role,
) -> Option<String> {
    let rendered = || {
        let name = format?.render(Fields {
            account_id: &account.id,
            account_name: account.name.as_deref().unwrap_or_default(),
            role: &role.name,
            instance: &instance.name,
        })?;
        Some(name).filter(|name| !name.trim().is_empty())
    };
    role.profile.clone().or_else(rendered)
}
