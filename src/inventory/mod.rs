//! The accounts and roles of an sso-session: fetched, and remembered for the picker, completion and `list`.

mod fetch;
mod fetched;
mod journal;
mod paths;
pub(crate) mod progress;
mod recent;
mod remembered;
mod selection;

pub use crate::identity_center::Account;
pub use fetch::{FetchCounts, Missing};
pub use fetched::Fetched;
pub use journal::Resume;
pub use recent::Recent;
pub use remembered::Inventory;
pub use selection::Selection;
