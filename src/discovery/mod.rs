//! Discovered profiles: a name for the profile of each role, and the update of the AWS config.

pub(crate) mod diff;
mod name;
mod template;
mod undo;
mod update;

pub use name::{Named, names};
pub use template::Template;
pub use undo::{keep, undo};
pub use update::{Counts, CredentialSource, Offered, ProfileOptions, marks, update};
