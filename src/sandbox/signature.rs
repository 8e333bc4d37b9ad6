//! Signature Version 4: who signed a request, for which Region.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SessionTokenMode, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use axum::http::HeaderMap;
use axum::http::request::Parts;

use super::clock::Millis;
use super::hosts;
use super::issued::{IssuedCredentials, partition_of};
use super::state::SandboxState;

/// Who signed a request.
pub(super) struct Signer {
    pub(super) key: IssuedCredentials,
    /// The Region of the signature.
    pub(super) region: String,
}

/// Why a signature is refused; each service has its own names for it.
pub(super) enum Refused {
    /// The request is not signed.
    Missing,
    Incomplete(&'static str),
    /// Nobody has these credentials.
    Unknown,
    Expired,
    Mismatch(String),
}

impl Refused {
    /// The service's words.
    pub(super) fn message(self) -> String {
        match self {
            Self::Missing => "Request is missing Authentication Token".to_owned(),
            Self::Incomplete(message) => message.to_owned(),
            Self::Unknown => "The security token included in the request is invalid.".to_owned(),
            Self::Expired => "The security token included in the request is expired".to_owned(),
            Self::Mismatch(message) => message,
        }
    }

    /// The signature names a Region that does not count here.
    pub(super) fn region() -> Self {
        Self::Mismatch("Credential should be scoped to a valid region.".to_owned())
    }
}

/// The parts of an `Authorization` header of Signature Version 4.
struct SignatureHeader<'a> {
    key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> SignatureHeader<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let fields: HashMap<&str, &str> = text
            .strip_prefix("AWS4-HMAC-SHA256")?
            .split(',')
            .filter_map(|field| field.trim().split_once('='))
            .collect();
        let mut scope = fields.get("Credential")?.split('/');
        let (key_id, date, region, service) = (scope.next()?, scope.next()?, scope.next()?, scope.next()?);
        (scope.next() == Some("aws4_request") && scope.next().is_none()).then_some(())?;
        let headers = fields.get("SignedHeaders")?.split(';').collect();
        Some(Self { key_id, date, region, service, headers, signature: fields.get("Signature").copied()? })
    }
}

/// The credentials that signed the request for this service, and the Region.
pub(super) fn signer(
    state: &SandboxState,
    parts: &Parts,
    body: &[u8],
    service: &'static str,
) -> Result<Signer, Refused> {
    let text = text(&parts.headers, "authorization").ok_or(Refused::Missing)?;
    let authorization =
        SignatureHeader::parse(text).ok_or(Refused::Incomplete("Authorization is not Signature Version 4"))?;
    let key = state.key(authorization.key_id).ok_or(Refused::Unknown)?;
    if text_of(&parts.headers, "x-amz-security-token") != key.token.as_deref().unwrap_or_default() {
        return Err(Refused::Unknown);
    }
    let now = state.now();
    if now >= key.expires {
        return Err(Refused::Expired);
    }
    let date = text_of(&parts.headers, "x-amz-date");
    let signed = signed_at(date).ok_or(Refused::Incomplete("X-Amz-Date is missing or malformed"))?;
    if !date.starts_with(authorization.date) {
        return Err(Refused::Incomplete("The credential's date is not the request's"));
    }
    let skew = (now - signed).abs();
    if skew > 15 * 60 * 1000 {
        return Err(Refused::Mismatch(format!("Signature expired: the request's clock is {} s off", skew / 1000)));
    }
    if authorization.service != service {
        return Err(Refused::Mismatch(format!("Credential should be scoped to correct service: '{service}'.")));
    }
    check_region(state, text_of(&parts.headers, "host"), service, authorization.region)?;
    if !["host", "x-amz-date"].iter().all(|name| authorization.headers.contains(name)) {
        return Err(Refused::Incomplete("Host and X-Amz-Date must be signed"));
    }
    let expected = signature(parts, body, &authorization, &key, signed);
    if expected.as_deref() == Some(authorization.signature) {
        return Ok(Signer { key, region: authorization.region.to_owned() });
    }
    Err(Refused::Mismatch(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access \
         Key and signing method. Consult the service documentation for details."
            .to_owned(),
    ))
}

/// A host of AWS takes signatures for its own Region; loopback takes those for any Region of the partition.
fn check_region(state: &SandboxState, host: &str, service: &str, region: &str) -> Result<(), Refused> {
    let partition = partition_of(&state.options().region);
    let of_host = hosts::of_service(host, service);
    // Another partition does not know the credentials.
    if of_host.is_some_and(|of_host| partition_of(of_host) != partition) {
        return Err(Refused::Unknown);
    }
    let counts = of_host.map_or_else(|| partition_of(region) == partition, |of_host| region == of_host);
    if counts { Ok(()) } else { Err(Refused::region()) }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

fn text_of<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    text(headers, name).unwrap_or_default()
}

/// `20261122T230202Z`.
fn signed_at(date: &str) -> Option<Millis> {
    let stamp: jiff::Timestamp = date.parse().ok()?;
    Some(stamp.as_millisecond())
}

/// The correct signature of the request: the same headers, signed again with the secret that belongs to the key.
fn signature(
    parts: &Parts,
    body: &[u8],
    authorization: &SignatureHeader<'_>,
    key: &IssuedCredentials,
    signed: Millis,
) -> Option<String> {
    // The signer adds these itself.
    const ADDED: [&str; 3] = ["x-amz-date", "x-amz-security-token", "x-amz-content-sha256"];
    let has = |name: &str| authorization.headers.contains(&name);
    let headers: Vec<(&str, &str)> = authorization
        .headers
        .iter()
        .filter(|name| !ADDED.contains(name))
        .map(|name| Some((*name, text(&parts.headers, name)?)))
        .collect::<Option<_>>()?;
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    if has("x-amz-content-sha256") {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if !has("x-amz-security-token") {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    let identity = Credentials::new(authorization.key_id, &key.secret, key.token.clone(), None, "sandbox").into();
    let time = UNIX_EPOCH + Duration::from_millis(u64::try_from(signed).ok()?);
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(authorization.region)
        .name(authorization.service)
        .time(time)
        .settings(settings)
        .build()
        .ok()?;
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let uri: Cow<'_, str> = format!("http://{}{target}", text_of(&parts.headers, "host")).into();
    let request =
        SignableRequest::new(parts.method.as_str(), uri, headers.into_iter(), SignableBody::Bytes(body)).ok()?;
    Some(sign(request, &parameters.into()).ok()?.into_parts().1)
}
