//! The files of tokens and role credentials that the AWS CLI and the SDKs read and write too.

pub(crate) mod assumed_role;
mod cached_credentials;
pub(crate) mod default_keys;
mod json;
pub mod role_credentials;
pub mod token;
