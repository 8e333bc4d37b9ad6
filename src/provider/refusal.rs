//! Why a role cannot be assumed, in one line, and what to do about it.

use super::wanted::{HOUR, Wanted, keys_of};
use crate::error::{Error, Kind};
use crate::identity_center::{StsPlace, StsRefusal};
use crate::role::Hop;

/// The error for a role that STS refuses to the one before it in the chain.
pub(super) fn error(refusal: StsRefusal, hop: &Hop, before: Wanted<'_>, place: &StsPlace) -> Error {
    let (role, from) = (&hop.role, before.shown());
    let longest = if before.is_role() { HOUR } else { u32::MAX };
    let of = |key: &str, option: &str| match &hop.profile {
        Some(profile) => format!("{key} of the profile {profile}"),
        None => option.to_owned(),
    };
    let (kind, message, remedy) = match refusal {
        StsRefusal::Denied("sts:TagSession") => (
            Kind::Denied,
            format!("{from} may not tag a session of {role}"),
            format!(
                "both its policy and the trust policy of the role have to allow sts:TagSession\nor delete {}",
                of("session_tags", "--tag")
            ),
        ),
        StsRefusal::Denied("sts:SetSourceIdentity") => (
            Kind::Denied,
            format!("{from} may not set the source identity of {role}"),
            format!(
                "both its policy and the trust policy of the role have to allow sts:SetSourceIdentity\nor delete {}",
                of("source_identity", "--source-identity")
            ),
        ),
        StsRefusal::Denied(_) => (
            Kind::Denied,
            format!("{from} may not assume {role}"),
            format!(
                "both its policy and the trust policy of the role have to allow sts:AssumeRole\n{}",
                conditions(hop, &of)
            ),
        ),
        StsRefusal::MfaNeeded => (
            Kind::Denied,
            format!("{role} requires MFA"),
            "name the device in its profile: mfa_serial = arn:aws:iam::123456789012:mfa/NAME".to_owned(),
        ),
        StsRefusal::WrongCode => (
            Kind::Denied,
            format!("STS does not accept the MFA code for {role}"),
            "a code serves once: wait for the next one, then try again".to_owned(),
        ),
        StsRefusal::UnknownDevice => (
            Kind::Denied,
            format!("STS does not know the MFA device for {role} as one of {from}"),
            if before.is_role() {
                format!("check {}; a role of Identity Center has no device of its own", of("mfa_serial", "the device"))
            } else {
                format!("check {}: it is that of the keys' user", of("mfa_serial", "the device"))
            },
        ),
        StsRefusal::TooLong => (
            Kind::Usage,
            format!("sessions of {role} do not last {} s", hop.duration.map_or(HOUR, |asked| asked.min(longest))),
            format!(
                "{} {} to the maximum session duration of the role",
                if hop.duration.is_some() { "lower" } else { "set" },
                of("duration_seconds", "--duration")
            ),
        ),
        StsRefusal::TooLarge => (
            Kind::Usage,
            format!("the tags of the session of {role} take more room than STS has"),
            format!("shorten {}", of("session_tags", "--tag")),
        ),
        StsRefusal::RegionDisabled => (
            Kind::Denied,
            format!("STS is not activated in {} for the account of {from}", place.region),
            format!(
                "activate it in the account settings of IAM, or set another region: {}",
                of("region", "AWS_REGION")
            ),
        ),
        StsRefusal::WrongClock(seconds) => (
            Kind::Service,
            format!("this machine's clock is {} minutes off, so STS refuses its requests", seconds.abs() / 60),
            "set the clock".to_owned(),
        ),
        StsRefusal::Invalid => (
            Kind::Usage,
            format!("STS does not take the request for {role}: one of its values has a form that is not allowed"),
            match &hop.profile {
                Some(profile) => format!(
                    "check external_id, role_session_name, source_identity and session_tags of the profile {profile}"
                ),
                None => "check --external-id, --session-name, --source-identity and --tag".to_owned(),
            },
        ),
    };
    Error::new(kind, message).with_remedy(remedy)
}

/// What the trust policy may require besides, since STS does not say what was missing.
fn conditions(hop: &Hop, of: &impl Fn(&str, &str) -> String) -> String {
    match (&hop.external_id, &hop.mfa_serial) {
        (Some(_), Some(_)) => format!("check {} too", of("external_id and mfa_serial", "--external-id")),
        (Some(_), None) => format!("check {} too; the role may also require MFA", of("external_id", "--external-id")),
        (None, _) => format!(
            "if the role requires an external id or MFA, set {}",
            of("external_id or mfa_serial", "--external-id, or mfa_serial in a profile")
        ),
    }
}

/// An error of a service that was there for nothing but this step of a chain.
pub(super) fn while_assuming(error: Error, hop: &Hop) -> Error {
    if error.kind() != Kind::Service {
        return error;
    }
    let profile = hop.profile.as_ref().map(|profile| format!(" (profile {profile})")).unwrap_or_default();
    let remedy = error.remedy().unwrap_or("try again later").to_owned();
    error.naming(&format!("cannot assume {}{profile}", hop.role)).with_remedy(remedy)
}

/// The error where STS has failed another step a moment ago, so that it was not asked.
pub(super) fn not_asked_yet(error: Error, wanted: Wanted<'_>) -> Error {
    match wanted.chain.last() {
        Some(hop) if !error.to_string().contains(hop.role.as_str()) => {
            error.naming(&format!("{} is not asked for yet", hop.role))
        }
        _ => error,
    }
}

/// The error for access keys that STS does not accept.
pub(super) fn keys_not_accepted(profile: &str, at: Option<String>, place: &StsPlace) -> Error {
    let endpoint = place.endpoint.as_ref().map_or_else(|| place.region.clone(), |_| "this endpoint".to_owned());
    let at = at.map(|at| format!(" ({at})")).unwrap_or_default();
    Error::denied(format!("STS in {endpoint} does not accept {}{at}", keys_of(profile)))
        .with_remedy("check both: they may be mistyped, expired, deleted or deactivated\nor set another region")
}

/// The error for credentials that STS does not accept, although they are new.
pub(super) fn not_accepted(before: Wanted<'_>, place: &StsPlace) -> Error {
    let endpoint = place.endpoint.as_ref().map_or_else(|| place.region.clone(), |_| "this endpoint".to_owned());
    Error::denied(format!("STS in {endpoint} does not accept the credentials of {}", before.shown()))
        .with_remedy("check that the region and the endpoint of STS belong to the same AWS as the role")
}
