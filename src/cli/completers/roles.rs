//! The roles that Tab offers, each under one name: an alias, a profile, `ACCOUNT/ROLE` or an ARN.
//!
//! The name is the one that fits the typed text best. Where several do, it is the one that people would rather read.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::mem::ManuallyDrop;

use clap_complete::engine::CompletionCandidate;

use super::asked::{asked, can_be_typed, identity_centers, read_config};
use super::bounded::{Bounded, Value};
use super::typed::{Fit, Typed};
use crate::aws_config::config::{Config, Section};
use crate::aws_config::parts::Parts;
use crate::aws_config::role_profile::MeantRole;
use crate::environment;
use crate::inventory::{Account, Inventory};
use crate::role::{IamRole, RoleLine, RoleRef};
use crate::settings::Settings;

/// Everything that names a role.
pub(crate) fn roles(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = asked().typed_of(current);
    match asked().operands.as_slice() {
        [] => {}
        [account] => return roles_of(account),
        _ => return Vec::new(),
    }
    let (names, sections) = names_in_files(&typed);
    let names = if names.are_enough() { names.into_values() } else { with_remembered(names, &sections, &typed) };
    let mut names: Vec<_> = names.into_iter().map(|name| (name.value, name.description)).collect();
    names.sort_unstable();
    // An alias may be called as a profile is.
    names.dedup_by(|(later, _), (earlier, _)| later == earlier);
    names.into_iter().map(|(value, help)| CompletionCandidate::new(value).help(Some(help.into()))).collect()
}

/// The roles of an account, after which a ROLE in two words continues.
fn roles_of(account: &str) -> Vec<CompletionCandidate> {
    let centers = read_config().as_ref().map(identity_centers).unwrap_or_default();
    let lists = centers.iter().filter_map(|center| Inventory::remembered(center).ok()?);
    let accounts = lists.flat_map(|list| list.accounts);
    let is_meant = |other: &Account| other.id == account || other.name.to_lowercase() == account.to_lowercase();
    let roles = accounts.filter(is_meant).flat_map(|account| account.roles).filter(|role| can_be_typed(role));
    roles.map(|role| CompletionCandidate::new(role).help(Some(format!("in {account}").into()))).collect()
}

/// A name of a role.
#[derive(Debug)]
struct Name {
    value: String,
    description: String,
    kind: Kind,
    /// The role, as `ACCOUNT_ID/NAME` or `ACCOUNT_NAME/NAME`, where the files tell it.
    role: Option<String>,
}

impl Value for Name {
    fn value(&self) -> &str {
        &self.value
    }
}

/// What a name is; of those that fit equally well, the first is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Alias,
    Profile,
    AccountAndRole,
    /// A profile that is named after its account and role.
    GeneratedProfile,
    AccountIdAndRole,
    /// With a colon in place of the slash.
    AccountColonRole,
    Arn,
}

/// The aliases and the profiles, and the lines of the config that name an Identity Center. Reading ends early where
/// nothing more could be offered.
fn names_in_files(typed: &Typed) -> (Bounded<'_, Name>, Vec<u8>) {
    let (mut names, mut sections) = (Bounded::new(typed), Vec::new());
    let settings = environment::settings_file().ok().and_then(|path| Settings::load(&path).ok());
    for (alias, role, _) in settings.iter().flat_map(Settings::aliases).filter(|(alias, ..)| can_be_typed(alias)) {
        let description = format!("alias of {role}");
        let own = RoleLine::read(role).ok().filter(|line| line.target.assume.assume.is_none());
        let role = own.map(|line| match line.role.parse() {
            Ok(reference) => RoleRef::label(&reference).unwrap_or(line.role),
            Err(_) => line.role,
        });
        names.add(Name { value: alias.to_owned(), description, kind: Kind::Alias, role });
    }
    let parts = environment::config_file().ok().and_then(|path| Parts::open(&path).ok()?);
    for part in parts.into_iter().flatten().map_while(Result::ok) {
        for profile in part.profiles() {
            if names.takes(profile.name()) {
                names.extend(name_of_profile(profile));
            }
        }
        if names.are_enough() {
            break;
        }
        sections.extend(part.directory_lines());
    }
    (names, sections)
}

fn name_of_profile(profile: Section<'_>) -> Option<Name> {
    if !can_be_typed(profile.name()) {
        return None;
    }
    if profile.may_assume()
        && let Some(name) = assuming(profile)
    {
        return Some(name);
    }
    let role = match profile.meant_role()? {
        MeantRole::Named(role) => role.label(),
        MeantRole::OfOthers => None,
    };
    let description = role.as_ref().map_or_else(|| "profile".to_owned(), |role| format!("profile of {role}"));
    Some(Name { value: profile.name().to_owned(), description, kind: Kind::Profile, role })
}

