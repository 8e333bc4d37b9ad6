//! How a browser gets a link that is a secret: from a page of this machine that leads there, once.
//!
//! Every user of the machine can read a program's arguments, so the browser is started with the page's address only.
//! The page redirects the first request to the link, so on Linux the request must come from this user's own connection.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::header::{HeaderValue, LOCATION};
use hyper::{Method, Request, Response, StatusCode};

use super::loopback::{ConnectionLimits, Loopback, Reply, Site, bad_request, not_found, page, respond};
use super::peer;
use crate::error::{Error, Result, reason};
use crate::secret::Secret;

/// How long a browser may take to start and to ask for the page.
const PATIENCE: Duration = Duration::from_mins(2);

const REMEDY: &str = "print the link instead: aws-sso console --print";

/// Has `open` start a browser with the address of a page, and redirects that browser to `link`.
///
/// Errors: `open` starts none, or none comes in time.
pub(crate) async fn hand_over(link: Secret, open: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let server = Loopback::bind(0).await.map_err(|error| {
        Error::failed(format!("cannot listen on 127.0.0.1 for the browser: {}", reason(&error)))
            .with_remedy(REMEDY)
            .with_source(error)
    })?;
    let path = format!("/console/{}", Secret::random::<24>()?.expose());
    open(&server.url(&path))?;
    let handover = Handover { port: server.port(), path, link, is_used: AtomicBool::new(false) };
    tokio::time::timeout(PATIENCE, server.serve(ConnectionLimits::BROWSER, handover))
        .await
        .map_err(|_| Error::failed("no browser has asked for the link within two minutes").with_remedy(REMEDY))
}

struct Handover {
    port: u16,
    path: String,
    link: Secret,
    is_used: AtomicBool,
}

impl Site for Handover {
    /// The link was given to a browser.
    type Outcome = ();

    fn wrong_host(&self) -> Response<String> {
        bad_request()
    }

    async fn reply(&self, request: Request<()>, peer: SocketAddr) -> Reply<()> {
        self.judge(&request, || peer::is_another_users(peer, self.port))
    }
}

impl Handover {
    fn judge(&self, request: &Request<()>, is_another_users: impl FnOnce() -> bool) -> Reply<()> {
        if request.method() != Method::GET {
            return bad_request().into();
        }
        let is_page = request.uri().path() == self.path && request.uri().query().is_none();
        // Another user must not learn that the page exists.
        if !is_page || is_another_users() {
            return not_found().into();
        }
        // A link that is no header value is none that AWS has made.
        let Ok(mut location) = HeaderValue::from_str(self.link.expose()) else { return bad_request().into() };
        if self.is_used.swap(true, Ordering::SeqCst) {
            return page(StatusCode::GONE, "This link has been used. Run aws-sso console again.").into();
        }
        location.set_sensitive(true);
        let mut response = respond(StatusCode::SEE_OTHER, "text/plain", String::new());
        response.headers_mut().insert(LOCATION, location);
        Reply { response, outcome: Some(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_given_once_to_this_users_browser() {
        let handover = Handover {
            port: 4242,
            path: "/console/s".to_owned(),
            link: "https://signin.example/?SigninToken=hunter2".into(),
            is_used: AtomicBool::new(false),
        };
        let cases = [
            ("GET", "/console/other", false, 404),
            ("GET", "/console/s?x", false, 404),
            ("POST", "/console/s", false, 400),
            ("HEAD", "/console/s", false, 400),
            ("GET", "/console/s", true, 404),
            ("GET", "/console/s", false, 303),
            ("GET", "/console/s", false, 410),
        ];
        for (method, uri, is_another_users, status) in cases {
            let request = Request::builder().method(method).uri(uri).body(()).unwrap();
            let Reply { response, outcome } = handover.judge(&request, || is_another_users);
            assert_eq!(response.status(), status, "{method} {uri}");
            assert_eq!(outcome.is_some(), status == 303, "{method} {uri}");
            let location = response.headers().get(LOCATION).map(|value| value.to_str().unwrap());
            assert_eq!(location, outcome.map(|()| "https://signin.example/?SigninToken=hunter2"), "{method} {uri}");
            assert!(!response.body().contains("hunter2"));
        }
    }
}
