//! `credential_process` JSON, which every SDK reads.

use serde::Serialize;

use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::timestamp;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Output<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    /// Without it an SDK never asks again.
    expiration: String,
    account_id: &'a str,
}

/// One line of JSON.
pub fn process(credentials: &RoleCredentials) -> Result<String> {
    let output = Output {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        session_token: credentials.session_token.expose(),
        expiration: timestamp::format(credentials.expiration),
        account_id: &credentials.account_id,
    };
    let mut line = serde_json::to_string(&output)
        .map_err(|error| Error::failed(format!("cannot write the credentials: {error}")))?;
    line.push('\n');
    Ok(line)
}
