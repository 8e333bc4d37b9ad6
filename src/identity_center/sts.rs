//! STS: assumes a role with the credentials of another, and says whose credentials some are.

use std::time::{Duration, SystemTime};

use aws_sdk_sts::config::{Credentials, Region};
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_sdk_sts::types::{AssumedRoleUser, Tag};
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use jiff::{SignedDuration, Timestamp};

use super::failure::{RequestError, ServiceException};
use super::no_response::unexpected_response;
use super::portal::filled;
use super::retry::Resend;
use super::service::{Reuse, Service, mixed_up};
use crate::credentials::{LONGEST_SECONDS, RoleCredentials};
use crate::error::Error;
use crate::role::Hop;

const STS: &str = "STS";

/// Which STS is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StsPlace {
    /// The region that the request is signed for.
    pub region: String,
    /// In place of the region's own endpoint.
    pub endpoint: Option<String>,
    /// Whether to use the FIPS endpoint.
    pub use_fips: bool,
    /// Whether to use the dual-stack endpoint.
    pub use_dualstack: bool,
}

/// What `AssumeRole` is asked for besides the role itself.
#[derive(Clone, Copy)]
pub struct AssumeRequest<'a> {
    /// The role, with what its profile says of it.
    pub hop: &'a Hop,
    /// How long, in seconds.
    pub duration: Option<u32>,
    /// The name that the session gets.
    pub session_name: &'a str,
    /// The code of the MFA device.
    pub code: Option<&'a str>,
}

/// An assumed role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssumedRole {
    /// Its credentials.
    pub credentials: RoleCredentials,
    /// `arn:PARTITION:sts::ACCOUNT:assumed-role/NAME/SESSION`.
    pub arn: String,
    /// `AROA…:SESSION`.
    pub id: String,
}

/// Why STS refused a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StsRefusal {
    /// The permission for this action is missing: `sts:AssumeRole`, `sts:TagSession`, `sts:SetSourceIdentity`.
    Denied(&'static str),
    /// The role requires MFA.
    MfaNeeded,
    /// The code of the MFA device is wrong.
    WrongCode,
    /// The MFA device is not the caller's.
    UnknownDevice,
    /// The role's sessions are shorter than was asked for.
    TooLong,
    /// The policies and tags of the session take too much room.
    TooLarge,
    /// STS is not activated in the region.
    RegionDisabled,
    /// This machine's clock is wrong by so many seconds.
    WrongClock(i64),
    /// The request was not as STS takes it.
    Invalid,
}

/// Why a request to STS failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StsError {
    /// The credentials that signed it have expired or are not valid any more.
    BaseExpired,
    /// STS refused it.
    Refused(StsRefusal),
    /// Anything else.
    Other(Error),
}

impl From<Error> for StsError {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// The time by the service's clock: a request that is signed with a wrong one is refused.
#[derive(Debug)]
pub(super) struct ServiceTime(i64);

impl TimeSource for ServiceTime {
    fn now(&self) -> SystemTime {
        let ahead = Duration::from_secs(self.0.unsigned_abs());
        let now = SystemTime::now();
        if self.0 < 0 { now.checked_sub(ahead) } else { now.checked_add(ahead) }.unwrap_or(now)
    }
}

/// A clock may be wrong by this many seconds: STS takes requests of five minutes before and after.
const CLOCK_ERROR: i64 = 4 * 60;

impl Service {
    /// Assumes a role with these credentials.
    pub async fn assume_role(
        &self,
        place: &StsPlace,
        base: &RoleCredentials,
        request: AssumeRequest<'_>,
    ) -> Result<AssumedRole, StsError> {
        let Hop { role, .. } = request.hop;
        // A code serves only once.
        let resend = if request.code.is_some() { Resend::Once } else { Resend::Freely };
        let check = |response: &AssumeRoleOutput| {
            let arn = response.assumed_role_user().map(AssumedRoleUser::arn).unwrap_or_default();
            if role.is_of_session(arn) { Ok(()) } else { Err(mixed_up()) }
        };
        let send = || async {
            let client = self.sts(place, base);
            self.send_for(resend, Reuse::No, || request.send(&client), check).await
        };
        let response = self.on_time(send).await.map_err(|error| self.meaning(error))?;
        let user = response.assumed_role_user.ok_or_else(|| unexpected_response(STS))?;
        let credentials = response.credentials.ok_or_else(|| unexpected_response(STS))?;
        let latest = Timestamp::now() + SignedDuration::from_secs(LONGEST_SECONDS) + self.lag();
        let expiration = Timestamp::from_second(credentials.expiration.secs().min(latest.as_second()))
            .and_then(|expiration| expiration.checked_sub(self.lag()))
            .map_err(|_| unexpected_response(STS))?;
        let part = |text: String| filled(Some(text)).ok_or_else(|| unexpected_response(STS));
        let credentials = RoleCredentials {
            access_key_id: part(credentials.access_key_id)?,
            secret_access_key: part(credentials.secret_access_key)?.into(),
            session_token: part(credentials.session_token)?.into(),
            expiration,
            account_id: role.account_id().to_owned(),
        };
        if credentials.seconds_left() <= 0 {
            return Err(self.already_expired("credentials", expiration).into());
        }
        Ok(AssumedRole { credentials, arn: user.arn, id: user.assumed_role_id })
    }

