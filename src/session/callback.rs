//! The server of a browser sign-in on 127.0.0.1: the page where it begins, `/oauth/callback`, to which it comes back,
//! and the page where it ends.

use std::io;
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hyper::header::{HeaderValue, LOCATION};
use hyper::{Method, Request, Response, StatusCode};
use subtle::ConstantTimeEq as _;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};

use crate::browser::Peer;
use crate::browser::loopback::{Clients, ConnectionLimits, Loopback, Reply, Site, bad_request, not_found};
use crate::browser::page::{Page, respond};
use crate::secret::Secret;

use super::end_page::{EndPages, Ended};
use super::sign_in_page::SignInPage;

const PATH: &str = "/oauth/callback";

/// Where the browser ends up: an address without the code, since browsers remember addresses.
const END: &str = "/oauth/ended";

/// How long that page waits until it is known how the sign-in has ended.
const UNCERTAIN: Duration = Duration::from_secs(3);

/// How long a browser has to get that page, once the sign-in has ended.
const AFTERWARDS: Duration = Duration::from_secs(1);

/// What the browser brings back from the service's page.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum AuthorizationResponse {
    /// A code, to be turned into tokens once.
    Code(Secret),
    /// An OAuth error, such as `access_denied`.
    Error(String),
}

/// Listens from before the link is shown until the response has come.
pub(super) struct Callback {
    server: Loopback,
}

impl Callback {
    /// Listens on this port, or on any free one.
    pub(super) fn bind(port: Option<NonZeroU16>) -> io::Result<Self> {
        Ok(Self { server: Loopback::bind(port.map_or(0, NonZeroU16::get), Clients::ThisUser)? })
    }

    /// The address of a path of this server.
    pub(super) fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    pub(super) fn redirect_uri(&self) -> String {
        self.server.url(PATH)
    }

    /// Leads a browser to the sign-in, has `finish` make what it will of the one response that carries `state`, and
    /// shows in the browser how that ended. `None` if no response came in time.
    pub(super) async fn finished<T, E>(
        &self,
        page: SignInPage,
        ends: EndPages,
        state: Secret,
        patience: Duration,
        finish: impl AsyncFnOnce(AuthorizationResponse) -> Result<T, E>,
    ) -> Option<Result<T, E>> {
        let (responses, mut response) = mpsc::channel(1);
        let (end, ended) = watch::channel(None);
        let mut is_over = ended.clone();
        let serving = async {
            let site = CallbackSite { page, ends, state, responses, is_answered: AtomicBool::new(false), ended };
            tokio::select! {
                () = self.server.serve(ConnectionLimits::BROWSER, site) => {}
                () = async {
                    let _ = is_over.wait_for(Option::is_some).await;
                    sleep(AFTERWARDS).await;
                } => {}
            }
        };
        let finishing = async {
            let response = timeout(patience, response.recv()).await.ok().flatten();
            let outcome = match response {
                Some(response) => Some(finish(response).await),
                None => None,
            };
            let is_signed_in = matches!(outcome, Some(Ok(_)));
            end.send_replace(Some(if is_signed_in { Ended::SignedIn } else { Ended::Failed }));
            outcome
        };
        let ((), outcome) = tokio::join!(serving, finishing);
        outcome
    }
}

struct CallbackSite {
    page: SignInPage,
    ends: EndPages,
    state: Secret,
    responses: mpsc::Sender<AuthorizationResponse>,
    is_answered: AtomicBool,
    ended: watch::Receiver<Option<Ended>>,
}

impl CallbackSite {
    /// Takes the response from the query of its address, and leads the browser on.
    fn take(&self, query: &str) -> Response<String> {
        let Some(response) = read(query, &self.state) else { return EndPages::foreign() };
        // A page that is loaded again brings nothing new.
        if !self.is_answered.swap(true, Ordering::SeqCst) {
            let _ = self.responses.try_send(response);
        }
        let mut onward = respond(StatusCode::SEE_OTHER, "text/plain", String::new());
        onward.headers_mut().insert(LOCATION, HeaderValue::from_static(END));
        onward
    }

    /// The page that says how the sign-in has ended, with which this server ends too.
    async fn end(&self) -> Reply<()> {
        let mut ended = self.ended.clone();
        let ended = timeout(UNCERTAIN, ended.wait_for(Option::is_some)).await.ok().and_then(|ended| *ended.ok()?);
        Reply { response: self.ends.response(ended), outcome: ended.map(drop) }
    }
}

impl Site for CallbackSite {
    type Outcome = ();

    fn wrong_host(&self) -> Response<String> {
        bad_request()
    }

    async fn reply(&self, request: Request<()>, peer: Peer) -> Reply<()> {
        if let Some(response) = self.page.visit(&request, peer) {
            return response.into();
        }
        match (request.method(), request.uri().path()) {
            (&Method::GET, END) if self.is_answered.load(Ordering::SeqCst) => self.end().await,
            (&Method::GET, PATH) => self.take(request.uri().query().unwrap_or_default()).into(),
            (_, PATH) => Page::new("Bad request")
                .text("This page can only be read.")
                .response(StatusCode::METHOD_NOT_ALLOWED)
                .into(),
            _ => not_found().into(),
        }
    }

