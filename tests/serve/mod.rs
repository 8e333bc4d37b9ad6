//! `serve`, and `exec --server`: credentials for programs that run for longer than credentials last.

mod beside;
mod clients;

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use aws_sso::sandbox::{Fault, Options};

use crate::support::process::wait;
use crate::support::server::{Server, TOKEN_FILE, ask, request};

#[test]
fn a_program_with_the_token_gets_the_credentials_from_memory() {
    let served = Server::with(Options::default());
    let answer = served.credentials();
    for field in ["AccessKeyId", "SecretAccessKey", "Token", "Expiration", "AccountId"] {
        assert!(answer[field].is_string(), "{field}: {answer}");
    }
    assert_eq!(answer["RoleArn"], served.user.role_arn(0));
    assert!(answer["Expiration"].as_str().unwrap().ends_with('Z'), "{answer}");
    let mut times: Vec<_> = (0..1000)
        .map(|_| {
            let start = Instant::now();
            assert_eq!(served.credentials(), answer);
            start.elapsed()
        })
        .collect();
    times.sort();
    let _ = writeln!(std::io::stderr(), "serve: an answer takes {:?} (median of 1000)", times[500]);
    assert_eq!(served.user.sandbox.count("GetRoleCredentials"), 1);
    assert!(served.token().len() >= 43, "32 bytes");
}

#[test]
fn requests_without_the_token_are_refused_and_the_answer_holds_no_secret() {
    let served = Server::with(Options::default());
    let (host, token) = (served.host(), served.token());
    let authorization = ("Authorization", token);
    let port = host.rsplit(':').next().unwrap();
    let long = "x".repeat(20 << 10);
    let many = "X-Header: 1\r\n".repeat(100);
    let cases = [
        (request(host, &[]), 401),
        (request(host, &[("Authorization", "")]), 401),
        (request(host, &[("Authorization", &token[1..])]), 401),
        (request(host, &[authorization, ("Authorization", "x")]), 401),
        (request(host, &[("X-Authorization", token)]), 401),
        (request("evil.example", &[authorization]), 403),
        (request("localhost.evil.example", &[authorization]), 403),
        (request(&format!("evil.example:{port}"), &[authorization]), 403),
        (request("127.0.0.1:1", &[authorization]), 403),
        (request(host, &[authorization, ("Host", "evil.example")]), 403),
        (request(host, &[authorization, ("Origin", "https://evil.example")]), 403),
        (request(host, &[authorization, ("Sec-Fetch-Site", "cross-site")]), 403),
        (request(host, &[authorization]).replace("/credentials", "/"), 404),
        (request(host, &[authorization]).replace("/credentials", "/credentials?x=1"), 404),
        (request(host, &[authorization]).replace("GET", "POST"), 405),
        (request(host, &[authorization]).replace("GET", "OPTIONS"), 405),
        (request(host, &[authorization, ("X-Long", &long)]), 431),
        (request(host, &[authorization]).replace("\r\n\r\n", &format!("\r\n{many}\r\n")), 431),
        ("nonsense\r\n\r\n".to_owned(), 400),
    ];
    for (request, expected) in cases {
        let (status, answer) = ask(host, &request);
        assert_eq!(status, expected, "{request:.300}\n{answer}");
        let text = answer.to_string();
        assert!(!text.contains("SecretAccessKey") && !text.contains(token), "{text}");
        if (401..=405).contains(&status) {
            assert!(answer["code"].is_string() && answer["message"].is_string(), "{answer}");
        }
    }
    assert_eq!(served.get().0, 200, "the token still works after refusals");
    // AWS's common runtime leaves the port out.
    for name in [&format!("LocalHost:{port}"), "localhost", "127.0.0.1", "[::1]"] {
        assert_eq!(ask(host, &request(name, &[authorization])).0, 200, "{name}");
    }
    let written = served.user.home.read("server.log");
    for refusal in ["127.0.0.1 and has no other name", "browsers are not answered", "Authorization must be the value"] {
        assert_eq!(written.matches(refusal).count(), 1, "said once, however often it happens: {written}");
    }
    assert!(!written.contains(token), "{written}");
}

#[test]
fn the_token_is_in_a_file_for_its_user_alone_until_the_server_ends() {
    for signal in ["INT", "TERM", "HUP"] {
        let served = Server::with(Options::default());
        let file = served.environment[TOKEN_FILE].clone();
        assert_eq!(fs::read_to_string(&file).unwrap(), served.token());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        served.running.signal(signal);
        let _ = served.running.finish().success();
        assert!(!fs::exists(&file).unwrap(), "{signal}");
    }
}

#[test]
fn idle_connections_do_not_block_other_clients() {
    let served = Server::with(Options::default());
    let idle: Vec<_> = (0..300).map(|_| TcpStream::connect(served.host()).unwrap()).collect();
    assert_eq!(served.get().0, 200);
    drop(idle);
}

#[test]
fn it_listens_on_this_machine_alone_and_says_which_port_is_taken() {
    let served = Server::with(Options::default());
    let port = served.host().rsplit(':').next().unwrap().to_owned();
    let line = format!("serve {} --port {port}", served.user.role(0, 0));
    let output = served.user.aws_sso(&line).run().status(1);
    assert_eq!(output.complains("cannot listen on 127.0.0.1").complains("leave out --port").stdout, "");
    let sockets = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let hexadecimal = format!(":{:04X} ", port.parse::<u16>().unwrap());
    let listening = sockets.lines().filter(|line| line.contains(" 0A ") && line.contains(&hexadecimal));
    for line in listening {
        assert!(line.contains(&format!("0100007F{hexadecimal}")), "{line}");
    }
}

#[test]
fn it_ends_with_an_interrupt_and_a_termination() {
    for signal in ["INT", "TERM"] {
        let served = Server::with(Options::default());
        served.running.signal(signal);
        let _ = served.running.finish().success();
    }
}

#[test]
fn valid_credentials_are_served_while_the_service_fails_and_the_error_once_they_expired() {
    let served = Server::with(Options { credential_lifetime: Duration::from_secs(4), ..Options::default() });
    let sandbox = &served.user.sandbox;
    sandbox.update(|options| options.fail_first = Some((u32::MAX, Fault::InternalError)));
    let mut answered = 0;
    // Until a renewal has failed, the credentials are only late.
    let is_late = |answer: &serde_json::Value| answer["message"].as_str().unwrap().contains("on their way");
    let answer = wait(|| match served.get() {
        (200, _) => {
            answered += 1;
            None
        }
        (_, answer) if is_late(&answer) => None,
        other => Some(other),
    });
    assert!(answered > 0);
    assert_eq!(answer.0, 503);
    assert_eq!(answer.1["code"], "ServiceUnavailable", "{}", answer.1);
    assert!(answer.1["message"].as_str().unwrap().contains("status 500"), "{}", answer.1);
    let log = served.user.home.read("server.log");
    assert_eq!(log.matches("status 500").count(), 1, "logged once for all attempts: {log}");

    sandbox.update(|options| options.fail_first = None);
    wait(|| (served.get().0 == 200).then_some(()));

    sandbox.revoke_sessions();
    let (_, answer) = wait(|| Some(served.get()).filter(|(status, answer)| *status != 200 && !is_late(answer)));
    assert_eq!(answer["code"], "SignInNeeded", "{answer}");
    assert!(answer["message"].as_str().unwrap().contains("run: aws-sso login -p corp"), "{answer}");
    let _ = served.user.aws_sso("login -p corp --device-code --no-browser").run().success();
    wait(|| (served.get().0 == 200).then_some(()));
}
