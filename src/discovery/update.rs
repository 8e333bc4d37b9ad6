//! Writes discovered profiles into an AWS config: which are new, which change, which are stale.

use std::cell::LazyCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::assumed::Assumed;
use super::blocks::{OurBlocks, Place};
use super::existing::Existing;
use super::held::Held;
use super::keys::{self, CredentialSource, PROCESS_KEY};
use super::left::{Counts, Left};
use super::name::{Named, names};
use super::note::Note;
use super::owner::Owners;
use super::request::{Discovery, ProfileOptions};
use super::source::{Found, SignIn, Written};
use crate::aws_config::block::NewProfile;
use crate::aws_config::config::Config;
use crate::aws_config::credential_process;
use crate::aws_config::document::{Document, Header};
use crate::credential_chain::has_source;
use crate::error::Result;
use crate::role::{RoleArn, is_role_name};

/// The config with the profiles of the wanted roles, and without stale profiles if the options say so.
pub(crate) fn update(before: &[u8], discovery: &Discovery<'_>) -> Result<(Vec<u8>, Counts)> {
    let Discovery { offered, directory, options, .. } = *discovery;
    let config = Config::parse(before);
    let accounts = offered.accounts.iter().map(String::as_str).collect();
    let owners = Owners::new(&config, directory, accounts, options.adopt.as_deref());
    let mut document = Document::parse(before);
    let is_of_kind = |found: &Found| found.assumed.is_some() == discovery.via.is_some();
    let blocks = OurBlocks::find(&document, &owners, is_of_kind)?;
    let mut counts = Counts {
        taken_over: blocks.taken_over(&directory.name),
        unclaimed: blocks.unclaimed.clone(),
        ..Counts::default()
    };
    let held = Held::new(&blocks.written, discovery, &config);
    let named = names(discovery.inventory, directory, discovery.template, &held);
    let mut update = Update {
        discovery,
        wanted: &selected(&named, discovery),
        held: &held,
        owners: &owners,
        blocks: &blocks,
        document: &mut document,
        counts: &mut counts,
    };
    let (new, placed) = update.write_wanted()?;
    let stale = update.stale(&placed, &config);
    update.rename(&stale)?;
    document.add_to_block(blocks.last(), &blocks.mark(directory, options), new)?;
    counts.stale = stale.len();
    if options.prune {
        blocks.remove(&mut document, &stale);
    }
    blocks.write_marks(&mut document, directory, options);
    Ok((document.to_bytes(), counts))
}

/// The roles that are to have a profile, of accounts whose roles are known.
fn selected<'a>(named: &'a [Named<'a>], discovery: &Discovery<'_>) -> Vec<&'a Named<'a>> {
    let Discovery { inventory, selection, offered, .. } = *discovery;
    let accounts = inventory.accounts.iter().filter(|account| !offered.unknown.contains(&account.id));
    let in_accounts: HashMap<_, _> = accounts.map(|account| (&account.id, selection.in_account(account))).collect();
    let is_selected = |Named { account, role, .. }: &&Named<'_>| {
        in_accounts.get(&account.id).is_some_and(|selection| selection.has(&role.role_name))
    };
    named.iter().filter(is_selected).collect()
}

/// An update at work.
struct Update<'a> {
    discovery: &'a Discovery<'a>,
    /// The selected roles with the names of their profiles, sorted by name.
    wanted: &'a [&'a Named<'a>],
    /// The names before the update.
    held: &'a Held<'a>,
    owners: &'a Owners<'a>,
    blocks: &'a OurBlocks,
    document: &'a mut Document,
    counts: &'a mut Counts,
}

/// The profile of each role that has one now.
type Placed<'a> = HashMap<(String, String), Current<'a>>;

/// The profile that a role has now.
struct Current<'a> {
    name: &'a str,
    /// Its region and its output.
    settings: [Option<String>; 2],
}