/// A profile whose role is assumed with the credentials of another one. Only part of the config is read here, so the
/// verb finds out whether the chain begins in a role of Identity Center.
fn assuming(profile: Section<'_>) -> Option<Name> {
    let (role, source): (IamRole, _) = match profile.assuming_line() {
        Some(line) => (line.target.assume.hop().ok()??.role, line.role),
        None => (profile.setting("role_arn")?.parse().ok()?, profile.setting("source_profile")?.to_owned()),
    };
    let description = format!("profile of {}/{}, via {source}", role.account_id(), role.name());
    Some(Name { value: profile.name().to_owned(), description, kind: Kind::Profile, role: None })
}

/// These names and those of all remembered roles, one for each role.
fn with_remembered<'a>(names: Bounded<'a, Name>, sections: &[u8], typed: &'a Typed) -> Vec<Name> {
    let mut offered = Offered { typed, names: Bounded::new(typed), known: HashMap::new(), taken: HashMap::new() };
    let names = names.into_values();
    let of_profiles: HashMap<_, _> = names
        .iter()
        .filter(|name| name.kind == Kind::Profile)
        .filter_map(|name| Some((name.value.clone(), name.role.clone()?)))
        .collect();
    for mut name in names {
        // An alias may stand for a profile.
        if let Some(role) = name.role.as_ref().filter(|_| name.kind == Kind::Alias).and_then(|it| of_profiles.get(it)) {
            name.role = Some(role.clone());
        }
        offered.taken.insert(name.value.clone(), name.role.clone());
        offered.keep_or_add(name);
    }
    for directory in identity_centers(&Config::parse(sections)) {
        if let Ok(Some(inventory)) = Inventory::remembered(&directory) {
            // Leak on purpose: dropping 50,000 strings is 10 % of the completion time.
            offered.add_inventory(&ManuallyDrop::new(inventory));
        }
    }
    // What no list has: it may be of another Identity Center, or the list is old.
    let mut unlisted: HashMap<_, Vec<Name>> = HashMap::new();
    for name in std::mem::take(&mut offered.known).into_values().flatten() {
        unlisted.entry(name.role.clone()).or_default().push(name);
    }
    for names in unlisted.into_values() {
        offered.names.extend(names.into_iter().min_by_key(|name| rank(typed, &name.value, name.kind)));
    }
    offered.names.into_values()
}

struct Offered<'a> {
    typed: &'a Typed,
    names: Bounded<'a, Name>,
    /// The aliases and profiles that name a role, by its account's id or name.
    known: HashMap<String, Vec<Name>>,
    /// The role of each alias and profile. These names go before those of accounts.
    taken: HashMap<String, Option<String>>,
}

