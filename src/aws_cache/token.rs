//! Sign-in tokens and client registrations in `~/.aws/sso/cache`, in the AWS CLI v2's own format.
//!
//! `aws sso login` and `aws-sso login` are interchangeable because they share these files.

use std::fmt::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha1_smol::Sha1;

use super::json::{date, first_json, optional_date, python_json};
use crate::error::Result;
use crate::secret::Secret;
use crate::secret_store::SecretStore;
use crate::timestamp;

/// A sign-in: the keys that AWS tools know, in the AWS CLI's order, and every other key of the file.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Where the user signs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_url: Option<String>,
    /// The region of the Identity Center.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The bearer token of the portal's API.
    pub access_token: Secret,
    /// When the access token expires.
    #[serde(with = "date")]
    pub expires_at: Timestamp,
    /// The client that the token was issued to; renewing needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// That client's secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<Secret>,
    /// When that client's registration expires; the token cannot be renewed after it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "optional_date")]
    pub registration_expires_at: Option<Timestamp>,
    /// Renews the token; present only with the scope `sso:account:access`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Secret>,
    /// Keys of other tools, which stay in the file.
    #[serde(flatten)]
    pub other: Map<String, Value>,
}

/// Leaves out the values of other tools' keys: they may be secrets.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("start_url", &self.start_url)
            .field("region", &self.region)
            .field("expires_at", &self.expires_at)
            .field("registration_expires_at", &self.registration_expires_at)
            .field("refresh_token", &self.refresh_token)
            .field("other", &self.other.keys())
            .finish_non_exhaustive()
    }
}

impl Token {
    /// Seconds until the access token expires; negative once it has.
    #[must_use]
    pub fn seconds_left(&self) -> i64 {
        timestamp::seconds_until(self.expires_at)
    }

    /// Whether the file holds all that renewing needs, and the client's registration is still valid.
    #[must_use]
    pub fn is_renewable(&self) -> bool {
        self.refresh_token.is_some()
            && self.client_id.is_some()
            && self.client_secret.is_some()
            && self.registration_expires_at.is_some_and(|expiry| timestamp::seconds_until(expiry) > 0)
    }

    /// Whether it still can be renewed once it has expired: the client's registration lasts longer.
    #[must_use]
    pub fn is_renewable_at_end(&self) -> bool {
        self.is_renewable() && self.registration_expires_at > Some(self.expires_at)
    }
}

/// An OIDC client of ours, registered with an Identity Center; shared with the AWS CLI v2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Registration {
    /// The client's id.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: Secret,
    /// When the registration expires.
    #[serde(with = "date")]
    pub expires_at: Timestamp,
    /// The scopes that the client was registered for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// The grant types that the client was registered for; absent for the device flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
}

/// What a registration's file is named after: the AWS CLI's own arguments, so that both tools find the same client.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationKey<'a> {
    /// `sso_start_url`.
    pub start_url: &'a str,
    /// `sso_region`.
    pub region: &'a str,
    /// The requested scopes; `None` for a legacy profile.
    pub scopes: Option<&'a [String]>,
    /// The sso-session's name; `None` for a legacy profile.
    pub session_name: Option<&'a str>,
}

impl RegistrationKey<'_> {
    /// The file in `folder` for this client.
    #[must_use]
    pub fn path(&self, folder: &Path) -> PathBuf {
        // Python's json.dumps(…, sort_keys=True): alphabetical keys, ", " and ": ", non-ASCII escaped.
        let scopes = match self.scopes {
            Some(scopes) => {
                let quoted: Vec<_> = scopes.iter().map(|scope| python_string(scope)).collect();
                format!("[{}]", quoted.join(", "))
            }
            None => "null".to_owned(),
        };
        let session = match self.session_name {
            Some(name) => python_string(name),
            None => "null".to_owned(),
        };
        let key = format!(
            r#"{{"region": {}, "scopes": {scopes}, "session_name": {session}, "startUrl": {}, "tool": "botocore"}}"#,
            python_string(self.region),
            python_string(self.start_url),
        );
        path(folder, &key)
    }
}

/// A string as Python's `json.dumps` writes it.
fn python_string(text: &str) -> String {
    let mut quoted = String::from("\"");
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some('"') => quoted.push_str("\\\""),
            Some('\\') => quoted.push_str("\\\\"),
            Some('\n') => quoted.push_str("\\n"),
            Some('\r') => quoted.push_str("\\r"),
            Some('\t') => quoted.push_str("\\t"),
            Some('\u{8}') => quoted.push_str("\\b"),
            Some('\u{c}') => quoted.push_str("\\f"),
            Some(c) if (' '..='~').contains(&c) => quoted.push(c),
            _ => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{unit:04x}");
            }
        }
    }
    quoted.push('"');
    quoted
}

/// The token file for `key`: an sso-session's name, or a legacy profile's start URL exactly as written.
#[must_use]
pub fn path(folder: &Path, key: &str) -> PathBuf {
    folder.join(format!("{}.json", Sha1::from(key).digest()))
}

/// The token at this path; `None` where there is no file, or its content is not a token.
///
/// Other tools empty the file before they write it. A file that does not parse is therefore read again for 63 ms, which
/// is longer than such a write takes. A file that stays damaged counts as no file: signing in again replaces it.
pub fn read(store: &SecretStore, path: &Path) -> Result<Option<Token>> {
    for pause in [1, 2, 4, 8, 16, 32, 0] {
        let Some(bytes) = store.read(path)? else { return Ok(None) };
        if let Some(token) = parse(&bytes) {
            return Ok(Some(token));
        }
        // Complete JSON that is not a token: no other tool is in the middle of writing one.
        if first_json::<serde::de::IgnoredAny>(&bytes).is_some() {
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(pause));
    }
    Ok(None)
}

