//! Role credentials in `~/.aws/cli/cache`, in the AWS CLI v2's own format.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

use super::cached_credentials::CachedCredentials;
use super::json::{first_json, python_json};
use crate::aws_config::directory::Directory;
use crate::aws_config::origin::Origin;
use crate::credentials::RoleCredentials;
use crate::error::{Error, Result};
use crate::files::leftovers;
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

/// Whose credentials a file holds.
#[derive(Clone, Copy, Debug)]
pub struct CachedRole<'a> {
    /// Twelve digits.
    pub account_id: &'a str,
    /// The permission set's name.
    pub role_name: &'a str,
    /// The Identity Center that grants the role.
    pub directory: &'a Directory,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CacheFile<'a> {
    provider_type: &'a str,
    credentials: CachedCredentials,
    // Not in the AWS CLI's own files, and not read by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role_name: Option<&'a str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    start_url: Option<&'a str>,
}

impl CachedRole<'_> {
    /// The file that the role's credentials are cached in.
    #[must_use]
    pub fn path(&self, folder: &Path) -> PathBuf {
        let (session_name, start_url) = match self.directory.origin() {
            Origin::Session(name) => (Some(name), None),
            Origin::StartUrl(url) => (None, Some(url)),
            Origin::Keys(_) => (None, None),
        };
        let key = FileKey { account_id: self.account_id, role_name: self.role_name, session_name, start_url };
        // Serializing a map of strings cannot fail.
        let key = serde_json::to_string(&key).unwrap_or_default();
        folder.join(format!("{}.json", Sha1::from(key).digest()))
    }
}

/// The role's credentials at this path, expired or not; `None` where there is no file, or its content is something
/// else.
///
/// A session's file is named after the session alone: if its start URL was edited since, the file holds another
/// Identity Center's credentials. The AWS CLI does not write the start URL, so `is_same_sign_in` is asked whether that
/// can be ruled out.
pub fn read(
    store: &SecretStore,
    path: &Path,
    role: &CachedRole<'_>,
    is_same_sign_in: impl FnOnce() -> bool,
) -> Result<Option<RoleCredentials>> {
    let Some(bytes) = store.read(path)? else { return Ok(None) };
    let Some(CacheFile { provider_type: "sso", credentials, role_name, start_url }) = first_json(&bytes) else {
        return Ok(None);
    };
    let is_of_role = role_name.is_none_or(|name| name == role.role_name) && credentials.may_be_of(role.account_id);
    let is_of_directory = match (start_url, role.directory.origin()) {
        (Some(url), _) => role.directory.has_start_url(url),
        // It is in the name of the file.
        (None, Origin::StartUrl(_)) => true,
        (None, Origin::Session(_)) => is_same_sign_in(),
        (None, Origin::Keys(_)) => false,
    };
    let credentials = credentials.in_account(role.account_id);
    Ok(Some(credentials).filter(|credentials| is_of_role && is_of_directory && credentials.is_possible()))
}

