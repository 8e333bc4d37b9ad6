//! Stores tokens, client registrations and role credentials: in the files that every AWS tool reads, or in the system's
//! secret store.
//!
//! A secret is always identified by the path of its file, so that callers need not know which store is in use.

#[cfg(all(feature = "keyring", any(windows, target_os = "macos")))]
mod native;
#[cfg(any(all(feature = "keyring", any(windows, target_os = "macos")), test))]
mod parts;
#[cfg(all(feature = "keyring", not(any(windows, target_os = "macos"))))]
mod secret_service;

use std::path::{Path, PathBuf};

#[cfg(feature = "keyring")]
use std::sync::Arc;

#[cfg(any(test, not(feature = "keyring")))]
use crate::error::Error;
use crate::error::Result;
use crate::files::folder::Privacy;
use crate::files::reserved::Reserved;
use crate::files::{atomic, read, unreadable};
#[cfg(all(feature = "keyring", any(windows, target_os = "macos")))]
use native::Keyring;
#[cfg(all(feature = "keyring", not(any(windows, target_os = "macos"))))]
use secret_service::Keyring;

/// The value of `store` in the settings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreKind {
    /// Files, shared with the AWS CLI and the SDKs.
    #[default]
    Files,
    /// The system's secret store, where no other tool looks for these secrets.
    Keyring,
}

impl StoreKind {
    /// As the settings file spells it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Keyring => "keyring",
        }
    }
}

/// Reads, writes and deletes secrets in one store or the other.
#[derive(Clone, Debug, Default)]
pub enum SecretStore {
    /// Files of mode 0600.
    #[default]
    Files,
    /// Items of the Secret Service, of the Credential Manager of Windows, or of the Keychain of macOS.
    #[cfg(feature = "keyring")]
    Keyring(Arc<Keyring>),
}

impl SecretStore {
    /// The store of this kind. It connects to a keyring only when a secret is used.
    ///
    /// If `may_ask` is true, the user is asked to unlock a locked keyring; otherwise a locked keyring is an error.
    /// `settings` is the path of the settings file, as messages show it.
    ///
    /// Errors: this program was built without the feature `keyring`.
    pub fn open(kind: StoreKind, may_ask: bool, settings: &str) -> Result<Self> {
        match kind {
            StoreKind::Files => Ok(Self::Files),
            #[cfg(feature = "keyring")]
            StoreKind::Keyring => Ok(Self::Keyring(Arc::new(Keyring::new(may_ask, settings)))),
            #[cfg(not(feature = "keyring"))]
            StoreKind::Keyring => {
                let _ = may_ask;
                Err(without_keyring(settings))
            }
        }
    }

    /// Files or a keyring.
    #[must_use]
    pub fn kind(&self) -> StoreKind {
        match self {
            Self::Files => StoreKind::Files,
            #[cfg(feature = "keyring")]
            Self::Keyring(_) => StoreKind::Keyring,
        }
    }

    /// The secret, or `None` if there is none.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Files => read::cached(path),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.read(path),
        }
    }

    /// Creates or replaces the secret in one step.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Files => atomic::write(path, bytes, Privacy::Cache),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.write(path, bytes),
        }
    }

    /// Secures that the secret can be written before it is known.
    ///
    /// Errors: it could not be written.
    pub fn reserve(&self, path: &Path) -> Result<ReservedSecret<'_>> {
        match self {
            Self::Files => {
                let old = std::fs::metadata(path).ok().and_then(|old| usize::try_from(old.len()).ok());
                let room = old.map_or(FIRST_ROOM, |old| old + old / 2 + 1024);
                Ok(ReservedSecret::File(Box::new(Reserved::take(path, room, Privacy::Cache)?)))
            }
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => {
                // A keyring reserves nothing. Where it takes the old secret again, it will take a new one.
                if let Some(old) = keyring.read(path)? {
                    keyring.write(path, &old)?;
                }
                Ok(ReservedSecret::Item(self, path.to_owned()))
            }
        }
    }

    /// Deletes the secret. A missing secret is not an error.
    pub fn remove(&self, path: &Path) -> Result<()> {
        match self {
            Self::Files => atomic::remove(path),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.remove(path),
        }
    }

    /// Everything in `folder`, in no particular order; nothing if there is no such folder.
    pub fn list(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        match self {
            Self::Files => list(folder),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.list(folder),
        }
    }
}

/// Room for a secret that replaces none: a token with its client and a refresh token.
const FIRST_ROOM: usize = 8 << 10;

/// A secret that can be written, as far as that can be known before.
#[derive(Debug)]
#[must_use]
pub enum ReservedSecret<'a> {
    /// A file with room on the disk.
    File(Box<Reserved>),
    /// An item of a keyring.
    Item(&'a SecretStore, PathBuf),
}

impl ReservedSecret<'_> {
    /// Creates or replaces the secret in one step.
    pub fn write(self, bytes: &[u8]) -> Result<()> {
        match self {
            Self::File(file) => file.write(bytes),
            Self::Item(store, path) => store.write(&path, bytes),
        }
    }
}

/// The error of a program without the feature, when its settings ask for a keyring.
#[cfg(any(test, not(feature = "keyring")))]
fn without_keyring(settings: &str) -> Error {
    Error::usage("the settings say store = keyring, and this aws-sso was built without the feature keyring")
        .with_remedy(format!(
            "build it with: cargo install --path . --locked --features keyring\nor set store = files in {settings}"
        ))
}

fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if read::is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(unreadable::failed(folder, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_the_feature_says_how_to_get_it_or_use_files() {
        let error = without_keyring("~/.config/aws-sso/config");
        assert_eq!(error.kind().status(), 2);
        let report = error.report();
        assert!(report.contains("was built without the feature keyring\n  build it with: cargo install"), "{report}");
        assert!(report.contains("\n  or set store = files in ~/.config/aws-sso/config\n"), "{report}");
        let opened = SecretStore::open(StoreKind::Keyring, false, "~/.config/aws-sso/config");
        assert_eq!(opened.is_ok(), cfg!(feature = "keyring"));
    }
}
