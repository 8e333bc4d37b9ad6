//! The files that are shared with every AWS tool: read as those tools write them, written as they read them.

pub mod block;
pub mod credential_process;
pub mod credentials_file;
pub mod directory;
pub mod document;
pub mod edit;
mod folder;
mod index;
pub(crate) mod leftovers;
pub mod line;
pub mod lock;
pub mod network;
pub mod profile;
pub mod readers;
pub mod role_cache;
pub(crate) mod role_profile;
mod scan;
pub mod secret_store;
mod section;
pub(crate) mod similar;
pub mod store;
pub mod token_cache;
