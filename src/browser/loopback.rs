//! An HTTP server for this machine alone: the sign-in callback, the console hand-over and the credential server.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// The largest request head read, in bytes, and the most headers in it.
const MAX_HEAD: usize = 16 << 10;
const MAX_HEADERS: usize = 64;

/// The pause after an `accept` that failed: with no file descriptor left, the next one would fail at once as well.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'";

/// What one client may take from the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionLimits {
    /// How many connections are served at once; the next one waits until one of them ends.
    pub(crate) connections: usize,
    /// How long a client may take to send its request.
    pub(crate) asking: Duration,
    /// How long a connection may last in all.
    pub(crate) lasting: Duration,
}

impl ConnectionLimits {
    /// For a browser, which opens a few connections before it needs them.
    pub(crate) const BROWSER: Self =
        Self { connections: 32, asking: Duration::from_secs(10), lasting: Duration::from_secs(10) };
}

/// A response, and the outcome that ends the server, if the request has brought it.
pub(crate) struct Reply<T> {
    pub(crate) response: Response<String>,
    pub(crate) outcome: Option<T>,
}

impl<T> From<Response<String>> for Reply<T> {
    fn from(response: Response<String>) -> Self {
        Self { response, outcome: None }
    }
}

/// What a server answers to the requests that are meant for it.
pub(crate) trait Site: Send + Sync + 'static {
    type Outcome: Send + 'static;

    /// The response to a request for another host name.
    fn wrong_host(&self) -> Response<String>;

    fn reply(&self, request: Request<()>, peer: SocketAddr) -> impl Future<Output = Reply<Self::Outcome>> + Send;
}

/// A socket of 127.0.0.1; connections wait in it from the moment it is bound.
#[derive(Debug)]
pub(crate) struct Loopback {
    socket: TcpListener,
    port: u16,
}

impl Loopback {
    /// Listens on this port, or on any free one if it is 0.
    pub(crate) async fn bind(port: u16) -> io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = socket.local_addr()?.port();
        Ok(Self { socket, port })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Answers until a request brings an outcome.
    ///
    /// Connections are served side by side, so that one that sends nothing does not delay the others.
    pub(crate) async fn serve<S: Site>(&self, limits: ConnectionLimits, site: S) -> S::Outcome {
        let site = Arc::new(site);
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept(), if connections.len() < limits.connections => match accepted {
                    Ok((stream, peer)) => {
                        let connection = Connection { port: self.port, peer, limits, site: Arc::clone(&site) };
                        connections.spawn(connection.serve(stream));
                    }
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
                Some(ended) = connections.join_next() => {
                    if let Ok(Some(outcome)) = ended {
                        return outcome;
                    }
                }
            }
        }
    }
}

struct Connection<S> {
    port: u16,
    peer: SocketAddr,
    limits: ConnectionLimits,
    site: Arc<S>,
}

impl<S: Site> Connection<S> {
    /// Serves one request: a connection is cheap on loopback, and an idle one would take another client's place.
    async fn serve(self, stream: TcpStream) -> Option<S::Outcome> {
        let _ = stream.set_nodelay(true);
        // The outcome counts even if the response could not be delivered.
        let outcome = Mutex::new(None);
        let service = service_fn(|request| async {
            let reply = self.reply(request).await;
            *outcome.lock().unwrap_or_else(PoisonError::into_inner) = reply.outcome;
            Ok::<_, Infallible>(reply.response)
        });
        let exchange = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.asking)
            .max_buf_size(MAX_HEAD)
            .max_headers(MAX_HEADERS)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), service);
        // Neither an error nor the end of the time matters here: both end this one connection.
        let _ = timeout(self.limits.lasting, exchange).await;
        outcome.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    async fn reply(&self, request: Request<Incoming>) -> Reply<S::Outcome> {
        // No request that is answered has a body.
        let request = request.map(drop);
        if names_this_server(&request, self.port) {
            self.site.reply(request, self.peer).await
        } else {
            self.site.wrong_host().into()
        }
    }
}

/// Whether a request names this very server, and nothing else, as its host.
///
/// A web page can have its own host name resolve to 127.0.0.1 (DNS rebinding). Its browser then takes this server for
/// the page's own, but names the page's host. The port says nothing about that, and AWS's common runtime leaves it out.
fn names_this_server<B>(request: &Request<B>, port: u16) -> bool {
    let is_ours = |host: &str| {
        let name = host.strip_suffix(&format!(":{port}")).unwrap_or(host);
        matches!(name, "127.0.0.1" | "[::1]") || name.eq_ignore_ascii_case("localhost")
    };
    // An absolute address in the request line has precedence over the header.
    request.uri().authority().is_none_or(|authority| is_ours(authority.as_str()))
        && only(request.headers(), &HOST).is_some_and(is_ours)
}

