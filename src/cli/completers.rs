//! The values that Tab offers for an argument: profiles, sso-sessions and roles, from this machine's files.
//!
//! Completion never uses the network and never shows a secret. A value is offered only if all of its characters are
//! plain in every shell, because a shell inserts it without quotes. An account whose name is not plain is offered by
//! its id.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;

use clap_complete::engine::CompletionCandidate;

use crate::aws_config::config::Config;
use crate::aws_config::directory::Directory;
use crate::aws_config::parts::Parts;
use crate::environment;
use crate::inventory::Inventory;
use crate::settings::Settings;

/// How many values are offered at most; shells ask before they show a tenth of it.
const MOST: usize = 1000;

/// The longest value that is offered. An ARN of AWS has half of it.
const LONGEST: usize = 256;

/// The value of `-p` on the line that is completed: roles are offered of its Identity Center alone. The engine passes
/// nothing but the word on to a completer.
static NARROWED_TO: OnceLock<String> = OnceLock::new();

/// Offers the roles of one Identity Center alone.
pub(crate) fn narrow_to(profile: String) {
    let _ = NARROWED_TO.set(profile);
}

/// Profiles and sso-sessions that name an Identity Center.
pub(crate) fn directories(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let Some(config) = environment::config_file().ok().and_then(|path| Config::read(&path).ok()) else {
        return Vec::new();
    };
    config.directories().iter().filter(|name| name.starts_with(&*current)).map(CompletionCandidate::new).collect()
}

/// Everything that names a role: aliases, profiles, `ACCOUNT/ROLE`, and ARNs once one is begun.
pub(crate) fn roles(current: &OsStr) -> Vec<CompletionCandidate> {
    let current = current.to_string_lossy();
    let mut completions = Completions { current: &current, found: BTreeMap::new(), shared: usize::MAX };
    if let Some(settings) = environment::settings_file().ok().and_then(|path| Settings::load(&path).ok()) {
        for (alias, role, _) in settings.aliases() {
            completions.add(alias, || Some(format!("alias of {role}")));
        }
    }
    let mut directories = Vec::new();
    for part in config_parts().into_iter().flatten().map_while(Result::ok) {
        for profile in part.profiles() {
            completions.add(profile.name(), || profile.means_role().then(|| "profile".to_owned()));
        }
        if completions.are_enough() {
            break;
        }
        directories.extend(part.directory_lines());
    }
    if !completions.are_enough() {
        let config = Config::parse(&directories);
        let directories = config.directories().iter().filter_map(|name| config.directory(name).ok());
        let narrowed = NARROWED_TO.get().and_then(|name| narrowed(name));
        let is_meant = |directory: &Directory| {
            narrowed.as_ref().is_none_or(|narrowed| narrowed.has_start_url(&directory.start_url))
        };
        for directory in directories.filter(is_meant) {
            if let Ok(Some(inventory)) = Inventory::remembered(&directory) {
                // Leak on purpose: dropping 50,000 strings is 10 % of the completion time.
                completions.add_inventory(&ManuallyDrop::new(inventory));
            }
        }
    }
    completions.found.into_iter().map(|(value, help)| CompletionCandidate::new(value).help(Some(help.into()))).collect()
}

/// The Identity Center of a profile or sso-session, if there is one of this name.
fn narrowed(name: &str) -> Option<Directory> {
    Config::read_profile(&environment::config_file().ok()?, name).ok()?.directory(name).ok()
}

struct Completions<'a> {
    current: &'a str,
    found: BTreeMap<String, String>,
    /// Length of the common prefix of all values that fit, offered or not: the shell inserts it by itself.
    shared: usize,
}

impl Completions<'_> {
    /// Whether further values could change nothing that the shell does.
    fn are_enough(&self) -> bool {
        self.found.len() >= MOST && self.shared <= self.current.len()
    }

    /// Adds a value that fits. Beyond [`MOST`], only one that shortens the common prefix: without it the shell would
    /// insert too much.
    fn add(&mut self, value: &str, description: impl Fn() -> Option<String>) {
        if !value.starts_with(self.current) {
            return;
        }
        let shared = self.found.keys().next().map_or(value.len(), |first| shared(first, value));
        if (self.found.len() >= MOST && shared >= self.shared) || !is_plain(value) {
            return;
        }
        if let Some(description) = description() {
            self.shared = self.shared.min(shared);
            self.found.insert(value.to_owned(), description);
        }
    }

    /// Offers each role in one form only: as an ARN once an ARN has been begun, by the account's id once an id has been
    /// begun, else by the account's name where that is plain.
    fn add_inventory(&mut self, inventory: &Inventory) {
        let is_arn = self.current.starts_with("ar");
        let is_id = self.current.starts_with(|c: char| c.is_ascii_digit());
        let mut value = String::new();
        for account in &inventory.accounts {
            let by_name = is_plain(&account.name) && !is_id;
            let named = if by_name { &account.name } else { &account.id };
            // Most accounts do not fit: decide before a string is built.
            let fits = match self.current.get(..named.len()) {
                Some(begun) => begun == named,
                None => named.starts_with(self.current),
            };
            if account.gap.is_some() && account.roles.is_empty() && fits {
                let why = if account.is_refused() { "roles refused" } else { "roles not known; run: aws-sso list" };
                self.add(&format!("{named}/"), || Some(why.to_owned()));
            }
            for role in account.roles.iter().filter(|_| is_arn) {
                let arn = inventory.arn(account, role).to_string();
                self.add(&arn, || Some(format!("{} in {}", role, account.name)));
            }
            for role in account.roles.iter().filter(|_| fits) {
                value.clear();
                value.extend([named, "/", role]);
                self.add(&value, || Some(if by_name { &account.id } else { &account.name }.clone()));
            }
        }
    }
}

/// How many bytes both begin with.
fn shared(one: &str, other: &str) -> usize {
    one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count()
}

fn config_parts() -> Option<Parts> {
    Parts::open(&environment::config_file().ok()?).ok()?
}

/// Whether no character means anything to any shell, wherever in a word it stands.
pub(crate) fn is_plain(value: &str) -> bool {
    (1..=LONGEST).contains(&value.len())
        && value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_./:@%+=,-".contains(&b))
}
