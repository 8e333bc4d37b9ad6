//! A local Identity Center for trying aws-sso out, for its tests and for demonstrations.
//!
//! It speaks SSO-OIDC, the SSO portal, `GetCallerIdentity` and `AssumeRole` of STS, `ListAccounts` of Organizations and
//! the console's sign-in endpoint, all on one loopback port. It imports nothing of the rest of this library, so that a
//! misreading of the protocol cannot hide in both the client and the server.

mod assume_role;
mod authorize;
mod bucket;
mod clock;
mod directory;
mod federation;
mod hosts;
mod issued;
mod lock;
mod log;
mod oidc;
mod options;
mod organizations;
mod page;
mod portal;
mod random;
mod routes;
mod server;
mod service_error;
mod session_tags;
mod signature;
mod state;
mod sts;
mod tls;
mod traffic;
mod trust;
mod validation;

pub use self::directory::Account;
pub use self::log::{LoggedAssumeRole, LoggedRequest};
pub use self::options::{
    Approval, AssumableRole, Fault, IamUser, MfaDevice, Names, Options, Organization, Portal, Rotation, Vanity,
};
pub use self::server::Sandbox;
