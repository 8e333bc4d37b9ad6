//! By which profile of the AWS config each row of `pick` is known.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::lists::Listed;
use crate::aws_config::config::Config;
use crate::role::RoleRef;

/// Which profile of the AWS config gives a role, if the user has chosen its name. The names of discovered profiles
/// repeat what the row says.
///
/// An account's profiles are read when its first row is rendered, so that the first screen does not wait for 50,000.
pub(crate) struct Profiles {
    pub(super) config: Arc<Config>,
    /// The start URL of each list.
    start_urls: Vec<String>,
    /// The indexes of the profiles that contain an account's id.
    places: HashMap<String, Vec<usize>>,
    /// The profile of each role, by list and by account.
    known: Mutex<Vec<HashMap<String, HashMap<String, String>>>>,
}

impl Profiles {
    pub(crate) fn new(config: Arc<Config>, lists: &[Listed]) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        let discovered = config.discovered_profiles();
        for profile in config.profiles().filter(|profile| !discovered.contains(profile.name())) {
            for id in profile.account_ids() {
                match places.get_mut(id) {
                    Some(places) => places.push(profile.at()),
                    None => drop(places.insert(id.to_owned(), vec![profile.at()])),
                }
            }
        }
        let start_urls: Vec<_> = lists.iter().map(|listed| listed.directory.start_url.clone()).collect();
        let known = Mutex::new(vec![HashMap::new(); start_urls.len()]);
        Self { config, start_urls, places, known }
    }

    /// The profile of a role; the first in the file if there are several.
    pub(crate) fn get(&self, list: usize, account_id: &str, role_name: &str) -> Option<String> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.get_mut(list)?;
        if let Some(roles) = known.get(account_id) {
            return roles.get(role_name).cloned();
        }
        let roles = self.of_account(list, account_id);
        let profile = roles.get(role_name).cloned();
        known.insert(account_id.to_owned(), roles);
        profile
    }

    /// Whether an account of the lists has such a profile.
    pub(super) fn are_some_in(&self, lists: &[Listed]) -> bool {
        let ids = |listed: &Listed| listed.inventory.accounts.iter().map(|account| account.id.clone()).collect();
        let lists = lists.iter().map(ids).enumerate().collect::<Vec<(usize, HashSet<String>)>>();
        let has_some = |(list, id)| !self.of_account(list, id).is_empty();
        self.places
            .keys()
            .any(|id| lists.iter().filter(|(_, ids)| ids.contains(id)).any(|(list, _)| has_some((*list, id.as_str()))))
    }

    /// The role of a profile of this name, and the index of its list.
    pub(super) fn role_of(&self, profile: &str) -> Option<(usize, RoleRef)> {
        let (of, reference) = self.config.role_of(profile)?;
        Some(((0..self.start_urls.len()).find(|list| self.is_here(*list, &of))?, reference))
    }

    /// Whether an sso-session or profile signs in to the Identity Center of this list.
    fn is_here(&self, list: usize, name: &str) -> bool {
        self.config.directory(name).is_ok_and(|found| found.has_start_url(&self.start_urls[list]))
    }

    fn of_account(&self, list: usize, account_id: &str) -> HashMap<String, String> {
        let places = self.places.get(account_id).map(Vec::as_slice).unwrap_or_default();
        let mut known_sessions: HashMap<String, bool> = HashMap::new();
        let mut roles = HashMap::new();
        for section in places.iter().map(|at| self.config.section(*at)) {
            let (of, role_name) = match section.role() {
                Some((of, RoleRef::Arn(arn))) if arn.account_id == account_id => (of, arn.role_name),
                Some((of, RoleRef::Id { account_id: id, role_name })) if id == account_id => (of, role_name),
                _ => continue,
            };
            if *known_sessions.entry(of.into_owned()).or_insert_with_key(|of| self.is_here(list, of)) {
                roles.entry(role_name).or_insert_with(|| section.name().to_owned());
            }
        }
        roles
    }
}