/// The value of a header that is there exactly once.
pub(crate) fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// A response that nothing caches, and that no browser takes for another type or names to another site.
pub(crate) fn respond(status: StatusCode, content_type: &'static str, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// A page that needs no other file. Its script takes the address's query, which may hold a code, out of the browser's
/// history.
pub(crate) fn page(status: StatusCode, text: &str) -> Response<String> {
    let body = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>aws-sso</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>:root{{color-scheme:light dark}}body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;\
         margin:20vh auto;padding:0 1rem}}</style>\
         <script>history.replaceState(null,'',location.pathname)</script>\
         <h1>aws-sso</h1><p>{text}</p></html>\n"
    );
    let mut response = respond(status, "text/html; charset=utf-8", body);
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
    response
}

pub(crate) fn not_found() -> Response<String> {
    page(StatusCode::NOT_FOUND, "There is nothing here.")
}

pub(crate) fn bad_request() -> Response<String> {
    page(StatusCode::BAD_REQUEST, "This request cannot be read.")
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[test]
    fn only_the_servers_own_name_is_accepted_and_only_once() {
        let ours = "127.0.0.1:4242";
        let cases: [(&str, &[&str], bool); 18] = [
            ("/", &[ours], true),
            ("/", &["LocalHost:4242"], true),
            ("http://127.0.0.1:4242/", &[ours], true),
            ("http://evil.example:4242/", &[ours], false),
            ("http://evil.example@127.0.0.1:4242/", &[ours], false),
            ("http://127.0.0.1:4242/", &["evil.example"], false),
            ("/", &[], false),
            ("/", &[ours, ours], false),
            ("/", &[ours, "evil.example"], false),
            ("/", &["127.0.0.1"], true),
            ("/", &["Localhost"], true),
            ("/", &["[::1]"], true),
            ("/", &["127.0.0.1:4243"], false),
            ("/", &["127.0.0.1:"], false),
            ("/", &["evil.example:4242"], false),
            ("/", &["localhost.evil.example:4242"], false),
            ("/", &["localhost.evil.example"], false),
            ("/", &["[::1]:4242"], true),
        ];
        for (uri, hosts, expected) in cases {
            let request = hosts.iter().fold(Request::builder().uri(uri), |request, host| request.header(HOST, *host));
            assert_eq!(names_this_server(&request.body(()).unwrap(), 4242), expected, "{uri} {hosts:?}");
        }
    }

    #[test]
    fn a_page_is_kept_nowhere_and_loads_nothing() {
        let response = page(StatusCode::OK, "You can close this tab.");
        let header = |name| response.headers()[name].to_str().unwrap();
        assert_eq!(header(CACHE_CONTROL), "no-store");
        assert_eq!(header(REFERRER_POLICY), "no-referrer");
        assert_eq!(header(X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert!(header(CONTENT_SECURITY_POLICY).starts_with("default-src 'none'; "));
        assert!(response.body().contains("close this tab"));
    }

    struct Echo;

    impl Site for Echo {
        type Outcome = String;

        fn wrong_host(&self) -> Response<String> {
            bad_request()
        }

        async fn reply(&self, request: Request<()>, peer: SocketAddr) -> Reply<String> {
            let outcome = (request.uri().path() == "/end").then(|| peer.to_string());
            Reply { response: not_found(), outcome }
        }
    }

    async fn exchange(port: u16, request: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer.to_lowercase()
    }

    #[tokio::test]
    async fn silent_connections_end_and_the_outcome_counts_although_nobody_reads_the_response() {
        let limits =
            ConnectionLimits { connections: 2, asking: Duration::from_millis(50), lasting: Duration::from_secs(5) };
        let server = Loopback::bind(0).await.unwrap();
        let port = server.port();
        let client = async {
            let mut silent = Vec::new();
            for _ in 0..4 {
                silent.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap());
            }
            let host = format!("Host: 127.0.0.1:{port}\r\n");
            let answer = exchange(port, &format!("GET /other HTTP/1.1\r\n{host}\r\n")).await;
            assert!(answer.starts_with("http/1.1 404 ") && answer.contains("\r\nconnection: close\r\n"), "{answer}");
            let answer = exchange(port, "GET /end HTTP/1.1\r\nHost: evil.example\r\n\r\n").await;
            assert!(answer.starts_with("http/1.1 400 "), "{answer}");
            let answer = exchange(port, "nonsense\r\n\r\n").await;
            assert!(answer.starts_with("http/1.1 400 "), "{answer}");
            let mut last = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
            last.write_all(format!("GET /end HTTP/1.1\r\n{host}\r\n").as_bytes()).await.unwrap();
            last.local_addr().unwrap().to_string()
        };
        let (outcome, address) = tokio::join!(server.serve(limits, Echo), client);
        assert_eq!(outcome, address);
    }
}
