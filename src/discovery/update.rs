//! Writes discovered profiles into an AWS config: which are new, which change, which are stale.

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

/// Where a profile gets its credentials. A profile never has both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CredentialSource {
    /// `credential_process`, which runs this program by its name or path.
    Process {
        /// The name or the path.
        program: String,
    },
    /// The SSO keys of the AWS CLI v2 and the SDKs.
    Sso,
}

/// How profiles are written.
#[derive(Clone, Debug)]
pub(crate) struct ProfileOptions {
    /// Where they get their credentials.
    pub source: CredentialSource,
    /// `region` of new profiles, and of profiles in the block that have none.
    pub region: Option<String>,
    /// `output` of the same profiles.
    pub output: Option<String>,
    /// Whether stale profiles are removed.
    pub prune: bool,
}

/// The roles that the service offers, whether or not they are selected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Offered {
    roles: HashSet<(String, String)>,
    /// The ids of accounts whose roles could not be fetched.
    unknown: HashSet<String>,
}

/// The result of an update.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Profiles that did not exist.
    pub new: usize,
    /// Profiles that existed and were changed.
    pub changed: usize,
    /// Profiles that existed and were right already.
    pub unchanged: usize,
    /// Profiles of the block whose role the service no longer offers.
    pub stale: usize,
    /// Profiles that were not touched: the user wrote them, or the SDKs disagree on what they say.
    pub left: Vec<String>,
}

const PROCESS_KEY: &str = "credential_process";
const SSO_KEYS: [&str; 5] = ["sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name"];
/// A profile with one of these has another source of credentials. The SDKs disagree on which source they use then.
const OTHER_SOURCES: [&str; 5] =
    ["role_arn", "source_profile", "credential_source", "web_identity_token_file", "aws_access_key_id"];

impl Offered {
    /// All roles of the inventory; `unknown` are the ids of accounts whose roles could not be fetched.
    #[must_use]
    pub(crate) fn new(inventory: &Inventory, unknown: HashSet<String>) -> Self {
        let roles = inventory.roles().map(|(_, role)| (role.account_id, role.role_name)).collect();
        Self { roles, unknown }
    }

    fn lacks(&self, role: &RoleRef) -> bool {
        let (account_id, role_name) = match role {
            RoleRef::Arn(arn) => (&arn.account_id, &arn.role_name),
            RoleRef::Id { account_id, role_name } => (account_id, role_name),
            // Discovery does not write these, so such a profile is never stale.
            RoleRef::AccountName { .. } | RoleRef::Place(_) | RoleRef::Name(_) => return false,
        };
        !self.unknown.contains(account_id) && !self.roles.contains(&(account_id.clone(), role_name.clone()))
    }
}

/// The lines that begin and end the block of the profiles of one sso-session.
#[must_use]
pub(crate) fn marks(session: &str) -> Marks {
    Marks {
        begin: format!("# >>> aws-sso discover -p {session} >>>"),
        end: format!("# <<< aws-sso discover -p {session} <<<"),
    }
}

