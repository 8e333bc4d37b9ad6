//! Whose a block of discovered profiles is: a block belongs to an Identity Center, whatever `-p` calls it.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::keys::CredentialSource;
use super::left::Left;
use super::note::Note;
use super::source::{Found, SignIn};
use crate::aws_config::block::Block;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::document::Document;
use crate::inventory::Inventory;
use crate::role::{RoleArn, RoleRef};

/// Whose something in the config is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// That of the Identity Center whose roles are discovered.
    This,
    /// That of another one, which the config has.
    Other,
    /// The config has no such Identity Center any more.
    Gone,
}

/// What tells the owners of blocks and profiles.
pub(super) struct Owners<'a> {
    pub(super) config: &'a Config,
    directory: &'a Directory,
    /// The ids of the accounts that this Identity Center offers.
    accounts: HashSet<&'a str>,
    /// The name whose blocks the user wants taken over.
    pub(super) adopt: Option<&'a str>,
    /// The accounts that are remembered of every other Identity Center in the config.
    elsewhere: OnceCell<HashSet<String>>,
}

impl<'a> Owners<'a> {
    pub(super) fn new(
        config: &'a Config,
        directory: &'a Directory,
        accounts: HashSet<&'a str>,
        adopt: Option<&'a str>,
    ) -> Self {
        Self { config, directory, accounts, adopt, elsewhere: OnceCell::new() }
    }

    /// Whose Identity Center `-p` calls by this name.
    pub(super) fn of_name(&self, name: &str) -> Owner {
        if name == self.directory.name || Some(name) == self.directory.session.as_deref() {
            return Owner::This;
        }
        match self.config.directory(name) {
            Ok(directory) => self.of_directory(&directory),
            // There is one, although something is wrong with it.
            Err(_) if self.config.sso_session(name).is_some() => Owner::Other,
            Err(_) => Owner::Gone,
        }
    }

    /// Whose start URL this is.
    pub(super) fn of_start_url(&self, start_url: &str) -> Owner {
        if self.directory.has_start_url(start_url) {
            return Owner::This;
        }
        let is_here = self.others().any(|directory| directory.has_start_url(start_url));
        if is_here { Owner::Other } else { Owner::Gone }
    }

    /// The sign-in behind a profile.
    pub(super) fn sign_in(&self, found: &Found) -> Option<SignIn> {
        found.sign_in(self.config)
    }

    /// Whose a sign-in is that a profile names.
    pub(super) fn of_sign_in(&self, sign_in: &SignIn) -> Owner {
        match sign_in {
            SignIn::Name(name) => self.of_name(name),
            SignIn::StartUrl(url) => self.of_start_url(url),
        }
    }

    /// Whose block this is.
    ///
    /// The start URL decides, then the name. Where the config has neither of them any more, it is the block of the
    /// Identity Center that offers its accounts: an account belongs to one organization.
    pub(super) fn of_block(&self, document: &Document, block: &Block) -> Owner {
        if self.adopt == Some(block.mark.name.as_str()) {
            return Owner::This;
        }
        let by_url = Note::parse(&block.mark.note).start_url.map_or(Owner::Gone, |url| self.of_start_url(&url));
        match (by_url, self.of_name(&block.mark.name)) {
            (Owner::Gone, Owner::Gone) => self.by_accounts(document, block),
            (Owner::Gone, by_name) => by_name,
            (by_url, _) => by_url,
        }
    }

    /// What the config calls the other Identity Center whose block this is.
    pub(super) fn name_of(&self, block: &Block) -> String {
        let url = Note::parse(&block.mark.note).start_url;
        let by_url = url.and_then(|url| self.others().find(|directory| directory.has_start_url(&url)));
        by_url.map_or_else(|| block.mark.name.clone(), |directory| directory.name)
    }

    /// Why a profile outside all blocks may not become this role's profile.
    pub(super) fn objection(&self, found: &Found, role: &RoleArn) -> Option<Left> {
        let owner = found.sign_in.as_ref().map(|sign_in| self.of_sign_in(sign_in));
        if owner == Some(Owner::Other) {
            return Some(Left::OtherInstance(found.sign_in_name()));
        }
        let is_this_role = found.assumed.is_none() && found.has_role(role);
        let may_be_written = match found.source {
            // Where the sign-in has another name now, the role tells that it is this profile.
            CredentialSource::Process { .. } => is_this_role || (found.role.is_none() && owner != Some(Owner::Gone)),
            // The user wrote these keys, and they may be the only place in the config that names the start URL.
            CredentialSource::Sso => is_this_role && owner == Some(Owner::This),
        };
        (!may_be_written).then_some(Left::OtherCredentials)
    }

    fn by_accounts(&self, document: &Document, block: &Block) -> Owner {
        let accounts: HashSet<String> = document.in_block(block).filter_map(|(_, lines)| account_of(lines)).collect();
        let is_of = |id: &String| self.accounts.contains(id.as_str());
        if accounts.iter().any(is_of) && accounts.is_disjoint(self.elsewhere()) { Owner::This } else { Owner::Gone }
    }

    fn elsewhere(&self) -> &HashSet<String> {
        self.elsewhere.get_or_init(|| {
            let remembered = self.others().filter_map(|directory| Inventory::remembered(&directory).ok().flatten());
            remembered.flat_map(|inventory| inventory.accounts).map(|account| account.id).collect()
        })
    }

    /// Every other Identity Center of the config.
    fn others(&self) -> impl Iterator<Item = Directory> {
        let all = self.config.directories().iter().filter_map(|name| self.config.directory(name).ok());
        all.filter(|directory| self.of_directory(directory) == Owner::Other)
    }

    fn of_directory(&self, directory: &Directory) -> Owner {
        if self.directory.has_start_url(&directory.start_url) { Owner::This } else { Owner::Other }
    }
}

/// The account of the profile in these lines.
fn account_of(lines: &[u8]) -> Option<String> {
    let config = Config::parse(lines);
    let (_, role) = config.profiles().next()?.role()?;
    match role {
        RoleRef::Arn(arn) => Some(arn.account_id),
        RoleRef::Id { account_id, .. } => Some(account_id),
        _ => None,
    }
}
