//! What an SDK error means: whether to send the request again, and what to report, in our own words.
//!
//! The SDK's texts are not passed on, because they may repeat what was sent.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::no_response::{ConnectionFailure, NoResponse, ResponseOrigin, SERVICE, unexpected_response};
use super::retry::{Resend, Trouble};
use super::wire;
use crate::error::Error;
use crate::secret::Secret;

/// A 4xx response of the service, which only the sender of the request can interpret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ServiceException {
    pub(super) status: u16,
    /// Such as `InvalidGrantException`; empty where the service gave none.
    pub(super) code: String,
    /// Why, in a word of the service, such as `KMS_AccessDenied`; empty where it gave none.
    reason: String,
    /// The service's own words, which may repeat what was sent, and so are never shown.
    words: Secret,
    host: String,
}

impl ServiceException {
    /// The error for a key that encrypts the data of Identity Center, and that the service cannot use: a matter of its
    /// administrator, whatever the user does. `None` for any other exception.
    pub(super) fn key_error(&self) -> Option<Error> {
        let fault = self.reason.strip_prefix("KMS_")?;
        let what = match fault {
            "AccessDenied" => "the policy of the key does not let it",
            "NotFound" => "the key does not exist",
            "InvalidKeyUsage" => "the key is not one for encryption",
            "InvalidState" => "the key is in a state in which it cannot be used, such as pending deletion",
            "Disabled" => "the key is disabled",
            _ => "the key does not work",
        };
        let message = format!("{} cannot use the KMS key of this Identity Center: {what} ({})", self.host, self.reason);
        Some(Error::denied(message).with_remedy(
            "tell an administrator of Identity Center, who has to fix the key; to sign in again does not help",
        ))
    }

    /// Whether this is in the service's own words.
    pub(super) fn says(&self, text: &str) -> bool {
        self.words.expose().contains(text)
    }

    /// Whether a wrong clock may have made the signature of the request wrong.
    pub(super) fn is_of_clock(&self) -> bool {
        const CODES: [&str; 4] =
            ["RequestExpired", "RequestTimeTooSkewed", "SignatureDoesNotMatch", "InvalidSignatureException"];
        CODES.contains(&self.code.as_str())
    }

    /// The error for an exception of another service than Identity Center that has no meaning of its own here.
    pub(super) fn error_of(&self, service: &str) -> Error {
        let what = self.what();
        Error::service(format!("{service} ({}) refused the request: {what}", self.host))
            .with_remedy("try again later")
            .with_source(Refusal(what))
    }

    fn what(&self) -> String {
        if self.code.is_empty() { format!("status {}", self.status) } else { self.code.clone() }
    }

    /// The error for an exception that has no meaning of its own here.
    pub(super) fn error(&self) -> Error {
        let what = self.what();
        Error::service(format!("{} refused the request: {what}", self.host))
            .with_remedy("try again later; if that fails, too, run: aws-sso login --force")
            .with_source(Refusal(what))
    }
}

/// The cause of an error: the service was there, and refused what it was asked.
#[derive(Debug)]
pub struct Refusal(String);

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service refused the request: {}", self.0)
    }
}

impl StdError for Refusal {}

/// Why a request failed, after all its attempts.
#[derive(Clone, Debug)]
pub(super) enum RequestError {
    Exception(ServiceException),
    Failed(Error),
}

/// Why one attempt failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AttemptError {
    Exception(ServiceException),
    Failed(Trouble, Error),
}

