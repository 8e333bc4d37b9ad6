//! IAM Identity Center: its sign-in service (SSO-OIDC) and its portal (SSO), with STS and Organizations beside it, over
//! one HTTPS client.
//!
//! Every request goes through [`Service::send`](service::Service), which decides when it is sent, whether it is sent
//! again, and what an error means.

mod bundle;
mod client;
mod deadline;
mod failure;
mod federation;
mod gate;
mod no_proxy;
mod no_response;
pub mod oidc;
mod organizations;
pub mod portal;
mod probe;
pub mod proxy;
mod retry;
mod service;
mod sts;
mod vanity;
mod wire;

pub(crate) use gate::IN_FLIGHT;
pub(crate) use vanity::portal_behind;

pub use bundle::check as check_bundle;
pub use client::Client;
pub use failure::Refusal;
pub use federation::ConsoleSignIn;
pub use oidc::{GrantError, Tokens};
pub use organizations::{OrganizationAccount, OrganizationsError};
pub use portal::{Account, PortalError};
pub use probe::ProbeResponse;
pub use service::Service;
pub use sts::{AssumeRequest, AssumedRole, StsError, StsPlace, StsRefusal};
pub use wire::Limits;
