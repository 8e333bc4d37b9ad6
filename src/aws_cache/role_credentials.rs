//! Role credentials in `~/.aws/cli/cache`, in the AWS CLI v2's own format.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

use super::json::{date, first_json, python_json};
use crate::aws_config::directory::Origin;
use crate::credentials::RoleCredentials;
use crate::error::Result;
use crate::files::leftovers;
use crate::secret::Secret;
use crate::secret_store::SecretStore;

/// What a role's file is named after.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FileKey<'a> {
    // In alphabetical order, as the AWS CLI sorts them: the file's name is a hash of this JSON.
    account_id: &'a str,
    role_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    session_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_url: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CacheFile<'a> {
    provider_type: &'a str,
    credentials: CachedCredentials,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CachedCredentials {
    access_key_id: String,
    secret_access_key: Secret,
    session_token: Secret,
    #[serde(with = "date")]
    expiration: Timestamp,
    #[serde(default)]
    account_id: Option<String>,
}

/// The file that a role's credentials are cached in.
#[must_use]
pub fn path(folder: &Path, account_id: &str, role_name: &str, origin: Origin<'_>) -> PathBuf {
    let (session_name, start_url) = match origin {
        Origin::Session(name) => (Some(name), None),
        Origin::StartUrl(url) => (None, Some(url)),
    };
    let key = FileKey { account_id, role_name, session_name, start_url };
    // Serializing a map of strings cannot fail.
    let key = serde_json::to_string(&key).unwrap_or_default();
    folder.join(format!("{}.json", Sha1::from(key).digest()))
}

/// The credentials at this path, expired or not; `None` where there is no file, or its content is something else.
pub fn read(store: &SecretStore, path: &Path, account_id: &str) -> Result<Option<RoleCredentials>> {
    let Some(bytes) = store.read(path)? else { return Ok(None) };
    let Some(CacheFile { provider_type: "sso", credentials }) = first_json(&bytes) else { return Ok(None) };
    Ok(Some(RoleCredentials {
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
        session_token: credentials.session_token,
        expiration: credentials.expiration,
        account_id: credentials.account_id.unwrap_or_else(|| account_id.to_owned()),
    }))
}

/// Writes the credentials in one step, with mode 0600.
pub fn write(store: &SecretStore, path: &Path, credentials: &RoleCredentials) -> Result<()> {
    let file = CacheFile {
        provider_type: "sso",
        credentials: CachedCredentials {
            access_key_id: credentials.access_key_id.clone(),
            secret_access_key: credentials.secret_access_key.clone(),
            session_token: credentials.session_token.clone(),
            expiration: credentials.expiration,
            account_id: Some(credentials.account_id.clone()),
        },
    };
    store.write(path, &python_json(&file)?)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FileOrigin {
    provider_type: String,
}

/// Deletes all role credentials in `folder` except the files in `keep`. A sign-out does this.
///
/// Files of other origin, such as those of an assumed role, stay.
pub fn sweep(store: &SecretStore, folder: &Path, keep: &[PathBuf]) -> Result<()> {
    for path in store.list(folder)? {
        if !keep.contains(&path) && (is_role(store, &path) || is_leftover(&path)) {
            store.remove(&path)?;
        }
    }
    Ok(())
}

/// Whether this file holds a role's credentials. A file that cannot be read counts as something else, and stays.
#[must_use]
pub fn is_role(store: &SecretStore, path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
        && store
            .read(path)
            .ok()
            .flatten()
            .and_then(|bytes| first_json::<FileOrigin>(&bytes))
            .is_some_and(|origin| origin.provider_type == "sso")
}

/// Whether a crash has left this file behind in the middle of a write.
fn is_leftover(path: &Path) -> bool {
    leftovers::is_ours(&path.file_name().unwrap_or_default().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_s_file_has_the_name_that_the_aws_cli_gives_it() {
        let found = path(Path::new("c"), "012345678901", "SampleRole", Origin::Session("dev"));
        assert_eq!(found, Path::new("c/4f0072b03f86a95e613340c2868ab49e9cc60d6e.json"));
    }

    fn credentials() -> RoleCredentials {
        RoleCredentials {
            access_key_id: "ASIA".to_owned(),
            secret_access_key: Secret::from("s/e+c"),
            session_token: Secret::from("t=="),
            expiration: "2026-11-22T23:02:02Z".parse().unwrap(),
            account_id: "012345678901".to_owned(),
        }
    }

    #[test]
    fn credentials_are_written_as_the_aws_cli_writes_them_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("cli/cache/x.json");
        write(&SecretStore::Files, &path, &credentials()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"ProviderType": "sso", "Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s/e+c", "#,
                r#""SessionToken": "t==", "Expiration": "2026-11-22T23:02:02Z", "AccountId": "012345678901"}}"#
            )
        );
        assert_eq!(read(&SecretStore::Files, &path, "012345678901").unwrap(), Some(credentials()));
        // Older versions of the AWS CLI leave the account out. Its writes in place leave bytes behind.
        std::fs::write(&path, text.replace(r#", "AccountId": "012345678901""#, "") + "\"}}").unwrap();
        assert_eq!(read(&SecretStore::Files, &path, "012345678901").unwrap(), Some(credentials()));
    }

    #[test]
    fn a_file_that_holds_no_role_credentials_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        assert_eq!(read(&SecretStore::Files, &path, "012345678901").unwrap(), None);
        for junk in ["", "{", "[]", r#"{"ProviderType": "assume-role", "Credentials": {}}"#, r#"{"Credentials": {}}"#] {
            std::fs::write(&path, junk).unwrap();
            assert_eq!(read(&SecretStore::Files, &path, "012345678901").unwrap(), None, "{junk}");
        }
        assert!(read(&SecretStore::Files, folder.path(), "012345678901").is_err());
    }

    #[test]
    fn a_sweep_deletes_every_role_s_file_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        sweep(&SecretStore::Files, &at("absent"), &[]).unwrap();
        for name in ["one.json", "two.json", "kept.json", "sso.txt"] {
            write(&SecretStore::Files, &at(name), &credentials()).unwrap();
        }
        std::fs::write(at("assumed.json"), r#"{"ProviderType": "assume-role", "Credentials": {}}"#).unwrap();
        std::fs::write(at("junk.json"), "{").unwrap();
        std::fs::write(at("one.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ"), r#"{"ProviderType": "sso", "Cred"#).unwrap();
        // A folder does not stop the sweep half-way.
        std::fs::create_dir(at("folder.json")).unwrap();
        sweep(&SecretStore::Files, folder.path(), &[at("kept.json")]).unwrap();
        let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.map(|name| name.into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, ["assumed.json", "folder.json", "junk.json", "kept.json", "sso.txt"]);
        assert!(sweep(&SecretStore::Files, &at("sso.txt"), &[]).is_ok());
    }
}
