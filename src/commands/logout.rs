//! `logout`: end the session, and delete what came from it.

use std::path::PathBuf;

use crate::aws_cache::role_credentials::{self, CachedRole};
use crate::aws_config::directory::Directory;
use crate::context::Context;
use crate::environment;
use crate::error::Result;
use crate::inventory::Inventory;
use crate::role::RoleRef;
use crate::secret_store::SecretStore;
use crate::session::SignedOut;
use crate::terminal::{self, clean};

/// Revokes the token, then deletes it and the role credentials that came from it. Client registrations stay: they
/// grant nothing by themselves.
pub(crate) fn run(context: &Context) -> Result<()> {
    let directory = context.directory()?;
    let client = context.client(&directory)?;
    let session = context.session(&directory, &client)?;
    let outcome = session.sign_out();
    // Delete the role credentials even if the token could not be deleted.
    let others = of_others(context, &directory)?;
    let folder = environment::role_cache()?;
    role_credentials::sweep(session.store(), &folder, &others)?;
    // Even with another store, the AWS CLI may have left some in its files.
    role_credentials::sweep(&SecretStore::Files, &folder, &others)?;
    let start_url = clean(&directory.start_url);
    match outcome? {
        SignedOut::WasNot => terminal::say(&format!("was not signed in to {start_url}\n")),
        SignedOut::Revoked => terminal::say(&format!("signed out of {start_url}\n")),
        SignedOut::OnlyHere(error) => {
            terminal::warn(&format!("{error}; the session stays valid at the service until it expires"));
            terminal::say(&format!("signed out of {start_url} on this machine\n"));
        }
    }
    Ok(())
}

/// The cache files of roles that belong to other sign-ins, as far as the config and the remembered lists know them.
///
/// A cache file does not say which sign-in it came from. Its name does, but only to a reader who knows the role.
fn of_others(context: &Context, signed_out: &Directory) -> Result<Vec<PathBuf>> {
    let (config, folder) = (context.config()?, environment::role_cache()?);
    let mut files = Vec::new();
    for profile in config.profiles() {
        let Some((name, role)) = profile.role() else { continue };
        let (account_id, role_name) = match role {
            RoleRef::Id { account_id, role_name } => (account_id, role_name),
            RoleRef::Arn(role) => (role.account_id, role.role_name),
            RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => continue,
        };
        let Ok(directory) = config.directory(&name) else { continue };
        if directory.origin() != signed_out.origin() {
            let role = CachedRole { account_id: &account_id, role_name: &role_name, directory: &directory };
            files.push(role.path(&folder));
        }
    }
    for name in config.directories() {
        let Ok(directory) = config.directory(name) else { continue };
        if directory.origin() == signed_out.origin() {
            continue;
        }
        if let Some(inventory) = Inventory::remembered(&directory)? {
            files.extend(inventory.roles().map(|(account, role)| {
                let role = CachedRole { account_id: &account.id, role_name: &role.role_name, directory: &directory };
                role.path(&folder)
            }));
        }
    }
    Ok(files)
}
