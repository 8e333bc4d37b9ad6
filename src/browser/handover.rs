//! How a browser gets a link that is a secret: from a page of this machine that leads there, once.
//!
//! A program's arguments can be read by every user of the machine, so the browser is started with the page's address
//! only. That leads to the link for the first who asks, so on Linux it is asked whose connection it is.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::error::{Error, Result};
use crate::secret::Secret;
use crate::session::authorization_code::random_text;
use crate::session::callback::{is_for, page, read_head};

/// How long a browser has to start and to ask.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long one connection may take.
const TURN: Duration = Duration::from_secs(10);

/// How many connections are served at once.
const CONNECTIONS: usize = 32;

/// What all connections share.
struct Page {
    port: u16,
    path: String,
    link: Secret,
    taken: AtomicBool,
}

/// Has `open` start a browser with the address of a page, and leads that browser on to `link`.
///
/// Errors: `open` starts none, or none comes in time.
pub(crate) async fn hand_over(link: Secret, open: impl FnOnce(&str) -> Result<()>) -> Result<()> {
    let failed = |error: std::io::Error| {
        Error::failed(format!("cannot listen on 127.0.0.1 for the browser: {error}"))
            .with_remedy("print the link instead: aws-sso console --print")
    };
    let socket = TcpListener::bind(("127.0.0.1", 0)).await.map_err(failed)?;
    let port = socket.local_addr().map_err(failed)?.port();
    let path = format!("/console/{}", random_text::<24>()?.expose());
    let page = Arc::new(Page { port, path, link, taken: AtomicBool::new(false) });
    open(&format!("http://127.0.0.1:{port}{}", page.path))?;
    tokio::time::timeout(PATIENCE, serve(&socket, &page)).await.map_err(|_| {
        Error::failed("no browser has come for the link within two minutes")
            .with_remedy("print the link instead: aws-sso console --print")
    })
}

/// Serves connections side by side until the link is taken.
async fn serve(socket: &TcpListener, page: &Arc<Page>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = socket.accept(), if connections.len() < CONNECTIONS => {
                if let Ok((stream, peer)) = accepted {
                    let page = Arc::clone(page);
                    connections.spawn(async move {
                        tokio::time::timeout(TURN, answer(stream, peer, &page)).await.unwrap_or(false)
                    });
                }
            }
            Some(served) = connections.join_next() => {
                if served.is_ok_and(|took| took) {
                    return;
                }
            }
        }
    }
}

/// Whether this connection has taken the link.
async fn answer(mut stream: TcpStream, peer: SocketAddr, page: &Page) -> bool {
    let Some(head) = read_head(&mut stream).await else { return false };
    let reply = page.reply(&head, is_another_users(peer, page.port));
    let took = matches!(reply, Reply::Link);
    let _ = stream.write_all(page.text(&reply).as_bytes()).await;
    let _ = stream.shutdown().await;
    took
}

#[derive(Debug, PartialEq, Eq)]
enum Reply {
    Link,
    Gone,
    NotFound,
    Malformed,
}

impl Page {
    fn reply(&self, head: &str, is_foreign: bool) -> Reply {
        let request = head.lines().next().unwrap_or_default();
        let target = request.strip_prefix("GET ").and_then(|rest| rest.split_once(" HTTP/1."));
        match target {
            _ if !is_for(head, self.port) => Reply::Malformed,
            // Whoever cannot be this browser is told nothing, not even that the page is there.
            Some((target, _)) if target == self.path && !is_foreign => {
                if self.taken.swap(true, Ordering::SeqCst) {
                    Reply::Gone
                } else {
                    Reply::Link
                }
            }
            Some(_) => Reply::NotFound,
            None => Reply::Malformed,
        }
    }

    fn text(&self, reply: &Reply) -> String {
        match reply {
            Reply::Link => format!(
                "HTTP/1.1 303 See Other\r\nLocation: {}\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\
                 Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n",
                self.link.expose()
            ),
            Reply::Gone => page("410 Gone", "This link has been used. Run aws-sso console again."),
            Reply::NotFound => page("404 Not Found", "There is nothing here."),
            Reply::Malformed => page("400 Bad Request", "This request cannot be read."),
        }
    }
}

/// Whether a connection from this machine is another user's, as far as the system tells. Root may be anybody's browser
/// (a subsystem's relay), and can read everything anyway.
#[cfg(target_os = "linux")]
fn is_another_users(peer: SocketAddr, port: u16) -> bool {
    let mine = rustix::process::getuid().as_raw();
    let tables = ["/proc/self/net/tcp", "/proc/self/net/tcp6"];
    let owner = tables.iter().find_map(|table| owner(&std::fs::read_to_string(table).ok()?, peer.port(), port));
    owner.is_some_and(|owner| owner != mine && owner != 0)
}

#[cfg(not(target_os = "linux"))]
fn is_another_users(_peer: SocketAddr, _port: u16) -> bool {
    false
}

/// The user id of the socket on this port that is connected to that one, both on loopback.
#[cfg(any(target_os = "linux", test))]
fn owner(table: &str, from: u16, to: u16) -> Option<u32> {
    let port = |address: &str| u16::from_str_radix(address.rsplit(':').next()?, 16).ok();
    table.lines().skip(1).find_map(|line| {
        let mut fields = line.split_whitespace().skip(1);
        let is_it = port(fields.next()?) == Some(from) && port(fields.next()?) == Some(to);
        is_it.then(|| fields.nth(4)?.parse().ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_is_given_once_to_who_knows_the_page() {
        let page = Page {
            port: 4242,
            path: "/console/s".to_owned(),
            link: "https://signin.example/?SigninToken=hunter2".into(),
            taken: AtomicBool::new(false),
        };
        let ours = "HTTP/1.1\r\nHost: 127.0.0.1:4242\r\n\r\n";
        let cases = [
            (format!("GET /console/other {ours}"), false, Reply::NotFound),
            (format!("POST /console/s {ours}"), false, Reply::Malformed),
            ("GET /console/s HTTP/1.1\r\nHost: evil.example:4242\r\n\r\n".to_owned(), false, Reply::Malformed),
            ("GET /console/s HTTP/1.1\r\n\r\n".to_owned(), false, Reply::Malformed),
            (format!("GET /console/s {ours}"), true, Reply::NotFound),
            (format!("GET /console/s {ours}"), false, Reply::Link),
            (format!("GET /console/s {ours}"), false, Reply::Gone),
        ];
        for (head, is_foreign, expected) in cases {
            let reply = page.reply(&head, is_foreign);
            assert_eq!(reply, expected, "{head}");
            assert_eq!(page.text(&reply).contains("hunter2"), expected == Reply::Link, "{head}");
        }
    }

    #[test]
    fn the_owner_of_a_connection_is_read_from_the_systems_table() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
             0: 0100007F:1092 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001        0 1 1\n\
             1: 0100007F:1092 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1002        0 2 1\n\
             2: 0100007F:C001 0100007F:1092 01 00000000:00000000 00:00000000 00000000  1003        0 3 1\n";
        assert_eq!(owner(table, 0xC001, 0x1092), Some(1003));
        assert_eq!(owner(table, 0xC002, 0x1092), None);
        assert_eq!(owner("", 1, 2), None);
    }
}
