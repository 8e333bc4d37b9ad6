//! `AssumeRole`: what is asked for, who may have it, and for how long.

use maud::{Markup, html};

use super::clock::{Millis, millis};
use super::federation::Form;
use super::issued::{Identity, IssuedCredentials, RoleSession, partition_of, unique_id};
use super::lock::lock;
use super::log::{LoggedAssumeRole, Note};
use super::options::{AssumableRole, Options};
use super::random;
use super::service_error::{ServiceError, ServiceResult};
use super::session_tags::{self, SessionTags};
use super::state::SandboxState;
use super::trust::{self, Target};
use super::validation::Violations;

/// A chained session lasts an hour at most; so does one of which no duration is requested.
const HOUR: i64 = 60 * 60;

/// The largest session token in bytes.
const LARGEST_TOKEN: usize = 4096;

/// Answers a request that is signed with these credentials.
pub(super) fn assume(
    state: &SandboxState,
    caller: &IssuedCredentials,
    form: &Form,
    note: &mut Note,
) -> ServiceResult<Markup> {
    let options = state.options();
    let partition = partition_of(&options.region);
    let arn = caller.arn(partition, &options.user);
    let asked = asked(form, arn);
    let target = Target::parse(&asked.role_arn);
    note.account = target.as_ref().map(|target| target.account.clone());
    note.role = target.as_ref().map(|target| target.name().to_owned());
    note.assume_role = Some(asked.clone());

    let duration = validate(&asked, form)?;
    let invalid = || ServiceError::sts(400, "ValidationError", format!("{} is invalid", asked.role_arn));
    let target = target.ok_or_else(invalid)?;
    let inherited = caller.role_session().map(|session| session.transitive_tags.as_slice()).unwrap_or_default();
    let tags = SessionTags::of(&asked.tags, &asked.transitive_tag_keys, inherited)?;
    if caller.is_role() && duration > HOUR {
        return Err(ServiceError::sts(
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    let role = permitted(state, &options, caller, &asked, &target, partition)?;
    let source_identity = source_identity(caller, &asked, &role)?;
    if !asked.tags.is_empty() && !role.may_tag {
        return Err(denied(&asked, "sts:TagSession"));
    }
    check_mfa(&options, &role, &asked, form.get("TokenCode"))?;
    if duration > millis(role.max_duration) / 1000 {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(ServiceError::sts(400, "ValidationError", message));
    }
    let packed = session_tags::packed_size(&asked.tags, &tags.inherited)?;
    let session = RoleSession {
        name: asked.session_name.clone(),
        is_chained: caller.is_role(),
        source_identity,
        transitive_tags: tags.transitive,
    };
    let lifetime = options.assumed_lifetime.map_or(duration * 1000, millis);
    issue(state, &target, session, state.now().saturating_add(lifetime), packed)
}

/// The parameters as they came, well formed or not.
fn asked(form: &Form, caller: String) -> LoggedAssumeRole {
    let text = |name: &str| form.get(name).cloned();
    LoggedAssumeRole {
        caller,
        role_arn: text("RoleArn").unwrap_or_default(),
        session_name: text("RoleSessionName").unwrap_or_default(),
        external_id: text("ExternalId"),
        duration: text("DurationSeconds").and_then(|seconds| seconds.parse().ok()),
        mfa_serial: text("SerialNumber"),
        source_identity: text("SourceIdentity"),
        tags: session_tags::parse(form),
        transitive_tag_keys: session_tags::parse_keys(form),
    }
}

/// Checks the form of each parameter, as AWS does before it looks at anything else; returns the duration.
fn validate(asked: &LoggedAssumeRole, form: &Form) -> ServiceResult<i64> {
    let mut violations = Violations::default();
    violations.text("roleArn", Some(&asked.role_arn).filter(|arn| !arn.is_empty()), 20..=2048, None);
    violations.required("roleArn", form.get("RoleArn"));
    violations.required("roleSessionName", form.get("RoleSessionName"));
    let name = form.get("RoleSessionName");
    violations.text("roleSessionName", name, 2..=64, Some((r"[\w+=,.@-]*", "+=,.@-")));
    violations.text("externalId", asked.external_id.as_ref(), 2..=1224, Some((r"[\w+=,.@:\/-]*", "+=,.@:/-")));
    violations.text("sourceIdentity", asked.source_identity.as_ref(), 2..=64, Some((r"[\w+=,.@-]*", "+=,.@-")));
    violations.text("serialNumber", asked.mfa_serial.as_ref(), 9..=256, Some((r"[\w+=/:,.@-]*", "+=/:,.@-")));
    violations.digits("tokenCode", form.get("TokenCode"), 6);
    session_tags::validate(&asked.tags, form, &mut violations);
    let duration = match (form.get("DurationSeconds"), asked.duration) {
        (None, _) => HOUR,
        (Some(_), Some(seconds)) => seconds,
        (Some(text), None) => {
            let message = format!("'{text}' is not a valid value for DurationSeconds");
            return Err(ServiceError::sts(400, "MalformedInput", message));
        }
    };
    violations.number("durationSeconds", duration, 900..=43_200);
    violations.result()?;
    Ok(duration)
}

fn denied(asked: &LoggedAssumeRole, action: &str) -> ServiceError {
    let message =
        format!("User: {} is not authorized to perform: {action} on resource: {}", asked.caller, asked.role_arn);
    ServiceError::sts(403, "AccessDenied", message)
}

/// The rule by which the caller may assume the role.
fn permitted(
    state: &SandboxState,
    options: &Options,
    caller: &IssuedCredentials,
    asked: &LoggedAssumeRole,
    target: &Target,
    partition: &str,
) -> ServiceResult<AssumableRole> {
    let directory = state.directory();
    let is_closed = options.suspended_accounts.contains(&target.account) || target.partition != partition;
    let rule = trust::rule(&options.assumable, &directory, target).filter(|rule| {
        !is_closed
            && trust::trusts(rule, caller, &directory)
            && rule.external_id.as_ref().is_none_or(|required| asked.external_id.as_ref() == Some(required))
            && (!rule.mfa || asked.mfa_serial.is_some())
    });
    rule.cloned().ok_or_else(|| denied(asked, "sts:AssumeRole"))
}

/// The source identity of the new session: that of the caller's session, which nobody can change.
fn source_identity(
    caller: &IssuedCredentials,
    asked: &LoggedAssumeRole,
    role: &AssumableRole,
) -> ServiceResult<Option<String>> {
    let before = caller.role_session().and_then(|session| session.source_identity.as_ref());
    match (before, &asked.source_identity) {
        (Some(before), Some(new)) if before != new => Err(denied(asked, "sts:SetSourceIdentity")),
        (before, new) => {
            let result = before.or(new.as_ref()).cloned();
            if result.is_some() && !role.may_set_source_identity {
                return Err(denied(asked, "sts:SetSourceIdentity"));
            }
            Ok(result)
        }
    }
}

fn check_mfa(
    options: &Options,
    role: &AssumableRole,
    asked: &LoggedAssumeRole,
    code: Option<&String>,
) -> ServiceResult<()> {
    let refused = |message: &str| Err(ServiceError::sts(403, "AccessDenied", message));
    let (serial, code) = match (&asked.mfa_serial, code) {
        (None, None) if !role.mfa => return Ok(()),
        (Some(serial), Some(code)) => (serial, code),
        _ => {
            return refused(
                "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.",
            );
        }
    };
    match options.mfa_devices.iter().find(|device| device.serial == *serial) {
        None => refused(
            "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is \
             valid and associated with this user.",
        ),
        Some(device) if device.code != *code => {
            refused("MultiFactorAuthentication failed with invalid MFA one time pass code. ")
        }
        Some(_) => Ok(()),
    }
}

/// Begins the session, and describes it.
fn issue(
    state: &SandboxState,
    target: &Target,
    session: RoleSession,
    expires: Millis,
    packed: Option<usize>,
) -> ServiceResult<Markup> {
    let id = format!("ASIA{}", random::upper(16)?);
    let (secret, token) = (random::base64::<30>()?, random::base64::<400>()?);
    let name = target.name().to_owned();
    let role_id = format!("{}:{}", unique_id("AROA", &target.account, &name), session.name);
    let source_identity = session.source_identity.clone();
    let key = IssuedCredentials {
        secret: secret.clone(),
        token: Some(token.clone()),
        account: target.account.clone(),
        role: name,
        expires,
        identity: Identity::AssumedRole(session),
    };
    let expiration = jiff::Timestamp::from_second(expires / 1000).unwrap_or_default();
    let response = html! {
        AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/" {
            AssumeRoleResult {
                @if let Some(identity) = source_identity { SourceIdentity { (identity) } }
                AssumedRoleUser {
                    AssumedRoleId { (role_id) }
                    Arn { (key.arn(&target.partition, "")) }
                }
                Credentials {
                    AccessKeyId { (id) }
                    SecretAccessKey { (secret) }
                    SessionToken { (token) }
                    Expiration { (expiration) }
                }
                @if let Some(percent) = packed { PackedPolicySize { (percent) } }
                SessionTokenUtilization { ((token.len() * 100).div_ceil(LARGEST_TOKEN)) }
                SessionTokenSize { (token.len()) }
            }
            ResponseMetadata { RequestId { "00000000-0000-0000-0000-000000000000" } }
        }
    };
    lock(&state.keys).insert(id, key);
    Ok(response)
}
