//! The options of the sandbox.

use std::time::Duration;

/// How the local Identity Center behaves.
///
/// [`Sandbox::update`](super::Sandbox::update) changes all fields but `port`, `tls`, `region`, `start_url`, the
/// Regions of `portals` and the hosts of `vanity`.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many accounts the user has.
    pub accounts: usize,
    /// How many roles the user has in each account.
    pub roles: usize,
    /// The names of accounts and roles.
    pub names: Names,
    /// Accounts that have another name than those: their ids, and their names.
    pub renamed: Vec<(String, String)>,
    /// The region of Identity Center; it decides the partition of ARNs too.
    pub region: String,
    /// The start URL; by default `/start` of the server itself.
    pub start_url: Option<String>,
    /// Further access portals of the same Identity Center, each in a Region of its own. A sign-in counts in one Region.
    pub portals: Vec<Portal>,
    /// Companies' own domains, which lead to an access portal.
    pub vanity: Vec<Vanity>,
    /// The Regions of which no host answers.
    pub regions_down: Vec<String>,
    /// The user name in the caller's ARN.
    pub user: String,
    /// How long each request waits before it is handled.
    pub latency: Duration,
    /// The operation whose requests are never answered.
    pub unanswered: Option<&'static str>,
    /// Portal requests per second; further ones get status 429.
    pub rate_limit: Option<u32>,
    /// How many of the next requests fail, and how.
    pub fail_first: Option<(u32, Fault)>,
    /// The ids of accounts for which `ListAccountRoles` fails with status 500.
    pub broken_accounts: Vec<String>,
    /// The ids of accounts for which `ListAccountRoles` fails with status 403.
    pub closed_accounts: Vec<String>,
    /// How long an access token with a refresh token is valid.
    pub token_lifetime: Duration,
    /// How long an access token without a refresh token is valid: the client did not request the scope
    /// `sso:account:access`.
    pub unscoped_token_lifetime: Duration,
    /// How long role credentials are valid.
    pub credential_lifetime: Duration,
    /// Role credentials count as those of a chained role: the console gives them no session of a chosen duration.
    pub chained_roles: bool,
    /// How long a client registration is valid.
    pub registration_lifetime: Duration,
    /// How long a device code or an authorization request is valid.
    pub sign_in_lifetime: Duration,
    /// What happens to a refresh token when it is used.
    pub refresh: Rotation,
    /// Who approves a sign-in.
    pub approval: Approval,
    /// With [`Approval::Automatic`], how many polls of the device flow get "pending" before the approval.
    pub polls_before_approval: u32,
    /// The shortest time between two polls. Clients learn it in whole seconds.
    pub interval: Duration,
    /// After how many portal requests all sessions are revoked, once.
    pub revoke_after: Option<u32>,
    /// How many seconds the service's clock is ahead of this machine's; negative if it is behind.
    pub clock_ahead: i64,
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// Also serve https with a certificate of its own authority, and a CONNECT proxy in front of it.
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
            renamed: Vec::new(),
            region: "us-east-1".to_owned(),
            start_url: None,
            portals: Vec::new(),
            vanity: Vec::new(),
            regions_down: Vec::new(),
            user: "you@example.com".to_owned(),
            latency: Duration::ZERO,
            unanswered: None,
            rate_limit: None,
            fail_first: None,
            broken_accounts: Vec::new(),
            closed_accounts: Vec::new(),
            token_lifetime: HOUR,
            unscoped_token_lifetime: 8 * HOUR,
            credential_lifetime: HOUR,
            chained_roles: false,
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

/// An access portal in a further Region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portal {
    /// Its Region.
    pub region: String,
    /// Its start URL.
    pub start_url: String,
}

/// A company's own domain: what every request to it is answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vanity {
    /// The host, without a port.
    pub host: String,
    /// The HTTP status.
    pub status: u16,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// Whether a `HEAD` is answered with 405.
    pub refuses_head: bool,
}

impl Vanity {
    /// A domain that leads to this address.
    #[must_use]
    pub fn redirect(host: &str, location: &str) -> Self {
        Self { host: host.to_owned(), status: 302, location: Some(location.to_owned()), refuses_head: false }
    }
}

/// The names of accounts and roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// Names as most organisations choose them.
    Ordinary,
    /// Names that the service permits and that can break shells, files and terminals.
    Hostile,
}

/// How a request fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Status 500, with an error from the service's model.
    InternalError,
    /// The connection closes without a response.
    Dropped,
    /// The connection closes in the middle of the response.
    Truncated,
    /// SSO-OIDC cannot use the key of Identity Center, for this reason: `KMS_AccessDenied`, `KMS_NotFound`,
    /// `KMS_InvalidKeyUsage`, `KMS_InvalidState` or `KMS_Disabled`. Other services work.
    Key(&'static str),
    /// Status 200, and a body that is not valid JSON.
    Garbled,
}

/// What happens to a refresh token when it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// It stays valid; the response repeats it.
    Reusable,
    /// A new one replaces it, and the old one is refused from then on.
    Rotated,
    /// It stays valid, and the response holds none.
    Unmentioned,
}

/// Who approves a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Approval {
    /// A person, on the sandbox's page.
    ByPage,
    /// The sandbox: `/authorize` redirects at once, and device codes are approved when polled.
    Automatic,
    /// Nobody: every sign-in is denied.
    Denied,
}
