//! The service: IAM Identity Center's sign-in (SSO-OIDC) and its portal (SSO), over one HTTPS client.
//!
//! Requests go through one place, [`Service::send`](client::Service), which decides when they depart, what is sent
//! again and what an error means to a person.

mod bundle;
pub mod client;
mod failure;
mod federation;
mod gate;
pub mod oidc;
pub mod portal;
mod reach;
mod retry;
mod wire;

pub(crate) use gate::IN_FLIGHT;

pub use bundle::check as check_bundle;
pub use client::{Client, Limits, Service};
pub use federation::ConsolePage;
pub use oidc::{GrantError, Tokens};
pub use portal::{Account, PortalError};
pub use reach::Answer;