impl Offered<'_> {
    /// Keeps a name until its role comes, or adds one whose role the files do not tell.
    fn keep_or_add(&mut self, name: Name) {
        match &name.role {
            Some(role) => {
                let account = role.rsplit_once('/').map_or(role.as_str(), |(account, _)| account);
                self.known.entry(account.to_owned()).or_default().push(name);
            }
            None => self.names.add(name),
        }
    }

    fn add_inventory(&mut self, inventory: &Inventory) {
        let is_arn = self.typed.text().starts_with("arn");
        let is_colon = !is_arn && self.typed.text().contains(':');
        let is_id = self.typed.text().starts_with(|letter: char| letter.is_ascii_digit());
        let of_account = self.typed.of_account();
        let (mut by_name, mut by_id) = (String::new(), String::new());
        for (at, account) in inventory.accounts.iter().enumerate() {
            // They are sorted by name, and two may share one.
            let around = [at.checked_sub(1), Some(at + 1)].into_iter().flatten();
            let is_only = around.filter_map(|at| inventory.accounts.get(at)).all(|other| other.name != account.name);
            let has_name = LazyCell::new(|| is_only && is_account_name(&account.name));
            if account.gap.is_some() && account.roles.is_empty() {
                self.add_account(account, if *has_name { &account.name } else { &account.id });
            }
            let keys = [&account.id, &account.name].into_iter();
            let mut known: Vec<_> = keys.filter_map(|key| self.known.remove(key)).flatten().collect();
            rewrite(&mut by_name, [&account.name, "/", ""]);
            rewrite(&mut by_id, [&account.id, "/", ""]);
            let fits = of_account.fit(&by_name).is_some() || of_account.fit(&by_id).is_some();
            for role in &account.roles {
                let is_other = is_arn || is_colon || !known.is_empty();
                // Most roles do not fit: that is decided before a name is made.
                if !is_other && !fits && !self.names.are_few() && self.typed.fit(role).is_none() {
                    continue;
                }
                rewrite(&mut by_name, [&account.name, "/", role]);
                rewrite(&mut by_id, [&account.id, "/", role]);
                if !is_other && !self.names.takes(&by_name) && !self.names.takes(&by_id) {
                    continue;
                }
                let names_it = *has_name && can_be_typed(&by_name) && self.is_free(&by_name, &by_id);
                let by_colon = is_colon.then(|| format!("{}:{role}", account.name));
                let arn = is_arn.then(|| inventory.arn(account, role).to_string());
                let own = [
                    Some((if names_it { by_name.as_str() } else { &by_id }, Kind::AccountAndRole)),
                    Some((by_id.as_str(), Kind::AccountIdAndRole)).filter(|_| is_id),
                    by_colon.as_ref().map(|name| (name.as_str(), Kind::AccountColonRole)).filter(|_| names_it),
                    arn.as_ref().map(|arn| (arn.as_str(), Kind::Arn)),
                ];
                let others = others(&mut known, &by_name, &by_id, role, account);
                self.add_role(account, own, &others);
            }
            // Another account may have the same name, and the role.
            for name in known {
                self.keep_or_add(name);
            }
        }
    }

    /// Whether no alias or profile of this name stands for another role.
    fn is_free(&self, by_name: &str, by_id: &str) -> bool {
        let role = self.taken.get(by_name);
        role.is_none_or(|role| role.as_deref().is_some_and(|role| role == by_id || role == by_name))
    }

    /// Offers one of the names of a role.
    fn add_role(&mut self, account: &Account, own: [Option<(&str, Kind)>; 4], others: &[Name]) {
        let values = others.iter().map(|name| (name.value.as_str(), name.kind)).chain(own.into_iter().flatten());
        let best = values.min_by_key(|(value, kind)| rank(self.typed, value, *kind));
        let Some((value, kind)) = best else { return };
        if !self.names.takes(value) {
            return;
        }
        let description = match others.iter().find(|name| name.value == value && name.kind == kind) {
            Some(name) => name.description.clone(),
            None if kind == Kind::AccountAndRole && !value.starts_with(&account.id) => described(&account.id, others),
            None => described(&account.name, others),
        };
        self.names.add(Name { value: value.to_owned(), description, kind, role: None });
    }

    /// Offers the start of a name where the roles are not known.
    fn add_account(&mut self, account: &Account, named: &str) {
        let description = if account.is_refused() { "roles refused" } else { "roles not known; run: aws-sso list" };
        let (value, description) = (format!("{named}/"), description.to_owned());
        if can_be_typed(&value) {
            self.names.add(Name { value, description, kind: Kind::AccountAndRole, role: None });
        }
    }
}

/// Takes the names of a role from those that are known of its account.
fn others(known: &mut Vec<Name>, by_name: &str, by_id: &str, role: &str, account: &Account) -> Vec<Name> {
    let is_of = |name: &mut Name| name.role.as_deref().is_some_and(|role| role == by_id || role == by_name);
    let mut names: Vec<_> = known.extract_if(.., is_of).collect();
    for name in names.iter_mut().filter(|name| name.kind == Kind::Profile) {
        if is_generated(&name.value, account, role) {
            name.kind = Kind::GeneratedProfile;
        }
        name.description = format!("profile of {by_name}");
    }
    names
}

/// The order of a role's names: the one that has been typed whole, those that fit best, the kinds.
fn rank(typed: &Typed, value: &str, kind: Kind) -> (bool, bool, Option<Fit>, Kind) {
    let fit = typed.fit(value);
    (value != typed.text(), fit.is_none(), fit, kind)
}

/// What a role has that no other has, and how else it is called.
fn described(account: &str, others: &[Name]) -> String {
    let mut text = account.to_owned();
    for name in others {
        text += match name.kind {
            Kind::Alias => ", alias ",
            _ => ", profile ",
        };
        text += &name.value;
    }
    text
}

/// Whether `NAME/ROLE` is read as the name of an account and not as its id, as an ARN or as an address.
fn is_account_name(name: &str) -> bool {
    can_be_typed(name) && matches!(format!("{name}/x").parse(), Ok(RoleRef::AccountName { .. }))
}

/// Whether a profile's name says no more than the names of its account and role, as those that `discover` writes.
fn is_generated(profile: &str, account: &Account, role: &str) -> bool {
    let plain = |text: &str| -> String {
        text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    let (profile, name) = (plain(profile), plain(&account.name));
    let names_account = profile.contains(&account.id) || !name.is_empty() && profile.contains(&name);
    names_account && profile.contains(&plain(role))
}

/// Writes a text into a string that is used again, since there may be 50,000.
fn rewrite(text: &mut String, parts: [&str; 3]) {
    text.clear();
    text.extend(parts);
}
