//! The options of the sandbox.

use std::fmt;
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
    /// The roles that can be assumed: of several that are about the same role, the first counts.
    pub assumable: Vec<AssumableRole>,
    /// How long the credentials of an assumed role are valid, whatever duration was requested.
    pub assumed_lifetime: Option<Duration>,
    /// The MFA devices.
    pub mfa_devices: Vec<MfaDevice>,
    /// IAM users, each with an access key.
    pub users: Vec<IamUser>,
    /// The Regions in which STS is not activated.
    pub sts_regions_off: Vec<String>,
    /// The organization of the accounts.
    pub organization: Organization,
    /// The ids of accounts that are suspended.
    pub suspended_accounts: Vec<String>,
    /// How many accounts the organization has besides those in which the user has roles.
    pub unassigned: usize,
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
            assumable: vec![AssumableRole::any()],
            assumed_lifetime: None,
            mfa_devices: Vec::new(),
            users: Vec::new(),
            sts_regions_off: Vec::new(),
            organization: Organization::OfManagementAccount,
            suspended_accounts: Vec::new(),
            unassigned: 2,
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

/// Roles that can be assumed, with what their trust policies require.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumableRole {
    /// The account; none for every account of the organization.
    pub account: Option<String>,
    /// The name, after its path if it has one; none for every role but those of permission sets.
    pub name: Option<String>,
    /// Whom it trusts: ids of accounts, and permission sets, roles and users as `ACCOUNT_ID/NAME`; none for every
    /// principal of the organization.
    pub trusted: Option<Vec<String>>,
    /// The external ID that it requires.
    pub external_id: Option<String>,
    /// Whether it requires a code of an MFA device.
    pub mfa: bool,
    /// How long a session can be.
    pub max_duration: Duration,
    /// Whether it permits session tags.
    pub may_tag: bool,
    /// Whether it permits a source identity.
    pub may_set_source_identity: bool,
}

impl AssumableRole {
    /// Every role of the organization but those of permission sets, for everybody in the organization.
    #[must_use]
    pub fn any() -> Self {
        Self {
            account: None,
            name: None,
            trusted: None,
            external_id: None,
            mfa: false,
            max_duration: Duration::from_hours(1),
            may_tag: true,
            may_set_source_identity: true,
        }
    }

    /// A role of this name in each account of the organization.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self { name: Some(name.to_owned()), ..Self::any() }
    }

    /// A role of one account, which need not belong to the organization.
    #[must_use]
    pub fn of_account(account_id: &str, name: &str) -> Self {
        Self { account: Some(account_id.to_owned()), ..Self::named(name) }
    }
}

/// An MFA device. Its code can be used again and again.
#[derive(Clone, PartialEq, Eq)]
pub struct MfaDevice {
    /// The serial number, or the ARN of a virtual device.
    pub serial: String,
    /// The six digits that it shows.
    pub code: String,
}

/// An IAM user with an access key.
#[derive(Clone, PartialEq, Eq)]
pub struct IamUser {
    /// The id of its account.
    pub account: String,
    /// Its name.
    pub name: String,
    /// Its access key id.
    pub access_key_id: String,
    /// Its secret access key.
    pub secret_access_key: String,
}

/// Who may list the accounts of the organization. The first account is its management account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Organization {
    /// The accounts belong to none.
    Absent,
    /// Every role of the management account.
    OfManagementAccount,
    /// These principals alone, as `ACCOUNT_ID/NAME`.
    ListedBy(Vec<String>),
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
    /// The service's answer to requests that come too fast.
    Throttled,
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

impl fmt::Debug for MfaDevice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MfaDevice").field("serial", &self.serial).finish_non_exhaustive()
    }
}

impl fmt::Debug for IamUser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IamUser").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}
