//! `aws-sso`: short-lived AWS credentials from IAM Identity Center, for shells and for every AWS SDK.
//!
//! The floors, from the top; nothing reaches up: `commands` → `inventory`, `session`, `emit`, `shell`, `picker` →
//! `identity_center`, `aws_files` → `role`, `credentials`, `error`. `sandbox` stands apart.

pub mod aws_files;
mod cli;
pub mod commands;
pub mod completion;
pub mod credentials;
pub mod emit;
pub mod environment;
pub mod error;
pub mod identity_center;
pub mod inventory;
pub mod picker;
pub mod profiles;
pub mod provider;
pub mod role;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod secret;
pub mod server;
pub mod session;
pub mod settings;
pub mod shell;
pub mod terminal;
pub mod timestamp;
pub mod warm;
