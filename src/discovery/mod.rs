//! Discovered profiles: a name for the profile of each role, and the update of the AWS config.

mod assumed;
mod blocks;
pub(crate) mod diff;
mod existing;
mod held;
mod keys;
mod left;
mod name;
mod note;
mod owner;
mod request;
mod source;
mod template;
mod typable;
mod undo;
mod update;

pub(crate) use assumed::Via;
pub(crate) use keys::CredentialSource;
pub(crate) use left::{Counts, Left};
pub(crate) use name::sample;
pub(crate) use request::{Discovery, Offered, ProfileOptions};
pub(crate) use source::{Removal, removal};
pub(crate) use template::Template;
pub(crate) use typable::word;
pub(crate) use undo::{DISCOVERY, SETUP, begin, edit, join, undo};
pub(crate) use update::update;
