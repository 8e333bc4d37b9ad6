//! Everything that the sandbox keeps between requests.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::bucket::Bucket;
use super::clock::{Millis, millis};
use super::directory::Directory;
use super::issued::{Identity, IssuedCredentials};
use super::lock::lock;
use super::log::Log;
use super::options::{Options, Rotation};
use super::random;

/// Everything that the handlers share.
pub(super) struct SandboxState {
    pub(super) options: Mutex<Options>,
    pub(super) directory: Mutex<Arc<Directory>>,
    pub(super) revoked_roles: Mutex<HashSet<(String, String)>>,
    pub(super) clients: Mutex<HashMap<String, Client>>,
    pub(super) devices: Mutex<HashMap<String, DeviceFlow>>,
    pub(super) authorizations: Mutex<HashMap<String, BrowserFlow>>,
    pub(super) sessions: Mutex<Sessions>,
    pub(super) keys: Mutex<HashMap<String, IssuedCredentials>>,
    pub(super) console: Mutex<HashMap<String, ConsoleTicket>>,
    pub(super) bucket: Mutex<Bucket>,
    pub(super) log: Log,
    /// `http://127.0.0.1:PORT`.
    pub(super) endpoint: String,
}

/// A registered client.
#[derive(Clone)]
pub(super) struct Client {
    pub(super) secret: String,
    pub(super) name: String,
    pub(super) scopes: Vec<String>,
    pub(super) grants: Vec<String>,
    pub(super) redirects: Vec<String>,
    pub(super) expires: Millis,
}

impl Client {
    /// The service gives a refresh token only to clients that asked for this scope.
    pub(super) fn may_refresh(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "sso:account:access")
    }
}

/// A person's decision about a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Pending,
    Approved,
    Denied,
}

/// A device flow; the map's key is the device code.
pub(super) struct DeviceFlow {
    pub(super) client: String,
    pub(super) user_code: String,
    pub(super) form_token: String,
    pub(super) decision: Decision,
    pub(super) expires: Millis,
    pub(super) polls: u32,
    /// When the client polled last.
    pub(super) polled: Option<Instant>,
}

/// A browser flow; the map's key is the code that the client gets.
pub(super) struct BrowserFlow {
    pub(super) id: String,
    pub(super) form_token: String,
    pub(super) client: String,
    pub(super) redirect: String,
    pub(super) state: Option<String>,
    pub(super) challenge: String,
    pub(super) decision: Decision,
    pub(super) expires: Millis,
}

/// The signed-in sessions by their tokens.
#[derive(Default)]
pub(super) struct Sessions {
    last_id: u64,
    /// Each with its session and when it expires.
    access: HashMap<String, (u64, Millis)>,
    /// Each with its session and the id of its client.
    refresh: HashMap<String, (u64, String)>,
    /// The Region in which each session began: it counts in no other.
    regions: HashMap<u64, String>,
}

/// The result of a sign-in or a refresh.
pub(super) struct Tokens {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
    pub(super) lifetime: Duration,
}

impl Sessions {
    /// Begins a session.
    pub(super) fn begin(
        &mut self,
        client_id: &str,
        client: &Client,
        options: &Options,
        now: Millis,
        region: &str,
    ) -> io::Result<Tokens> {
        self.last_id += 1;
        let session = self.last_id;
        self.regions.insert(session, region.to_owned());
        if !client.may_refresh() {
            return self.access(session, options.unscoped_token_lifetime, now);
        }
        let mut tokens = self.access(session, options.token_lifetime, now)?;
        tokens.refresh = Some(self.refresh(session, client_id)?);
        Ok(tokens)
    }

    /// Renews a session; `None` if the refresh token is not valid for this client.
    pub(super) fn renew(
        &mut self,
        client_id: &str,
        refresh_token: &str,
        options: &Options,
        now: Millis,
        region: &str,
    ) -> io::Result<Option<Tokens>> {
        let known =
            self.refresh.get(refresh_token).filter(|(_, owner)| owner == client_id).map(|(session, _)| *session);
        let Some(session) = known.filter(|session| self.is_in(*session, region)) else { return Ok(None) };
        let mut tokens = self.access(session, options.token_lifetime, now)?;
        tokens.refresh = match options.refresh {
            Rotation::Reusable => Some(refresh_token.to_owned()),
            Rotation::Unmentioned => None,
            Rotation::Rotated => {
                self.refresh.remove(refresh_token);
                Some(self.refresh(session, client_id)?)
            }
        };
        Ok(Some(tokens))
    }

