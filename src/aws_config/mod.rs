//! `~/.aws/config` and `~/.aws/credentials`: read as AWS tools read them, and edited without losing a byte.

pub mod block;
pub mod config;
pub mod credential_process;
pub mod credentials_file;
pub mod directory;
pub mod document;
mod index;
pub mod line;
pub mod network;
pub(crate) mod parts;
mod plain;
pub mod readers;
pub(crate) mod role_profile;
mod scan;
mod section;
mod writable;
