//! Credentials of assumed roles in `~/.aws/cli/cache`, in the AWS CLI v2's own format and under its own names.
//!
//! The AWS CLI names a file after what `AssumeRole` is asked for, and not after who asks. So each file that this tool
//! writes says with which base its credentials were made, and only that base gets them again.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha1_smol::Sha1;

use super::cached_credentials::CachedCredentials;
use super::json::{first_json, python_json};
use super::role_credentials::CachedRole;
use crate::aws_config::directory::Directory;
use crate::aws_config::origin::Origin;
use crate::aws_config::static_keys::KeyMark;
use crate::credentials::{FRESH_SECONDS, RoleCredentials};
use crate::error::{Error, Result};
use crate::role::Hop;
use crate::secret_store::SecretStore;

/// What a file is named after: the arguments of `AssumeRole`, in alphabetical order as the AWS CLI sorts them. A
/// session name that a tool makes up is none of them.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FileKey<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_seconds: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    role_arn: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_session_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    serial_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source_identity: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [TagKey<'a>],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    transitive_tag_keys: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct TagKey<'a> {
    key: &'a str,
    value: &'a str,
}

/// The text whose hash is the name of a file.
fn key(hop: &Hop) -> Vec<u8> {
    let tags: Vec<_> = hop.tags.iter().map(|(key, value)| TagKey { key, value }).collect();
    let key = FileKey {
        duration_seconds: hop.duration,
        external_id: hop.external_id.as_deref(),
        role_arn: hop.role.as_str(),
        role_session_name: hop.session_name.as_deref(),
        serial_number: hop.mfa_serial.as_deref(),
        source_identity: hop.source_identity.as_deref(),
        tags: &tags,
        transitive_tag_keys: &hop.transitive_tags,
    };
    // Serializing strings and a number cannot fail.
    python_json(&key).unwrap_or_default()
}

/// With whose credentials a chain begins.
#[derive(Clone, Copy, Debug)]
pub(crate) enum CachedBase<'a> {
    /// With those of a role of Identity Center.
    Role(CachedRole<'a>),
    /// With access keys, of which there is a hash; `None` where the keys are not there any more.
    Keys(Option<KeyMark>),
}

/// Whose credentials a file holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CachedHop<'a> {
    /// With whose credentials the chain begins.
    pub(crate) base: CachedBase<'a>,
    /// The roles that are assumed first.
    pub(crate) before: &'a [Hop],
    /// The role itself.
    pub(crate) hop: &'a Hop,
}

/// Credentials as they were cached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CachedAssumption {
    pub(crate) credentials: RoleCredentials,
    /// How long they were valid in the beginning, in seconds, where that is known.
    pub(crate) lifetime: Option<i64>,
}

impl CachedAssumption {
    /// The least seconds that they must have left to be handed out: sixteen minutes, or a quarter of a life that is
    /// shorter than an hour.
    pub(crate) fn least_fresh(&self, hop: &Hop) -> i64 {
        let asked = || i64::from(hop.duration.unwrap_or(3600));
        let lifetime = self.lifetime.unwrap_or_else(asked);
        // The answer may have taken a minute.
        if lifetime < 3600 - 60 { lifetime / 4 } else { FRESH_SECONDS }
    }

    /// Whether they can be handed out without asking the service for newer ones.
    pub(crate) fn is_fresh(&self, hop: &Hop) -> bool {
        self.credentials.seconds_left() >= self.least_fresh(hop)
    }
}

/// What STS answered, to be cached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Assumption<'a> {
    pub(crate) credentials: &'a RoleCredentials,
    /// The ARN of the session.
    pub(crate) arn: &'a str,
    /// Its id.
    pub(crate) id: &'a str,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CacheFile<'a> {
    credentials: CachedCredentials,
    #[serde(borrow)]
    assumed_role_user: AssumedRoleUser<'a>,
    /// Not in the AWS CLI's own files, and not read by it.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    aws_sso_base: Option<FileBase<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser<'a> {
    #[serde(default, borrow)]
    assumed_role_id: Cow<'a, str>,
    #[serde(borrow)]
    arn: Cow<'a, str>,
}

/// With which base the credentials of a file were made.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct FileBase<'a> {
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    session_name: Option<Cow<'a, str>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    start_url: Option<Cow<'a, str>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    account_id: Option<Cow<'a, str>>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    role_name: Option<Cow<'a, str>>,
    /// In place of all these, the hash of an access key id.
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    key: Option<Cow<'a, str>>,
    /// The hash of the roles that were assumed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<String>,
    lifetime: i64,
}

/// The file that the AWS CLI has for a role that a profile assumes.
pub(crate) fn shared_path(hop: &Hop, folder: &Path) -> PathBuf {
    folder.join(format!("{}.json", Sha1::from(key(hop)).digest()))
}

