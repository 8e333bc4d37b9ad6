//! What was asked of the sandbox, for tests to read.

use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

use super::state::lock;

/// A request, as the log tells it. It holds no secret: neither the query nor a body nor a header but the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Request {
    /// The service's name for it, such as `GetRoleCredentials`; `CONNECT` at the proxy, `Page` for a page for people.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// The path without its query; at the proxy, the target.
    pub path: String,
    /// The host that the client asked for.
    pub host: String,
    /// The account that the request is about.
    pub account: Option<String>,
    /// The role that the request is about.
    pub role: Option<String>,
    /// The grant type of a `CreateToken`.
    pub grant: Option<String>,
    /// The status that was answered; none while in progress, and where the connection was dropped.
    pub status: Option<u16>,
    /// The name of the error that was answered.
    pub error: Option<String>,
    /// Milliseconds since the sandbox started.
    pub at: u64,
}

/// What a handler knows of its request beyond the address, handed on within the response.
#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    pub(super) operation: Option<&'static str>,
    pub(super) account: Option<String>,
    pub(super) role: Option<String>,
    pub(super) grant: Option<String>,
    pub(super) error: Option<&'static str>,
}

/// The requests in the order of their arrival.
pub(super) struct Log {
    started: Instant,
    entries: Mutex<(u64, Vec<Request>)>,
}

/// An entry's place; it outlives no clearing of the log.
#[derive(Clone, Copy)]
pub(super) struct Place {
    generation: u64,
    index: usize,
}

impl Log {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), entries: Mutex::default() }
    }

    pub(super) fn add(&self, mut request: Request) -> Place {
        request.at = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut entries = lock(&self.entries);
        entries.1.push(request);
        Place { generation: entries.0, index: entries.1.len() - 1 }
    }

    /// Adds how it ended.
    pub(super) fn end(&self, place: Place, status: Option<u16>, note: Note) {
        let mut entries = lock(&self.entries);
        if entries.0 != place.generation {
            return;
        }
        let Some(request) = entries.1.get_mut(place.index) else { return };
        request.status = status;
        if let Some(operation) = note.operation {
            operation.clone_into(&mut request.operation);
        }
        request.account = note.account.or(request.account.take());
        request.role = note.role.or(request.role.take());
        request.grant = note.grant;
        request.error = note.error.map(str::to_owned);
    }

    pub(super) fn all(&self) -> Vec<Request> {
        lock(&self.entries).1.clone()
    }

    pub(super) fn clear(&self) {
        let mut entries = lock(&self.entries);
        entries.0 += 1;
        entries.1.clear();
    }
}
