//! Where tokens, client registrations and role credentials are kept: in the files that every AWS tool reads, or in the
//! system's secret store.
//!
//! A secret goes by the path of the file that it is or would be, so that its readers and writers need not know which.

#[cfg(feature = "keyring")]
mod keyring;

use std::path::{Path, PathBuf};

#[cfg(feature = "keyring")]
use std::sync::Arc;

#[cfg(any(test, not(feature = "keyring")))]
use crate::error::Error;
use crate::error::Result;
use crate::files::atomic;
use crate::files::folder::Privacy;

/// What `store` in the settings says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Files, shared with the AWS CLI and the SDKs.
    #[default]
    Files,
    /// The system's secret store, which nothing else looks into.
    Keyring,
}

impl Kind {
    /// As the settings spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Files => "files",
            Self::Keyring => "keyring",
        }
    }
}

/// Reads, writes and deletes secrets in one place or the other.
#[derive(Clone, Debug, Default)]
pub enum SecretStore {
    /// Files of mode 0600.
    #[default]
    Files,
    /// Items of the Secret Service.
    #[cfg(feature = "keyring")]
    Keyring(Arc<keyring::Keyring>),
}

impl SecretStore {
    /// The store of this kind. Nothing is asked of it yet.
    ///
    /// A keyring that is locked is unlocked by its person where `may_ask` is true, else that is an error. `settings`
    /// is the file to change for the other kind, as a person calls it.
    ///
    /// Errors: this program was built without the feature `keyring`.
    pub fn open(kind: Kind, may_ask: bool, settings: &str) -> Result<Self> {
        match kind {
            Kind::Files => Ok(Self::Files),
            #[cfg(feature = "keyring")]
            Kind::Keyring => Ok(Self::Keyring(Arc::new(keyring::Keyring::new(may_ask, settings)))),
            #[cfg(not(feature = "keyring"))]
            Kind::Keyring => {
                let _ = may_ask;
                Err(without_keyring(settings))
            }
        }
    }

    /// Which kind of store it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Files => Kind::Files,
            #[cfg(feature = "keyring")]
            Self::Keyring(_) => Kind::Keyring,
        }
    }

    /// The whole secret, or `None` where there is none.
    pub fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Files => atomic::read(path),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.read(path),
        }
    }

    /// Makes or replaces the secret in one step.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        match self {
            Self::Files => atomic::write(path, bytes, Privacy::Cache),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.write(path, bytes),
        }
    }

    /// Deletes the secret; it is no error that there is none.
    pub fn remove(&self, path: &Path) -> Result<()> {
        match self {
            Self::Files => atomic::remove(path),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.remove(path),
        }
    }

    /// Everything that is kept in `folder`, in no order; nothing where the folder is not there.
    pub fn list(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        match self {
            Self::Files => list(folder),
            #[cfg(feature = "keyring")]
            Self::Keyring(keyring) => keyring.list(folder),
        }
    }
}

/// The error of a program that cannot do what its settings ask for.
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
        Err(error) if atomic::is_absent(&error) => Ok(Vec::new()),
        Err(error) => Err(atomic::unreadable(folder, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_without_the_feature_says_how_to_get_it_or_do_without() {
        let error = without_keyring("~/.config/aws-sso/config");
        assert_eq!(error.kind().status(), 2);
        let report = error.report();
        assert!(report.contains("was built without the feature keyring\n  build it with: cargo install"), "{report}");
        assert!(report.contains("\n  or set store = files in ~/.config/aws-sso/config\n"), "{report}");
        let opened = SecretStore::open(Kind::Keyring, false, "~/.config/aws-sso/config");
        assert_eq!(opened.is_ok(), cfg!(feature = "keyring"));
    }
}
