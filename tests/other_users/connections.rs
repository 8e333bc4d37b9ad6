//! What another user of the machine gets from the pages and the callback on 127.0.0.1: nothing, not even a place.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use aws_sso::sandbox::{Approval, Options};

use crate::support::http::{bring_back, redirection, split};
use crate::support::second_user::{STRANGER, as_stranger, give_all, is_root};
use crate::support::server::{Server, ask, request};
use crate::support::skip;
use crate::support::user::{TOKEN_FILE, User};

/// Whether there can be a second user.
#[track_caller]
fn is_testable() -> bool {
    if !is_root() {
        skip("the tests do not run as root: a second user's connections are not tested");
    }
    is_root()
}

fn user() -> User {
    User::new(Options { approval: Approval::Automatic, ..Options::default() })
}

/// The port of an address on 127.0.0.1.
fn port(address: &str) -> u16 {
    let authority = address.strip_prefix("http://127.0.0.1:").unwrap();
    authority.split('/').next().unwrap().parse().unwrap()
}

/// A connection from this address, which may have been used before.
fn connect(from: SocketAddr, to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_reuseaddr(true).unwrap();
        socket.bind(from).unwrap();
        let stream = socket.connect(to).await.unwrap().into_std().unwrap();
        stream.set_nonblocking(false).unwrap();
        stream
    })
}

/// What a connection gets as an answer, if it gets one.
fn answer(mut stream: TcpStream, host: u16, target: &str) -> String {
    let _ = write!(stream, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{host}\r\n\r\n");
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    answer
}

/// Asks for a page from a connection with the same two ports as many that are over.
fn ask_among_decoys(address: &str) -> String {
    let port = port(address);
    let target = &address[address.rfind(&format!("{port}/")).unwrap() + port.to_string().len()..];
    let from = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    for number in 1..=100 {
        let ip = [127, 0, 1, number];
        let listener = TcpListener::bind(SocketAddr::from((ip, port))).unwrap();
        let client = connect((ip, from).into(), (ip, port).into());
        let server = listener.accept().unwrap();
        // Its socket now belongs to nobody, which the system writes as root.
        drop(client);
        drop(server);
    }
    answer(connect(([127, 0, 0, 1], from).into(), ([127, 0, 0, 1], port).into()), port, target)
}

#[test]
fn another_user_gets_no_link_from_a_page_and_this_users_browser_does() {
    if !is_testable() {
        return;
    }
    for verb in ["console", "login --browser", "login --device-code"] {
        for is_wsl in [false, true] {
            let user = if verb == "console" { User::signed_in(Options::default()) } else { user() };
            // A device code is approved only after the page was asked for.
            user.sandbox.update(|options| options.approval = Approval::ByPage);
            let line = if verb == "console" { format!("console {}", user.role(0, 0)) } else { verb.to_owned() };
            let mut run = user.aws_sso(&line).env("BROWSER", user.browser());
            if is_wsl {
                let Some(wsl) = user.under_wsl(run) else {
                    skip("this user may not mount: a Linux subsystem of Windows is not tested");
                    continue;
                };
                run = wsl;
            }
            let running = run.start();
            let page = user.opened();
            assert_eq!(as_stranger(|| ask_among_decoys(&page)), "", "{verb}");
            let opened = redirection(&page);
            user.sandbox.update(|options| options.approval = Approval::Automatic);
            if verb == "login --browser" {
                let _ = bring_back(&user.authorize(&opened));
            }
            let refused = running.finish().success().complains("refused another user's connection");
            assert_eq!(refused.stderr.matches("refused").count(), 1, "{refused}");
        }
    }
}

/// Under `sudo` with HOME kept, and in a container with a mounted home, the person's browser is not root's.
#[test]
fn the_browser_of_the_home_folder_s_owner_may_be_used_by_root() {
    if !is_testable() {
        return;
    }
    let user = User::signed_in(Options::default());
    give_all(&user.home.path(""), STRANGER.0);
    let running = user.aws_sso(&format!("console {}", user.role(0, 0))).env("BROWSER", user.browser()).start();
    let page = user.opened();
    let _ = as_stranger(|| redirection(&page));
    let _ = running.finish().success();
}

#[test]
fn another_user_neither_answers_a_sign_in_nor_keeps_the_browser_out() {
    if !is_testable() {
        return;
    }
    let user = user();
    let (running, link) = user.begin_in_browser();
    let callback = user.authorize(&link);
    let (base, target) = split(&callback);
    let state = target.split(['?', '&']).find(|pair| pair.starts_with("state=")).unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], port(base)));
    let kept = as_stranger(|| {
        for answered in ["error=access_denied", "error=server_error", "code=its-own"] {
            let target = format!("/oauth/callback?{answered}&{state}");
            assert_eq!(answer(TcpStream::connect(address).unwrap(), address.port(), &target), "", "{answered}");
        }
        let half = |_| {
            let mut stream = TcpStream::connect(address).unwrap();
            let _ = stream.write_all(b"GET / HT");
            stream
        };
        (0..300).map(half).collect::<Vec<_>>()
    });
    assert!(bring_back(&callback).contains("close this tab"));
    let output = running.finish().success().complains("signed in to");
    assert!(!output.stderr.contains("confirm the code"), "{output}");
    let grants: Vec<_> = user.sandbox.requests().into_iter().filter_map(|request| request.grant).collect();
    assert_eq!(grants, ["authorization_code"]);
    assert!(user.home.has(TOKEN_FILE));
    drop(kept);
}

#[test]
fn another_user_may_ask_the_credential_server_but_takes_no_place_from_this_user() {
    if !is_testable() {
        return;
    }
    let served = Server::with(Options::default());
    let host = served.host().to_owned();
    let authorized = request(&host, &[("Authorization", served.token())]);
    let connect = |_| TcpStream::connect(&host).unwrap();
    let start = Instant::now();
    for _ in 0..10 {
        let idle: Vec<_> = as_stranger(|| (0..300).map(connect).collect());
        assert_eq!(served.get().0, 200);
        assert_eq!(as_stranger(|| ask(&host, &authorized).0), 200, "a program under sudo, with the token");
        drop(idle);
    }
    // Each time all places were taken for two seconds at least.
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}
