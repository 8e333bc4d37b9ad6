//! How a browser gets a link that is a secret: from a page of this machine that leads there, once.
//!
//! Every user of the machine can read a program's arguments, so the browser is started with the page's address only.
//! Where the system says whose a connection is, the page is this user's alone. Where it cannot, the first to ask gets
//! the link; who comes later learns that somebody was there before.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Once};
use std::time::Duration;

use hyper::header::{HeaderValue, LOCATION};
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::loopback::{Clients, ConnectionLimits, Loopback, Reply, Site, bad_request, not_found};
use super::page::{Page, respond};
use super::peer::Peer;
use crate::error::{Error, Result, reason, system};
use crate::secret::Secret;
use crate::terminal;

/// How long a browser may take to start and to ask for the page.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long the page says that it was used, where another user may have been faster than this user's browser.
const AFTERWARDS: Duration = Duration::from_secs(5);

/// A page that redirects to a link once, at a path that cannot be guessed.
pub(crate) struct LinkPage {
    path: String,
    link: HeaderValue,
    is_used: AtomicBool,
    advice: &'static str,
}

/// A request for the page.
pub(crate) enum Visit {
    /// It leads to the link.
    First(Response<String>),
    /// The link was given before.
    Again(Response<String>),
    /// It only looks like a visit.
    None(Response<String>),
}

impl LinkPage {
    /// The path begins with `folder`. `advice` is what the page says to those who find it used.
    pub(crate) fn new(folder: &str, link: &Secret, advice: &'static str) -> Result<Self> {
        let mut link = HeaderValue::from_str(link.expose())
            .map_err(|_| Error::service("the service's link is not one that a browser can open"))?;
        link.set_sensitive(true);
        let path = format!("/{folder}/{}", Secret::random::<24>()?.expose());
        Ok(Self { path, link, is_used: AtomicBool::new(false), advice })
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The response to a request for this page; `None` for any other.
    pub(crate) fn visit(&self, request: &Request<()>) -> Option<Visit> {
        if request.uri().path() != self.path || request.uri().query().is_some() {
            return None;
        }
        if request.method() != Method::GET {
            return Some(Visit::None(bad_request()));
        }
        if self.is_used.swap(true, Ordering::SeqCst) {
            return Some(Visit::Again(
                Page::new("This link has been used").text(self.advice).response(StatusCode::GONE),
            ));
        }
        let mut response = respond(StatusCode::SEE_OTHER, "text/plain", String::new());
        response.headers_mut().insert(LOCATION, self.link.clone());
        Some(Visit::First(response))
    }
}

/// Has `open` start a browser with the address of a page, and redirects that browser to `link`. `print` is the command
/// that prints the link instead.
///
/// Errors: `open` starts none, none comes in time, or two come and the system cannot say which is this user's.
pub(crate) async fn hand_over(link: Secret, print: &str, open: impl AsyncFnOnce(&str) -> Result<()>) -> Result<()> {
    let remedy = format!("print the link instead: {print}");
    let server = Loopback::bind(0, Clients::ThisUser).map_err(|error| {
        Error::failed(format!("cannot serve a browser on 127.0.0.1: {}", reason(&error)))
            .with_remedy(&remedy)
            .with_any_remedy(system::shortage(&error))
            .with_source(error)
    })?;
    let advice = "This address leads to the console once, and it has been used. If your browser did not use it, \
                  another user of this machine may have: your terminal says what to do.";
    let page = LinkPage::new("console", &link, advice)?;
    open(&server.url(page.path())).await?;
    let visited = Arc::new(Notify::new());
    let handover = Handover { page, visited: Arc::clone(&visited), refused: Once::new(), remedy: remedy.clone() };
    let too_late = async {
        if timeout(PATIENCE, visited.notified()).await.is_err() {
            return Err(Error::failed("no browser has asked for the link within two minutes").with_remedy(&remedy));
        }
        sleep(AFTERWARDS).await;
        Ok(())
    };
    tokio::select! {
        given = server.serve(ConnectionLimits::BROWSER, handover) => match given {
            Given::ToThisUser => Ok(()),
            Given::ToOneOfTwo => Err(Error::failed("two programs asked for the console, and only the first got it")
                .with_remedy(format!(
                    "if that was not your browser, another user of this machine may be in the console as this role: \
                     tell your administrator\n{remedy}"
                ))),
        },
        ended = too_late => ended,
    }
}

/// Who got the link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Given {
    ToThisUser,
    /// Two asked, and one of them may have been another user.
    ToOneOfTwo,
}

