//! Error responses in the form of each service.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use maud::html;
use serde_json::json;

use super::log::Note;

/// An error response that a client has to understand.
#[derive(Debug)]
pub(super) struct ServiceError {
    status: StatusCode,
    name: &'static str,
    message: String,
    dialect: Dialect,
}

/// The form of a service's errors.
#[derive(Debug)]
enum Dialect {
    /// OAuth's code and description, and the exception's name in a header.
    Oidc { code: &'static str, reason: Option<&'static str> },
    /// A message and a type.
    Portal,
    /// The XML of the query protocol.
    Sts,
    /// A message and a type, as Organizations sends them.
    Json,
    /// An HTML page.
    Page,
}

/// The content type of Organizations.
pub(super) const JSON_1_1: &str = "application/x-amz-json-1.1";

pub(super) type ServiceResult<T = Response> = Result<T, ServiceError>;

impl ServiceError {
    pub(super) fn oidc(name: &'static str, message: impl Into<String>) -> Self {
        let (status, code) = match name {
            "InvalidClientException" => (401, "invalid_client"),
            "InternalServerException" => (500, "server_error"),
            "InvalidGrantException" => (400, "invalid_grant"),
            "InvalidScopeException" => (400, "invalid_scope"),
            "UnauthorizedClientException" => (400, "unauthorized_client"),
            "UnsupportedGrantTypeException" => (400, "unsupported_grant_type"),
            "AuthorizationPendingException" => (400, "authorization_pending"),
            "SlowDownException" => (400, "slow_down"),
            "AccessDeniedException" => (400, "access_denied"),
            "ExpiredTokenException" => (400, "expired_token"),
            "InvalidClientMetadataException" => (400, "invalid_client_metadata"),
            "InvalidRedirectUriException" => (400, "invalid_redirect_uri"),
            _ => (400, "invalid_request"),
        };
        Self::new(status, name, message, Dialect::Oidc { code, reason: None })
    }

    /// The same, with the reason that SSO-OIDC gives beside the name.
    pub(super) fn with_reason(mut self, why: &'static str) -> Self {
        if let Dialect::Oidc { reason, .. } = &mut self.dialect {
            *reason = Some(why);
        }
        self
    }

    pub(super) fn portal(name: &'static str, message: impl Into<String>) -> Self {
        let status = match name {
            "UnauthorizedException" => 401,
            "ForbiddenException" => 403,
            "ResourceNotFoundException" => 404,
            "TooManyRequestsException" => 429,
            "InternalServerException" => 500,
            _ => 400,
        };
        Self::new(status, name, message, Dialect::Portal)
    }

    pub(super) fn sts(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self::new(status, name, message, Dialect::Sts)
    }

    pub(super) fn json(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self::new(status, name, message, Dialect::Json)
    }

    pub(super) fn page(status: u16, name: &'static str, message: impl Into<String>) -> Self {
        Self::new(status, name, message, Dialect::Page)
    }

    fn new(status: u16, name: &'static str, message: impl Into<String>, dialect: Dialect) -> Self {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        Self { status, name, message: message.into(), dialect }
    }
}

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let Self { status, name, message, dialect } = self;
        let mut response = match dialect {
            Dialect::Oidc { code, reason } => {
                let mut body = json!({ "error": code, "error_description": message });
                if let Some(reason) = reason {
                    body["reason"] = reason.into();
                }
                (status, error_type(name, "com.amazonaws.sso.oidc"), Json(body)).into_response()
            }
            Dialect::Portal => {
                let kind = format!("com.amazonaws.switchboard.portal#{name}");
                let body = json!({ "message": message, "__type": kind });
                (status, error_type(name, "com.amazonaws.switchboard.portal"), Json(body)).into_response()
            }
            Dialect::Sts => {
                (status, [(header::CONTENT_TYPE, "text/xml")], sts_error(status, name, &message)).into_response()
            }
            Dialect::Json => {
                let body = json!({ "Message": message, "__type": name });
                (status, [(header::CONTENT_TYPE, JSON_1_1)], body.to_string()).into_response()
            }
            Dialect::Page => super::page::message(status, "The request failed", &message),
        };
        response.extensions_mut().insert(Note { error: Some(name), ..Note::default() });
        response
    }
}

/// The response of a handler, with what the log says about its request.
pub(super) fn noted(answer: ServiceResult, note: Note) -> Response {
    let mut response = answer.unwrap_or_else(IntoResponse::into_response);
    let error = response.extensions_mut().remove::<Note>().and_then(|note| note.error);
    response.extensions_mut().insert(Note { error, ..note });
    response
}

/// The header from which SDKs take an error's name, up to the colon.
fn error_type(name: &str, namespace: &str) -> [(HeaderName, HeaderValue); 1] {
    let value = HeaderValue::from_str(&format!("{name}:http://internal.amazon.com/coral/{namespace}/"))
        .unwrap_or(HeaderValue::from_static("UnknownError"));
    [(HeaderName::from_static("x-amzn-errortype"), value)]
}

fn sts_error(status: StatusCode, name: &str, message: &str) -> String {
    let side = if status.is_server_error() { "Receiver" } else { "Sender" };
    html! {
        ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/" {
            Error { Type { (side) } Code { (name) } Message { (message) } }
            RequestId { "00000000-0000-0000-0000-000000000000" }
        }
    }
    .into_string()
}

impl From<std::io::Error> for ServiceError {
    /// Only the system's random generator can fail with an I/O error here.
    fn from(error: std::io::Error) -> Self {
        Self::portal("InternalServerException", error.to_string())
    }
}
