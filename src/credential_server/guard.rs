//! Who is answered: programs on this machine that have the token, and no browser.

use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::{Method, Request, StatusCode};
use subtle::ConstantTimeEq as _;

use super::PATH;
use crate::secret::Secret;

/// Why a request is not answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Another name for this address: perhaps a page whose own name was rebound to 127.0.0.1.
    Host,
    /// A browser asks, on behalf of some page.
    Browser,
    Path,
    Method,
    Token,
}

impl Refusal {
    pub(super) fn told(self) -> (StatusCode, &'static str) {
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

pub(super) fn judge<B>(request: &Request<B>, port: u16, token: &Secret) -> Result<(), Refusal> {
    let (headers, uri) = (request.headers(), request.uri());
    // An address in the first line stands above the header.
    let names_us = uri.authority().is_none_or(|authority| is_ours(authority.as_str(), port));
    if !names_us || !only(headers, &HOST).is_some_and(|host| is_ours(host, port)) {
        return Err(Refusal::Host);
    }
    let is_browsers = |name: &HeaderName| *name == ORIGIN || name.as_str().starts_with("sec-");
    if headers.keys().any(is_browsers) {
        return Err(Refusal::Browser);
    }
    if uri.path() != PATH || uri.query().is_some() {
        return Err(Refusal::Path);
    }
    if request.method() != Method::GET {
        return Err(Refusal::Method);
    }
    let brought = only(headers, &AUTHORIZATION).unwrap_or_default();
    if bool::from(brought.as_bytes().ct_eq(token.expose().as_bytes())) { Ok(()) } else { Err(Refusal::Token) }
}

/// A header that must be there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn is_ours(host: &str, port: u16) -> bool {
    let name = host.strip_suffix(&format!(":{port}"));
    name.is_some_and(|name| name == "127.0.0.1" || name.eq_ignore_ascii_case("localhost"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Method, address, headers, and why it is refused, if it is.
    type Case = (&'static str, &'static str, &'static [(&'static str, &'static str)], Option<Refusal>);

    #[test]
    fn only_a_program_of_this_machine_with_the_token_is_answered() {
        const HOST: (&str, &str) = ("host", "127.0.0.1:4242");
        const TOKEN: (&str, &str) = ("authorization", "s3cret");
        let cases: [Case; 22] = [
            ("GET", "/credentials", &[HOST, TOKEN], None),
            ("GET", "/credentials", &[("host", "LocalHost:4242"), TOKEN, ("accept", "*/*")], None),
            ("GET", "http://127.0.0.1:4242/credentials", &[HOST, TOKEN], None),
            ("GET", "http://evil.example:4242/credentials", &[HOST, TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[HOST, HOST, TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[("host", "127.0.0.1"), TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[("host", "127.0.0.1:4243"), TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[("host", "evil.example:4242"), TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[("host", "localhost.evil.example:4242"), TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[("host", "[::1]:4242"), TOKEN], Some(Refusal::Host)),
            ("GET", "/credentials", &[HOST, TOKEN, ("origin", "null")], Some(Refusal::Browser)),
            ("GET", "/credentials", &[HOST, TOKEN, ("Sec-Fetch-Mode", "no-cors")], Some(Refusal::Browser)),
            ("GET", "/", &[HOST, TOKEN], Some(Refusal::Path)),
            ("GET", "/credentials/", &[HOST, TOKEN], Some(Refusal::Path)),
            ("GET", "/credentials?token=s3cret", &[HOST, TOKEN], Some(Refusal::Path)),
            ("POST", "/credentials", &[HOST, TOKEN], Some(Refusal::Method)),
            ("HEAD", "/credentials", &[HOST, TOKEN], Some(Refusal::Method)),
            ("GET", "/credentials", &[HOST], Some(Refusal::Token)),
            ("GET", "/credentials", &[HOST, TOKEN, TOKEN], Some(Refusal::Token)),
            ("GET", "/credentials", &[HOST, ("authorization", "s3cre")], Some(Refusal::Token)),
            ("GET", "/credentials", &[HOST, ("authorization", "Bearer s3cret")], Some(Refusal::Token)),
        ];
        for (method, uri, headers, expected) in cases {
            let mut request = Request::builder().method(method).uri(uri);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let judged = judge(&request.body(()).unwrap(), 4242, &Secret::from("s3cret"));
            assert_eq!(judged.err(), expected, "{method} {uri} {headers:?}");
        }
    }
}