/// The token at the beginning of a file's content, whatever follows it.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Token> {
    first_json(bytes)
}

/// The content of a token's file.
pub fn render(token: &Token) -> Result<Vec<u8>> {
    python_json(token)
}

/// Writes the token in one step, with mode 0600.
pub fn write(store: &SecretStore, path: &Path, token: &Token) -> Result<()> {
    store.write(path, &render(token)?)
}

/// The client that was registered earlier; `None` where there is no file, or its content is not a registration.
pub fn read_registration(store: &SecretStore, path: &Path) -> Result<Option<Registration>> {
    Ok(store.read(path)?.and_then(|bytes| first_json(&bytes)))
}

/// Writes a client registration in one step, with mode 0600.
pub fn write_registration(store: &SecretStore, path: &Path, registration: &Registration) -> Result<()> {
    store.write(path, &python_json(registration)?)
}

/// Whether this file holds a token or a client's secret, of this tool or another.
#[must_use]
pub fn is_secret(path: &Path) -> bool {
    let bytes = crate::files::read::spare(path).unwrap_or_default();
    let content: Map<String, Value> = first_json(&bytes).unwrap_or_default();
    ["accessToken", "refreshToken", "clientSecret"].iter().any(|key| content.contains_key(*key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_file_has_the_name_that_the_aws_cli_gives_it() {
        let cases = [
            ("dev", "34c6fceca75e456f25e7e99531e2425c6c1de443"),
            ("admin", "d033e22ae348aeb5660fc2140aec35850c4da997"),
            ("https://d-abc123.awsapps.com/start", "40a89917e3175433e361b710a9d43528d7f1890a"),
        ];
        for (key, sha1) in cases {
            assert_eq!(path(Path::new("c"), key), Path::new("c").join(format!("{sha1}.json")));
        }
    }

    #[test]
    fn a_registration_file_has_the_name_that_the_aws_cli_gives_it() {
        let scopes = ["sso:account:access".to_owned()];
        let mut key = RegistrationKey {
            start_url: "https://d-abc123.awsapps.com/start",
            region: "us-east-1",
            scopes: Some(&scopes),
            session_name: Some("dev"),
        };
        assert_eq!(key.path(Path::new("")), Path::new("c6b2fc6aec0d9c2d2652036ffbe173a43a8ba2c3.json"));
        key.scopes = None;
        assert_eq!(key.path(Path::new("")), Path::new("f84477c4544ffee122d4e7b0f5d942797620c4b1.json"));
    }

    #[test]
    fn a_token_is_written_as_the_aws_cli_writes_it() {
        let text = concat!(
            r#"{"startUrl": "https://x/start", "region": "us-east-1", "accessToken": "a", "#,
            r#""expiresAt": "2026-11-22T23:02:02Z", "clientId": "c", "clientSecret": "s", "#,
            r#""registrationExpiresAt": "2027-02-20T22:02:01Z", "refreshToken": "r", "future": {"k": [1, 2]}}"#
        );
        let token: Token = first_json(text.as_bytes()).unwrap();
        assert_eq!(String::from_utf8(python_json(&token).unwrap()).unwrap(), text);
    }

    #[test]
    fn text_after_the_first_value_is_ignored_and_other_json_is_no_token() {
        let token = r#"{"accessToken":"a","expiresAt":"2026-11-22T23:02:02UTC"}"#;
        for tail in ["", "}", "\n\n", "\"}", "\0"] {
            assert!(first_json::<Token>(format!("{token}{tail}").as_bytes()).is_some(), "{tail:?}");
        }
        for junk in [
            "",
            "{",
            "[]",
            "null",
            r#"{"accessToken":"a"}"#,
            r#"{"accessToken":"a","expiresAt":"2026-11-22T23:02:02"}"#,
        ] {
            assert!(first_json::<Token>(junk.as_bytes()).is_none(), "{junk}");
        }
    }

    #[test]
    fn a_written_token_is_private_and_reads_back_with_the_keys_of_other_tools() {
        let folder = tempfile::tempdir().unwrap();
        let path = path(&folder.path().join("sso/cache"), "dev");
        assert!(read(&SecretStore::Files, &path).unwrap().is_none());
        let text = r#"{"accessToken": "a1", "expiresAt": "2026-11-22T23:02:02Z", "idToken": "s3cret"}"#;
        let token: Token = first_json(text.as_bytes()).unwrap();
        write(&SecretStore::Files, &path, &token).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert_eq!(read(&SecretStore::Files, &path).unwrap().as_ref(), Some(&token));
        let shown = format!("{token:?}");
        assert!(shown.contains("idToken") && !shown.contains("s3cret") && !shown.contains("a1"), "{shown}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        }
    }

    #[test]
    fn a_folder_in_place_of_the_token_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read(&SecretStore::Files, folder.path()).unwrap_err().to_string().starts_with("cannot read"));
        let token: Token = first_json(br#"{"accessToken": "a1", "expiresAt": "2026-11-22T23:02:02Z"}"#).unwrap();
        assert!(
            write(&SecretStore::Files, folder.path(), &token)
                .unwrap_err()
                .to_string()
                .contains("it is a folder, not a file")
        );
    }
}