impl<'a> Update<'a> {
    /// Makes the profiles of the wanted roles right. Returns those that are to be added, and all that are right.
    fn write_wanted(&mut self) -> Result<(Vec<NewProfile>, Placed<'a>)> {
        let mut new = Vec::new();
        let mut placed = Placed::new();
        for Named { name, role, .. } in self.wanted.iter().copied() {
            let header = Header::profile(name);
            // A role name that no permission set can have may not fit into a line of the config.
            let reason = if !is_role_name(&role.role_name) && self.discovery.keys(role).is_err() {
                Some(Left::Unwritable)
            } else if self.discovery.credentials.profile(name).is_some_and(has_source) {
                Some(Left::Hidden)
            } else if self.document.has(&header) {
                self.write_existing(name, role)?
            } else {
                None
            };
            if let Some(reason) = reason {
                // The role may have a profile from a run with another template.
                self.counts.lacking += usize::from(
                    reason == Left::Hidden || (reason.is_conflict() && self.blocks.of_role(role).is_none()),
                );
                self.counts.leave(reason, name);
                continue;
            }
            let settings = if self.document.has(&header) {
                ["region", "output"].map(|key| self.document.get(&header, key))
            } else {
                let keys = self.new_profile(role)?;
                let value = |key| keys.iter().find(|(other, _)| *other == key).map(|(_, value)| value.clone());
                let settings = ["region", "output"].map(value);
                self.counts.new += 1;
                new.push((name.clone(), keys));
                settings
            };
            placed.insert((role.account_id.clone(), role.role_name.clone()), Current { name, settings });
        }
        Ok((new, placed))
    }

    /// The keys of a new profile. Where the role has a profile of another name in the block, they get its region and
    /// output: the account may have been renamed.
    fn new_profile(&self, role: &RoleArn) -> Result<Vec<(&'static str, String)>> {
        let ProfileOptions { region, output, .. } = self.discovery.options;
        let earlier = self.blocks.of_role(role);
        let mut keys = self.discovery.keys(role)?;
        let region = region.as_ref().or_else(|| earlier?.region.as_ref());
        keys.extend(region.map(|region| ("region", region.clone())));
        let output = output.as_ref().or_else(|| earlier?.output.as_ref());
        keys.extend(output.map(|output| ("output", output.clone())));
        Ok(keys)
    }

    /// Makes an existing profile right, or says why not.
    fn write_existing(&mut self, name: &str, role: &RoleArn) -> Result<Option<Left>> {
        let Discovery { directory, options, via, .. } = *self.discovery;
        if self.document.is_ambiguous(&Header::profile(name)) {
            return Ok(Some(Left::Misread));
        }
        let mut profile = Existing::new(self.document, name);
        let signs_in = directory.session.is_none() && name == directory.name;
        let found = profile.found();
        let assumes = via.is_some() && found.as_ref().is_some_and(|found| self.discovery.writes(found, role));
        // A command of the user's own around this program is another source as well.
        if profile.wraps_this_program()
            || profile.has_other_source(assumes)
            || (signs_in && *self.blocks.place(name) != Place::Outside)
        {
            return Ok(Some(Left::OtherCredentials));
        }
        match self.blocks.place(name) {
            Place::Other(block) => return Ok(Some(Left::OtherInstance(block.clone()))),
            Place::Unclaimed(block) => return Ok(Some(Left::Unclaimed(block.clone()))),
            Place::Ours => {
                // Discovery wrote this profile, so it may be made right in every respect.
                let keys = self.discovery.keys(role)?;
                let is_source = keys.iter().any(|(key, _)| *key == "source_profile");
                profile.take_over(keys)?;
                let written = found.as_ref().and_then(|found| found.assumed.as_ref());
                if let (Some(via), Some(written), true) = (via, written, profile.is_changed) {
                    let has_base = written.is_via(via, self.owners.config);
                    let has_options = match written {
                        Assumed::By { options, .. } => *options == via.words(role) || is_source,
                        Assumed::Source(_) => !is_source,
                    };
                    self.counts.rebased += usize::from(!has_base);
                    self.counts.reoptioned += usize::from(has_base && !has_options);
                }
                if let Some(before) = self.held.before(name).filter(|holder| !holder.is(role)) {
                    let roles = [(before.account_id, before.role_name), (&role.account_id, &role.role_name)];
                    let [before, now] = roles.map(|(account, role)| format!("{account}/{role}"));
                    self.counts.passed_on.push([name.to_owned(), before, now]);
                }
                let Note { regions, outputs, .. } = &self.blocks.note;
                let has_region = profile.set_if_ours("region", options.region.as_deref(), regions)?;
                let has_output = profile.set_if_ours("output", options.output.as_deref(), outputs)?;
                if !has_region || !has_output {
                    self.counts.leave(Left::OwnSettings, name);
                }
            }
            // A profile of the user's own that assumes this role is left as it is.
            Place::Outside if via.is_some() => {
                if !(assumes && found.is_some_and(|found| self.discovery.covers(&found, self.owners.config))) {
                    return Ok(Some(Left::OtherCredentials));
                }
            }
            Place::Outside => {
                if let Some(reason) = found.as_ref().and_then(|found| self.owners.objection(found, role)) {
                    return Ok(Some(reason));
                }
                // The user wrote this profile and may rely on its region and output: only its source is updated, and
                // not even that where it has SSO keys of this role.
                if found.is_none_or(|found| found.source != CredentialSource::Sso) {
                    profile.take_over(self.discovery.keys(role)?)?;
                }
            }
        }
        if profile.is_changed {
            self.counts.changed += 1;
        } else {
            self.counts.unchanged += 1;
        }
        Ok(None)
    }