/// Writes the profiles of the `wanted` roles, which are sorted by name, and removes stale profiles if the options say
/// so.
pub(crate) fn update(
    document: &mut Document,
    wanted: &[&Named<'_>],
    offered: &Offered,
    directory: &Directory,
    options: &ProfileOptions,
) -> Result<Counts> {
    let marks = marks(&directory.name);
    let in_block: HashSet<String> = document.block(&marks).into_iter().map(name_of).collect();
    let mut counts = Counts::default();
    let mut new: Vec<NewProfile> = Vec::new();
    for Named { name, role, .. } in wanted {
        let header = Header::profile(name);
        // A role name that no permission set can have may not fit into a line of the config.
        if !is_role_name(&role.role_name) && source_keys(directory, role, &options.source).is_err() {
            counts.left.push(name.clone());
            continue;
        }
        if !document.has(&header) {
            counts.new += 1;
            new.push((name.clone(), new_profile(directory, role, options)?));
            continue;
        }
        if document.is_ambiguous(&header) {
            counts.left.push(name.clone());
            continue;
        }
        let mut profile = Existing { document, header, changed: false };
        if in_block.contains(name) {
            // Discovery wrote this profile, so it may be made right in every respect.
            profile.take_over(directory, role, &options.source)?;
            profile.default_to("region", options.region.as_deref())?;
            profile.default_to("output", options.output.as_deref())?;
        } else if profile.has_other_source() || !profile.may_take(directory, role) {
            counts.left.push(name.clone());
            continue;
        } else if !profile.is_native() {
            // The user wrote this profile and may rely on its region and output: only its source is updated.
            profile.take_over(directory, role, &options.source)?;
        }
        if profile.changed {
            counts.changed += 1;
        } else {
            counts.unchanged += 1;
        }
    }
    let stale = stale(document, &marks, wanted, offered, directory);
    counts.stale = stale.len();
    document.add_to_block(&marks, new)?;
    if options.prune && !stale.is_empty() {
        document.remove_from_block(&marks, &stale);
    }
    Ok(counts)
}

/// The profiles in the block whose role is no longer offered.
fn stale(
    document: &Document,
    marks: &Marks,
    wanted: &[&Named<'_>],
    offered: &Offered,
    directory: &Directory,
) -> HashSet<String> {
    let wanted: HashSet<&str> = wanted.iter().map(|named| named.name.as_str()).collect();
    let is_stale = |name: &str, lines: &[u8]| {
        // The user may have put a profile of their own into the block: its role is of another sso-session, or it has
        // none.
        let config = Config::parse(lines);
        let Some((session, role)) = config.role_of(name) else { return false };
        (session == directory.name || session == name) && offered.lacks(&role)
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

/// The keys with which a profile gets a role's credentials.
fn source_keys(
    directory: &Directory,
    role: &RoleArn,
    source: &CredentialSource,
) -> Result<Vec<(&'static str, String)>> {
    match source {
        CredentialSource::Process { program } => {
            Ok(vec![(PROCESS_KEY, credential_process::command(program, &directory.name, role)?)])
        }
        CredentialSource::Sso => {
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

fn new_profile(directory: &Directory, role: &RoleArn, options: &ProfileOptions) -> Result<Vec<(&'static str, String)>> {
    let mut keys = source_keys(directory, role, &options.source)?;
    keys.extend(options.region.clone().map(|region| ("region", region)));
    keys.extend(options.output.clone().map(|output| ("output", output)));
    Ok(keys)
}

/// A profile that the config has already.
struct Existing<'a> {
    document: &'a mut Document,
    header: Header<'a>,
    changed: bool,
}

impl Existing<'_> {
    fn get(&self, key: &str) -> Option<String> {
        self.document.get(&self.header, key).filter(|value| !value.is_empty())
    }

    /// Makes it this role's profile. Its other keys, their order and all comments stay.
    fn take_over(&mut self, directory: &Directory, role: &RoleArn, source: &CredentialSource) -> Result<()> {
        let keys = source_keys(directory, role, source)?;
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

    /// Sets a key that the profile does not have.
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

    /// Whether it has SSO keys, with which the AWS CLI and the SDKs sign in themselves.
    fn is_native(&self) -> bool {
        SSO_KEYS.iter().any(|key| self.get(key).is_some())
    }

    /// Whether its credentials come from another sso-session.
    fn is_of_another_session(&self, directory: &Directory) -> bool {
        let Some(command) = self.get(PROCESS_KEY) else { return false };
        let config = Config::parse(format!("[profile x]\n{PROCESS_KEY} = {command}\n").as_bytes());
        let session = config.processes().next().and_then(|process| process.profile);
        session.is_some_and(|session| session != directory.name)
    }

    /// Whether it may become this role's profile.
    ///
    /// A profile with SSO keys may only if it is this role's already: the user wrote these keys, and they may be the
    /// only place in the config that names the start URL.
    fn may_take(&self, directory: &Directory, role: &RoleArn) -> bool {
        if self.is_of_another_session(directory) {
            return false;
        }
        let session = self.get("sso_session");
        let is_here = match &directory.session {
            Some(_) => session == directory.session,
            None => self.get("sso_start_url").is_some_and(|url| directory.has_start_url(&url)),
        };
        !self.is_native()
            || (is_here
                && self.get("sso_account_id").as_ref() == Some(&role.account_id)
                && self.get("sso_role_name").as_ref() == Some(&role.role_name))
    }
}