struct Handover {
    page: LinkPage,
    /// Somebody got the link.
    visited: Arc<Notify>,
    refused: Once,
    remedy: String,
}

impl Site for Handover {
    type Outcome = Given;

    fn wrong_host(&self) -> Response<String> {
        bad_request()
    }

    async fn reply(&self, request: Request<()>, peer: Peer) -> Reply<Given> {
        match self.page.visit(&request) {
            Some(Visit::First(response)) => {
                self.visited.notify_one();
                Reply { response, outcome: (peer == Peer::ThisUser).then_some(Given::ToThisUser) }
            }
            Some(Visit::Again(response)) => {
                Reply { response, outcome: (peer == Peer::Unknown).then_some(Given::ToOneOfTwo) }
            }
            Some(Visit::None(response)) => response.into(),
            None => not_found().into(),
        }
    }

    fn refused(&self) {
        self.refused.call_once(|| {
            terminal::show(&format!(
                "aws-sso: refused another user's connection to the console's page\n  if that was your browser, {}\n",
                self.remedy
            ));
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://signin.example/?SigninToken=hunter2";

    fn get(path: &str) -> Request<()> {
        Request::builder().uri(path).body(()).unwrap()
    }

    #[test]
    fn the_page_leads_to_the_link_once() {
        let page = LinkPage::new("console", &LINK.into(), "It has been used.").unwrap();
        let path = page.path().to_owned();
        assert!(path.starts_with("/console/") && path.len() > 40, "{path}");
        let cases = [
            ("GET", "/console/other", None),
            ("GET", &format!("{path}?x"), None),
            ("POST", &path, Some(400)),
            ("HEAD", &path, Some(400)),
            ("GET", &path, Some(303)),
            ("GET", &path, Some(410)),
        ];
        for (method, uri, status) in cases {
            let request = Request::builder().method(method).uri(uri).body(()).unwrap();
            let Some(Visit::First(response) | Visit::Again(response) | Visit::None(response)) = page.visit(&request)
            else {
                assert_eq!(status, None, "{method} {uri}");
                continue;
            };
            assert_eq!(Some(response.status().as_u16()), status, "{method} {uri}");
            let location = response.headers().get(LOCATION).map(|value| value.to_str().unwrap());
            assert_eq!(location, (status == Some(303)).then_some(LINK), "{method} {uri}");
            assert!(!response.body().contains("hunter2"));
        }
    }

    #[tokio::test]
    async fn where_the_system_cannot_tell_the_second_to_ask_learns_that_there_was_a_first() {
        // Whose the two connections are, and what comes of each.
        let cases = [
            ([Peer::ThisUser, Peer::ThisUser], [Some(Given::ToThisUser), None]),
            ([Peer::Unknown, Peer::Unknown], [None, Some(Given::ToOneOfTwo)]),
        ];
        for (peers, outcomes) in cases {
            let page = LinkPage::new("console", &LINK.into(), "It has been used.").unwrap();
            let path = page.path().to_owned();
            let handover =
                Handover { page, visited: Arc::default(), refused: Once::new(), remedy: "print it".to_owned() };
            let first = handover.reply(get(&path), peers[0]).await;
            let second = handover.reply(get(&path), peers[1]).await;
            assert_eq!([first.outcome, second.outcome], outcomes);
            assert_eq!([first.response.status(), second.response.status()].map(|status| status.as_u16()), [303, 410]);
            assert!(second.response.body().contains("It has been used."));
        }
    }
}
