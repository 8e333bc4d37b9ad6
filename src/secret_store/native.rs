//! Stores secrets in the Credential Manager of Windows or in the Keychain of macOS.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use keyring_core::{CredentialStore, Entry};

use super::parts;
use crate::error::{Error, Result};

type Answer<T> = std::result::Result<T, keyring_core::Error>;

/// The store of this user.
pub struct Keyring {
    may_ask: bool,
    settings: String,
    store: OnceLock<Result<Arc<CredentialStore>>>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

impl Keyring {
    /// `may_ask`: whether the user may be asked to unlock the store. `settings`: the settings file, for messages.
    pub(super) fn new(may_ask: bool, settings: &str) -> Self {
        Self { may_ask, settings: settings.to_owned(), store: OnceLock::new() }
    }

    pub(super) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        self.ask(path.parent(), |folder| parts::read(folder, name_of(path)))
    }

    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        self.ask(path.parent(), |folder| parts::write(folder, name_of(path), bytes, new_set()?, system::ROOM))
    }

    pub(super) fn remove(&self, path: &Path) -> Result<()> {
        self.ask(path.parent(), |folder| parts::remove(folder, name_of(path)))
    }

    pub(super) fn list(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let names = self.ask(Some(folder), |folder| parts::names(folder))?;
        Ok(names.into_iter().map(|name| folder.join(name)).collect())
    }

    /// Does `work` with the secrets of a folder.
    fn ask<T>(&self, folder: Option<&Path>, work: impl FnOnce(&Folder<'_>) -> Answer<T>) -> Result<T> {
        let store = self.store.get_or_init(|| system::store().map_err(|error| self.explain(&error)));
        let store = store.as_ref().map_err(Error::clone)?;
        let service = system::service(&folder.unwrap_or(Path::new("")).to_string_lossy());
        let _silent = system::silence(self.may_ask);
        work(&Folder { store, service }).map_err(|error| self.explain(&error))
    }

    fn explain(&self, error: &keyring_core::Error) -> Error {
        let (what, remedy) = system::explain(error);
        Error::failed(what).with_remedy(format!("{remedy}, or set store = files in {}", self.settings))
    }
}

fn name_of(path: &Path) -> &str {
    path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
}

/// The items that stand for the files of a folder.
struct Folder<'a> {
    store: &'a Arc<CredentialStore>,
    service: String,
}

impl Folder<'_> {
    fn entry(&self, name: &str) -> Answer<Entry> {
        self.store.build(&self.service, name, Some(&HashMap::from(system::MODIFIERS)))
    }
}

impl parts::Items for Folder<'_> {
    type Error = keyring_core::Error;

    fn get(&self, name: &str) -> Answer<Option<Vec<u8>>> {
        unless_gone(self.entry(name)?.get_secret())
    }

    fn set(&self, name: &str, bytes: &[u8]) -> Answer<()> {
        self.entry(name)?.set_secret(bytes)
    }

    fn delete(&self, name: &str) -> Answer<()> {
        unless_gone(self.entry(name)?.delete_credential()).map(drop)
    }

    fn names(&self) -> Answer<Vec<String>> {
        let specification = system::search(&self.service);
        let specification = specification.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let found = self.store.search(&specification)?;
        let specifiers = found.iter().filter_map(Entry::get_specifiers);
        Ok(specifiers.filter(|(service, _)| *service == self.service).map(|(_, name)| name).collect())
    }
}

/// A name that no other set of parts has.
fn new_set() -> Answer<String> {
    let mut number = [0; 8];
    getrandom::fill(&mut number).map_err(|error| keyring_core::Error::PlatformFailure(error.to_string().into()))?;
    Ok(format!("{:016x}", u64::from_le_bytes(number)))
}

/// `None` if there is no such item, or none any more.
fn unless_gone<T>(outcome: Answer<T>) -> Answer<Option<T>> {
    match outcome {
        Err(keyring_core::Error::NoEntry) => Ok(None),
        outcome => outcome.map(Some),
    }
}

#[cfg(windows)]
mod system {
    use std::collections::HashMap;
    use std::sync::Arc;

    use keyring_core::{CredentialStore, Error};

    use super::Answer;

    const PREFIX: &str = "aws-sso:";
    /// Between the name of a file and its folder. No path of Windows has it.
    const DIVIDER: &str = "|";

    /// The most bytes that an item takes. A token with its client is longer.
    pub(super) const ROOM: usize = 2560;

    /// Items do not roam to other machines with the user's profile.
    pub(super) const MODIFIERS: [(&str, &str); 1] = [("persistence", "Local")];

    pub(super) fn store() -> Answer<Arc<CredentialStore>> {
        let names = HashMap::from([("prefix", PREFIX), ("divider", DIVIDER)]);
        Ok(windows_native_keyring_store::Store::new_with_configuration(&names)?)
    }

    /// One spelling for each folder: Windows has several, and so would one sign-in have several items.
    pub(super) fn service(folder: &str) -> String {
        folder.replace('/', "\\").to_lowercase()
    }

    pub(super) fn search(_: &str) -> [(&'static str, String); 1] {
        [("pattern", format!("^{PREFIX}"))]
    }

    /// It never asks.
    pub(super) fn silence(_: bool) -> Option<()> {
        None
    }

    pub(super) fn explain(error: &Error) -> (String, &'static str) {
        match error {
            Error::NoStorageAccess(_) => (
                "this session has no Credential Manager, as one over SSH may not".to_owned(),
                "sign in to Windows itself",
            ),
            error => (format!("the system's secret store failed: {error}"), "try again"),
        }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use std::sync::Arc;

    use keyring_core::{CredentialStore, Error};
    use security_framework::base::Error as SystemError;
    use security_framework::os::macos::keychain::{KeychainUserInteractionLock, SecKeychain};

    use super::Answer;

    /// An item takes any secret.
    pub(super) const ROOM: usize = usize::MAX;

    pub(super) const MODIFIERS: [(&str, &str); 0] = [];

    pub(super) fn store() -> Answer<Arc<CredentialStore>> {
        Ok(apple_native_keyring_store::keychain::Store::new()?)
    }

    /// As Keychain Access lists it.
    pub(super) fn service(folder: &str) -> String {
        format!("aws-sso: {folder}")
    }

    pub(super) fn search(service: &str) -> [(&'static str, String); 1] {
        [("service", service.to_owned())]
    }

    /// While this lives, the system does not ask the user, and what needs an answer is an error.
    pub(super) fn silence(may_ask: bool) -> Option<KeychainUserInteractionLock> {
        if may_ask { None } else { SecKeychain::disable_user_interaction().ok() }
    }

    pub(super) fn explain(error: &Error) -> (String, &'static str) {
        // The user may not be asked, has not answered, or has given a wrong password.
        const LOCKED: [i32; 3] = [-25308, -128, -25293];
        const NO_KEYCHAIN: [i32; 3] = [-25294, -25295, -25307];
        let code = match error {
            Error::NoStorageAccess(error) | Error::PlatformFailure(error) => {
                error.downcast_ref::<SystemError>().map(|error| error.code())
            }
            _ => None,
        };
        match code {
            Some(code) if LOCKED.contains(&code) => {
                ("the system's secret store is locked".to_owned(), "run: security unlock-keychain")
            }
            Some(code) if NO_KEYCHAIN.contains(&code) => {
                ("the system's secret store has no default keychain".to_owned(), "create one with Keychain Access")
            }
            _ => (format!("the system's secret store failed: {error}"), "try again"),
        }
    }
}
