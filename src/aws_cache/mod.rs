//! The files of tokens and role credentials that the AWS CLI and the SDKs read and write too.

mod json;
pub mod role_credentials;
pub mod token;
