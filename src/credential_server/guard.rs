//! Who gets credentials: programs on this machine that have the token, and no browser.

use hyper::header::{AUTHORIZATION, HeaderName, ORIGIN};
use hyper::{Method, Request, StatusCode};
use subtle::ConstantTimeEq as _;

use crate::browser::loopback::only;
use crate::secret::Secret;

/// Where the credentials are.
pub(super) const PATH: &str = "/credentials";

/// Why a request gets no credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Denial {
    /// Another name for this address: perhaps a web page's own, which resolves to 127.0.0.1.
    Host,
    /// A browser asks, on behalf of some page.
    Browser,
    Path,
    Method,
    Token,
}

impl Denial {
    pub(super) fn explain(self) -> (StatusCode, &'static str) {
        match self {
            Self::Host => (StatusCode::FORBIDDEN, "this server is 127.0.0.1 and has no other name"),
            Self::Browser => (StatusCode::FORBIDDEN, "browsers are not answered"),
            Self::Path => (StatusCode::NOT_FOUND, "there is nothing here"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "credentials can only be read, with GET"),
            Self::Token => {
                (StatusCode::UNAUTHORIZED, "Authorization must be the value of AWS_CONTAINER_AUTHORIZATION_TOKEN")
            }
        }
    }
}

pub(super) fn judge(request: &Request<()>, token: &Secret) -> Result<(), Denial> {
    let (headers, uri) = (request.headers(), request.uri());
    // No SDK sends these headers, and no page can keep its browser from sending them.
    let is_browsers = |name: &HeaderName| *name == ORIGIN || name.as_str().starts_with("sec-");
    if headers.keys().any(is_browsers) {
        return Err(Denial::Browser);
    }
    if uri.path() != PATH || uri.query().is_some() {
        return Err(Denial::Path);
    }
    if request.method() != Method::GET {
        return Err(Denial::Method);
    }
    let brought = only(headers, &AUTHORIZATION).unwrap_or_default();
    // In constant time, so that the token cannot be found out by measuring.
    if bool::from(brought.as_bytes().ct_eq(token.expose().as_bytes())) { Ok(()) } else { Err(Denial::Token) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_program_with_the_token_gets_credentials() {
        const TOKEN: (&str, &str) = ("authorization", "s3cret");
        let cases: [(_, _, &[(&str, &str)], _); 14] = [
            ("GET", "/credentials", &[TOKEN], None),
            ("GET", "/credentials", &[TOKEN, ("accept", "*/*")], None),
            ("GET", "http://127.0.0.1:4242/credentials", &[TOKEN], None),
            ("GET", "/credentials", &[TOKEN, ("origin", "null")], Some(Denial::Browser)),
            ("GET", "/credentials", &[TOKEN, ("Sec-Fetch-Mode", "no-cors")], Some(Denial::Browser)),
            ("GET", "/", &[TOKEN], Some(Denial::Path)),
            ("GET", "/credentials/", &[TOKEN], Some(Denial::Path)),
            ("GET", "/credentials?token=s3cret", &[TOKEN], Some(Denial::Path)),
            ("POST", "/credentials", &[TOKEN], Some(Denial::Method)),
            ("HEAD", "/credentials", &[TOKEN], Some(Denial::Method)),
            ("GET", "/credentials", &[], Some(Denial::Token)),
            ("GET", "/credentials", &[TOKEN, TOKEN], Some(Denial::Token)),
            ("GET", "/credentials", &[("authorization", "s3cre")], Some(Denial::Token)),
            ("GET", "/credentials", &[("authorization", "Bearer s3cret")], Some(Denial::Token)),
        ];
        for (method, uri, headers, expected) in cases {
            let request = Request::builder().method(method).uri(uri);
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let judged = judge(&request.body(()).unwrap(), &Secret::from("s3cret"));
            assert_eq!(judged.err(), expected, "{method} {uri} {headers:?}");
        }
    }
}
