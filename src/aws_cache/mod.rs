//! The token and role-credential files that are shared with the AWS CLI and the SDKs.

pub mod role_credentials;
pub mod token;
