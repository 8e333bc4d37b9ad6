//! The files that are shared with every AWS tool: read as those tools write them, written as they read them.

pub mod directory;
pub mod role_cache;
pub mod store;
pub mod token_cache;
