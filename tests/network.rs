//! How the service is reached: TLS, proxies, retries, and responses that are not the service's.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use std::time::Duration;

use aws_sso::aws_config::network::Network;
use aws_sso::error::Kind;
use aws_sso::identity_center::{Client, Limits, PortalError};
use aws_sso::sandbox::{Approval, Fault, Options, Sandbox};

use crate::support::http::{PreparedServer, read_head, response};
use crate::support::user::corp;
use crate::support::{Home, Invocation, Output, REGION, START_URL};

const ROLE: &str = "123456789012/Reader";

/// The token in the file of `signed_in`; no message may repeat it.
const TOKEN: &str = "hunter2-access-token";

/// A home with a token that is valid for years.
fn signed_in() -> Home {
    let home = Home::new();
    home.sign_in_config("");
    home.write(
        // The sha1 of `corp`.
        ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
        format!(r#"{{"startUrl":"{START_URL}","accessToken":"{TOKEN}","expiresAt":"2099-01-01T00:00:00Z"}}"#),
    );
    home
}

fn process(home: &Home) -> Invocation {
    home.aws_sso(["process", ROLE, "-p", "corp"])
}

pub(crate) fn credentials(expiration: i64) -> String {
    let keys = r#""accessKeyId":"ASIAEXAMPLE","secretAccessKey":"s","sessionToken":"t""#;
    response("200 OK", "", &format!(r#"{{"roleCredentials":{{{keys},"expiration":{expiration}}}}}"#))
}

/// Far in the future, in milliseconds.
const LATER: i64 = 4_070_908_800_000;

fn tls_sandbox() -> Sandbox {
    Sandbox::start(Options {
        tls: true,
        approval: Approval::Automatic,
        start_url: Some(START_URL.to_owned()),
        region: REGION.to_owned(),
        ..Options::default()
    })
    .unwrap()
}

fn login(home: &Home) -> Invocation {
    home.sign_in_config("");
    home.aws_sso(["login", "--device-code", "--no-browser"])
}

#[test]
fn an_unknown_certificate_is_refused_unless_the_bundle_has_its_issuer() {
    let (sandbox, home) = (tls_sandbox(), Home::new());
    let endpoint = sandbox.https_endpoint().unwrap();
    let refused = login(&home).endpoint(&endpoint).run().status(5);
    let _ = refused.complains("unknown issuer").complains("AWS_CA_BUNDLE");
    assert_eq!(sandbox.requests(), [], "something was sent to a server that is not trusted");

    let bundle = home.write("ca.pem", sandbox.ca_pem().unwrap());
    let _ = login(&home).endpoint(&endpoint).env("AWS_CA_BUNDLE", &bundle).run().success();

    // The bundle replaces the system's roots, also where it does not have this issuer.
    let other = home.write("other.pem", tls_sandbox().ca_pem().unwrap());
    let _ = login(&home).arg("--force").endpoint(&endpoint).env("AWS_CA_BUNDLE", &other).run().status(5);
}

#[test]
fn a_bundle_that_cannot_be_used_is_reported_in_one_line() {
    let home = signed_in();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let cases = [
        (home.path("absent.pem"), "does not exist"),
        (home.path(".aws"), "cannot be read: it is a folder, not a file"),
        (home.write("empty.pem", ""), "holds no certificate"),
        (home.write("text.pem", "not a certificate"), "holds no certificate"),
        (home.write("cut.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n"), "PEM"),
        (home.write("broken.pem", broken), "cannot be read"),
    ];
    for (bundle, words) in cases {
        let output = process(&home).endpoint("https://127.0.0.1:1").env("AWS_CA_BUNDLE", &bundle).run();
        let _ = output.status(1).complains(words).complains("AWS_CA_BUNDLE must name");
    }
    let output = process(&home).endpoint("https://127.0.0.1:1").env("REQUESTS_CA_BUNDLE", "/absent.pem").run();
    let _ = output.status(1).complains("/absent.pem does not exist").complains("REQUESTS_CA_BUNDLE must name");
}

#[test]
fn a_bundle_is_read_from_each_variable_with_a_tilde_and_a_byte_order_mark() {
    let (sandbox, home) = (tls_sandbox(), Home::new());
    let pem = sandbox.ca_pem().unwrap();
    let own = home.write("corp.pem", [b"\xEF\xBB\xBF", pem.as_bytes()].concat());
    let other = home.write("other.pem", tls_sandbox().ca_pem().unwrap());
    let login = || login(&home).arg("--force").endpoint(sandbox.https_endpoint().unwrap());
    for variable in ["AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"] {
        for value in ["~/corp.pem", own.to_str().unwrap()] {
            let _ = login().env(variable, value).run().success();
        }
        let _ = login().env(variable, &other).run().status(5).complains("the certificate of");
    }
    // What OpenSSL's variable names is checked too: without certificates no connection could be trusted.
    let missing = login().env("SSL_CERT_FILE", "/nosuch.pem").run().status(1).complains("/nosuch.pem does not exist");
    let _ = missing.complains("SSL_CERT_FILE must name a file of certificates");
    // As in botocore, the Python variable comes last.
    let _ = login().env("AWS_CA_BUNDLE", &own).env("REQUESTS_CA_BUNDLE", &other).run().success();
}

#[test]
fn https_requests_to_aws_go_through_the_proxy() {
    let (sandbox, home) = (tls_sandbox(), Home::new());
    let _ = login(&home).through_proxy(&sandbox).run().success();
    let requests = sandbox.requests();
    let oidc = format!("oidc.{REGION}.amazonaws.com");
    assert!(requests.iter().any(|request| request.operation == "CONNECT" && request.host == format!("{oidc}:443")));
    assert!(requests.iter().any(|request| request.operation == "CreateToken" && request.host == oidc));
}

#[test]
fn hosts_in_no_proxy_and_this_machine_are_reached_without_the_proxy() {
    let sandbox = tls_sandbox();
    let proxied = |endpoint: &str, no_proxy: &str, words: &str| {
        sandbox.clear_log();
        let home = signed_in();
        let process = process(&home).through_proxy(&sandbox).endpoint(endpoint).env("NO_PROXY", no_proxy);
        let _ = process.run().complains(words);
        sandbox.count("CONNECT")
    };
    // An address of this machine outside 127.0.0.0/8; the certificate does not name it.
    let local = sandbox.https_endpoint().unwrap();
    let other = local.replace("127.0.0.1", "0.0.0.0");
    assert_eq!(proxied(&other, "", "certificate"), 1);
    assert_eq!(proxied(&other, "0.0.0.0", "certificate"), 0);
    assert_eq!(proxied(&local, "", "not signed in"), 0);
}

#[test]
fn a_proxy_that_refuses_is_reported_with_its_variable() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let refusing = PreparedServer::with([response("403 Forbidden", "", "no")]);
    let asking = PreparedServer::with([response("407 Proxy Authentication Required", "", "")]);
    let cases = [
        (refusing.address, "does not connect to portal.sso", "HTTPS_PROXY"),
        (asking.address, "requires a user name and password", "HTTPS_PROXY"),
        (closed, "cannot be reached", "HTTPS_PROXY"),
    ];
    for (proxy, words, remedy) in cases {
        // The password must not be in any message.
        let proxy = format!("http://me:hunter2@{proxy}");
        let output = process(&signed_in()).env("HTTPS_PROXY", proxy).run().status(5);
        no_secret(&output.complains(words).complains(remedy));
    }
    assert!(refusing.heads.lock().unwrap()[0].starts_with("CONNECT portal.sso."));
    assert!(refusing.heads.lock().unwrap()[0].contains("Proxy-Authorization: Basic bWU6aHVudGVyMg=="));
}

#[track_caller]
fn no_secret(output: &Output) {
    assert!(!output.stderr.contains("hunter2") && !output.stdout.contains("hunter2"), "{output}");
}

#[test]
fn passing_faults_are_retried_and_lasting_ones_reported() {
    let ok = credentials(LATER);
    let failed = response("500 Internal Server Error", "", r#"{"message":"x"}"#);
    let gateway = response("503 Service Unavailable", "", "<html>hunter2-access-token</html>");
    let throttled = response("429 Too Many Requests", "Retry-After: 0\r\n", r#"{"message":"HTTP 429 Unknown Code"}"#);
    let truncated = "HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{\"roleCredentials\":{".to_owned();
    let reset = String::new();
    let html = "<html><script>hunter2-access-token</script></html>";
    let denied = response("403 Forbidden", "x-amzn-ErrorType: ForbiddenException\r\n", r#"{"message":"No access"}"#);
    let unknown = response("404 Not Found", "x-amzn-ErrorType: ResourceNotFoundException\r\n", "{}");
    let foreign = "is not one of IAM Identity Center";
    // The responses in turn, the exit status, some words of the message, and the number of requests.
    let cases = [
        (vec![&failed, &failed, &ok], 0, "", 3),
        (vec![&throttled, &throttled, &throttled, &throttled, &ok], 0, "", 5),
        (vec![&truncated, &ok], 0, "", 2),
        (vec![&reset, &reset, &ok], 0, "", 3),
        (vec![&failed], 5, "status 500", 3),
        (vec![&gateway], 5, "status 503", 3),
        (vec![&truncated], 5, "before its response was complete", 3),
        (vec![&reset], 5, "before its response was complete", 3),
        (vec![&denied], 4, "no access to the role Reader in the account 123456789012", 2),
        (vec![&denied, &ok], 0, "", 2),
        (vec![&unknown], 4, "run: aws-sso list", 2),
    ];
    for (answers, status, words, count) in cases {
        let script = PreparedServer::with(&answers);
        let output = process(&signed_in()).endpoint(script.url()).env("AWS_MAX_ATTEMPTS", "3").run();
        let output = output.status(status).complains(words);
        no_secret(&output);
        assert_eq!(script.count(), count, "{answers:?}");
    }
    // Another attempt would not help with these.
    let cases = [
        response("200 OK", "", html),
        response("200 OK", "", "[]"),
        response("200 OK", "", "{\"roleCredentials\":{\"accessKeyId\":12"),
        response(
            "200 OK",
            "",
            concat!(
                r#"{"roleCredentials":{"accessKeyId":"a\nb","secretAccessKey":"s","sessionToken":"t","#,
                r#""expiration":4070908800000}}"#
            ),
        ),
        response(
            "200 OK",
            "",
            r#"{"roleCredentials":{"secretAccessKey":"s","sessionToken":"t","expiration":4070908800000}}"#,
        ),
        response("302 Found", "Location: https://example.com/\r\n", ""),
        response("403 Forbidden", "", html),
        response("200 OK", "", &"x".repeat(5 << 20)),
    ];
    for answer in cases {
        let script = PreparedServer::with([&answer]);
        let output = process(&signed_in()).endpoint(script.url()).run().status(5).complains(foreign);
        no_secret(&output);
        assert_eq!(script.count(), 1, "{answer:.200}");
    }
}

/// An answer without credentials may be the answer to another request, which a proxy has sent twice.
#[test]
fn an_answer_without_credentials_is_asked_for_again_and_then_reported() {
    let ok = credentials(LATER);
    for body in ["", "{}", r#"{"roleCredentials":null}"#] {
        let empty = response("200 OK", "", body);
        let script = PreparedServer::with([&empty, &ok]);
        let _ = process(&signed_in()).endpoint(script.url()).run().success();
        assert_eq!(script.count(), 2, "{body}");

        let script = PreparedServer::with([&empty]);
        let output = process(&signed_in()).endpoint(script.url()).env("AWS_MAX_ATTEMPTS", "2").run();
        let _ = output.status(5).complains("is not one of IAM Identity Center");
        assert_eq!(script.count(), 2, "{body}");
    }
}

#[test]
fn credentials_that_have_expired_are_refused_and_the_clock_is_named() {
    for expiration in [1, -1, 1_000_000_000_000] {
        let script = PreparedServer::with([credentials(expiration)]);
        let output = process(&signed_in()).endpoint(script.url()).run().status(5);
        let _ = output.complains("expired").complains("this machine's clock");
    }
    // The service's clock is an hour behind, as the date of its response shows.
    let sandbox = Sandbox::start(Options {
        approval: Approval::Automatic,
        start_url: Some(START_URL.to_owned()),
        region: REGION.to_owned(),
        credential_lifetime: Duration::from_mins(30),
        clock_ahead: -3600,
        ..Options::default()
    })
    .unwrap();
    let home = Home::new();
    let _ = login(&home).endpoint(sandbox.endpoint()).run().success();
    let account = &sandbox.accounts()[0];
    let role = format!("{}/{}", account.id, account.roles[0]);
    let output = home.aws_sso(["process", &role]).endpoint(sandbox.endpoint()).run().status(5);
    let _ = output.complains("minutes ahead of the service's");
}

#[test]
fn a_service_that_is_not_there_is_reported_otherwise_than_one_that_stalls() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let output = process(&signed_in()).endpoint(format!("http://{closed}")).run().status(5);
    let _ = output.complains("connection refused").complains(&closed.to_string());

    // Bound and never accepted: connections succeed, and no response ever comes.
    let stalled = TcpListener::bind("127.0.0.1:0").unwrap();
    let second = Duration::from_millis(200);
    for scheme in ["http", "https"] {
        let network = Network {
            sso_endpoint_url: Some(format!("{scheme}://{}", stalled.local_addr().unwrap())),
            max_attempts: Some(2),
            ..Network::default()
        };
        let limits = Limits { connect: second, answer: second, total: Duration::from_secs(5) };
        let client = Client::with_limits(&corp(), &network, limits);
        let error = client.role_credentials(&TOKEN.into(), "123456789012", "Reader").unwrap_err();
        let PortalError::Other(error) = error else { panic!("{error:?}") };
        assert_eq!(error.kind(), Kind::Service);
        assert!(error.report().contains("did not answer in time"), "{}", error.report());
    }
}

#[test]
fn a_response_whose_body_stalls_times_out() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let network = Network {
        sso_endpoint_url: Some(format!("http://{}", listener.local_addr().unwrap())),
        max_attempts: Some(1),
        ..Network::default()
    };
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        read_head(&mut stream);
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{").unwrap();
        // Until the client closes the connection.
        let _ = stream.read(&mut [0]);
    });
    let limits = Limits { answer: Duration::from_millis(300), ..Limits::default() };
    let client = Client::with_limits(&corp(), &network, limits);
    let error = client.role_credentials(&TOKEN.into(), "123456789012", "Reader").unwrap_err();
    assert!(matches!(error, PortalError::Other(error) if error.to_string().contains("in time")));
    drop(client);
    server.join().unwrap();
}

#[test]
fn the_verbose_log_has_no_secrets() {
    let sandbox = tls_sandbox();
    sandbox.update(|options| options.fail_first = Some((2, Fault::Dropped)));
    let home = Home::new();
    let output = login(&home).arg("-v").through_proxy(&sandbox).run().success();
    let cache = home.path(".aws/sso/cache");
    let mut secrets = 0;
    for name in home.list(".aws/sso/cache") {
        let file: serde_json::Value = serde_json::from_str(&home.read(cache.join(name))).unwrap();
        for key in ["accessToken", "refreshToken", "clientSecret"] {
            if let Some(secret) = file[key].as_str() {
                secrets += 1;
                assert!(!output.stderr.contains(secret), "{key}\n{output}");
            }
        }
    }
    assert_eq!(secrets, 4);
}
