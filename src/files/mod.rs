//! Files on disk: written in one step, locked, edited together, and kept from other users.

pub mod atomic;
pub mod edit;
pub mod folder;
pub(crate) mod leftovers;
pub mod lock;
pub(crate) mod waiting;
