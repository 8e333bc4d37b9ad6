//! Processes: the signals that end this one, the groups of those it starts, another one that is watched; which
//! programs of this name there are, and which of them this one is.

pub mod core_dumps;
pub(crate) mod group;
pub(crate) mod installed;
mod ourselves;
pub(crate) mod signals;
pub(crate) mod watched;

pub(crate) use ourselves::{lasting_path, profile_option, profile_words, this_program};
