//! An HTTP server for this machine alone: the sign-in callback, the console hand-over and the credential server.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::{HOST, HeaderMap, HeaderName};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::{JoinSet, yield_now};
use tokio::time::{sleep, sleep_until, timeout};

use super::page::Page;
use super::peer::{Peer, Peers};
use super::places::{Place, Places};

/// The largest request head read, in bytes, and the most headers in it.
const MAX_HEAD: usize = 16 << 10;
const MAX_HEADERS: usize = 64;

/// How many connections may wait to be accepted. With few, another user could fill the queue in a moment, and the
/// system would let this user's try again after a second only.
const WAITING: u32 = 4096;

/// The pause after an `accept` that failed: with no file descriptor left, the next one would fail at once as well.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// What one client may take from the others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ConnectionLimits {
    /// How many connections are served at once: so many of this user, and so many of others where these are served.
    pub(crate) connections: usize,
    /// How long a client may take to send its request.
    pub(crate) asking: Duration,
    /// How long a connection may last in all.
    pub(crate) lasting: Duration,
}

impl ConnectionLimits {
    /// For a browser, which opens a few connections before it needs them.
    pub(crate) const BROWSER: Self =
        Self { connections: 32, asking: Duration::from_secs(2), lasting: Duration::from_secs(5) };
}

/// Whose connections are served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clients {
    /// This user's, and those of which the system cannot say whose they are. Another user's end before a byte of them
    /// is read.
    ThisUser,
    /// Everybody's: a request has to prove itself.
    Everyone,
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

    fn reply(&self, request: Request<()>, peer: Peer) -> impl Future<Output = Reply<Self::Outcome>> + Send;

    /// Another user's connection was refused.
    fn refused(&self) {}
}

/// A socket of 127.0.0.1; connections wait in it from the moment it is bound.
#[derive(Debug)]
pub(crate) struct Loopback {
    socket: TcpListener,
    address: SocketAddr,
    clients: Clients,
    peers: Peers,
}

impl Loopback {
    /// Listens on this port, or on any free one if it is 0.
    ///
    /// Errors: as the system says; or it does not say whose connections are, where that counts.
    pub(crate) fn bind(port: u16, clients: Clients) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        // As the standard library does: on Windows this would let another program take the port.
        socket.set_reuseaddr(cfg!(unix))?;
        socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
        let socket = socket.listen(WAITING)?;
        let address = socket.local_addr()?;
        let peers = Peers::of(address);
        if clients == Clients::ThisUser && !peers.can_tell() {
            return Err(io::Error::new(
                io::ErrorKind::Unsupported,
                "the system does not say which user a connection is from",
            ));
        }
        Ok(Self { socket, address, clients, peers })
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers until a request brings an outcome.
    ///
    /// Connections are served side by side, so that one that sends nothing does not delay the others.
    pub(crate) async fn serve<S: Site>(&self, limits: ConnectionLimits, site: S) -> S::Outcome {
        let mut visitors = Visitors {
            port: self.address.port(),
            limits,
            site: Arc::new(site),
            connections: JoinSet::new(),
            places: Places::new(limits.connections),
        };
        loop {
            let full_until = visitors.places.full_until();
            tokio::select! {
                accepted = self.socket.accept(), if full_until.is_none() => match accepted {
                    Ok((stream, remote)) => {
                        let peer = self.peers.peer(self.address, remote);
                        if self.clients == Clients::ThisUser && peer == Peer::AnotherUser {
                            visitors.site.refused();
                        } else {
                            visitors.admit(stream, peer);
                        }
                    }
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                    // No file descriptor is left: an idle connection ends for the one that waits.
                    Err(_) if visitors.places.end_one() => yield_now().await,
                    Err(_) => sleep(ACCEPT_PAUSE).await,
                },
                () = sleep_until(full_until.unwrap_or_else(Instant::now).into()), if full_until.is_some() => {}
                Some(ended) = visitors.connections.join_next() => {
                    visitors.places.forget_ended();
                    if let Ok(Some(outcome)) = ended {
                        return outcome;
                    }
                }
            }
        }
    }
}

