//! The accounts and roles of an sso-session: fetched, and remembered for the picker, completion and `list`.

mod fetch;
mod fetched;
mod journal;
mod paths;
pub(crate) mod progress;
mod recent;
mod remembered;
mod selection;

pub(crate) use crate::identity_center::Account;
pub(crate) use fetch::Missing;
pub(crate) use fetched::Fetched;
pub(crate) use journal::Resume;
pub(crate) use recent::Recent;
pub(crate) use remembered::Inventory;
pub(crate) use selection::Selection;
