//! Discovered profiles into an AWS config: what is new, what changes, what is stale.

use std::collections::HashSet;

use super::name::Named;
use crate::aws_config::block::{Marks, NewProfile};
use crate::aws_config::config::Config;
use crate::aws_config::credential_process;
use crate::aws_config::directory::Directory;
use crate::aws_config::document::{Document, Header};
use crate::error::Result;
use crate::inventory::Inventory;
use crate::role::{RoleArn, RoleRef, is_role_name};

/// How a profile says where its credentials come from; never both ways in one profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Style {
    /// `credential_process`, with this program.
    Process {
        /// Its name or path.
        program: String,
    },
    /// The SSO keys of the AWS CLI v2 and the SDKs.
    Sso,
}

/// What is written into profiles.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where credentials come from.
    pub style: Style,
    /// `region`, for new profiles and for those in the block that have none.
    pub region: Option<String>,
    /// `output`, likewise.
    pub output: Option<String>,
    /// Whether stale profiles go.
    pub prune: bool,
}

/// What the service offers, whatever part of it is written.
#[derive(Clone, Debug, Default)]
pub struct Offered {
    roles: HashSet<(String, String)>,
    /// Accounts whose roles could not be had: nothing is known of them.
    unknown: HashSet<String>,
}

/// What an update has done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Profiles that were not there.
    pub new: usize,
    /// Profiles that were there and mean something else now.
    pub changed: usize,
    /// Profiles that were there and stay.
    pub unchanged: usize,
    /// Profiles of the block whose role the service no longer offers.
    pub stale: usize,
    /// Profiles of that name which get their credentials in another way, and so were left.
    pub left: Vec<String>,
}

const PROCESS_KEY: &str = "credential_process";
const SSO_KEYS: [&str; 5] = ["sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"];
/// With any of these a profile has another source of credentials, which no SDK would mix with ours the same way.
const OTHER_SOURCES: [&str; 5] =
    ["role_arn", "source_profile", "credential_source", "web_identity_token_file", "aws_access_key_id"];

impl Offered {
    /// All roles of the inventory; `unknown` are the ids of accounts whose roles could not be had.
    #[must_use]
    pub fn new(inventory: &Inventory, unknown: HashSet<String>) -> Self {
        let roles = inventory.roles().map(|(_, role)| (role.account_id, role.role_name)).collect();
        Self { roles, unknown }
    }

    fn lacks(&self, role: &RoleRef) -> bool {
        let (account_id, role_name) = match role {
            RoleRef::Arn(arn) => (&arn.account_id, &arn.role_name),
            RoleRef::Id { account_id, role_name } => (account_id, role_name),
            // Not of our making, whatever it means.
            RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => return false,
        };
        !self.unknown.contains(account_id) && !self.roles.contains(&(account_id.clone(), role_name.clone()))
    }
}

/// The marks of the block of one PROFILE.
#[must_use]
pub fn marks(directory: &str) -> Marks {
    Marks {
        begin: format!("# >>> aws-sso discover -p {directory} >>>"),
        end: format!("# <<< aws-sso discover -p {directory} <<<"),
    }
}