impl AttemptError {
    /// What an SDK error means to a request that is sent again in this way.
    pub(super) fn of<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>, resend: Resend) -> Self {
        match error {
            SdkError::ServiceError(error) => {
                Self::of_response(error.raw(), error.err().code(), error.err().message(), resend)
            }
            SdkError::ResponseError(error) => Self::of_response(error.raw(), None, None, resend),
            SdkError::TimeoutError(_) => Self::no_response(NoResponse::TimedOut),
            SdkError::DispatchFailure(failure) => {
                let source = failure.as_connector_error().and_then(StdError::source);
                match source.and_then(|source| source.downcast_ref::<ConnectionFailure>()) {
                    Some(failure) => Self::Failed(failure.trouble(), failure.error()),
                    None => Self::no_response(NoResponse::Interrupted),
                }
            }
            _ => Self::Failed(
                Trouble::Final,
                Error::failed("the request cannot be made from this token and this configuration")
                    .with_remedy("check sso_start_url and sso_region in the AWS config, then sign in again"),
            ),
        }
    }

    fn no_response(why: NoResponse) -> Self {
        let failure = ConnectionFailure::of_service(why);
        Self::Failed(failure.trouble(), failure.error())
    }

    fn of_response(response: &HttpResponse, code: Option<&str>, words: Option<&str>, resend: Resend) -> Self {
        let host =
            response.extension::<ResponseOrigin>().map_or(SERVICE, |ResponseOrigin(target)| target.host()).to_owned();
        let status = response.status().as_u16();
        let body = response.body().bytes().unwrap_or_default();
        let code = code.and_then(plain).or_else(|| oauth_exception(body)).unwrap_or_default();
        let is_throttle = match code.as_str() {
            code if THROTTLES.contains(&code) => true,
            // Only where a person is waited for is this about the grant.
            "SlowDownException" | "AuthorizationPendingException" => resend != Resend::Poll,
            _ => false,
        };
        match status {
            400..=499 if status == 429 || is_throttle => Self::Failed(
                Trouble::Throttled(retry_after(response)),
                Error::service(format!("{host} is throttling requests")).with_remedy("try again in a minute"),
            ),
            400..=499 if matches!(code.as_str(), "RequestTimeout" | "RequestTimeoutException") => Self::Failed(
                Trouble::Failed,
                Error::service(format!("{host} did not get the whole request in time")).with_remedy("try again later"),
            ),
            500..=599 => Self::Failed(
                Trouble::Failed,
                Error::service(format!("{host} failed with status {status}")).with_remedy("try again later"),
            ),
            // Anything else than JSON comes from a proxy or from a network's sign-in page.
            400..=499 if !code.is_empty() || is_object_or_empty(body) => {
                let reason = reason(body).unwrap_or_default();
                let words = words.unwrap_or_default().into();
                Self::Exception(ServiceException { status, code, reason, words, host })
            }
            _ => Self::Failed(Trouble::Final, unexpected_response(&host)),
        }
    }
}

/// The errors for too many requests, as botocore knows them.
const THROTTLES: [&str; 9] = [
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// A code that is a plain word: nothing else of a response goes into a message.
fn plain(code: &str) -> Option<String> {
    let is_plain = (1..=64).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    is_plain.then(|| code.to_owned())
}

/// The exception's name from an OAuth error, for a service that leaves out the header with the name:
/// `{"error":"authorization_pending"}` is an `AuthorizationPendingException`.
fn oauth_exception(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct OAuthError {
        error: String,
    }
    let OAuthError { error } = serde_json::from_slice(body).ok()?;
    let capitalised = |word: &str| {
        let (first, rest) = word.split_at_checked(1)?;
        Some(first.to_ascii_uppercase() + rest)
    };
    let name: String = plain(&error)?.split('_').map(capitalised).collect::<Option<_>>()?;
    Some(name + "Exception")
}

/// The `reason` that some of SSO-OIDC's errors carry beside their name.
fn reason(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Reasoned {
        reason: String,
    }
    let Reasoned { reason } = serde_json::from_slice(body).ok()?;
    plain(&reason)
}

fn is_object_or_empty(body: &[u8]) -> bool {
    body.is_empty() || serde_json::from_slice::<serde_json::Map<_, _>>(body).is_ok()
}

/// How long to wait: seconds, or the time of an HTTP date from the date of the response on.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let text = response.headers().get("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let left = wire::seconds_until(text)? - wire::seconds_ahead(response).unwrap_or_default();
    u64::try_from(left).ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_oauth_error_names_its_exception() {
        let cases = [
            (r#"{"error":"authorization_pending"}"#, Some("AuthorizationPendingException")),
            (r#"{"error":"slow_down","error_description":"x"}"#, Some("SlowDownException")),
            (r#"{"error":"invalid_grant"}"#, Some("InvalidGrantException")),
            (r#"{"error":"a b\u001b"}"#, None),
            (r#"{"error":"__"}"#, None),
            (r#"{"message":"x"}"#, None),
            ("<html>", None),
        ];
        for (body, code) in cases {
            assert_eq!(oauth_exception(body.as_bytes()).as_deref(), code, "{body}");
        }
    }
}
