//! Files on disk: written in one step, locked, edited beside other programs, and protected from other users.

pub(crate) mod access;
#[cfg(windows)]
pub(crate) mod access_lists;
pub(crate) mod advisory;
pub mod atomic;
pub(crate) mod drive;
pub mod edit;
pub(crate) mod encoding;
mod exchange;
pub(crate) mod failed;
pub mod folder;
pub(crate) mod leftovers;
pub(crate) mod links;
pub mod lock;
pub(crate) mod open;
pub(crate) mod ownership;
pub(crate) mod place;
pub mod read;
pub mod reserved;
mod sections;
mod sync;
pub(crate) mod unreadable;
pub(crate) mod unwritable;
pub(crate) mod waiting;
mod writers;
