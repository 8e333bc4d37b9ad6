//! Which credentials are asked for.

use crate::role::{Hop, RoleArn};

/// A role of Identity Center, or a role that is assumed from there.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'r> {
    /// The role of Identity Center.
    pub base: &'r RoleArn,
    /// The roles to assume from there, one after the other.
    pub chain: &'r [Hop],
}

/// How long credentials of a chained role last at most, in seconds.
pub(super) const HOUR: u32 = 3600;

impl<'r> Wanted<'r> {
    /// A role at the end of a chain.
    #[must_use]
    pub fn new(base: &'r RoleArn, chain: &'r [Hop]) -> Self {
        Self { base, chain }
    }

    /// The last role to assume, and with whose credentials; `None` for a role of Identity Center.
    pub(super) fn last_hop(self) -> Option<(&'r Hop, Self)> {
        let (hop, before) = self.chain.split_last()?;
        Some((hop, Self { chain: before, ..self }))
    }

    /// `ACCOUNT/NAME`, as messages call it.
    pub(super) fn shown(self) -> String {
        match self.chain.last() {
            Some(hop) => format!("{}/{}", hop.role.account_id(), hop.role.name()),
            None => format!("{}/{}", self.base.account_id, self.base.role_name),
        }
    }
}

impl<'r> From<&'r RoleArn> for Wanted<'r> {
    fn from(role: &'r RoleArn) -> Self {
        Self { base: role, chain: &[] }
    }
}
