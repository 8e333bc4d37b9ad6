//! Words that name a role in a line to paste, where a role of the same name may be one of another sso-session.

use super::Context;
use super::assumed::typed;
use super::find::Found;
use crate::programs::profile_option;
use crate::quote;

impl Context {
    /// The words that name this role, in whichever shell they are pasted.
    pub(crate) fn pasted(&self, found: &Found) -> String {
        let of_identity_center = || self.pasted_role(&found.arn(), &found.directory.name);
        found.line().map_or_else(of_identity_center, |line| typed(&line))
    }

    /// A ROLE, with its sso-session where there are several.
    pub(crate) fn pasted_role(&self, role: &str, session: &str) -> String {
        let are_several = self.config().is_ok_and(|config| config.directories().len() > 1);
        let option = Some(profile_option(session)).filter(|_| are_several && !session.is_empty());
        [quote::word(role)].into_iter().chain(option).collect::<Vec<_>>().join(" ")
    }
}
