//! The server of a browser sign-in on 127.0.0.1: the page where it begins, and `/oauth/callback`, where it ends.

use std::io;

use hyper::{Method, Request, Response, StatusCode};
use subtle::ConstantTimeEq as _;

use crate::browser::Peer;
use crate::browser::loopback::{Clients, ConnectionLimits, Loopback, Reply, Site, bad_request, not_found, page};
use crate::secret::Secret;

use super::sign_in_page::SignInPage;

const PATH: &str = "/oauth/callback";

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
    pub(super) fn bind() -> io::Result<Self> {
        Ok(Self { server: Loopback::bind(0, Clients::ThisUser)? })
    }

    /// The address of a path of this server.
    pub(super) fn url(&self, path: &str) -> String {
        self.server.url(path)
    }

    pub(super) fn redirect_uri(&self) -> String {
        self.server.url(PATH)
    }

    /// Leads a browser to the sign-in, and waits for the one response that carries `state`.
    pub(super) async fn response(&self, page: SignInPage, state: Secret) -> AuthorizationResponse {
        self.server.serve(ConnectionLimits::BROWSER, CallbackSite { page, state }).await
    }
}

struct CallbackSite {
    page: SignInPage,
    state: Secret,
}

impl Site for CallbackSite {
    type Outcome = AuthorizationResponse;

    fn wrong_host(&self) -> Response<String> {
        bad_request()
    }

    async fn reply(&self, request: Request<()>, peer: Peer) -> Reply<AuthorizationResponse> {
        if let Some(response) = self.page.visit(&request, peer) {
            return response.into();
        }
        if request.uri().path() != PATH {
            return not_found().into();
        }
        if request.method() != Method::GET {
            return page(StatusCode::METHOD_NOT_ALLOWED, "This page can only be read.").into();
        }
        let Some(outcome) = read(request.uri().query().unwrap_or_default(), &self.state) else {
            // Made up, or of another sign-in: this one goes on waiting.
            let text = "This answer does not belong to the sign-in that is waiting here.";
            return page(StatusCode::BAD_REQUEST, text).into();
        };
        let text = match &outcome {
            AuthorizationResponse::Code(_) => {
                "Your browser is done here. You can close this tab and go back to your terminal."
            }
            AuthorizationResponse::Error(_) => {
                "You are not signed in. You can close this tab; your terminal says more."
            }
        };
        Reply { response: page(StatusCode::OK, text), outcome: Some(outcome) }
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

    async fn ask(method: &str, uri: &str) -> Reply<AuthorizationResponse> {
        let page = SignInPage::new("aws-sso login -p corp".to_owned(), Some("https://oidc.example/authorize")).unwrap();
        let site = CallbackSite { page, state: "s~1".into() };
        let request = Request::builder().method(method).uri(uri).body(()).unwrap();
        site.reply(request, Peer::ThisUser).await
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
            ("GET", "/favicon.ico", Err(404)),
            ("GET", "/oauth/callback/?code=c&state=s~1", Err(404)),
            ("POST", "/oauth/callback?code=c&state=s~1", Err(405)),
            ("HEAD", "/oauth/callback?code=c&state=s~1", Err(405)),
        ];
        for (method, uri, expected) in cases {
            let Reply { response, outcome } = ask(method, uri).await;
            let status = response.status().as_u16();
            assert_eq!(outcome.ok_or(status), expected, "{method} {uri}");
            assert_eq!(status, expected.err().unwrap_or(200), "{method} {uri}");
        }
    }

    #[tokio::test]
    async fn a_page_repeats_nothing_of_the_request() {
        let reply = ask("GET", "/oauth/callback?code=hunter2&state=s~1").await;
        assert!(reply.response.body().contains("close this tab"));
        assert!(!reply.response.body().contains("hunter2"));
    }
}
