//! The knobs of the sandbox.

use std::time::Duration;

/// How the local Identity Center behaves. Every field can be changed while it runs, with
/// [`Sandbox::update`](super::Sandbox::update), but for `port`, `tls`, `region` and `start_url`.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many accounts the person is assigned to.
    pub accounts: usize,
    /// How many roles each account offers.
    pub roles: usize,
    /// What accounts and roles are called.
    pub names: Names,
    /// The directory's region; it decides the partition of ARNs too.
    pub region: String,
    /// The start URL; by default `/start` of the server itself.
    pub start_url: Option<String>,
    /// What the person who signs in is called, in the caller identity's ARN.
    pub user: String,
    /// How long each request waits before it is looked at.
    pub latency: Duration,
    /// Portal requests a second; what exceeds them is answered with 429. The bucket holds one second's worth.
    pub rate_limit: Option<u32>,
    /// The first so many requests from now on fail in this way.
    pub fail_first: Option<(u32, Fault)>,
    /// The ids of accounts whose list of roles always fails with status 500.
    pub broken_accounts: Vec<String>,
    /// Accounts that are listed, and whose roles are refused.
    pub closed_accounts: Vec<String>,
    /// Life of an access token that came with a refresh token.
    pub token_lifetime: Duration,
    /// Life of an access token without one: the client did not ask for the scope `sso:account:access`.
    pub unscoped_token_lifetime: Duration,
    /// Life of role credentials.
    pub credential_lifetime: Duration,
    /// Life of a client registration.
    pub registration_lifetime: Duration,
    /// Life of a device code and of an authorization request.
    pub sign_in_lifetime: Duration,
    /// What using a refresh token does to it.
    pub refresh: Rotation,
    /// Who approves a sign-in.
    pub approval: Approval,
    /// With [`Approval::Automatic`], how many polls of the device flow are told to wait first.
    pub polls_before_approval: u32,
    /// The shortest time between two polls; whole seconds are what clients are told.
    pub interval: Duration,
    /// Every session is revoked once, after this many further portal requests.
    pub revoke_after: Option<u32>,
    /// How far the service's clock is ahead of this machine's, in seconds; negative: behind.
    pub clock_ahead: i64,
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// Also serve https, with a certificate of its own authority, and a CONNECT proxy that leads there.
    pub tls: bool,
}

impl Default for Options {
    fn default() -> Self {
        const HOUR: Duration = Duration::from_hours(1);
        const DAY: Duration = Duration::from_hours(24);
        Self {
            accounts: 4,
            roles: 4,
            names: Names::Ordinary,
            region: "us-east-1".to_owned(),
            start_url: None,
            user: "you@example.com".to_owned(),
            latency: Duration::ZERO,
            rate_limit: None,
            fail_first: None,
            broken_accounts: Vec::new(),
            closed_accounts: Vec::new(),
            token_lifetime: HOUR,
            unscoped_token_lifetime: 8 * HOUR,
            credential_lifetime: HOUR,
            registration_lifetime: 90 * DAY,
            sign_in_lifetime: Duration::from_mins(10),
            refresh: Rotation::Reusable,
            approval: Approval::ByPage,
            polls_before_approval: 0,
            interval: Duration::from_secs(1),
            revoke_after: None,
            clock_ahead: 0,
            port: 0,
            tls: false,
        }
    }
}

/// What accounts and roles are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// As in a tidy organisation.
    Ordinary,
    /// Everything that the service permits and that shells, files and terminals trip over.
    Hostile,
}

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Status 500, with the error of the service's model.
    InternalError,
    /// The connection closes without an answer.
    Dropped,
    /// The connection closes in the middle of the answer.
    Truncated,
    /// Status 200, and a body that is not what it says it is.
    Garbled,
}

/// What using a refresh token does to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays valid; the answer repeats it.
    Reusable,
    /// The answer holds a new one, and the old one is refused from then on.
    Rotated,
    /// It stays valid, and the answer holds none.
    Unmentioned,
}

/// Who approves a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// A person, on the sandbox's page.
    ByPage,
    /// Nobody has to: `/authorize` redirects at once, and device codes are approved when polled.
    Automatic,
    /// Every sign-in is denied.
    Denied,
}
