//! STS: `GetCallerIdentity`, for requests whose signature was made with a secret that the portal handed out.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, SessionTokenMode, SignableBody, SignableRequest, SigningSettings, sign,
};
use aws_sigv4::sign::v4;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use maud::html;

use super::log::Note;
use super::refusal::{Answer, Refusal};
use super::state::{Key, Millis, State, lock};
use crate::role::RoleArn;

/// The role that Identity Center creates in an account for a permission set has a suffix of 16 hex digits.
fn reserved_role(key: &Key) -> String {
    let seed = format!("{}/{}", key.account, key.role);
    let digest = ring::digest::digest(&ring::digest::SHA256, seed.as_bytes());
    let suffix = digest.as_ref().iter().take(8).fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
    format!("AWSReservedSSO_{}_{suffix:016x}", key.role)
}

/// `POST /`, the query protocol.
pub(super) async fn query(Shared(state): Shared<Arc<State>>, parts: Parts, body: Bytes) -> Answer {
    let form: HashMap<String, String> = super::federation::form(&body);
    match form.get("Action").map(String::as_str) {
        Some("GetCallerIdentity") => {}
        Some(_) => {
            return Err(Refusal::sts(400, "InvalidAction", "The sandbox knows GetCallerIdentity only"));
        }
        None => return Err(Refusal::sts(400, "MissingAction", "The request names no action")),
    }
    let note = Note { operation: Some("GetCallerIdentity"), ..Note::default() };
    let (mut response, note) = match caller(&state, &parts, &body) {
        Ok(key) => {
            let answer = identity(&state, &key);
            (answer, Note { account: Some(key.account), role: Some(key.role), ..note })
        }
        Err(refusal) => {
            let mut response = refusal.into_response();
            let error = response.extensions_mut().remove::<Note>().and_then(|note| note.error);
            (response, Note { error, ..note })
        }
    };
    response.extensions_mut().insert(note);
    Ok(response)
}

fn identity(state: &State, key: &Key) -> Response {
    let options = state.options();
    let role = reserved_role(key);
    let partition = RoleArn::in_region(&options.region, &key.account, &key.role).partition;
    let arn = format!("arn:{partition}:sts::{}:assumed-role/{role}/{}", key.account, options.user);
    let unique = format!(
        "AROA{:A<17}",
        role.bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(char::from)
            .take(17)
            .collect::<String>()
            .to_ascii_uppercase()
    );
    let body = html! {
        GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/" {
            GetCallerIdentityResult {
                Arn { (arn) }
                UserId { (unique) ":" (options.user) }
                Account { (key.account) }
            }
            ResponseMetadata { RequestId { "00000000-0000-0000-0000-000000000000" } }
        }
    };
    ([(header::CONTENT_TYPE, "text/xml")], body.into_string()).into_response()
}

/// The parts of an `Authorization` header of Signature Version 4.
struct Authorization<'a> {
    key_id: &'a str,
    date: &'a str,
    region: &'a str,
    service: &'a str,
    headers: Vec<&'a str>,
    signature: &'a str,
}

impl<'a> Authorization<'a> {
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

/// Whose credentials signed the request.
fn caller(state: &State, parts: &Parts, body: &[u8]) -> Answer<Key> {
    let incomplete = |message: &str| Refusal::sts(400, "IncompleteSignature", message);
    let text = text(&parts.headers, "authorization")
        .ok_or_else(|| Refusal::sts(403, "MissingAuthenticationToken", "Request is missing Authentication Token"))?;
    let authorization =
        Authorization::parse(text).ok_or_else(|| incomplete("Authorization is not Signature Version 4"))?;
    let unknown =
        || Refusal::sts(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
    let key = lock(&state.keys).get(authorization.key_id).cloned().ok_or_else(unknown)?;
    if text_of(&parts.headers, "x-amz-security-token") != key.token {
        return Err(unknown());
    }
    let now = state.now();
    if now >= key.expires {
        let message = "The security token included in the request is expired";
        return Err(Refusal::sts(403, "ExpiredToken", message));
    }
    let date = text_of(&parts.headers, "x-amz-date");
    let signed = signed_at(date).ok_or_else(|| incomplete("X-Amz-Date is missing or malformed"))?;
    if !date.starts_with(authorization.date) {
        return Err(incomplete("The credential's date is not the request's"));
    }
    let skew = (now - signed).abs();
    if skew > 15 * 60 * 1000 {
        let message = format!("Signature expired: the request's clock is {} s off", skew / 1000);
        return Err(Refusal::sts(403, "SignatureDoesNotMatch", message));
    }
    if authorization.service != "sts" {
        return Err(Refusal::sts(403, "SignatureDoesNotMatch", "Credential should be scoped to service: 'sts'."));
    }
    if !["host", "x-amz-date"].iter().all(|name| authorization.headers.contains(name)) {
        return Err(incomplete("Host and X-Amz-Date must be signed"));
    }
    let expected = signature(parts, body, &authorization, &key, signed);
    if expected.as_deref() == Some(authorization.signature) {
        Ok(key)
    } else {
        let message = "The request signature we calculated does not match the signature you provided. \
                       Check your AWS Secret Access Key and signing method.";
        Err(Refusal::sts(403, "SignatureDoesNotMatch", message))
    }
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

/// The signature that the request has to carry: the same headers, signed again with the secret that was handed out.
fn signature(
    parts: &Parts,
    body: &[u8],
    authorization: &Authorization<'_>,
    key: &Key,
    signed: Millis,
) -> Option<String> {
    // These are added by the signer itself.
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
    let identity = Credentials::new(authorization.key_id, &key.secret, Some(key.token.clone()), None, "sandbox").into();
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
