//! The one page that a browser sign-in ends at: `http://127.0.0.1:PORT/oauth/callback`.

use std::time::Duration;

use percent_encoding::percent_decode_str;
use subtle::ConstantTimeEq;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::secret::Secret;

const PATH: &str = "/oauth/callback";

/// The largest request head read.
const MAX_HEAD: usize = 16 << 10;

/// How long one connection may take to ask and to be answered.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many connections are served at once; a browser opens a few ahead of need.
const CONNECTIONS: usize = 32;

/// What the browser brought.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A code, to be turned into tokens once.
    Code(Secret),
    /// An OAuth error, such as `access_denied`.
    Error(String),
}

/// Bound to this machine alone from before the link is shown until the answer has come.
pub(crate) struct Listener {
    socket: TcpListener,
    port: u16,
}

impl Listener {
    pub(crate) async fn bind() -> Result<Self> {
        let failed = |error: std::io::Error| {
            Error::failed(format!("cannot listen on 127.0.0.1 for the browser's answer: {error}"))
                .with_remedy("run: aws-sso login --device-code")
        };
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
        let port = socket.local_addr().map_err(failed)?.port();
        Ok(Self { socket, port })
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://127.0.0.1:{}{PATH}", self.port)
    }

    /// Waits for the one answer that carries `state`.
    ///
    /// Connections are served side by side: one that says nothing does not keep the browser's own waiting.
    pub(crate) async fn answer(&self, state: &Secret) -> Result<Answer> {
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept(), if connections.len() < CONNECTIONS => {
                    // A connection that is gone before it is accepted is no reason to stop listening.
                    if let Ok((stream, _)) = accepted {
                        let (port, state) = (self.port, state.clone());
                        connections.spawn(async move {
                            tokio::time::timeout(PATIENCE, serve(stream, port, &state)).await.ok().flatten()
                        });
                    }
                }
                Some(served) = connections.join_next() => {
                    if let Ok(Some(answer)) = served {
                        return Ok(answer);
                    }
                }
            }
        }
    }
}

async fn serve(mut stream: TcpStream, port: u16, state: &Secret) -> Option<Answer> {
    let head = read_head(&mut stream).await?;
    let reply = reply(&head, port, state);
    let (status, text) = reply.page();
    // The answer counts even if its page could not be delivered.
    let _ = stream.write_all(page(status, text).as_bytes()).await;
    let _ = stream.shutdown().await;
    match reply {
        Reply::Answer(answer) => Some(answer),
        _ => None,
    }
}

pub(crate) async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        head.extend_from_slice(&buffer[..read]);
        if head.len() > MAX_HEAD {
            return None;
        }
    }
    String::from_utf8(head).ok()
}

/// What a request is told.
#[derive(Debug)]
enum Reply {
    Answer(Answer),
    /// Of another sign-in, or made up: this one goes on waiting.
    Foreign,
    NotFound,
    MethodNotAllowed,
    Malformed,
}

impl Reply {
    fn page(&self) -> (&'static str, &'static str) {
        match self {
            Self::Answer(Answer::Code(_)) => {
                ("200 OK", "Your browser is done here. You can close this tab and go back to your terminal.")
            }
            Self::Answer(Answer::Error(_)) => {
                ("200 OK", "You are not signed in. You can close this tab; your terminal says more.")
            }
            Self::Foreign => ("400 Bad Request", "This answer does not belong to the sign-in that is waiting here."),
            Self::NotFound => ("404 Not Found", "There is nothing here."),
            Self::MethodNotAllowed => ("405 Method Not Allowed", "This page can only be read."),
            Self::Malformed => ("400 Bad Request", "This request cannot be read."),
        }
    }
}

fn reply(head: &str, port: u16, state: &Secret) -> Reply {
    let mut words = head.split("\r\n").next().unwrap_or_default().split(' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next())
    else {
        return Reply::Malformed;
    };
    if !version.starts_with("HTTP/1.") || !is_for(head, port) {
        return Reply::Malformed;
    }
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match (path, method) {
        (PATH, "GET") => answer(query, state),
        (PATH, _) => Reply::MethodNotAllowed,
        _ => Reply::NotFound,
    }
}

/// Whether a request names this very server, and nothing else, as its host.
///
/// Another name for this address may be a page in the browser that has rebound its own name to 127.0.0.1.
pub(crate) fn is_for(head: &str, port: u16) -> bool {
    let mut hosts = head.split("\r\n").skip(1).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("host").then_some(value.trim())
    });
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let is_ours = hosts.next().is_some_and(|host| ours.iter().any(|name| name.eq_ignore_ascii_case(host)));
    is_ours && hosts.next().is_none()
}

