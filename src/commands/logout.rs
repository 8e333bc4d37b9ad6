//! `logout`: end the session, and delete what came from it.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use crate::aws_cache::assumed_role;
use crate::aws_cache::default_keys::{self, DefaultKey};
use crate::aws_cache::role_credentials::{self, CachedRole, OtherSignIns};
use crate::aws_config::chain::ProfileChain;
use crate::aws_config::config::Config;
use crate::aws_config::credentials_file;
use crate::aws_config::directory::Directory;
use crate::aws_config::meaning::Meanings;
use crate::cli::shared::InShell;
use crate::context::Context;
use crate::context::enter::{back, change_shell_adding};
use crate::context::noted::note;
use crate::credential_chain::KEYS;
use crate::error::{Error, Result};
use crate::inventory::Inventory;
use crate::role::RoleRef;
use crate::secret_store::SecretStore;
use crate::session::SignedOut;
use crate::terminal::{self, clean, name};
use crate::{environment, quote, timestamp};

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  aws-sso logout\n  aws-sso logout -p corp\n  aws-sso logout --all")]
pub(crate) struct LogoutArgs {
    /// Sign out of all sso-sessions of the AWS config
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    in_shell: InShell,
}

pub(crate) fn run(context: &Context, arguments: &LogoutArgs) -> Result<()> {
    let gave_role = Cell::new(false);
    let sign_out = |directory: &Directory| {
        let outcome = sign_out(context, directory, arguments.all);
        gave_role.set(gave_role.get() || context.gave_shell_its_role(directory));
        outcome
    };
    let outcome = if arguments.all {
        context.each(&context.config()?.sign_ins(), "sign-outs", "logout", sign_out)
    } else {
        sign_out(&context.directory_unless_all()?)
    };
    match arguments.in_shell.shell {
        _ if !gave_role.get() => outcome,
        Some(shell) if outcome.is_ok() => {
            change_shell_adding(context, shell, &back(), "; other shells may still have keys, until those expire")
        }
        // A shell evaluates nothing that comes with a failure.
        _ => {
            warn_of_keys();
            outcome
        }
    }
}

/// Says that this shell has keys of a session that has ended: they work until they expire.
fn warn_of_keys() {
    let (Some(id), Some((role, Some(expiration)))) = (environment::value(KEYS[0]), environment::shell_role()) else {
        return;
    };
    let left = expiration - Timestamp::now().as_second();
    if left <= 0 || environment::role_origin().is_some_and(|origin| origin != id) {
        return;
    }
    let role = environment::sso_profile().unwrap_or(role);
    let remedy = if note().is_some() { "awsso clear".to_owned() } else { unset() };
    terminal::say(&format!(
        "aws-sso: warning: this shell still has keys of {}, which work for {} more, and other shells may have some\n  \
         to remove them here, run: {remedy}\n",
        name(&role),
        timestamp::minutes(left),
    ));
}

/// The command that removes keys from a shell whose function did not set them.
fn unset() -> String {
    KEYS[..3].iter().map(|name| quote::unset(name)).collect::<Vec<_>>().join("; ")
}

/// Revokes the token, then deletes it and the role credentials that came from it. Client registrations stay: they
/// grant nothing by themselves.
fn sign_out(context: &Context, directory: &Directory, is_one_of_all: bool) -> Result<()> {
    let client = context.client(directory)?;
    let session = context.session(directory, &client)?;
    let outcome = session.sign_out();
    // Delete what came from the token even if the token itself could not be deleted.
    let mut kept = delete_credentials(context, directory, session.store()).unwrap_or_else(|error| vec![error]);
    let one = if is_one_of_all { format!("{}: ", clean(&directory.name)) } else { String::new() };
    let start_url = clean(&directory.start_url);
    let outcome = match outcome {
        Ok(outcome) => outcome,
        Err(error) => return fail(&one, kept, error),
    };
    match outcome {
        SignedOut::WasNot => context.notice(&format!("{one}was not signed in to {start_url}\n")),
        SignedOut::Revoked => context.notice(&format!("{one}signed out of {start_url}\n")),
        SignedOut::OnlyHere(error) => {
            terminal::warn(&format!("{one}{error}; the session stays valid at the service until it expires"));
            context.notice(&format!("{one}signed out of {start_url} on this machine\n"));
        }
    }
    kept.pop().map_or(Ok(()), |last| fail(&one, kept, last))
}

/// Fails with the last of several errors, after the others have been shown.
fn fail(one: &str, others: Vec<Error>, last: Error) -> Result<()> {
    /// How many are shown where a whole folder cannot be changed.
    const SHOWN: usize = 10;
    let one = one.trim_end_matches(": ");
    let named = |error: Error| if one.is_empty() { error } else { error.naming(one) };
    let more = others.len().saturating_sub(SHOWN);
    others.into_iter().take(SHOWN).for_each(|error| terminal::complain(&named(error)));
    if more > 0 {
        terminal::complain(&named(Error::failed(format!("{more} more could not be deleted"))));
    }
    Err(last)
}

