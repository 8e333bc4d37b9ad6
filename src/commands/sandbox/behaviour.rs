//! The arguments that set the sandbox's options.

use std::time::Duration;

use clap::ValueEnum;

use crate::cli::shared;
use crate::partition::Partition;
use crate::sandbox::{Approval, AssumableRole, Fault, MfaDevice, Names, Options, Portal, Rotation, Vanity};

#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "How the sandbox behaves")]
pub(super) struct BehaviourArgs {
    /// Number of accounts
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    accounts: u32,
    /// Number of roles in each account
    #[arg(long, value_name = "N", default_value_t = 4, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    roles: u32,
    /// Names of accounts and roles; hostile ones contain what can break shells, files and terminals
    #[arg(long, value_enum, default_value_t = NamesArgument::Ordinary)]
    names: NamesArgument,
    /// Region of Identity Center
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    region: String,
    /// Who approves a sign-in [default: auto for serve and the tour; in a shell: page if a browser can open]
    #[arg(long, value_enum, value_name = "WHO")]
    approve: Option<ApproveArgument>,
    /// With auto: number of polls that get "pending" before a device code is approved
    #[arg(long, value_name = "N", default_value_t = 1)]
    polls: u32,
    /// Shortest time between two polls, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 1)]
    interval: u64,
    /// Wait before each response, in milliseconds
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    latency: u64,
    /// Portal requests per second; further ones get status 429
    #[arg(long, value_name = "PER_SECOND", value_parser = clap::value_parser!(u32).range(1..))]
    rate: Option<u32>,
    /// Number of requests that fail at first
    #[arg(long, value_name = "N")]
    fail_first: Option<u32>,
    /// How they fail: status 500, a dropped connection, a truncated or a garbled response; or the KMS key of
    /// Identity Center cannot be used
    #[arg(long, value_enum, value_name = "HOW", default_value_t = FaultArgument::Error, requires = "fail_first")]
    fault: FaultArgument,
    /// How long an access token is valid, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    token_lifetime: u64,
    /// How long role credentials are valid, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    credential_lifetime: u64,
    /// A role that can be assumed, by its name for every account or by its ARN; can be repeated [default: every role
    /// that is no permission set's]
    #[arg(long, value_name = "NAME|ARN", value_parser = assumable)]
    assumable: Vec<AssumableRole>,
    /// External ID that the roles require
    #[arg(long, value_name = "ID")]
    external_id: Option<String>,
    /// MFA device that the roles require, and its code
    #[arg(long, value_name = "SERIAL=CODE", value_parser = mfa_device)]
    mfa: Option<MfaDevice>,
    /// Longest duration of a session of the roles, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 3600)]
    max_duration: u64,
    /// How long credentials of an assumed role are valid, in seconds [default: as long as requested]
    #[arg(long, value_name = "SECONDS")]
    assumed_lifetime: Option<u64>,
    /// Number of accounts of the organization in which the user has no role
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u32).range(0..=100_000))]
    unassigned: u32,
    /// What happens to a refresh token that is used: it stays, a new one replaces it, or it stays and the response
    /// omits it
    #[arg(long, value_enum, value_name = "HOW", default_value_t = RefreshArgument::Reuse)]
    refresh: RefreshArgument,
    /// Number of portal requests after which every session ends
    #[arg(long, value_name = "N")]
    revoke_after: Option<u32>,
    /// How many seconds the service's clock is ahead; negative if it is behind
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_negative_numbers = true)]
    clock_ahead: i64,
    /// Port; 0 for any free one
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
    /// Also serve https under AWS's own host names, through a proxy
    #[arg(long)]
    tls: bool,
    /// Another Region of the same Identity Center, with a portal and sign-ins of its own; can be repeated
    #[arg(long, value_name = "REGION", requires = "tls", value_parser = shared::region)]
    replica: Vec<String>,
    /// A company's own domain that leads to the portal, or to that of the first --replica if --down names the Region
    #[arg(long, value_name = "HOST", requires = "tls")]
    vanity: Option<String>,
    /// A Region of which no host answers; can be repeated
    #[arg(long, value_name = "REGION", requires = "tls", value_parser = shared::region)]
    down: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum NamesArgument {
    Ordinary,
    Hostile,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ApproveArgument {
    /// A person, on the sandbox's page
    Page,
    /// The sandbox itself
    Auto,
    /// Nobody: every sign-in is denied
    Deny,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum FaultArgument {
    Error,
    Drop,
    Truncate,
    Garble,
    Key,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RefreshArgument {
    Reuse,
    Rotate,
    Omit,
}

impl BehaviourArgs {
    /// The options; `approval` counts if the arguments name none.
    pub(super) fn options(&self, approval: Approval) -> Options {
        let size = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
        let fault = match self.fault {
            FaultArgument::Error => Fault::InternalError,
            FaultArgument::Drop => Fault::Dropped,
            FaultArgument::Truncate => Fault::Truncated,
            FaultArgument::Garble => Fault::Garbled,
            FaultArgument::Key => Fault::Key("KMS_AccessDenied"),
        };
        Options {
            accounts: size(self.accounts),
            roles: size(self.roles),
            names: match self.names {
                NamesArgument::Ordinary => Names::Ordinary,
                NamesArgument::Hostile => Names::Hostile,
            },
            region: self.region.clone(),
            latency: Duration::from_millis(self.latency),
            rate_limit: self.rate,
            fail_first: self.fail_first.map(|times| (times, fault)),
            token_lifetime: Duration::from_secs(self.token_lifetime),
            credential_lifetime: Duration::from_secs(self.credential_lifetime),
            assumable: self.assumable(),
            mfa_devices: self.mfa.iter().cloned().collect(),
            assumed_lifetime: self.assumed_lifetime.map(Duration::from_secs),
            unassigned: size(self.unassigned),
            refresh: match self.refresh {
                RefreshArgument::Reuse => Rotation::Reusable,
                RefreshArgument::Rotate => Rotation::Rotated,
                RefreshArgument::Omit => Rotation::Unmentioned,
            },
            approval: match self.approve {
                Some(ApproveArgument::Page) => Approval::ByPage,
                Some(ApproveArgument::Auto) => Approval::Automatic,
                Some(ApproveArgument::Deny) => Approval::Denied,
                None => approval,
            },
            polls_before_approval: self.polls,
            interval: Duration::from_secs(self.interval),
            revoke_after: self.revoke_after,
            clock_ahead: self.clock_ahead,
            port: self.port,
            tls: self.tls,
            start_url: self.is_at_aws().then(|| start_url(&self.region)),
            portals: self
                .replica
                .iter()
                .map(|region| Portal { region: region.clone(), start_url: start_url(region) })
                .collect(),
            vanity: self.vanity.iter().map(|host| Vanity::redirect(host, &start_url(self.first_up()))).collect(),
            regions_down: self.down.clone(),
            ..Options::default()
        }
    }

    /// The roles that can be assumed, with what all of them require.
    fn assumable(&self) -> Vec<AssumableRole> {
        let named = if self.assumable.is_empty() { vec![AssumableRole::any()] } else { self.assumable.clone() };
        let required = |role| AssumableRole {
            external_id: self.external_id.clone(),
            mfa: self.mfa.is_some(),
            max_duration: Duration::from_secs(self.max_duration),
            ..role
        };
        named.into_iter().map(required).collect()
    }

    /// Whether clients have to use AWS's own host names: one endpoint cannot stand for several Regions.
    fn is_at_aws(&self) -> bool {
        !self.replica.is_empty() || self.vanity.is_some() || !self.down.is_empty()
    }

    /// The first Region that answers.
    fn first_up(&self) -> &str {
        let mut regions = [&self.region].into_iter().chain(&self.replica);
        regions.find(|region| !self.down.contains(region)).unwrap_or(&self.region)
    }
}

/// A role as it is named on the command line.
fn assumable(text: &str) -> Result<AssumableRole, String> {
    let Some(rest) = text.strip_prefix("arn:") else { return Ok(AssumableRole::named(text)) };
    let role = rest.split_once(":iam::").and_then(|(_, role)| role.split_once(":role/"));
    let (account, name) = role.ok_or("write arn:aws:iam::123456789012:role/NAME")?;
    Ok(AssumableRole::of_account(account, name))
}

fn mfa_device(text: &str) -> Result<MfaDevice, String> {
    let (serial, code) = text.rsplit_once('=').ok_or("write SERIAL=CODE")?;
    Ok(MfaDevice { serial: serial.to_owned(), code: code.to_owned() })
}

/// The start URL of a Region's portal, as AWS has it.
fn start_url(region: &str) -> String {
    format!("https://ssoins-5a9db0c1d2e3f4a5.{region}.portal.{}", Partition::of_region(region).dns_suffix)
}
