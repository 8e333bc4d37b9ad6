//! Files on disk: written in one step, locked, edited beside other programs, and protected from other users.

pub mod atomic;
pub mod edit;
pub(crate) mod failed;
pub mod folder;
pub(crate) mod leftovers;
pub mod lock;
pub mod reserved;
mod unwritable;
pub(crate) mod waiting;
