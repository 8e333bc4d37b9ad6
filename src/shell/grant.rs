//! What a shell gets to know about a role.

use crate::credentials::RoleCredentials;
use crate::role::RoleArn;

/// A role's credentials and what a shell should know about them.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The role in its account.
    pub role: &'a RoleArn,
    /// What signs its requests.
    pub credentials: &'a RoleCredentials,
    /// The sso-session or profile that grants it, as `-p` takes it.
    pub directory: &'a str,
    /// The region to work in, if one is known.
    pub region: Option<&'a str>,
}
