//! Which credentials are asked for.

use crate::role::{Hop, RoleArn};

/// With what a chain begins.
#[derive(Clone, Copy, Debug)]
pub enum Base<'r> {
    /// A role of Identity Center.
    Role(&'r RoleArn),
    /// The access keys of the profile of this name.
    Keys(&'r str),
}

/// A role of Identity Center, or a role that is assumed from there or with access keys.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'r> {
    /// With what it begins.
    pub base: Base<'r>,
    /// The roles to assume from there, one after the other.
    pub chain: &'r [Hop],
}

/// How long credentials of a chained role last at most, in seconds.
pub(super) const HOUR: u32 = 3600;

impl<'r> Wanted<'r> {
    /// A role at the end of a chain.
    #[must_use]
    pub fn new(base: Base<'r>, chain: &'r [Hop]) -> Self {
        Self { base, chain }
    }

    /// The last role to assume, and with whose credentials; `None` for what a chain begins with.
    pub(super) fn last_hop(self) -> Option<(&'r Hop, Self)> {
        let (hop, before) = self.chain.split_last()?;
        Some((hop, Self { chain: before, ..self }))
    }

    /// Whether these are credentials of a role: one that is assumed with them is chained, to AWS.
    pub(super) fn is_role(self) -> bool {
        matches!(self.base, Base::Role(_)) || !self.chain.is_empty()
    }

    /// The partition, which access keys do not say.
    pub(super) fn partition(self) -> Option<&'r str> {
        match (self.chain.last(), self.base) {
            (Some(hop), _) => Some(hop.role.partition()),
            (None, Base::Role(role)) => Some(&role.partition),
            (None, Base::Keys(_)) => None,
        }
    }

    /// `ACCOUNT/NAME`, as messages call it.
    pub(super) fn shown(self) -> String {
        match (self.chain.last(), self.base) {
            (Some(hop), _) => format!("{}/{}", hop.role.account_id(), hop.role.name()),
            (None, Base::Role(role)) => format!("{}/{}", role.account_id, role.role_name),
            (None, Base::Keys(profile)) => keys_of(profile),
        }
    }
}

/// What messages call the access keys of a profile.
pub(super) fn keys_of(profile: &str) -> String {
    format!("the access keys of profile {profile}")
}

impl<'r> From<&'r RoleArn> for Wanted<'r> {
    fn from(role: &'r RoleArn) -> Self {
        Self { base: Base::Role(role), chain: &[] }
    }
}
