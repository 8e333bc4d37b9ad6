//! Which credentials are asked for.

use crate::credentials::FRESH_SECONDS;
use crate::role::{Hop, RoleArn};

/// A role of Identity Center, or a role that is assumed from there.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'r> {
    /// The role of Identity Center.
    pub base: &'r RoleArn,
    /// The roles to assume from there, one after the other.
    pub chain: &'r [Hop],
}

/// How long credentials of an assumed role last without a duration, and those of a chained role at most, in seconds.
pub(super) const HOUR: i64 = 3600;

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

/// How many seconds credentials must have left to be handed out: sixteen minutes, or a quarter of a life that is
/// shorter than an hour.
pub(super) fn least_fresh(lifetime: i64) -> i64 {
    if lifetime < HOUR - 60 { lifetime / 4 } else { FRESH_SECONDS }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_fresh_for_sixteen_minutes_or_a_quarter_of_a_shorter_life() {
        for (lifetime, least) in [(900, 225), (1800, 450), (3500, 875), (3599, 960), (3600, 960), (43_200, 960)] {
            assert_eq!(least_fresh(lifetime), least, "{lifetime}");
        }
    }
}