    /// The ARN of the one whose credentials these are.
    pub async fn caller(&self, place: &StsPlace, base: &RoleCredentials) -> Result<String, StsError> {
        let send = || async {
            let client = self.sts(place, base);
            self.send(Resend::Freely, || client.get_caller_identity().send()).await
        };
        let response = self.on_time(send).await.map_err(|error| self.meaning(error))?;
        Ok(filled(response.arn).ok_or_else(|| unexpected_response(STS))?)
    }

    /// Sends a request, once more if this machine's clock made its signature wrong: its response tells the time.
    pub(super) async fn on_time<T>(&self, send: impl AsyncFn() -> Result<T, RequestError>) -> Result<T, RequestError> {
        let believed = self.ahead();
        match send().await {
            Err(RequestError::Exception(exception))
                if exception.is_of_clock() && (self.ahead() - believed).abs() > CLOCK_ERROR / 4 =>
            {
                send().await
            }
            outcome => outcome,
        }
    }

    /// The time to sign a request with.
    pub(super) fn time(&self) -> ServiceTime {
        ServiceTime(self.ahead())
    }

    /// How many seconds the service's clock is ahead of this machine's, if that is enough to matter.
    fn ahead(&self) -> i64 {
        Some(self.seconds_ahead()).filter(|seconds| seconds.abs() > 60).unwrap_or_default()
    }

    fn sts(&self, place: &StsPlace, base: &RoleCredentials) -> aws_sdk_sts::Client {
        let token = Some(base.session_token.expose().to_owned()).filter(|token| !token.is_empty());
        let secret = base.secret_access_key.expose();
        let mut builder = aws_sdk_sts::Config::builder()
            .behavior_version_latest()
            .region(Region::new(place.region.clone()))
            .credentials_provider(Credentials::new(&base.access_key_id, secret, token, None, "aws-sso"))
            .time_source(self.time())
            .http_client(self.http())
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // The endpoint rules refuse these together with a configured endpoint.
            .use_fips(place.use_fips && place.endpoint.is_none())
            .use_dual_stack(place.use_dualstack && place.endpoint.is_none());
        builder.set_endpoint_url(place.endpoint.clone());
        aws_sdk_sts::Client::from_conf(builder.build())
    }