/// The connections that are served.
struct Visitors<S: Site> {
    port: u16,
    limits: ConnectionLimits,
    site: Arc<S>,
    connections: JoinSet<Option<S::Outcome>>,
    places: Places,
}

impl<S: Site> Visitors<S> {
    fn admit(&mut self, stream: TcpStream, peer: Peer) {
        if !self.places.make_room(peer) {
            return;
        }
        let has_asked = Arc::new(AtomicBool::new(false));
        let connection = Connection {
            port: self.port,
            peer,
            limits: self.limits,
            site: Arc::clone(&self.site),
            has_asked: Arc::clone(&has_asked),
        };
        let task = self.connections.spawn(connection.serve(stream));
        self.places.take(Place { peer, since: Instant::now(), has_asked, task });
    }
}

struct Connection<S> {
    port: u16,
    peer: Peer,
    limits: ConnectionLimits,
    site: Arc<S>,
    has_asked: Arc<AtomicBool>,
}

impl<S: Site> Connection<S> {
    /// Serves one request: a connection is cheap on loopback, and an idle one would take another client's place.
    async fn serve(self, stream: TcpStream) -> Option<S::Outcome> {
        let _ = stream.set_nodelay(true);
        // The outcome counts even if the response could not be delivered.
        let outcome = Mutex::new(None);
        let service = service_fn(|request| async {
            self.has_asked.store(true, Ordering::Relaxed);
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

pub(crate) fn not_found() -> Response<String> {
    Page::new("Nothing here").text("This address leads nowhere.").response(StatusCode::NOT_FOUND)
}

pub(crate) fn bad_request() -> Response<String> {
    Page::new("Bad request").text("This request cannot be read.").response(StatusCode::BAD_REQUEST)
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

    struct Echo;

    impl Site for Echo {
        type Outcome = String;

        fn wrong_host(&self) -> Response<String> {
            bad_request()
        }

        async fn reply(&self, request: Request<()>, _peer: Peer) -> Reply<String> {
            let outcome = request.uri().path().strip_prefix("/end/").map(str::to_owned);
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

    fn limits(connections: usize, asking: Duration) -> ConnectionLimits {
        ConnectionLimits { connections, asking, lasting: Duration::from_mins(1) }
    }

    #[tokio::test]
    async fn a_place_is_free_although_all_are_taken_and_the_outcome_counts_although_nobody_reads_the_response() {
        let server = Loopback::bind(0, Clients::ThisUser).unwrap();
        let port = server.address.port();
        let client = async {
            let mut silent = Vec::new();
            for _ in 0..4 {
                silent.push(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap());
            }
            let host = format!("Host: 127.0.0.1:{port}\r\n");
            let answer = exchange(port, &format!("GET /other HTTP/1.1\r\n{host}\r\n")).await;
            assert!(answer.starts_with("http/1.1 404 ") && answer.contains("\r\nconnection: close\r\n"), "{answer}");
            let answer = exchange(port, "GET /end/x HTTP/1.1\r\nHost: evil.example\r\n\r\n").await;
            assert!(answer.starts_with("http/1.1 400 "), "{answer}");
            let answer = exchange(port, "nonsense\r\n\r\n").await;
            assert!(answer.starts_with("http/1.1 400 "), "{answer}");
            let mut last = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
            last.write_all(format!("GET /end/well HTTP/1.1\r\n{host}\r\n").as_bytes()).await.unwrap();
        };
        let both = async { tokio::join!(server.serve(limits(2, Duration::from_mins(1)), Echo), client) };
        let (outcome, ()) = timeout(Duration::from_secs(20), both).await.expect("silent connections keep no place");
        assert_eq!(outcome, "well");
    }

    #[tokio::test]
    async fn a_connection_that_says_nothing_ends() {
        let server = Loopback::bind(0, Clients::ThisUser).unwrap();
        let client = exchange(server.address.port(), "GET /half");
        tokio::select! {
            _ = server.serve(limits(2, Duration::from_millis(50)), Echo) => unreachable!(),
            answer = client => assert!(answer.is_empty() || answer.starts_with("http/1.1 408 "), "{answer}"),
        }
    }
}
