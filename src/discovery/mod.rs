//! Discovered profiles: a name for the profile of each role, and the update of the AWS config.

pub(crate) mod diff;
mod name;
mod template;
mod undo;
mod update;

pub(crate) use name::{Named, names};
pub(crate) use template::Template;
pub(crate) use undo::{keep, undo};
pub(crate) use update::{Counts, CredentialSource, Offered, ProfileOptions, update};
