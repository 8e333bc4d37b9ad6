//! Stores secrets in the Secret Service of the user's session (GNOME Keyring, `KWallet`, `KeePassXC`), over D-Bus.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use secret_service::{Collection, EncryptionType, SecretService};
use tokio::runtime::Runtime;

use crate::error::{Error, Result, reason};
use crate::programs::runtime;

/// The time limit for one request. D-Bus may have to start the service first.
const REQUEST_LIMIT: Duration = Duration::from_secs(10);

/// The time limit for the user to unlock the keyring. Some SDKs wait only 22 seconds for a `credential_process`.
const UNLOCK_LIMIT: Duration = Duration::from_secs(20);

/// The media type of each secret.
const CONTENT: &str = "application/json";

/// The default keyring. It is connected to when it is first needed.
pub struct Keyring {
    may_ask: bool,
    settings: String,
    unlocked: OnceLock<Result<Unlocked>>,
}

/// A connection to a service whose default keyring is unlocked.
struct Unlocked {
    runtime: Runtime,
    service: SecretService<'static>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

impl Keyring {
    /// `may_ask`: whether the user may be asked to unlock the keyring. `settings`: the settings file, for messages.
    pub(super) fn new(may_ask: bool, settings: &str) -> Self {
        Self { may_ask, settings: settings.to_owned(), unlocked: OnceLock::new() }
    }

    pub(super) fn read(&self, path: &Path) -> Result<Option<Vec<u8>>> {
        self.ask(async |keyring| {
            let items = keyring.search_items(attributes(path)).await?;
            match items.first() {
                Some(item) => unless_gone(item.get_secret().await),
                None => Ok(None),
            }
        })
    }

    pub(super) fn write(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        let label = format!("aws-sso: {}", path.display());
        self.ask(async |keyring| keyring.create_item(&label, attributes(path), bytes, true, CONTENT).await.map(drop))
    }

    pub(super) fn remove(&self, path: &Path) -> Result<()> {
        self.ask(async |keyring| {
            for item in keyring.search_items(attributes(path)).await? {
                unless_gone(item.delete().await)?;
            }
            Ok(())
        })
    }

    pub(super) fn list(&self, folder: &Path) -> Result<Vec<PathBuf>> {
        let names = self.ask(async |keyring| {
            let mut names = Vec::new();
            for item in keyring.search_items(in_folder(folder)).await? {
                let attributes = unless_gone(item.get_attributes().await)?;
                names.extend(attributes.and_then(|mut attributes| attributes.remove(NAME)));
            }
            Ok(names)
        })?;
        Ok(names.into_iter().map(|name| folder.join(name)).collect())
    }