    fn meaning(&self, error: RequestError) -> StsError {
        let exception = match error {
            RequestError::Failed(error) => {
                let remedy =
                    error.remedy().map(|remedy| remedy.replace("sso_region in", "the region of the profile in"));
                return StsError::Other(error.with_any_remedy(remedy).naming(STS));
            }
            RequestError::Exception(exception) => exception,
        };
        if exception.is_of_clock() && self.seconds_ahead().abs() > CLOCK_ERROR {
            return StsError::Refused(StsRefusal::WrongClock(self.seconds_ahead()));
        }
        match exception.code.as_str() {
            // A wrong secret makes a wrong signature.
            "ExpiredToken"
            | "ExpiredTokenException"
            | "InvalidClientTokenId"
            | "UnrecognizedClientException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature" => StsError::BaseExpired,
            "PackedPolicyTooLarge" | "PackedPolicyTooLargeException" => StsError::Refused(StsRefusal::TooLarge),
            "RegionDisabledException" => StsError::Refused(StsRefusal::RegionDisabled),
            "AccessDenied" | "AccessDeniedException" => StsError::Refused(denial(&exception)),
            "ValidationError" | "ValidationException" if exception.says("exceeds the MaxSessionDuration") => {
                StsError::Refused(StsRefusal::TooLong)
            }
            "ValidationError" | "ValidationException" | "MalformedInput" | "InvalidParameterValue" => {
                StsError::Refused(StsRefusal::Invalid)
            }
            _ => StsError::Other(exception.error_of(STS)),
        }
    }
}

/// Which permission is missing, or what is wrong with the MFA code.
fn denial(exception: &ServiceException) -> StsRefusal {
    if exception.says("MultiFactorAuthentication failed") {
        return if exception.says("invalid MFA one time pass code") {
            StsRefusal::WrongCode
        } else if exception.says("must provide") {
            StsRefusal::MfaNeeded
        } else {
            StsRefusal::UnknownDevice
        };
    }
    let actions = ["sts:TagSession", "sts:SetSourceIdentity"];
    let named = |action: &&&str| exception.says(&format!("not authorized to perform: {action}"));
    StsRefusal::Denied(actions.iter().find(named).copied().unwrap_or("sts:AssumeRole"))
}

impl AssumeRequest<'_> {
    async fn send(
        &self,
        client: &aws_sdk_sts::Client,
    ) -> Result<
        AssumeRoleOutput,
        aws_sdk_sts::error::SdkError<
            aws_sdk_sts::operation::assume_role::AssumeRoleError,
            aws_smithy_runtime_api::client::orchestrator::HttpResponse,
        >,
    > {
        let Hop { role, external_id, mfa_serial, source_identity, tags, transitive_tags, .. } = self.hop;
        // Without a key the builder fails, and each tag has one.
        let tags = tags.iter().filter_map(|(key, value)| Tag::builder().key(key).value(value).build().ok());
        let tags: Vec<_> = tags.collect();
        client
            .assume_role()
            .role_arn(role.as_str())
            .role_session_name(self.session_name)
            .set_duration_seconds(self.duration.and_then(|seconds| i32::try_from(seconds).ok()))
            .set_external_id(external_id.clone())
            .set_serial_number(mfa_serial.clone())
            .set_token_code(self.code.map(str::to_owned))
            .set_source_identity(source_identity.clone())
            .set_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .set_transitive_tag_keys(Some(transitive_tags.clone()).filter(|keys| !keys.is_empty()))
            .send()
            .await
    }
}

#[cfg(test)]
mod tests {
    use crate::aws_config::config::Config;
    use crate::aws_config::network::Network;
    use crate::identity_center::Client;
    use crate::partition::PARTITIONS;

    #[test]
    fn the_host_of_sts_is_in_the_domain_of_each_partition() {
        use aws_sdk_sts::config::endpoint::{DefaultResolver, Params, ResolveEndpoint as _};
        let config = Config::parse(b"[sso-session corp]\nsso_start_url = https://x/start\nsso_region = us-east-1\n");
        let client = Client::new(&config.directory("corp").unwrap(), &Network::default());
        let regions = ["cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1", "us-isob-east-1"];
        for (partition, region) in PARTITIONS.iter().zip(regions) {
            let params = Params::builder().region(region.to_owned()).use_global_endpoint(false).build().unwrap();
            let resolver = DefaultResolver::new();
            let endpoint = client.block_on(async { Ok(resolver.resolve_endpoint(&params).await.unwrap()) }).unwrap();
            let host = endpoint.url();
            assert!(host.ends_with(&format!(".{}", partition.dns_suffix)), "{}: {host}", partition.name);
        }
    }
}
