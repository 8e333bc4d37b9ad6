//! `aws-sso`: short-lived AWS credentials from IAM Identity Center, for shells and for every AWS SDK.
//!
//! The modules form layers. A module imports from layers below, or from others in its own layer, and never from above.
//! No two modules import each other. `tests/layers.rs` checks this list against the code:
//!
//! ```text
//! commands, fast_path
//! cli, context
//! discovery, inventory, provider, settings, migration, credential_server
//! session
//! identity_center, browser
//! aws_config, aws_cache, credential_chain, secret_store, picker, shell
//! role, files, programs
//! access_portal, address, credentials, environment, error, known_regions, output, partition, placeholders, quote,
//!   secret, suggest, terminal, timestamp, untrusted, windows
//! ```
//!
//! `sandbox` stands apart: it imports nothing but the names in `role`, so that a misreading of the protocol cannot hide
//! in both the tool and the service that tests it.

#![cfg_attr(not(windows), forbid(unsafe_code))]

mod access_portal;
mod address;
pub mod aws_cache;
pub mod aws_config;
mod browser;
mod cli;
pub mod commands;
mod context;
pub mod credential_chain;
mod credential_server;
pub mod credentials;
mod discovery;
mod environment;
pub mod error;
pub mod fast_path;
pub mod files;
pub mod identity_center;
mod inventory;
mod known_regions;
mod migration;
pub mod output;
pub mod partition;
pub mod picker;
mod placeholders;
pub mod programs;
pub mod provider;
mod quote;
pub mod role;
#[cfg(feature = "sandbox")]
pub mod sandbox;
mod secret;
pub mod secret_store;
pub mod session;
pub mod settings;
pub mod shell;
mod suggest;
pub mod terminal;
mod timestamp;
mod untrusted;
#[cfg(any(windows, test))]
mod windows;
