//! The accounts and roles of an sso-session: fetched, and remembered for the picker, completion and `list`.

mod absent;
mod account;
mod age;
mod ask;
mod fetch;
mod gaps;
mod journal;
pub(crate) mod organization;
mod paths;
pub(crate) mod progress;
mod recent;
mod remembered;
mod renew;
mod selection;

pub(crate) use absent::Absent;
pub(crate) use account::Account;
pub(crate) use age::ListAge;
pub(crate) use ask::{Ask, Doubt, Scope, Why};
pub(crate) use fetch::FetchCounts;
pub(crate) use gaps::REFUSAL;
pub(crate) use journal::Resume;
pub(crate) use recent::Recent;
pub(crate) use remembered::Inventory;
pub(crate) use selection::Selection;