    fn access(&mut self, session: u64, lifetime: Duration, now: Millis) -> io::Result<Tokens> {
        let access = format!("aoa{}", random::token::<240>()?);
        self.access.insert(access.clone(), (session, now.saturating_add(millis(lifetime))));
        Ok(Tokens { access, refresh: None, lifetime })
    }

    fn refresh(&mut self, session: u64, client_id: &str) -> io::Result<String> {
        let refresh = format!("aor{}", random::token::<240>()?);
        self.refresh.insert(refresh.clone(), (session, client_id.to_owned()));
        Ok(refresh)
    }

    /// The session of an access token that is valid in this Region.
    pub(super) fn session(&self, access_token: &str, now: Millis, region: &str) -> Option<u64> {
        let (session, _) = self.access.get(access_token).filter(|(_, expires)| now < *expires)?;
        self.is_in(*session, region).then_some(*session)
    }

    fn is_in(&self, session: u64, region: &str) -> bool {
        self.regions.get(&session).is_some_and(|began| began == region)
    }

    pub(super) fn end(&mut self, session: u64) {
        self.access.retain(|_, (owner, _)| *owner != session);
        self.refresh.retain(|_, (owner, _)| *owner != session);
    }

    pub(super) fn end_all(&mut self) {
        self.access.clear();
        self.refresh.clear();
    }
}

/// A sign-in token of the console; the map's key is the token.
pub(super) struct ConsoleTicket {
    pub(super) account: String,
    pub(super) role: String,
    pub(super) expires: Millis,
    /// How long the console's session lasts.
    pub(super) session: Millis,
}

impl SandboxState {
    pub(super) fn new(options: Options, endpoint: String) -> Self {
        let directory = Arc::new(Directory::of(&options, &HashSet::new()));
        Self {
            bucket: Mutex::new(Bucket::new(options.rate_limit)),
            options: Mutex::new(options),
            directory: Mutex::new(directory),
            revoked_roles: Mutex::default(),
            clients: Mutex::default(),
            devices: Mutex::default(),
            authorizations: Mutex::default(),
            sessions: Mutex::default(),
            keys: Mutex::default(),
            console: Mutex::default(),
            log: Log::new(),
            endpoint,
        }
    }

    pub(super) fn options(&self) -> Options {
        lock(&self.options).clone()
    }

    pub(super) fn directory(&self) -> Arc<Directory> {
        Arc::clone(&lock(&self.directory))
    }

    /// Must be called after the options or the revoked roles have changed.
    pub(super) fn rebuild_directory(&self) {
        let directory = Directory::of(&lock(&self.options), &lock(&self.revoked_roles));
        *lock(&self.directory) = Arc::new(directory);
    }

    /// The credentials with this access key id: those that were issued, and those of IAM users.
    pub(super) fn key(&self, id: &str) -> Option<IssuedCredentials> {
        if let Some(issued) = lock(&self.keys).get(id) {
            return Some(issued.clone());
        }
        let options = lock(&self.options);
        let user = options.users.iter().find(|user| user.access_key_id == id)?;
        Some(IssuedCredentials {
            secret: user.secret_access_key.clone(),
            token: None,
            account: user.account.clone(),
            role: user.name.clone(),
            expires: Millis::MAX,
            identity: Identity::User,
        })
    }

    /// The service's clock.
    pub(super) fn now(&self) -> Millis {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        millis(since) + lock(&self.options).clock_ahead * 1000
    }

    pub(super) fn start_url(&self) -> String {
        lock(&self.options).start_url.clone().unwrap_or_else(|| format!("{}/start", self.endpoint))
    }

    pub(super) fn client(&self, id: &str) -> Option<Client> {
        let now = self.now();
        lock(&self.clients).get(id).filter(|client| now < client.expires).cloned()
    }
}
