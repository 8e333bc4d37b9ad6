//! The blocks of one Identity Center in a config, and the profiles in them.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::note::Note;
use super::owner::{Owner, Owners};
use super::request::ProfileOptions;
use super::source::{Found, SignIn, Written};
use crate::aws_config::block::Block;
use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::document::Document;
use crate::aws_config::mark::Mark;
use crate::error::{Error, Result};
use crate::role::RoleArn;

/// Where a profile is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a block of this Identity Center.
    Ours,
    /// In a block of another one, which the config calls so.
    Other(String),
    /// In a block with a name that is not in the config.
    Unclaimed(String),
    /// In no block.
    Outside,
}

/// The blocks of one Identity Center: usually one, but earlier versions wrote one for each name of it.
#[derive(Debug)]
pub(super) struct OurBlocks {
    /// Their numbers in the document.
    numbers: Vec<usize>,
    /// What `-p` called the Identity Center when they were written.
    names: BTreeSet<String>,
    /// What discovery wrote into them.
    pub(super) note: Note,
    /// The profiles in them that discovery wrote.
    pub(super) written: Vec<Written>,
    by_role: HashMap<(String, String), usize>,
    /// Where each profile is that is in any block.
    places: HashMap<String, Place>,
    /// The names of blocks with profiles that are nobody's.
    pub(super) unclaimed: Vec<String>,
}

impl OurBlocks {
    /// `is_wanted`: whether profiles with such a role are what is discovered.
    pub(super) fn find(document: &Document, owners: &Owners<'_>, is_wanted: impl Fn(&Found) -> bool) -> Result<Self> {
        let blocks = document.blocks();
        let names = || blocks.iter().map(|block| block.mark.name.as_str());
        if let Some(adopted) = owners.adopt
            && !names().any(|name| name == adopted)
        {
            let names: Vec<_> = names().collect();
            let error = Error::usage(format!("no profiles were discovered with -p {adopted}"));
            return Err(error.with_remedy(match names.as_slice() {
                [] => "leave --adopt out: the config has no discovered profiles".to_owned(),
                names => format!("name one of: {}", names.join(", ")),
            }));
        }
        let mut ours = Self {
            numbers: Vec::new(),
            names: BTreeSet::new(),
            note: Note::default(),
            written: Vec::new(),
            by_role: HashMap::new(),
            places: HashMap::new(),
            unclaimed: Vec::new(),
        };
        for (number, block) in blocks.iter().enumerate() {
            let name = &block.mark.name;
            let place = match owners.of_block(document, block) {
                Owner::This => {
                    ours.add(document, number, block, owners);
                    continue;
                }
                Owner::Other => Place::Other(owners.name_of(block)),
                Owner::Gone => Place::Unclaimed(name.clone()),
            };
            let profiles =
                document.in_block(block).map(|(header, _)| String::from_utf8_lossy(&header.name).into_owned());
            let before = ours.places.len();
            ours.places.extend(profiles.map(|profile| (profile, place.clone())));
            if place == Place::Unclaimed(name.clone()) && ours.places.len() > before && !ours.unclaimed.contains(name) {
                ours.unclaimed.push(name.clone());
            }
        }
        let of_kind = |written: &Written| written.found.as_ref().filter(|found| is_wanted(found))?.role.clone();
        let roles = ours.written.iter().enumerate();
        ours.by_role = roles.filter_map(|(at, written)| Some((of_kind(written)?, at))).collect();
        Ok(ours)
    }