/// Deletes the role credentials of a sign-in, also those in the default profile. What cannot be deleted does not keep
/// the rest: the errors say what it is.
fn delete_credentials(context: &Context, directory: &Directory, store: &SecretStore) -> Result<Vec<Error>> {
    let (folder, others) = (environment::role_cache()?, others(context, directory)?);
    let (mut key_ids, mut kept) = role_credentials::sweep(store, &folder, directory, &others);
    // Even with another store, the AWS CLI may have left some in its files.
    let (more, kept_files) = role_credentials::sweep(&SecretStore::Files, &folder, directory, &others);
    key_ids.extend(more);
    let chains = delete_chains(context, directory, store, &folder).unwrap_or_else(|error| vec![error]);
    let of_default = empty_default_profile(context, directory, key_ids).unwrap_or_else(|error| vec![error]);
    for error in kept_files.into_iter().chain(chains).chain(of_default) {
        // Where files are the store, each of them has been tried twice.
        if !kept.contains(&error) {
            kept.push(error);
        }
    }
    Ok(kept)
}

/// Deletes the credentials of roles that were assumed with those of a sign-in, also those that the AWS CLI has cached
/// for the profiles of such chains.
fn delete_chains(context: &Context, directory: &Directory, store: &SecretStore, folder: &Path) -> Result<Vec<Error>> {
    let of_cli = chains_of(context.config()?, directory, folder);
    let kept = assumed_role::sweep(store, folder, directory, &of_cli);
    Ok([kept, assumed_role::sweep(&SecretStore::Files, folder, directory, &of_cli)].concat())
}

/// The files that the AWS CLI has for profiles whose chain begins with this sign-in.
fn chains_of(config: &Config, directory: &Directory, folder: &Path) -> Vec<PathBuf> {
    let meanings = Meanings::new(config);
    let chains = config.profiles().filter_map(|profile| meanings.chain(profile).ok().flatten());
    let is_of_sign_in = |chain: &ProfileChain<'_>| {
        let sign_in = chain.start.profile().and_then(|start| Some(start.role()?.0));
        let of_chain = sign_in.and_then(|sign_in| config.directory(&sign_in).ok());
        of_chain.is_some_and(|of_chain| of_chain.origin() == directory.origin())
    };
    let chains = chains.filter(is_of_sign_in);
    chains.flat_map(|chain| chain.hops).map(|hop| assumed_role::shared_path(&hop, folder)).collect()
}

/// Removes the keys of the default profile, in each credentials file that got them from this sign-in.
fn empty_default_profile(context: &Context, directory: &Directory, mut key_ids: Vec<String>) -> Result<Vec<Error>> {
    let mut files = vec![environment::credentials_file()?];
    for DefaultKey { access_key_id, file } in default_keys::remembered(directory) {
        key_ids.push(access_key_id);
        if !files.contains(&file) {
            files.push(file);
        }
    }
    let mut kept = Vec::new();
    for file in &files {
        let is_ours = |id: &str| key_ids.iter().any(|key_id| key_id == id);
        match credentials_file::remove_default(file, is_ours) {
            Ok(true) => {
                let file = clean(&environment::shown(file)).into_owned();
                context.notice(&format!("removed the default profile's credentials from {file}\n"));
            }
            Ok(false) => {}
            Err(error) => kept.push(error.naming("the default profile keeps its credentials")),
        }
    }
    if kept.is_empty() {
        kept.extend(default_keys::forget(directory).err());
    }
    Ok(kept)
}

/// The other sign-ins, and the cache files of their roles, as far as the config and the remembered lists know them.
///
/// A cache file of the AWS CLI does not say which sign-in it came from. Its name does, but only to a reader who knows
/// the role.
fn others(context: &Context, signed_out: &Directory) -> Result<OtherSignIns> {
    let (config, folder) = (context.config()?, environment::role_cache()?);
    let mut others = OtherSignIns::default();
    for profile in config.profiles() {
        let Some((name, role)) = profile.role() else { continue };
        let Some(directory) = other(config, &name, signed_out, &mut others) else { continue };
        let (account_id, role_name) = match role {
            RoleRef::Id { account_id, role_name } => (account_id, role_name),
            RoleRef::Arn(role) => (role.account_id, role.role_name),
            RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => continue,
        };
        let role = CachedRole { account_id: &account_id, role_name: &role_name, directory: &directory };
        others.files.push(role.path(&folder));
    }
    for name in config.directories() {
        let Some(directory) = other(config, name, signed_out, &mut others) else { continue };
        if let Some(inventory) = Inventory::remembered(&directory)? {
            others.files.extend(inventory.roles().map(|(account, role)| {
                let role = CachedRole { account_id: &account.id, role_name: &role.role_name, directory: &directory };
                role.path(&folder)
            }));
        }
    }
    Ok(others)
}

/// The Identity Center of this name, if it is another one. It is added to the others.
fn other(config: &Config, name: &str, signed_out: &Directory, others: &mut OtherSignIns) -> Option<Directory> {
    let directory = config.directory(name).ok().filter(|directory| directory.origin() != signed_out.origin())?;
    if others.directories.iter().all(|other| other.origin() != directory.origin()) {
        others.directories.push(directory.clone());
    }
    Some(directory)
}