    /// Does `work` on the unlocked keyring.
    fn ask<T: Send>(
        &self,
        work: impl AsyncFnOnce(&Collection<'_>) -> Result<T, secret_service::Error> + Send,
    ) -> Result<T> {
        let unlocked = self.unlocked.get_or_init(|| self.connect().map_err(|failure| self.explain(failure)));
        let Unlocked { runtime, service } = unlocked.as_ref().map_err(Error::clone)?;
        let outcome = run(runtime, REQUEST_LIMIT, async || work(&service.get_default_collection().await?).await);
        outcome.map_err(|failure| self.explain(failure))
    }

    fn connect(&self) -> Result<Unlocked, KeyringFailure> {
        let runtime = runtime::small();
        let runtime = runtime.map_err(KeyringFailure::NoRuntime)?;
        // Encrypted, because `dbus-monitor` shows everything on the bus, and users share its output.
        let service = run(&runtime, REQUEST_LIMIT, async || SecretService::connect(EncryptionType::Dh).await)?;
        let is_locked = async || service.get_default_collection().await?.is_locked().await;
        if run(&runtime, REQUEST_LIMIT, is_locked)? {
            if !self.may_ask {
                return Err(KeyringFailure::Locked);
            }
            let unlock = async || service.get_default_collection().await?.unlock().await;
            run(&runtime, UNLOCK_LIMIT, unlock).map_err(|failure| match failure {
                KeyringFailure::Silent => KeyringFailure::Locked,
                failure => failure,
            })?;
        }
        Ok(Unlocked { runtime, service })
    }

    fn explain(&self, failure: KeyringFailure) -> Error {
        let (what, remedy) = match &failure {
            KeyringFailure::Absent => (
                "no secret store is running in this session".to_owned(),
                "start one (GNOME Keyring, KWallet, KeePassXC)",
            ),
            KeyringFailure::Silent => {
                (format!("the system's secret store did not answer within {} s", REQUEST_LIMIT.as_secs()), "restart it")
            }
            KeyringFailure::NoCollection => (
                "the system's secret store has no default keyring".to_owned(),
                "create one with your desktop's password manager",
            ),
            KeyringFailure::Locked => {
                ("the system's secret store is locked".to_owned(), "unlock it with your desktop's password manager")
            }
            KeyringFailure::NoRuntime(error) => {
                (format!("cannot use the system's secret store: {}", reason(error)), "try again")
            }
            KeyringFailure::Broken(text) => (format!("the system's secret store failed: {text}"), "try again"),
        };
        let error = Error::failed(what).with_remedy(format!("{remedy}, or set store = files in {}", self.settings));
        match failure {
            KeyringFailure::NoRuntime(source) => error.with_source(source),
            _ => error,
        }
    }
}

/// Why a request failed.
#[derive(Debug)]
enum KeyringFailure {
    /// There is no D-Bus, or no secret store on it.
    Absent,
    /// The service did not answer in time.
    Silent,
    /// The service has no default keyring.
    NoCollection,
    /// The user has not unlocked the keyring.
    Locked,
    /// This process cannot run asynchronous work.
    NoRuntime(io::Error),
    /// Anything else.
    Broken(String),
}

impl From<secret_service::Error> for KeyringFailure {
    fn from(error: secret_service::Error) -> Self {
        use secret_service::Error as Cause;
        match error {
            Cause::Unavailable => Self::Absent,
            Cause::NoResult => Self::NoCollection,
            Cause::Locked | Cause::Prompt | Cause::PromptDisconnected => Self::Locked,
            Cause::Zbus(error) => Self::from_bus(&error),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl KeyringFailure {
    fn from_bus(error: &zbus::Error) -> Self {
        let name = match error {
            zbus::Error::MethodError(name, ..) => name.as_str(),
            zbus::Error::InputOutput(_) | zbus::Error::Connection(..) | zbus::Error::Address(_) => {
                return Self::Absent;
            }
            _ => "",
        };
        match name {
            "org.freedesktop.DBus.Error.ServiceUnknown" | "org.freedesktop.DBus.Error.NameHasNoOwner" => Self::Absent,
            name if name.starts_with("org.freedesktop.DBus.Error.Spawn.") => Self::Absent,
            "org.freedesktop.DBus.Error.TimedOut" => Self::Silent,
            "org.freedesktop.Secret.Error.IsLocked" => Self::Locked,
            _ => Self::Broken(error.to_string()),
        }
    }
}

/// `None` if another process has deleted the item since it was found.
fn unless_gone<T>(outcome: Result<T, secret_service::Error>) -> Result<Option<T>, secret_service::Error> {
    use secret_service::Error as Cause;
    use zbus::fdo::Error as Standard;
    const GONE: [&str; 3] = [
        "org.freedesktop.Secret.Error.NoSuchObject",
        "org.freedesktop.DBus.Error.UnknownObject",
        "org.freedesktop.DBus.Error.UnknownMethod",
    ];
    match outcome {
        Err(Cause::Zbus(zbus::Error::MethodError(name, ..))) if GONE.contains(&name.as_str()) => Ok(None),
        Err(Cause::ZbusFdo(Standard::UnknownObject(_) | Standard::UnknownMethod(_))) => Ok(None),
        outcome => outcome.map(Some),
    }
}

/// Runs the work in another thread, because the caller's thread may already be inside an async runtime.
fn run<T: Send>(
    runtime: &Runtime,
    limit: Duration,
    work: impl AsyncFnOnce() -> Result<T, secret_service::Error> + Send,
) -> Result<T, KeyringFailure> {
    let work = || runtime.block_on(async { tokio::time::timeout(limit, work()).await });
    let outcome = thread::scope(|scope| scope.spawn(work).join());
    let outcome = outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    outcome.map_err(|_| KeyringFailure::Silent)?.map_err(KeyringFailure::from)
}

/// The attribute of an item with the name of the tool that made it.
const APPLICATION: &str = "application";
/// The attribute with the folder of the secret's file.
const FOLDER: &str = "folder";
/// The attribute with the file's name.
const NAME: &str = "name";

fn in_folder(folder: &Path) -> HashMap<&str, &str> {
    HashMap::from([(APPLICATION, "aws-sso"), (FOLDER, folder.to_str().unwrap_or_default())])
}

fn attributes(path: &Path) -> HashMap<&str, &str> {
    let mut attributes = in_folder(path.parent().unwrap_or(Path::new("")));
    attributes.insert(NAME, path.file_name().and_then(|name| name.to_str()).unwrap_or_default());
    attributes
}
