//! Role credentials in `~/.aws/cli/cache`, in the AWS CLI v2's own format.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

use super::store::{self, Privacy};
use super::token_cache::{date, first_json, python_json};
use crate::credentials::RoleCredentials;
use crate::error::Result;
use crate::secret::Secret;

/// The directory that credentials came from, as the AWS CLI tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// An sso-session's name.
    Session(&'a str),
    /// A legacy profile's start URL.
    StartUrl(&'a str),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Key<'a> {
    // In alphabetical order, as the AWS CLI sorts them.
    account_id: &'a str,
    role_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_url: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry<'a> {
    provider_type: &'a str,
    credentials: Credentials,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Credentials {
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Secret,
    #[serde(with = "date")]
    expiration: Timestamp,
    #[serde(default)]
    account_id: Option<String>,
}

/// The cache file of a role.
#[must_use]
pub fn path(folder: &Path, account_id: &str, role_name: &str, origin: Origin<'_>) -> PathBuf {
    let (session_name, start_url) = match origin {
        Origin::Session(name) => (Some(name), None),
        Origin::StartUrl(url) => (None, Some(url)),
    };
    let key = Key { account_id, role_name, session_name, start_url };
    // A map of strings always serialises.
    let key = serde_json::to_string(&key).unwrap_or_default();
    folder.join(format!("{}.json", Sha1::from(key).digest()))
}

/// The credentials in this file, however old; `None` where there are none, or nothing that can be read as such.
pub fn read(path: &Path, account_id: &str) -> Result<Option<RoleCredentials>> {
    let Some(bytes) = store::read(path)? else { return Ok(None) };
    let Some(Entry { provider_type: "sso", credentials }) = first_json(&bytes) else { return Ok(None) };
    Ok(Some(RoleCredentials {
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
        session_token: credentials.session_token,
        expiration: credentials.expiration,
        account_id: credentials.account_id.unwrap_or_else(|| account_id.to_owned()),
    }))
}

/// Writes the credentials, 0600, in one step.
pub fn write(path: &Path, credentials: &RoleCredentials) -> Result<()> {
    let entry = Entry {
        provider_type: "sso",
        credentials: Credentials {
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: credentials.secret_access_key.clone(),
            session_token: credentials.session_token.clone(),
            expiration: credentials.expiration,
            account_id: Some(credentials.account_id.clone()),
        },
    };
    store::write(path, &python_json(&entry)?, Privacy::Secret)
}

/// Deletes every role's credentials in `folder` but those in `keep`: what a sign-out leaves nothing of.
///
/// Entries that did not come from IAM Identity Center (an assumed role's, say) are not touched.
pub fn sweep(folder: &Path, keep: &[PathBuf]) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_none_or(|extension| extension != "json") || keep.contains(&path) {
            continue;
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "PascalCase")]
        struct Provider {
            provider_type: String,
        }
        let bytes = store::read(&path)?.unwrap_or_default();
        if first_json::<Provider>(&bytes).is_some_and(|entry| entry.provider_type == "sso") {
            store::remove(&path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_found_where_the_aws_cli_keeps_it() {
        let found = path(Path::new("c"), "012345678901", "SampleRole", Origin::Session("dev"));
        assert_eq!(found, Path::new("c/4f0072b03f86a95e613340c2868ab49e9cc60d6e.json"));
    }
}
