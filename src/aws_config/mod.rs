//! `~/.aws/config` and `~/.aws/credentials`: read as AWS tools read them, and edited without losing a byte.

pub mod block;
pub(crate) mod chain;
pub mod config;
pub mod credential_process;
pub mod credentials_file;
pub mod directory;
pub mod document;
pub(crate) mod encoding;
mod index;
pub mod line;
pub mod mark;
pub(crate) mod meaning;
pub(crate) mod misspelt;
pub mod network;
mod no_role;
pub(crate) mod parts;
mod plain;
pub mod readers;
pub(crate) mod role_profile;
mod scan;
mod section;
mod sso_keys;
pub(crate) mod sso_region;
pub(crate) mod static_keys;
mod unknown;
mod value;
mod writable;