impl CachedHop<'_> {
    /// The file that the AWS CLI has for the same profile.
    pub(crate) fn shared_path(&self, folder: &Path) -> PathBuf {
        shared_path(self.hop, folder)
    }

    /// A file for this base alone, where the shared one is, or may be, another base's.
    pub(crate) fn own_path(&self, folder: &Path) -> PathBuf {
        let base = match self.base {
            CachedBase::Role(CachedRole { account_id, role_name, directory }) => {
                let origin = match directory.origin() {
                    Origin::Session(name) => format!("session {name}"),
                    Origin::StartUrl(url) => format!("url {url}"),
                    Origin::Keys(name) => format!("keys {name}"),
                };
                format!("{origin}\n{account_id}/{role_name}")
            }
            CachedBase::Keys(mark) => format!("key {}", mark.map(|mark| mark.to_string()).unwrap_or_default()),
        };
        let mut hash = Sha1::from(format!("aws-sso\n{base}\n"));
        for hop in self.before.iter().chain([self.hop]) {
            hash.update(&key(hop));
            hash.update(b"\n");
        }
        folder.join(format!("{}.json", hash.digest()))
    }

    fn hash_before(&self) -> Option<String> {
        let mut hash = Sha1::new();
        for hop in self.before {
            hash.update(&key(hop));
            hash.update(b"\n");
        }
        (!self.before.is_empty()).then(|| hash.digest().to_string())
    }

    fn is_base(&self, base: &FileBase<'_>) -> bool {
        let is_start = match self.base {
            CachedBase::Role(CachedRole { account_id, role_name, directory }) => {
                base.account_id.as_deref() == Some(account_id)
                    && base.role_name.as_deref() == Some(role_name)
                    && base.session_name.as_deref() == directory.session.as_deref()
                    && base.start_url.as_ref().is_some_and(|url| directory.has_start_url(url))
            }
            CachedBase::Keys(mark) => mark.is_some_and(|mark| base.key.as_deref() == Some(&mark.to_string())),
        };
        is_start && base.before == self.hash_before()
    }

    /// The credentials at this path, expired or not; `None` where there is no file, or its content is something else or
    /// another base's.
    ///
    /// The AWS CLI does not write with which base it has made credentials: `is_of_base` is asked whether that can only
    /// have been this one.
    pub(crate) fn read(
        &self,
        store: &SecretStore,
        path: &Path,
        is_of_base: impl FnOnce() -> bool,
    ) -> Result<Option<CachedAssumption>> {
        let Some(bytes) = store.read(path)? else { return Ok(None) };
        let Some(file) = first_json::<CacheFile<'_>>(&bytes) else { return Ok(None) };
        let account_id = self.hop.role.account_id();
        let is_of_role =
            self.hop.role.is_of_session(&file.assumed_role_user.arn) && file.credentials.may_be_of(account_id);
        let is_ours = match &file.aws_sso_base {
            Some(base) => self.is_base(base),
            None => is_of_role && is_of_base(),
        };
        let lifetime = file.aws_sso_base.map(|base| base.lifetime);
        let credentials = file.credentials.in_account(account_id);
        let is_possible = credentials.is_possible();
        Ok((is_of_role && is_ours && is_possible).then_some(CachedAssumption { credentials, lifetime }))
    }

    /// Whether the file holds credentials of another base that are still valid: it is not to be overwritten.
    pub(crate) fn is_of_another(&self, store: &SecretStore, path: &Path) -> bool {
        let bytes = store.read(path).ok().flatten().unwrap_or_default();
        first_json::<CacheFile<'_>>(&bytes).is_some_and(|file| {
            file.credentials.expiration > Timestamp::now() && file.aws_sso_base.is_some_and(|base| !self.is_base(&base))
        })
    }

    /// Writes the credentials in one step, with mode 0600.
    pub(crate) fn write(&self, store: &SecretStore, path: &Path, assumed: Assumption<'_>) -> Result<()> {
        let credentials = assumed.credentials;
        let (before, lifetime) = (self.hash_before(), credentials.seconds_left());
        let text = |text: &'_ str| Some(Cow::Owned(text.to_owned()));
        let base = match self.base {
            CachedBase::Role(CachedRole { account_id, role_name, directory }) => FileBase {
                session_name: directory.session.as_deref().and_then(text),
                start_url: text(&directory.start_url),
                account_id: text(account_id),
                role_name: text(role_name),
                key: None,
                before,
                lifetime,
            },
            CachedBase::Keys(mark) => FileBase {
                session_name: None,
                start_url: None,
                account_id: None,
                role_name: None,
                key: mark.and_then(|mark| text(&mark.to_string())),
                before,
                lifetime,
            },
        };
        let file = CacheFile {
            credentials: credentials.into(),
            assumed_role_user: AssumedRoleUser { assumed_role_id: assumed.id.into(), arn: assumed.arn.into() },
            aws_sso_base: Some(base),
        };
        store.write(path, &python_json(&file)?)
    }
}

/// Deletes the credentials of chains that begin with this sign-in. What cannot be deleted does not keep the rest.
///
/// `of_cli` are the files that the AWS CLI has for such chains: they do not say so themselves.
pub(crate) fn sweep(store: &SecretStore, folder: &Path, signed_out: &Directory, of_cli: &[PathBuf]) -> Vec<Error> {
    let paths = match store.list(folder) {
        Ok(paths) => paths,
        Err(error) => return vec![error],
    };
    let mut failures = Vec::new();
    for path in paths {
        let is_json = path.extension().is_some_and(|extension| extension == "json");
        let Some(bytes) = store.read(&path).ok().flatten().filter(|_| is_json) else { continue };
        let Some(file) = first_json::<CacheFile<'_>>(&bytes) else { continue };
        let is_of_sign_in = match file.aws_sso_base {
            Some(base) => {
                let is_there = base.start_url.as_ref().is_some_and(|url| signed_out.has_start_url(url));
                base.session_name.as_deref() == signed_out.session.as_deref()
                    && (is_there || base.session_name.is_some())
            }
            None => of_cli.contains(&path),
        };
        if is_of_sign_in {
            failures.extend(store.remove(&path).err());
        }
    }
    failures
}