/// Writes the role's credentials in one step, with mode 0600.
pub fn write(store: &SecretStore, path: &Path, role: &CachedRole<'_>, credentials: &RoleCredentials) -> Result<()> {
    let file = CacheFile {
        role_name: Some(role.role_name),
        start_url: Some(&role.directory.start_url),
        provider_type: "sso",
        credentials: credentials.into(),
    };
    store.write(path, &python_json(&file)?)
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FileOrigin {
    provider_type: String,
    role_name: Option<String>,
    start_url: Option<String>,
    credentials: Option<KeyOrigin>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyOrigin {
    access_key_id: String,
    account_id: Option<String>,
}

impl FileOrigin {
    /// Whether the file has the name that the role which it holds has in this Identity Center.
    fn is_named_by(&self, directory: &Directory, path: &Path) -> bool {
        let account_id = self.credentials.as_ref().and_then(|credentials| credentials.account_id.as_deref());
        let (Some(account_id), Some(role_name), Some(folder)) = (account_id, &self.role_name, path.parent()) else {
            return false;
        };
        CachedRole { account_id, role_name, directory }.path(folder) == path
    }
}

/// What a sign-out of one sign-in leaves alone.
#[derive(Debug, Default)]
pub struct OtherSignIns {
    /// The others that are known.
    pub directories: Vec<Directory>,
    /// The files of their roles, as far as they are known.
    pub files: Vec<PathBuf>,
}

impl OtherSignIns {
    fn have(&self, path: &Path, origin: &FileOrigin, signed_out: &Directory) -> bool {
        let is_elsewhere = || origin.start_url.as_deref().is_some_and(|url| !signed_out.has_start_url(url));
        let is_theirs = |other: &Directory| origin.is_named_by(other, path);
        self.files.iter().any(|file| file == path)
            || !origin.is_named_by(signed_out, path) && (is_elsewhere() || self.directories.iter().any(is_theirs))
    }
}

/// Deletes the role credentials of a sign-in, and those of which nobody knows the sign-in. Returns the access key ids
/// of the former.
///
/// Files of other origin, such as those of an assumed role, stay. What cannot be deleted does not keep the rest.
#[must_use]
pub fn sweep(
    store: &SecretStore,
    folder: &Path,
    signed_out: &Directory,
    others: &OtherSignIns,
) -> (Vec<String>, Vec<Error>) {
    let paths = match store.list(folder) {
        Ok(paths) => paths,
        Err(error) => return (Vec::new(), vec![error]),
    };
    let (mut key_ids, mut failures) = (Vec::new(), Vec::new());
    for path in paths {
        let origin = file_origin(store, &path);
        if origin.as_ref().map_or(!is_leftover(&path), |origin| others.have(&path, origin, signed_out)) {
            continue;
        }
        failures.extend(store.remove(&path).err());
        let ours = origin.filter(|origin| origin.start_url.is_some()).and_then(|origin| origin.credentials);
        key_ids.extend(ours.map(|credentials| credentials.access_key_id));
    }
    (key_ids, failures)
}

/// Deletes the role credentials of which nobody knows the start URL: those that the AWS CLI wrote. A sign-in to another
/// start URL under the same name does this.
pub fn sweep_nameless(store: &SecretStore, folder: &Path) -> Result<()> {
    for path in store.list(folder)? {
        if file_origin(store, &path).is_some_and(|origin| origin.start_url.is_none()) {
            store.remove(&path)?;
        }
    }
    Ok(())
}

/// Whether this file holds a role's credentials. A file that cannot be read counts as something else, and stays.
#[must_use]
pub fn is_role(store: &SecretStore, path: &Path) -> bool {
    file_origin(store, path).is_some()
}

fn file_origin(store: &SecretStore, path: &Path) -> Option<FileOrigin> {
    path.extension().filter(|extension| *extension == "json")?;
    let bytes = store.read(path).ok()??;
    first_json::<FileOrigin>(&bytes).filter(|origin| origin.provider_type == "sso")
}

/// Whether a crash has left this file behind in the middle of a write.
fn is_leftover(path: &Path) -> bool {
    leftovers::is_ours(&path.file_name().unwrap_or_default().to_string_lossy())
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;
    use crate::secret::Secret;

    #[test]
    fn a_role_s_file_has_the_name_that_the_aws_cli_gives_it() {
        let directory = directory();
        let role = CachedRole { role_name: "SampleRole", ..role(&directory) };
        assert_eq!(role.path(Path::new("c")), Path::new("c/4f0072b03f86a95e613340c2868ab49e9cc60d6e.json"));
    }

    fn directory() -> Directory {
        Directory {
            name: "dev".to_owned(),
            session: Some("dev".to_owned()),
            start_url: "https://x/start".to_owned(),
            region: "us-east-1".parse().unwrap(),
            scopes: Vec::new(),
            redirect_port: None,
        }
    }

    fn role(directory: &Directory) -> CachedRole<'_> {
        CachedRole { account_id: "012345678901", role_name: "Reader", directory }
    }

    fn read_back(path: &Path) -> Option<RoleCredentials> {
        read(&SecretStore::Files, path, &role(&directory()), || true).unwrap()
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
        write(&SecretStore::Files, &path, &role(&directory()), &credentials()).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(
            text,
            concat!(
                r#"{"ProviderType": "sso", "Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s/e+c", "#,
                r#""SessionToken": "t==", "Expiration": "2026-11-22T23:02:02Z", "AccountId": "012345678901"}, "#,
                r#""RoleName": "Reader", "StartUrl": "https://x/start"}"#
            )
        );
        assert_eq!(read_back(&path), Some(credentials()));
        // Older versions of the AWS CLI leave the account out. Its writes in place leave bytes behind.
        std::fs::write(&path, text.replace(r#", "AccountId": "012345678901""#, "") + "\"}}").unwrap();
        assert_eq!(read_back(&path), Some(credentials()));
    }

    #[test]
    fn a_file_that_holds_no_role_credentials_counts_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        assert_eq!(read_back(&path), None);
        for junk in ["", "{", "[]", r#"{"ProviderType": "assume-role", "Credentials": {}}"#, r#"{"Credentials": {}}"#] {
            std::fs::write(&path, junk).unwrap();
            assert_eq!(read_back(&path), None, "{junk}");
        }
        assert!(read(&SecretStore::Files, folder.path(), &role(&directory()), || true).is_err());
    }

    #[test]
    fn credentials_of_another_role_or_sign_in_and_those_that_cannot_be_count_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.json");
        let hours = |hours| Timestamp::now() + SignedDuration::from_hours(hours);
        let file = |expiration: Timestamp, more: &str, after: &str| {
            format!(
                r#"{{"ProviderType": "sso", "Credentials": {{"AccessKeyId": "A", "SecretAccessKey": "s",
                "SessionToken": "t", "Expiration": "{expiration}"{more}}}{after}}}"#
            )
        };
        let (own, other) = (r#", "AccountId": "012345678901""#, r#", "AccountId": "012345678902""#);
        let named = r#", "RoleName": "Reader", "StartUrl": "https://x/start/#/""#;
        let legacy = Directory { session: None, ..directory() };
        // The file, whose it is said to be, and whether it counts where nobody says that it is of the same sign-in, and
        // where somebody does.
        let cases = [
            (file(hours(1), own, named), directory(), [true, true]),
            (file(hours(1), "", ""), directory(), [false, true]),
            (file(hours(1), "", ""), legacy, [true, true]),
            (file(hours(1), other, named), directory(), [false, false]),
            (file(hours(1), own, r#", "RoleName": "Admin""#), directory(), [false, false]),
            (file(hours(1), own, r#", "StartUrl": "https://y/start""#), directory(), [false, false]),
            (file(hours(12), own, named), directory(), [true, true]),
            (file(hours(13), own, named), directory(), [false, false]),
            (file(Timestamp::MAX, own, named), directory(), [false, false]),
            (file(Timestamp::MIN, own, named), directory(), [true, true]),
        ];
        for (text, directory, expected) in cases {
            std::fs::write(&path, &text).unwrap();
            let counts = [false, true]
                .map(|is_same| read(&SecretStore::Files, &path, &role(&directory), || is_same).unwrap().is_some());
            assert_eq!(counts, expected, "{text}");
        }
    }

    #[test]
    fn a_sweep_deletes_the_files_of_one_sign_in_and_those_of_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let named = |session: &str, start_url: &str| {
            let (name, start_url) = (session.to_owned(), start_url.to_owned());
            Directory { session: Some(name.clone()), name, start_url, ..directory() }
        };
        let (own, twin) = (directory(), named("twin", "https://x/start/#/"));
        let others = OtherSignIns { directories: vec![twin.clone()], files: vec![at("known.json")] };
        assert_eq!(sweep(&SecretStore::Files, &at("absent"), &own, &others).1, []);
        // Whose the file is, its name, and whether it stays. The name is the role's, if there is none.
        let before = named("dev", "https://before/start");
        let elsewhere = named("elsewhere", "https://y/start");
        let cases = [
            ("OWN", &own, None, false),
            ("BEFORE", &before, None, false),
            ("RENAMED", &own, Some("renamed.json"), false),
            ("TWIN", &twin, None, true),
            ("ELSEWHERE", &elsewhere, None, true),
            ("KNOWN", &own, Some("known.json"), true),
            ("TEXT", &own, Some("sso.txt"), true),
        ];
        let mut kept = vec!["assumed.json".to_owned(), "folder.json".to_owned(), "junk.json".to_owned()];
        for (id, whose, name, stays) in cases {
            let role = CachedRole { role_name: id, ..role(whose) };
            let path = name.map_or_else(|| role.path(folder.path()), at);
            let credentials = RoleCredentials { access_key_id: id.to_owned(), ..credentials() };
            write(&SecretStore::Files, &path, &role, &credentials).unwrap();
            kept.extend(stays.then(|| path.file_name().unwrap().to_str().unwrap().to_owned()));
        }
        let of_aws_cli = r#"{"ProviderType": "sso", "Credentials": {"AccessKeyId": "CLI"}}"#;
        std::fs::write(at("cli.json"), of_aws_cli).unwrap();
        std::fs::write(at("assumed.json"), r#"{"ProviderType": "assume-role", "Credentials": {}}"#).unwrap();
        std::fs::write(at("junk.json"), "{").unwrap();
        std::fs::write(at("one.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ"), r#"{"ProviderType": "sso", "Cred"#).unwrap();
        // A folder does not stop the sweep half-way.
        std::fs::create_dir(at("folder.json")).unwrap();
        let (mut key_ids, failures) = sweep(&SecretStore::Files, folder.path(), &own, &others);
        key_ids.sort();
        assert_eq!((key_ids, failures), (["BEFORE", "OWN", "RENAMED"].map(str::to_owned).to_vec(), Vec::new()));
        let left = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut left: Vec<_> = left.map(|name| name.into_string().unwrap()).collect();
        left.sort();
        kept.sort();
        assert_eq!(left, kept);
        assert_eq!(sweep(&SecretStore::Files, &at("sso.txt"), &own, &others).1, []);
    }
}
