//! The fast path for a profile that assumes a role. It reads one profile after the other, as far as the chain goes: a
//! pass over the file for each is faster than reading all of it. Only files of this tool are taken: whose a file of the
//! AWS CLI is takes the whole config to find out.

use std::path::Path;

use crate::aws_cache::assumed_role::{CachedAssumption, CachedBase, CachedHop};
use crate::aws_cache::role_credentials::CachedRole;
use crate::aws_config::chain::hop;
use crate::aws_config::config::Config;
use crate::credentials::RoleCredentials;
use crate::environment;
use crate::files::read;
use crate::role::RoleRef;
use crate::secret_store::SecretStore;

/// More roles than AWS lets anyone use one after the other; a longer chain may be a circle.
const LONGEST: usize = 5;

/// The cached credentials of a profile with a `role_arn`, if they are fresh.
pub(super) fn cached(profile: &str) -> Option<RoleCredentials> {
    let path = environment::config_file().ok()?;
    let mut hops = Vec::new();
    let mut name = profile.to_owned();
    let credentials = environment::credentials_file().ok()?;
    let (sign_in, reference, start) = loop {
        let config = Config::read_profile(&path, &name).ok()?;
        let section = config.profile(&name)?;
        // AWS tools take what stands there of a profile in place of the config.
        if (section.assumes() || !hops.is_empty()) && may_have(&credentials, &name)? {
            return None;
        }
        if !section.assumes() {
            // Without -p the only Identity Center counts, and this is a part of the config.
            let (sign_in, reference) = section.named_role()?;
            break (sign_in.into_owned(), reference, config);
        }
        let is_plain = ["credential_source", "web_identity_token_file"].iter().all(|key| section.get(key).is_none());
        let own = hop(section).ok().filter(|_| is_plain && hops.len() < LONGEST)?;
        hops.push(own);
        section.setting("source_profile")?.clone_into(&mut name);
    };
    if hops.is_empty() || may_have(&environment::settings_file().ok()?, profile)? {
        return None;
    }
    let (account_id, role_name) = match reference {
        RoleRef::Arn(role) => (role.account_id, role.role_name),
        RoleRef::Id { account_id, role_name } => (account_id, role_name),
        RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => return None,
    };
    let config = if sign_in == name { start } else { Config::read_profile(&path, &sign_in).ok()? };
    let directory = config.directory(&sign_in).ok()?;
    let base = CachedRole { account_id: &account_id, role_name: &role_name, directory: &directory };
    let base = CachedBase::Role(base);
    hops.reverse();
    let (last, before) = hops.split_last()?;
    of_hop(&CachedHop { base, before, hop: last }, &environment::role_cache().ok()?)
}

/// The cached credentials of an assumed role, if they are fresh.
pub(super) fn of_hop(hop: &CachedHop<'_>, folder: &Path) -> Option<RoleCredentials> {
    let fresh = |path: &Path| {
        let found: Option<CachedAssumption> = hop.read(&SecretStore::Files, path, || false).ok()?;
        found.filter(|found| found.is_fresh(hop.hop)).map(|found| found.credentials)
    };
    fresh(&hop.shared_path(folder)).or_else(|| fresh(&hop.own_path(folder)))
}

/// Whether a file may say something of this name: an alias that goes before the profile, or access keys of its own.
/// `None` if the file cannot be read.
fn may_have(path: &Path, name: &str) -> Option<bool> {
    let bytes = read::whole(path).ok()?.unwrap_or_default();
    Some(memchr::memmem::find(&bytes, name.as_bytes()).is_some())
}
