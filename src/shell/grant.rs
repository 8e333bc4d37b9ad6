//! The forms in which a role's credentials are handed out.

use crate::credentials::RoleCredentials;
use crate::role::RoleArn;

/// A role's credentials and what a shell should know about them.
#[derive(Clone, Copy, Debug)]
pub struct Grant<'a> {
    /// The role.
    pub role: &'a RoleArn,
    /// Its credentials.
    pub credentials: &'a RoleCredentials,
    /// The directory they came from, as `-p` takes it.
    pub directory: &'a str,
    /// The region to work in, where one is known.
    pub region: Option<&'a str>,
}