    fn add(&mut self, document: &Document, number: usize, block: &Block, owners: &Owners<'_>) {
        let name = &block.mark.name;
        let mut note = Note::parse(&block.mark.note);
        let all: Vec<_> = document.in_block(block).filter_map(|(_, lines)| Written::read(lines)).collect();
        if note.start_url.is_none() {
            // An earlier version did not note what it wrote.
            note.regions.extend(most_common(all.iter().map(|profile| profile.region.as_deref())));
            note.outputs.extend(most_common(all.iter().map(|profile| profile.output.as_deref())));
        }
        self.note.regions.extend(note.regions);
        self.note.outputs.extend(note.outputs);
        for profile in all {
            let sign_in = profile.found.as_ref().and_then(|found| owners.sign_in(found));
            let owner = sign_in.as_ref().map(|sign_in| owners.of_sign_in(sign_in));
            // The user may have put a profile of their own into the block.
            let is_ours = sign_in == Some(SignIn::Name(name.clone())) || owner == Some(Owner::This);
            let place = match sign_in {
                Some(SignIn::Name(other) | SignIn::StartUrl(other)) if !is_ours && owner == Some(Owner::Other) => {
                    Place::Other(other)
                }
                _ => Place::Ours,
            };
            self.places.insert(profile.name.clone(), place);
            if is_ours {
                self.written.push(profile);
            }
        }
        self.numbers.push(number);
        self.names.insert(name.clone());
    }

    pub(super) fn place(&self, profile: &str) -> &Place {
        self.places.get(profile).unwrap_or(&Place::Outside)
    }

    /// A profile of this role that discovery wrote, under whatever name.
    pub(super) fn of_role(&self, role: &RoleArn) -> Option<&Written> {
        let at = self.by_role.get(&(role.account_id.clone(), role.role_name.clone()))?;
        self.written.get(*at)
    }

    /// The other names under which the blocks were written.
    pub(super) fn taken_over(&self, name: &str) -> Vec<String> {
        self.names.iter().filter(|other| *other != name).cloned().collect()
    }

    /// The number of the block for new profiles; `None` if there is no block yet.
    pub(super) fn last(&self) -> Option<usize> {
        self.numbers.last().copied()
    }

    /// The mark around a new block with these options.
    pub(super) fn mark(&self, directory: &Directory, options: &ProfileOptions) -> Mark {
        let mut note = Note { start_url: Some(directory.start_url.clone()), ..self.note.clone() };
        note.regions.extend(options.region.clone());
        note.outputs.extend(options.output.clone());
        Mark { name: directory.name.clone(), note: note.to_string() }
    }

    pub(super) fn remove(&self, document: &mut Document, profiles: &HashSet<String>) {
        if !profiles.is_empty() {
            self.numbers.iter().for_each(|number| document.remove_from_block(*number, profiles));
        }
    }

    /// Writes what discovery knows of the blocks into their marks, and makes one of two that follow each other.
    pub(super) fn write_marks(&self, document: &mut Document, directory: &Directory, options: &ProfileOptions) {
        let mut mark = self.mark(directory, options);
        let mut note = Note::parse(&mark.note);
        let (mut regions, mut outputs) = (BTreeSet::new(), BTreeSet::new());
        let blocks = document.blocks();
        let is_noted = !note.regions.is_empty() || !note.outputs.is_empty();
        for block in self.numbers.iter().filter_map(|number| blocks.get(*number)).filter(|_| is_noted) {
            for (_, lines) in document.in_block(block) {
                let config = Config::parse(lines);
                let Some(profile) = config.profiles().next() else { continue };
                regions.extend(profile.setting("region").map(str::to_owned));
                outputs.extend(profile.setting("output").map(str::to_owned));
            }
        }
        note.regions.retain(|value| regions.contains(value));
        note.outputs.retain(|value| outputs.contains(value));
        mark.note = note.to_string();
        for number in self.numbers.iter().rev() {
            document.set_mark(*number, &mark);
            if self.numbers.contains(&(number + 1)) {
                document.join_blocks(*number);
            }
        }
    }
}

/// The value that more than half of the profiles have: it was not set for each by hand.
fn most_common<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Option<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut all = 0;
    for value in values {
        all += 1;
        if let Some(value) = value {
            *counts.entry(value).or_default() += 1;
        }
    }
    let (value, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
    (count > 1 && count * 2 > all).then(|| value.to_owned())
}
