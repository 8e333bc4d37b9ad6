//! An Identity Center behind a proxy that sends answers twice on kept connections.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::http::read_head;

/// When an answer is sent a second time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surplus {
    /// When somebody asks for `/surplus`: on all open connections.
    OnDemand,
    /// Once the next request has arrived on the connection, in place of its own answer, which follows.
    InPlaceOfTheNext,
}

/// The accounts that it lists, each with two roles.
pub const ACCOUNTS: [&str; 4] = ["100000000001", "100000000002", "100000000003", "100000000004"];

/// The roles of an account, which have its last digit in their names.
pub fn roles(account: &str) -> [String; 2] {
    ["Admin", "ReadOnly"].map(|role| format!("{role}{}", &account[11..]))
}

/// The connections and the last answer on each.
type Open = Arc<Mutex<Vec<(TcpStream, String)>>>;

pub struct SurplusServer {
    pub address: SocketAddr,
    /// How often a role's credentials were asked for.
    pub grants: Arc<AtomicUsize>,
}

impl SurplusServer {
    pub fn start(surplus: Surplus) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (open, grants) = (Open::default(), Arc::<AtomicUsize>::default());
        let counted = Arc::clone(&grants);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (open, grants) = (Arc::clone(&open), Arc::clone(&counted));
                thread::spawn(move || serve(&stream.unwrap(), surplus, &open, &grants));
            }
        });
        Self { address, grants }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

fn serve(stream: &TcpStream, surplus: Surplus, open: &Open, grants: &AtomicUsize) {
    let mut last = None;
    let index = {
        let mut open = open.lock().unwrap();
        open.push((stream.try_clone().unwrap(), String::new()));
        open.len() - 1
    };
    let send = |text: &str| drop((&*stream).write_all(text.as_bytes()));
    loop {
        let head = read_head(&mut stream.try_clone().unwrap());
        let Some(target) = head.split(' ').nth(1) else { return };
        if target == "/surplus" {
            for (other, answer) in open.lock().unwrap().iter_mut() {
                let _ = other.write_all(answer.as_bytes());
            }
            send("done\n");
            return drop(stream.shutdown(std::net::Shutdown::Both));
        }
        grants.fetch_add(usize::from(target.starts_with("/federation/credentials")), Ordering::Relaxed);
        let answer = answer(target);
        if surplus == Surplus::InPlaceOfTheNext
            && let Some(last) = last.replace(answer.clone())
        {
            send(&last);
        }
        send(&answer);
        open.lock().unwrap()[index].1 = answer;
    }
}

/// The answer to a request; the keys tell whose they are.
fn answer(target: &str) -> String {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let query: HashMap<_, _> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let in_an_hour = jiff::Timestamp::now().as_millisecond() + 3_600_000;
    let body = match path {
        "/assignment/accounts" => {
            let rows = ACCOUNTS.map(|id| format!(r#"{{"accountId":"{id}","accountName":"name-{id}"}}"#));
            format!(r#"{{"accountList":[{}]}}"#, rows.join(","))
        }
        "/assignment/roles" => {
            let account = query["account_id"];
            let rows = roles(account).map(|role| format!(r#"{{"accountId":"{account}","roleName":"{role}"}}"#));
            format!(r#"{{"roleList":[{}]}}"#, rows.join(","))
        }
        _ => {
            let (account, role) = (query["account_id"], query["role_name"]);
            format!(
                r#"{{"roleCredentials":{{"accessKeyId":"ASIA{account}{role}","secretAccessKey":"s",
                "sessionToken":"{account}/{role}","expiration":{in_an_hour}}}}}"#
            )
        }
    };
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
