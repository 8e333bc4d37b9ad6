//! `aws-sso`: short-lived AWS credentials from IAM Identity Center, for shells and for every AWS SDK.
//!
//! The floors, from the top; nothing reaches up: `commands` → `inventory`, `session`, `emit`, `shell`, `picker` →
//! `identity_center`, `aws_files` → `role`, `credentials`, `error`. `sandbox` stands apart.

pub mod address;
pub mod aws_cache;
pub mod aws_config;
pub mod browser;
mod cli;
pub mod commands;
mod context;
pub mod credential_server;
pub mod credentials;
pub mod discovery;
pub mod environment;
pub mod error;
pub mod fast_path;
pub mod files;
pub mod identity_center;
pub mod inventory;
pub mod output;
pub mod partition;
pub mod picker;
mod programs;
pub mod provider;
pub mod role;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod secret;
pub mod secret_store;
pub mod session;
pub mod settings;
pub mod shell;
mod suggest;
pub mod terminal;
pub mod timestamp;