    fn refused(&self) {
        self.page.refused();
    }
}
/// The response in a query, if it belongs to the sign-in with this state.
fn read(query: &str, state: &Secret) -> Option<AuthorizationResponse> {
    let brought = once(query, "state")?;
    // In constant time, so that a page cannot find out the state by measuring.
    if !bool::from(brought.as_bytes().ct_eq(state.expose().as_bytes())) {
        return None;
    }
    let given = |name| once(query, name).filter(|value| !value.is_empty());
    if let Some(error) = given("error") {
        return Some(AuthorizationResponse::Error(error));
    }
    given("code").map(|code| AuthorizationResponse::Code(code.into()))
}

/// The value of a parameter that is there exactly once: the service repeats none, so a repeated one is not the
/// service's.
fn once(query: &str, name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name).map(|(_, value)| value);
    let value = values.next()?;
    // What is not UTF-8 is read as U+FFFD. The service sends nothing of that kind.
    let is_whole = values.next().is_none() && !value.contains(char::REPLACEMENT_CHARACTER);
    is_whole.then(|| value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws_config::directory::Directory;

    /// What comes of a request, and the site's answer.
    async fn ask(method: &str, uri: &str) -> (Option<AuthorizationResponse>, Response<String>) {
        let page = SignInPage::new("aws-sso login -p corp".to_owned(), Some("https://oidc.example/authorize")).unwrap();
        let (responses, mut response) = mpsc::channel(1);
        let site = CallbackSite {
            page,
            ends: EndPages::new(&directory()),
            state: "s~1".into(),
            responses,
            is_answered: AtomicBool::new(false),
            ended: watch::channel(None).1,
        };
        let request = Request::builder().method(method).uri(uri).body(()).unwrap();
        let reply = site.reply(request, Peer::ThisUser).await;
        assert!(reply.outcome.is_none(), "the browser is still to be shown the last page");
        (response.try_recv().ok(), reply.response)
    }

    fn directory() -> Directory {
        Directory {
            name: "corp".to_owned(),
            session: Some("corp".to_owned()),
            start_url: "https://corp.awsapps.com/start".to_owned(),
            region: "eu-west-1".parse().unwrap(),
            scopes: Vec::new(),
            redirect_port: None,
        }
    }

    #[tokio::test]
    async fn only_a_request_with_the_state_and_one_code_or_error_is_the_response() {
        let code = |code: &str| Ok(AuthorizationResponse::Code(code.into()));
        let error = |error: &str| Ok(AuthorizationResponse::Error(error.to_owned()));
        let cases = [
            ("GET", "/oauth/callback?code=a%2Fb&state=s~1", code("a/b")),
            ("GET", "/oauth/callback?state=s%7e1&code=c&x=y", code("c")),
            ("GET", "/oauth/callback?error=access_denied&state=s~1", error("access_denied")),
            ("GET", "/oauth/callback?error=access_denied&code=c&state=s~1", error("access_denied")),
            ("GET", "/oauth/callback?code=c&state=other", Err(400)),
            ("GET", "/oauth/callback?code=c", Err(400)),
            ("GET", "/oauth/callback?code=c&state=s~1&state=s~1", Err(400)),
            ("GET", "/oauth/callback?code=c&state=s~1&st%61te=s~1", Err(400)),
            ("GET", "/oauth/callback?code=c&code=d&state=s~1", Err(400)),
            ("GET", "/oauth/callback?code=&state=s~1", Err(400)),
            ("GET", "/oauth/callback?code=%FF&state=s~1", Err(400)),
            ("GET", "/oauth/callback?error=access_denied", Err(400)),
            ("GET", "/oauth/callback?error=&code=c&state=s~1", code("c")),
            ("GET", "/oauth/callback?error=&state=s~1", Err(400)),
            ("GET", "/oauth/callback", Err(400)),
            ("GET", "/sign-in/guessed", Err(404)),
            ("GET", "/oauth/ended", Err(404)),
            ("GET", "/favicon.ico", Err(404)),
            ("GET", "/oauth/callback/?code=c&state=s~1", Err(404)),
            ("POST", "/oauth/callback?code=c&state=s~1", Err(405)),
            ("HEAD", "/oauth/callback?code=c&state=s~1", Err(405)),
        ];
        for (method, uri, expected) in cases {
            let (outcome, response) = ask(method, uri).await;
            let status = response.status().as_u16();
            assert_eq!(outcome.ok_or(status), expected, "{method} {uri}");
            assert_eq!(status, expected.err().unwrap_or(303), "{method} {uri}");
        }
    }

    #[tokio::test]
    async fn the_browser_goes_on_to_an_address_without_the_code() {
        let (_, response) = ask("GET", "/oauth/callback?code=hunter2&state=s~1").await;
        assert_eq!(response.headers()[LOCATION], END);
        assert!(!response.body().contains("hunter2"));
    }
}