fn answer(query: &str, state: &Secret) -> Reply {
    let value = |name: &str| {
        let mut values = query.split('&').filter_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name));
        let (_, value) = values.next()?;
        // Twice the same parameter is nothing that the service sends.
        values.next().is_none().then(|| decode(value))?
    };
    let Some(brought) = value("state") else { return Reply::Foreign };
    if !bool::from(brought.as_bytes().ct_eq(state.expose().as_bytes())) {
        return Reply::Foreign;
    }
    match (value("error"), value("code")) {
        (Some(error), _) => Reply::Answer(Answer::Error(error)),
        (None, Some(code)) if !code.is_empty() => Reply::Answer(Answer::Code(code.into())),
        _ => Reply::Foreign,
    }
}

fn decode(value: &str) -> Option<String> {
    percent_decode_str(&value.replace('+', " ")).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// A page without assets, kept nowhere; the script takes the code out of the browser's history.
pub(crate) fn page(status: &str, text: &str) -> String {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>aws-sso</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;\
         margin:20vh auto;padding:0 1rem}}</style>\
         <script>history.replaceState(null,'',location.pathname)</script>\
         <h1>aws-sso</h1><p>{text}</p></html>\n"
    );
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n\
         Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
         frame-ancestors 'none'\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(request: &str) -> String {
        let reply = reply(&format!("{request}\r\n\r\n"), 4242, &Secret::from("s~1"));
        match reply {
            Reply::Answer(Answer::Code(code)) => format!("code {}", code.expose()),
            Reply::Answer(Answer::Error(error)) => format!("error {error}"),
            other => other.page().0.to_owned(),
        }
    }

    #[test]
    fn one_request_in_many_is_the_answer() {
        let ours = "HTTP/1.1\r\nHost: 127.0.0.1:4242";
        let cases = [
            (format!("GET /oauth/callback?code=a%2Fb&state=s~1 {ours}"), "code a/b"),
            (format!("GET /oauth/callback?state=s%7e1&code=c&x=y {ours}"), "code c"),
            ("GET /oauth/callback?code=c&state=s~1 HTTP/1.1\r\nhOsT:  localhost:4242".to_owned(), "code c"),
            (format!("GET /oauth/callback?error=access_denied&state=s~1 {ours}"), "error access_denied"),
            (format!("GET /oauth/callback?code=c&state=other {ours}"), "400 Bad Request"),
            (format!("GET /oauth/callback?code=c {ours}"), "400 Bad Request"),
            (format!("GET /oauth/callback?code=c&state=s~1&state=s~1 {ours}"), "400 Bad Request"),
            (format!("GET /oauth/callback?code=&state=s~1 {ours}"), "400 Bad Request"),
            (format!("GET /oauth/callback?error=access_denied {ours}"), "400 Bad Request"),
            (format!("GET /oauth/callback {ours}"), "400 Bad Request"),
            (format!("GET /favicon.ico {ours}"), "404 Not Found"),
            (format!("GET /oauth/callback/?code=c&state=s~1 {ours}"), "404 Not Found"),
            (format!("POST /oauth/callback?code=c&state=s~1 {ours}"), "405 Method Not Allowed"),
            ("GET /oauth/callback?code=c&state=s~1 HTTP/1.1\r\nHost: evil.example:4242".to_owned(), "400 Bad Request"),
            ("GET /oauth/callback?code=c&state=s~1 HTTP/1.1\r\nHost: 127.0.0.1".to_owned(), "400 Bad Request"),
            ("GET /oauth/callback?code=c&state=s~1 HTTP/1.1".to_owned(), "400 Bad Request"),
            (format!("GET /oauth/callback?code=c&state=s~1 {ours}\r\nHost: evil.example"), "400 Bad Request"),
            ("nonsense".to_owned(), "400 Bad Request"),
        ];
        for (request, expected) in cases {
            assert_eq!(told(&request), expected, "{request}");
        }
    }

    #[test]
    fn a_page_repeats_nothing_of_the_request_and_is_kept_nowhere() {
        let page = page("200 OK", Reply::Answer(Answer::Code("hunter2".into())).page().1);
        assert!(!page.contains("hunter2"));
        for header in ["Cache-Control: no-store", "Referrer-Policy: no-referrer", "Connection: close"] {
            assert!(page.contains(header), "{header}");
        }
        assert!(page.contains("close this tab"));
    }
}