    /// The profiles in the blocks whose role is no longer offered, or has a profile of another name now.
    fn stale(&mut self, placed: &Placed<'_>, config: &Config) -> HashSet<String> {
        let offered = self.discovery.offered;
        // Only a profile that would be removed is looked for in all others.
        let sources = LazyCell::new(|| -> HashSet<&str> {
            config.profiles().filter_map(|profile| profile.setting("source_profile")).collect()
        });
        let wanted: HashSet<&str> = self.wanted.iter().map(|named| named.name.as_str()).collect();
        let mut stale = HashSet::new();
        for written in self.blocks.written.iter().filter(|written| !wanted.contains(written.name.as_str())) {
            let found = written.found.as_ref().filter(|found| self.discovery.covers(found, config));
            let Some(role) = found.and_then(|found| found.role.as_ref()) else { continue };
            if offered.lacks(role) {
                if written.is_edited {
                    self.counts.leave(Left::Gone, &written.name);
                } else {
                    stale.insert(written.name.clone());
                    self.counts.gone.push(written.name.clone());
                }
            } else if let Some(Current { name, settings }) = placed.get(role) {
                if !self.is_repeated(written, settings) {
                    self.counts.leave(Left::Edited, &written.name);
                } else if sources.contains(written.name.as_str()) {
                    self.counts.leave(Left::Source, &written.name);
                } else {
                    stale.insert(written.name.clone());
                    self.counts.renamed.push((written.name.clone(), (*name).to_owned()));
                }
            }
        }
        stale
    }

    /// Whether a profile holds nothing that the other one of its role, with this region and output, does not hold too.
    fn is_repeated(&self, written: &Written, [region, output]: &[Option<String>; 2]) -> bool {
        let Note { regions, outputs, .. } = &self.blocks.note;
        let is_known = |own: &Option<String>, other: &Option<String>, by_discovery: &BTreeSet<String>| {
            own.as_ref().is_none_or(|value| own == other || by_discovery.contains(value))
        };
        !written.is_edited && is_known(&written.region, region, regions) && is_known(&written.output, output, outputs)
    }

    /// Gives the profiles of the blocks that are not wanted in this run the name that `-p` has now.
    fn rename(&mut self, stale: &HashSet<String>) -> Result<()> {
        let Discovery { directory, options, .. } = *self.discovery;
        let wanted: HashSet<&str> = self.wanted.iter().map(|named| named.name.as_str()).collect();
        let is_removed = |name: &String| options.prune && stale.contains(name);
        for Written { name, found, .. } in &self.blocks.written {
            let Some(Found { source, sign_in, role: Some((account_id, role_name)), assumed }) = found else { continue };
            if wanted.contains(name.as_str()) || is_removed(name) || *sign_in == Some(SignIn::of(directory, source)) {
                continue;
            }
            let keys = match (assumed, source) {
                (Some(Assumed::By { role, options }), CredentialSource::Process { program }) => {
                    vec![(PROCESS_KEY, credential_process::assuming(program, &directory.name, role, options)?)]
                }
                // It names another profile, and no sign-in.
                (Some(_), _) => continue,
                (None, _) => {
                    let role = RoleArn::in_region(&directory.region.to_string(), account_id, role_name);
                    keys::granted(directory, &role, source)?
                }
            };
            let mut profile = Existing::new(self.document, name);
            profile.take_over(keys)?;
            if profile.is_changed && !stale.contains(name) {
                self.counts.changed += 1;
            }
        }
        Ok(())
    }
}
