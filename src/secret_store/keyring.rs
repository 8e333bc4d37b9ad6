//! The Secret Service of the person's session, over D-Bus, as GNOME and KDE have one.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use secret_service::{Collection, EncryptionType, SecretService};
use tokio::runtime::Runtime;

use crate::error::{Error, Result};

/// How long the service may take for one thing, its start by D-Bus included.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long a person may take to unlock the keyring. Some SDKs give a `credential_process` no more than 22 seconds.
const UNLOCK_PATIENCE: Duration = Duration::from_secs(20);

/// What an item's secret is, by its media type.
const CONTENT: &str = "application/json";

/// A connection to the secret store, made when it is first needed.
pub struct Keyring {
    may_ask: bool,
    settings: String,
    open: OnceLock<Result<Open>>,
}

struct Open {
    runtime: Runtime,
    service: SecretService<'static>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keyring").finish_non_exhaustive()
    }
}

impl Keyring {
    /// A keyring whose person may be asked to unlock it; `settings` names the file that errors lead to.
    pub(super) fn new(may_ask: bool, settings: &str) -> Self {
        Self { may_ask, settings: settings.to_owned(), open: OnceLock::new() }
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

    /// Has the unlocked keyring do something.
    fn ask<T: Send>(
        &self,
        work: impl AsyncFnOnce(&Collection<'_>) -> Result<T, secret_service::Error> + Send,
    ) -> Result<T> {
        let open = self.open.get_or_init(|| self.connect().map_err(|failure| self.explain(&failure)));
        let Open { runtime, service } = open.as_ref().map_err(Error::clone)?;
        let outcome = run(runtime, PATIENCE, async || work(&service.get_default_collection().await?).await);
        outcome.map_err(|failure| self.explain(&failure))
    }

    fn connect(&self) -> Result<Open, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::Broken(error.to_string()))?;
        // Encrypted: `dbus-monitor`, whose output is easily passed on, shows all that goes over the bus.
        let service = run(&runtime, PATIENCE, async || SecretService::connect(EncryptionType::Dh).await)?;
        let is_locked = async || service.get_default_collection().await?.is_locked().await;
        if run(&runtime, PATIENCE, is_locked)? {
            if !self.may_ask {
                return Err(Failure::Locked);
            }
            let unlock = async || service.get_default_collection().await?.unlock().await;
            run(&runtime, UNLOCK_PATIENCE, unlock).map_err(|failure| match failure {
                Failure::Silent => Failure::Locked,
                failure => failure,
            })?;
        }
        Ok(Open { runtime, service })
    }

    fn explain(&self, failure: &Failure) -> Error {
        let settings = &self.settings;
        let (what, remedy) = match failure {
            Failure::Absent => (
                "there is no system's secret store in this session".to_owned(),
                "start one (GNOME Keyring, KWallet, KeePassXC)",
            ),
            Failure::Silent => {
                (format!("the system's secret store did not answer within {} s", PATIENCE.as_secs()), "start it anew")
            }
            Failure::NoCollection => (
                "the system's secret store has no default keyring".to_owned(),
                "create one with your desktop's password manager",
            ),
            Failure::Locked => (
                "the system's secret store is locked, and nobody has unlocked it".to_owned(),
                "unlock it with your desktop's password manager",
            ),
            Failure::Broken(reason) => (format!("the system's secret store failed: {reason}"), "try again"),
        };
        Error::failed(what).with_remedy(format!("{remedy}, or set store = files in {settings}"))
    }
}

/// Why a secret could not be had.
#[derive(Debug)]
enum Failure {
    /// There is no D-Bus, or nothing on it that keeps secrets.
    Absent,
    /// It takes too long.
    Silent,
    /// It has no keyring that new secrets go to.
    NoCollection,
    /// Its person has not unlocked it.
    Locked,
    /// Anything else.
    Broken(String),
}

impl From<secret_service::Error> for Failure {
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

impl Failure {
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

/// `None` where another process has just deleted the item that was found.
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

/// Waits for the work, in a thread of its own: the caller may be part of an async runtime already.
fn run<T: Send>(
    runtime: &Runtime,
    patience: Duration,
    work: impl AsyncFnOnce() -> Result<T, secret_service::Error> + Send,
) -> Result<T, Failure> {
    let work = || runtime.block_on(async { tokio::time::timeout(patience, work()).await });
    let outcome = thread::scope(|scope| scope.spawn(work).join());
    let outcome = outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
    outcome.map_err(|_| Failure::Silent)?.map_err(Failure::from)
}

/// The attribute of an item that says which tool it is from.
const APPLICATION: &str = "application";
/// The one that has the folder of the file that it stands for.
const FOLDER: &str = "folder";
/// And the file's name.
const NAME: &str = "name";

fn in_folder(folder: &Path) -> HashMap<&str, &str> {
    HashMap::from([(APPLICATION, "aws-sso"), (FOLDER, folder.to_str().unwrap_or_default())])
}

fn attributes(path: &Path) -> HashMap<&str, &str> {
    let mut attributes = in_folder(path.parent().unwrap_or(Path::new("")));
    attributes.insert(NAME, path.file_name().and_then(|name| name.to_str()).unwrap_or_default());
    attributes
}
