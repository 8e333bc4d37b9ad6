//! A local Identity Center for trying aws-sso out, for its tests and for demonstrations.
//!
//! It speaks SSO-OIDC, the SSO portal, STS `GetCallerIdentity` and the console's sign-in endpoint, all on one loopback
//! port: their paths do not overlap. It imports nothing of the rest of this library, so that a misreading of the
//! protocol cannot hide in both the client and the server.

mod authorize;
mod bucket;
mod directory;
mod federation;
mod hosts;
mod lock;
mod log;
mod oidc;
mod options;
mod page;
mod portal;
mod random;
mod routes;
mod server;
mod service_error;
mod state;
mod sts;
mod tls;
mod traffic;

pub use self::directory::Account;
pub use self::log::LoggedRequest;
pub use self::options::{Approval, Fault, Names, Options, Portal, Rotation, Vanity};
pub use self::server::Sandbox;
