//! Of which Identity Center a role is, where `-p` does not say: of the one that has it.

use super::Context;
use crate::aws_config::directory::Directory;
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::role::RoleRef;

impl Context {
    /// The Identity Center whose remembered list has this role. Where several have it, or none, the environment and the
    /// settings choose; they never rule one out that alone has the role.
    pub(super) fn directory_of(&self, reference: &RoleRef) -> Result<Directory> {
        let names = self.config()?.directories();
        if self.has_profile_option() || names.len() < 2 {
            return self.directory();
        }
        let chosen = self.directory();
        let mut having: Vec<Directory> = Vec::new();
        for directory in names.iter().filter_map(|name| self.config().ok()?.directory(name).ok()) {
            // Two names for one start URL are one.
            let is_new = having.iter().all(|other| !other.has_start_url(&directory.start_url));
            if is_new && has_role(&directory, reference) {
                having.push(directory);
            }
        }
        let is_chosen =
            |directory: &Directory| chosen.as_ref().is_ok_and(|chosen| chosen.has_start_url(&directory.start_url));
        match having.as_slice() {
            [only] if !is_chosen(only) => Ok(only.clone()),
            [] | [_] => chosen,
            several if several.iter().any(is_chosen) => chosen,
            several => {
                let names: Vec<_> = several.iter().map(|directory| directory.name.as_str()).collect();
                Err(Error::usage("more than one Identity Center has this role")
                    .with_remedy(format!("choose one: -p {}", names.join(" or -p "))))
            }
        }
    }
}

fn has_role(directory: &Directory, reference: &RoleRef) -> bool {
    let Ok(Some(list)) = Inventory::remembered(directory) else { return false };
    match reference {
        RoleRef::Arn(role) => list.account(&role.account_id).is_some_and(|account| account.has(&role.role_name)),
        RoleRef::Id { account_id, role_name } => list.account(account_id).is_some_and(|account| account.has(role_name)),
        RoleRef::AccountName { account_name, role_name } => list.role(account_name, role_name).is_ok(),
        RoleRef::Place(_) | RoleRef::Name(_) => false,
    }
}
