//! With what credentials begin: a sign-in to an Identity Center, or access keys of a profile, which take none.

use super::chain::{ChainStart, ProfileChain};
use super::config::Section;
use super::directory::Directory;
use super::meaning::Meanings;
use super::no_role::NoRole;
use crate::partition::Partition;
use crate::quote;

/// What the AWS CLI names the cache files of role credentials after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// An sso-session's name.
    Session(&'a str),
    /// A legacy profile's start URL.
    StartUrl(&'a str),
    /// No Identity Center: the access keys of the profile of this name.
    Keys(&'a str),
}

impl Directory {
    /// What role-credential cache files are named after.
    #[must_use]
    pub fn origin(&self) -> Origin<'_> {
        match &self.session {
            Some(session) => Origin::Session(session),
            None if self.is_keys() => Origin::Keys(&self.name),
            None => Origin::StartUrl(&self.start_url),
        }
    }

    /// What stands in place of an Identity Center where roles of this partition are assumed with the access keys of a
    /// profile.
    pub(crate) fn of_keys(profile: &str, partition: &str) -> Self {
        let region = Partition::named(partition).unwrap_or(Partition::of_region("")).first_region();
        let (name, start_url) = (profile.to_owned(), String::new());
        Self { name, session: None, start_url, region, scopes: Vec::new(), redirect_port: None }
    }

    /// Whether this stands for the access keys of a profile.
    pub(crate) fn is_keys(&self) -> bool {
        self.start_url.is_empty()
    }
}

impl<'a> Meanings<'a> {
    /// Why there is no Identity Center to sign in to for this profile, if its chain begins with access keys.
    pub(super) fn keys_without_sign_in(&self, profile: Section<'a>) -> Option<NoRole> {
        let Some(ProfileChain { start: ChainStart::Keys(keys), .. }) = self.chain(profile).ok()? else { return None };
        let name = profile.name();
        let found = format!("profile {name} begins with the access keys of profile {keys}, which take no sign-in");
        let remedy = format!("leave out the sign-in, as in: aws-sso exec {} -- CMD", quote::word(name));
        Some(NoRole::new(profile, "source_profile", found, remedy))
    }
}
