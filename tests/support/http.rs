//! HTTP without a library: one request, and a server with prepared responses.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

/// One GET, with the server's own address in the header `Host` unless `host` is given.
pub fn get(base: &str, target: &str, host: Option<&str>) -> String {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let host = host.unwrap_or(address);
    stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Where the address of a page on this machine leads a browser.
#[track_caller]
pub fn redirection(address: &str) -> String {
    let path = address.find("//").and_then(|host| Some(host + 2 + address[host + 2..].find('/')?));
    let (base, target) = address.split_at(path.unwrap());
    let answer = get(base, target, None);
    let location = answer.lines().find_map(|line| line.strip_prefix("location: "));
    location.unwrap_or_else(|| panic!("{address} leads nowhere: {answer}")).to_owned()
}

/// Brings the service's answer back as a browser does, and returns the page at which that ends.
#[track_caller]
pub fn bring_back(callback: &str) -> String {
    let end = redirection(callback);
    get(split(callback).0, &end, None)
}

/// The value of a parameter of a link.
pub fn parameter(link: &str, name: &str) -> String {
    let (_, query) = link.split_once('?').unwrap();
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap();
    percent_encoding::percent_decode_str(value).decode_utf8().unwrap().into_owned()
}

/// The server and the target of a callback address.
pub fn split(callback: &str) -> (&str, &str) {
    callback.split_at(callback.find("/oauth").unwrap())
}

/// A server that gives each connection the next of its responses, and repeats the last one.
pub struct PreparedServer {
    pub address: SocketAddr,
    /// The head of each request so far.
    pub heads: Arc<Mutex<Vec<String>>>,
    /// Whether it answers, or holds all answers back.
    answers: Arc<(Mutex<bool>, Condvar)>,
}

impl PreparedServer {
    pub fn with<T: AsRef<str>>(answers: impl IntoIterator<Item = T>) -> Self {
        let server = Self::held(answers);
        server.release();
        server
    }

    /// One that answers only after `release`.
    pub fn held<T: AsRef<str>>(answers: impl IntoIterator<Item = T>) -> Self {
        let answers: Vec<String> = answers.into_iter().map(|answer| answer.as_ref().to_owned()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&heads);
        let gate = Arc::new((Mutex::new(false), Condvar::new()));
        let opened = Arc::clone(&gate);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let head = read_head(&mut stream);
                skip_body(&head, &mut stream);
                let answer = {
                    let mut seen = seen.lock().unwrap();
                    seen.push(head);
                    &answers[(seen.len() - 1).min(answers.len() - 1)]
                };
                let (is_open, changed) = &*opened;
                drop(changed.wait_while(is_open.lock().unwrap(), |is_open| !*is_open).unwrap());
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        Self { address, heads, answers: gate }
    }

    /// Answers from now on.
    pub fn release(&self) {
        *self.answers.0.lock().unwrap() = true;
        self.answers.1.notify_all();
    }

    pub fn count(&self) -> usize {
        self.heads.lock().unwrap().len()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// A server that accepts connections and never says anything.
pub struct SilentServer {
    pub address: SocketAddr,
    connections: Arc<Mutex<Vec<TcpStream>>>,
}

impl SilentServer {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(Mutex::new(Vec::new()));
        let held = Arc::clone(&connections);
        thread::spawn(move || {
            for stream in listener.incoming() {
                held.lock().unwrap().push(stream.unwrap());
            }
        });
        Self { address, connections }
    }

    /// How many connections there have been.
    pub fn count(&self) -> usize {
        self.connections.lock().unwrap().len()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

/// An address that swallows new connections, as a firewall does: its queue is full.
pub struct SwallowingServer {
    pub address: SocketAddr,
    _runtime: tokio::runtime::Runtime,
    _listener: tokio::net::TcpListener,
    _queued: Vec<TcpStream>,
}

impl SwallowingServer {
    pub fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            socket.listen(1).unwrap()
        });
        let address = listener.local_addr().unwrap();
        let connect = || TcpStream::connect_timeout(&address, Duration::from_millis(300));
        let queued = std::iter::from_fn(|| connect().ok()).collect();
        Self { address, _runtime: runtime, _listener: listener, _queued: queued }
    }
}

pub fn read_head(stream: &mut TcpStream) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
        head.push(byte[0]);
    }
    String::from_utf8(head).unwrap()
}

/// Reads the body: a connection that is closed before is reset, and the response may be lost.
fn skip_body(head: &str, stream: &mut TcpStream) {
    let length =
        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let _ = std::io::copy(&mut stream.take(length.unwrap_or(0)), &mut std::io::sink());
}

pub fn response(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// A role's credentials, and a token, that arrive late.
pub const LATE_ROLE: &str = r#"{"roleCredentials":{"accessKeyId":"ASIALATE","secretAccessKey":"s",
    "sessionToken":"t","expiration":EXPIRATION}}"#;
pub const LATE_TOKEN: &str = r#"{"accessToken":"late","tokenType":"Bearer","expiresIn":3600,"refreshToken":"r"}"#;

/// Responses with these bodies, whose credentials are valid for an hour.
pub fn answers(bodies: &[&str]) -> Vec<String> {
    let soon = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    bodies.iter().map(|body| response("200 OK", "", &body.replace("EXPIRATION", &soon.to_string()))).collect()
}