/// Writes these roles' profiles, and takes the stale ones away if that is asked for. `wanted` is sorted by name.
pub fn update(
    document: &mut Document,
    wanted: &[&Named<'_>],
    offered: &Offered,
    directory: &Directory,
    settings: &Settings,
) -> Result<Counts> {
    let marks = marks(&directory.name);
    let in_block: HashSet<String> = document.block(&marks).into_iter().map(name_of).collect();
    let mut counts = Counts::default();
    let mut new: Vec<NewProfile> = Vec::new();
    for Named { name, role, .. } in wanted {
        let header = Header::profile(name);
        // A name that no permission set can have, and no line can hold.
        if !is_role_name(&role.role_name) && source(directory, role, &settings.style).is_err() {
            counts.left.push(name.clone());
            continue;
        }
        if !document.has(&header) {
            counts.new += 1;
            new.push((name.clone(), new_settings(directory, role, settings)?));
            continue;
        }
        if document.is_ambiguous(&header) {
            counts.left.push(name.clone());
            continue;
        }
        let mut profile = Existing { document, header, changed: false };
        if in_block.contains(name) {
            profile.take_over(directory, role, settings)?;
            profile.default_to("region", settings.region.as_deref())?;
            profile.default_to("output", settings.output.as_deref())?;
        } else if profile.has_other_source() || !profile.may_take(directory, role) {
            counts.left.push(name.clone());
            continue;
        } else if !profile.is_native() {
            profile.take_over(directory, role, settings)?;
        }
        *(if profile.changed { &mut counts.changed } else { &mut counts.unchanged }) += 1;
    }
    let stale = stale(document, &marks, wanted, offered, directory);
    counts.stale = stale.len();
    document.add_to_block(&marks, new)?;
    if settings.prune && !stale.is_empty() {
        document.remove_from_block(&marks, &stale);
    }
    Ok(counts)
}

/// The block's profiles whose role is no longer offered.
fn stale(
    document: &Document,
    marks: &Marks,
    wanted: &[&Named<'_>],
    offered: &Offered,
    directory: &Directory,
) -> HashSet<String> {
    let wanted: HashSet<&str> = wanted.iter().map(|named| named.name.as_str()).collect();
    let is_stale = |name: &str, lines: &[u8]| {
        // One in the block that means another directory's role, or none, is somebody's own.
        let config = Config::parse(lines);
        config.role_of(name).is_some_and(|(of, role)| (of == directory.name || of == name) && offered.lacks(&role))
    };
    document
        .in_block(marks)
        .into_iter()
        .map(|(header, lines)| (name_of(header), lines))
        .filter(|(name, lines)| !wanted.contains(name.as_str()) && is_stale(name, lines))
        .map(|(name, _)| name)
        .collect()
}

fn name_of(header: &Header<'_>) -> String {
    String::from_utf8_lossy(&header.name).into_owned()
}

/// The keys by which a profile gets a role's credentials.
fn source(directory: &Directory, role: &RoleArn, style: &Style) -> Result<Vec<(&'static str, String)>> {
    match style {
        Style::Process { program } => {
            Ok(vec![(PROCESS_KEY, credential_process::command(program, &directory.name, role)?)])
        }
        Style::Sso => {
            let mut keys = match &directory.session {
                Some(session) => vec![("sso_session", session.clone())],
                None => {
                    vec![("sso_start_url", directory.start_url.clone()), ("sso_region", directory.region.to_string())]
                }
            };
            keys.push(("sso_account_id", role.account_id.clone()));
            keys.push(("sso_role_name", role.role_name.clone()));
            Ok(keys)
        }
    }
}

fn new_settings(directory: &Directory, role: &RoleArn, settings: &Settings) -> Result<Vec<(&'static str, String)>> {
    let mut keys = source(directory, role, &settings.style)?;
    keys.extend(settings.region.clone().map(|region| ("region", region)));
    keys.extend(settings.output.clone().map(|output| ("output", output)));
    Ok(keys)
}

/// A profile that is there already.
struct Existing<'a> {
    document: &'a mut Document,
    header: Header<'a>,
    changed: bool,
}

impl Existing<'_> {
    fn get(&self, key: &str) -> Option<String> {
        self.document.get(&self.header, key).filter(|value| !value.is_empty())
    }

    /// Makes it this role's profile; its other keys, their order and all comments stay.
    fn take_over(&mut self, directory: &Directory, role: &RoleArn, settings: &Settings) -> Result<()> {
        let keys = source(directory, role, &settings.style)?;
        for key in [PROCESS_KEY].into_iter().chain(SSO_KEYS) {
            if !keys.iter().any(|(own, _)| *own == key) {
                self.changed |= self.document.remove_key(&self.header, key);
            }
        }
        for (key, value) in keys {
            self.set(key, &value)?;
        }
        Ok(())
    }

    fn default_to(&mut self, key: &str, value: Option<&str>) -> Result<()> {
        match value {
            Some(value) if self.get(key).is_none() => self.set(key, value),
            _ => Ok(()),
        }
    }

    fn set(&mut self, key: &str, value: &str) -> Result<()> {
        if self.get(key).as_deref() != Some(value) {
            self.document.set(&self.header, key, value)?;
            self.changed = true;
        }
        Ok(())
    }

    fn has_other_source(&self) -> bool {
        OTHER_SOURCES.iter().any(|key| self.get(key).is_some())
    }

    /// Whether it signs in by itself, with the SSO keys.
    fn is_native(&self) -> bool {
        SSO_KEYS.iter().any(|key| self.get(key).is_some())
    }

    /// Whether it is discovered from another directory.
    fn is_anothers(&self, directory: &Directory) -> bool {
        let Some(command) = self.get(PROCESS_KEY) else { return false };
        let config = Config::parse(format!("[profile x]\n{PROCESS_KEY} = {command}\n").as_bytes());
        let of = config.processes().next().and_then(|process| process.profile);
        of.is_some_and(|of| of != directory.name)
    }

    /// Whether it may become this role's profile: with SSO keys, only if it is that already. Somebody wrote them by hand,
    /// and they may be what says where the directory is.
    fn may_take(&self, directory: &Directory, role: &RoleArn) -> bool {
        if self.is_anothers(directory) {
            return false;
        }
        let session = self.get("sso_session");
        let is_here = match &directory.session {
            Some(_) => session == directory.session,
            None => self.get("sso_start_url").as_ref() == Some(&directory.start_url),
        };
        !self.is_native()
            || (is_here
                && self.get("sso_account_id").as_ref() == Some(&role.account_id)
                && self.get("sso_role_name").as_ref() == Some(&role.role_name))
    }
}
