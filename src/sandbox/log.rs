//! The log of requests, for tests to read.

use std::sync::Mutex;
use std::time::Instant;

use serde::Serialize;

use super::lock::lock;

/// A request in the log. It holds no secret: no query, no body, and of the headers only the host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    /// The operation, such as `GetRoleCredentials`; `CONNECT` at the proxy, `Page` for an HTML page.
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
    /// The Region of the signature, for a service whose requests are signed.
    pub region: Option<String>,
    /// What an `AssumeRole` asked for.
    pub assume_role: Option<LoggedAssumeRole>,
    /// The response's status; none while in progress, and when the connection was dropped.
    pub status: Option<u16>,
    /// The name of the error in the response.
    pub error: Option<String>,
    /// Milliseconds since the sandbox started.
    pub at: u64,
}

/// What an `AssumeRole` asked for; its one secret, the code of an MFA device, is not in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LoggedAssumeRole {
    /// The ARN of the caller.
    pub caller: String,
    /// The ARN of the role.
    pub role_arn: String,
    /// The session name.
    pub session_name: String,
    /// The external ID.
    pub external_id: Option<String>,
    /// The duration in seconds.
    pub duration: Option<i64>,
    /// The serial number of an MFA device.
    pub mfa_serial: Option<String>,
    /// The source identity.
    pub source_identity: Option<String>,
    /// The session tags, in the order of the request.
    pub tags: Vec<(String, String)>,
    /// The keys of the transitive ones.
    pub transitive_tag_keys: Vec<String>,
}

/// What only the handler knows about its request. It travels to the log in the response's extensions.
#[derive(Clone, Debug, Default)]
pub(super) struct Note {
    pub(super) operation: Option<&'static str>,
    pub(super) account: Option<String>,
    pub(super) role: Option<String>,
    pub(super) grant: Option<String>,
    pub(super) region: Option<String>,
    pub(super) assume_role: Option<LoggedAssumeRole>,
    pub(super) error: Option<&'static str>,
}

/// The requests, in the order of their arrival.
pub(super) struct Log {
    started: Instant,
    /// How often the log was cleared, and the entries since then.
    entries: Mutex<(u64, Vec<LoggedRequest>)>,
}

/// Identifies an entry until the log is cleared.
#[derive(Clone, Copy)]
pub(super) struct EntryId {
    generation: u64,
    index: usize,
}

impl Log {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), entries: Mutex::default() }
    }

    pub(super) fn add(&self, mut request: LoggedRequest) -> EntryId {
        request.at = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut entries = lock(&self.entries);
        entries.1.push(request);
        EntryId { generation: entries.0, index: entries.1.len() - 1 }
    }

    /// Completes an entry with the response; does nothing if the log was cleared since.
    pub(super) fn end(&self, id: EntryId, status: Option<u16>, note: Note) {
        let mut entries = lock(&self.entries);
        if entries.0 != id.generation {
            return;
        }
        let Some(request) = entries.1.get_mut(id.index) else { return };
        request.status = status;
        if let Some(operation) = note.operation {
            operation.clone_into(&mut request.operation);
        }
        request.account = note.account.or(request.account.take());
        request.role = note.role.or(request.role.take());
        request.grant = note.grant;
        request.region = note.region;
        request.assume_role = note.assume_role;
        request.error = note.error.map(str::to_owned);
    }

    pub(super) fn all(&self) -> Vec<LoggedRequest> {
        lock(&self.entries).1.clone()
    }

    pub(super) fn clear(&self) {
        let mut entries = lock(&self.entries);
        entries.0 += 1;
        entries.1.clear();
    }
}
