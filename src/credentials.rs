//! A role's short-lived credentials, and the forms in which SDKs read them.

use jiff::Timestamp;
use serde::Serialize;

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::timestamp;

/// What `GetRoleCredentials` returns, with the account it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleCredentials {
    /// `ASIA…`; no secret by itself.
    pub access_key_id: String,
    /// The signing key.
    pub secret_access_key: Secret,
    /// Sent along with each signed request.
    pub session_token: Secret,
    /// When the service stops accepting them.
    pub expiration: Timestamp,
    /// Twelve digits.
    pub account_id: String,
}

/// The least time left, in seconds, for credentials to be handed out from the cache.
///
/// botocore runs a `credential_process` again on every use once fewer than 15 minutes are left.
pub const FRESH_SECONDS: i64 = 16 * 60;

/// The longest that a role's credentials last, in seconds: twelve hours.
pub(crate) const LONGEST_SECONDS: i64 = 12 * 60 * 60;

/// How much longer they may seem to last on a machine whose clock is behind.
const CLOCK_ERROR: i64 = 5 * 60;

impl RoleCredentials {
    /// Seconds until they expire; negative once they have.
    #[must_use]
    pub fn seconds_left(&self) -> i64 {
        timestamp::seconds_until(self.expiration)
    }

    /// Whether a service can have given them by now.
    #[must_use]
    pub(crate) fn is_possible(&self) -> bool {
        self.seconds_left() <= LONGEST_SECONDS + CLOCK_ERROR
    }

    /// Whether they can be handed out without asking the service for newer ones.
    #[must_use]
    pub fn is_fresh(&self) -> bool {
        self.seconds_left() >= FRESH_SECONDS
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ProcessCredentials<'a> {
    version: u8,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    session_token: &'a str,
    /// Without it an SDK never asks again.
    expiration: String,
    account_id: &'a str,
}

/// The answer of a `credential_process`: one line of JSON.
pub fn process(credentials: &RoleCredentials) -> Result<String> {
    let answer = ProcessCredentials {
        version: 1,
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        session_token: credentials.session_token.expose(),
        expiration: timestamp::format(credentials.expiration),
        account_id: &credentials.account_id,
    };
    line_of(&answer)
}

/// What STS answers, in the AWS CLI's form: one line of JSON. Agents read it.
pub(crate) fn as_of_sts(credentials: &RoleCredentials) -> Result<String> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Credentials<'a> {
        access_key_id: &'a str,
        secret_access_key: &'a str,
        session_token: &'a str,
        expiration: String,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer<'a> {
        credentials: Credentials<'a>,
    }
    line_of(&Answer {
        credentials: Credentials {
            access_key_id: &credentials.access_key_id,
            secret_access_key: credentials.secret_access_key.expose(),
            session_token: credentials.session_token.expose(),
            expiration: timestamp::format(credentials.expiration),
        },
    })
}

/// A credentials file of the AWS CLI and SDKs, whose default profile has these.
pub(crate) fn file(credentials: &RoleCredentials, region: Option<&str>) -> Result<String> {
    let mut text = format!("# until {}\n[default]\n", timestamp::format(credentials.expiration));
    let values = [
        ("aws_access_key_id", Some(credentials.access_key_id.as_str())),
        ("aws_secret_access_key", Some(credentials.secret_access_key.expose())),
        ("aws_session_token", Some(credentials.session_token.expose())),
        ("aws_account_id", Some(&credentials.account_id)),
        ("region", region),
    ];
    for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        if !value.chars().all(|c| c.is_ascii_graphic()) {
            return Err(Error::failed(format!("the value for {name} cannot be written in this format")));
        }
        text.push_str(&format!("{name} = {value}\n"));
    }
    Ok(text)
}

fn line_of(answer: &impl Serialize) -> Result<String> {
    let mut line = serde_json::to_string(answer)
        .map_err(|error| Error::failed(format!("cannot write the credentials: {error}")))?;
    line.push('\n');
    Ok(line)
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct ContainerCredentials<'a> {
    access_key_id: &'a str,
    secret_access_key: &'a str,
    token: &'a str,
    expiration: String,
    account_id: &'a str,
    /// As in a container's own answer. SDKs do not need it, but people and programs look for it.
    role_arn: &'a str,
}

/// The answer of a container's credential endpoint, which `AWS_CONTAINER_CREDENTIALS_FULL_URI` names.
pub(crate) fn container(credentials: &RoleCredentials, role_arn: &str) -> String {
    let answer = ContainerCredentials {
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose(),
        token: credentials.session_token.expose(),
        expiration: timestamp::format(credentials.expiration),
        account_id: &credentials.account_id,
        role_arn,
    };
    // Strings always serialise.
    serde_json::to_string(&answer).unwrap_or_default()
}
