//! Proxies and other variables of the network: each value is used, or named with the reason.

use std::net::TcpListener;

use aws_sso::sandbox::{Options, Sandbox};

use crate::support::http::{PreparedServer, SilentServer, SwallowingServer, response};
use crate::support::{Home, Invocation, Output, REGION, START_URL};

const PASSWORD: &str = "hunter2";

/// A home with a token that is valid for years.
fn signed_in() -> Home {
    let home = Home::new();
    home.sign_in_config("");
    home.write(
        // The sha1 of `corp`.
        ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json",
        format!(r#"{{"startUrl":"{START_URL}","accessToken":"a","expiresAt":"2099-01-01T00:00:00Z"}}"#),
    );
    home
}

/// A request to AWS's own host. Without the proxy it would leave this machine, and fail in other words.
fn process(home: &Home) -> Invocation {
    home.aws_sso(["process", "123456789012/Reader", "-p", "corp", "-v"]).env("AWS_MAX_ATTEMPTS", "1")
}

#[track_caller]
fn without_password(output: Output) -> Output {
    assert!(!output.stderr.contains(PASSWORD) && !output.stdout.contains(PASSWORD), "{output}");
    output
}

#[test]
fn a_proxy_is_used_however_its_address_is_written() {
    let (home, proxy) = (signed_in(), PreparedServer::with([response("403 Forbidden", "", "no")]));
    let at = proxy.address;
    let user = "Basic Y29ycFxtZTpodW50ZXIy";
    let cases = [
        ("HTTPS_PROXY", format!(r"http://corp\me:{PASSWORD}@{at}"), user),
        ("HTTPS_PROXY", format!("http://corp%5Cme:{PASSWORD}@{at}/"), user),
        ("https_proxy", format!("  {at}/ "), ""),
        ("HTTPS_PROXY", format!("\"http://{at}\""), ""),
        ("ALL_PROXY", format!("http:/{at}"), ""),
        ("all_proxy", format!("HTTP://{at}"), ""),
    ];
    for (number, (variable, value, authorization)) in cases.into_iter().enumerate() {
        // CGI's variable, which makes the HTTP library forget all proxies.
        let run = process(&home).env(variable, &value).env("REQUEST_METHOD", "GET");
        let output = without_password(run.run().status(5));
        let _ = output.complains(&format!("the proxy http://{at} ({variable}) answers, but does not connect"));
        let head = proxy.heads.lock().unwrap().get(number).cloned().unwrap_or_default();
        assert!(head.starts_with(&format!("CONNECT portal.sso.{REGION}.amazonaws.com:443")), "{value}: {head}");
        assert!(head.contains(authorization), "{value}: {head}");
    }
}

#[test]
fn a_proxy_that_cannot_be_used_is_named_and_nothing_is_sent() {
    let (home, proxy) = (signed_in(), PreparedServer::with([response("403 Forbidden", "", "no")]));
    let at = proxy.address;
    let cases = [
        ("HTTPS_PROXY", format!("socks5://{at}"), "a SOCKS proxy"),
        ("ALL_PROXY", format!("socks5h://me:{PASSWORD}@{at}"), "a SOCKS proxy"),
        ("https_proxy", format!("http://me:{PASSWORD}"), "port"),
        ("HTTPS_PROXY", format!("http://me:{PASSWORD}/2@{at}"), "%2F"),
        ("all_proxy", format!("gopher://{at}"), "scheme"),
    ];
    for (variable, value, words) in cases {
        let output = without_password(process(&home).env(variable, &value).run().status(2));
        let _ = output.complains(variable).complains(words);
        let doctor = home.aws_sso(["doctor"]).env("AWS_MAX_ATTEMPTS", "1").env(variable, &value).run();
        let doctor = without_password(doctor.status(1));
        assert!(doctor.stdout.contains(words) && !doctor.stdout.contains("through the proxy"), "{doctor}");
        assert_eq!(doctor.stdout.matches(words).count(), 1, "named once: {doctor}");
    }
    let output = process(&home).env("HTTPS_PROXY", at.to_string()).env("NO_PROXY", "10.0.0.0/99").run().status(2);
    let _ = output.complains("NO_PROXY").complains("10.0.0.0/99");
    assert_eq!(proxy.count(), 0);
}

#[test]
fn a_proxy_that_fails_is_named_and_not_what_is_set_already() {
    let (home, silent, swallowing) = (signed_in(), SilentServer::start(), SwallowingServer::start());
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let hanging_up = PreparedServer::with([""]).address;
    let cases = [
        (silent.address, "did not connect to portal.sso"),
        (swallowing.address, "did not connect to portal.sso"),
        (closed, "cannot be reached: connection refused"),
        (hanging_up, "closed the connection before it had connected to portal.sso"),
    ];
    for (address, words) in cases {
        let value = format!("http://me:{PASSWORD}@{address}");
        let output = without_password(process(&home).env("HTTPS_PROXY", &value).run().status(5));
        let output = output.complains(&format!("the proxy http://{address} (HTTPS_PROXY) {words}"));
        assert!(!output.complains("check HTTPS_PROXY").stderr.contains("set HTTPS_PROXY"));

        let doctor = without_password(home.aws_sso(["doctor"]).env("HTTPS_PROXY", &value).run().status(1));
        assert!(doctor.stdout.contains(&format!("the proxy http://{address} (HTTPS_PROXY)")), "{doctor}");
        assert!(!doctor.stdout.contains("through the proxy"), "{doctor}");
    }
    assert!(silent.count() >= 3, "by the verb, and by doctor for two hosts");
}

#[test]
fn doctor_says_through_a_proxy_only_where_an_answer_came_through_it() {
    let options = Options { tls: true, region: REGION.to_owned(), ..Options::default() };
    let (sandbox, home) = (Sandbox::start(options).unwrap(), signed_in());
    let at = sandbox.proxy().unwrap();
    let doctor = || home.aws_sso(["doctor"]).through_proxy(&sandbox);
    let output = doctor().env("NO_PROXY", "example.com").run();
    assert!(output.stdout.contains(&format!("through the proxy {at} (HTTPS_PROXY), except for")), "{output}");
    let output = doctor().endpoint(sandbox.https_endpoint().unwrap()).run();
    assert!(output.stdout.contains(&format!("no host is reached through the proxy {at}")), "{output}");
}

#[test]
fn a_variable_of_the_network_that_cannot_be_read_is_named() {
    let home = signed_in();
    let cases = [
        ("AWS_MAX_ATTEMPTS", "abc", "not a number of attempts"),
        ("AWS_USE_FIPS_ENDPOINT", "yes", "neither true nor false"),
        ("AWS_USE_DUALSTACK_ENDPOINT", "1", "neither true nor false"),
        ("AWS_ENDPOINT_URL_SSO", "localhost:4566", "not an https address"),
        ("AWS_ENDPOINT_URL", "http://sso.example", "not encrypted"),
    ];
    for (variable, value, words) in cases {
        let output = process(&home).env("HTTPS_PROXY", "http://127.0.0.1:9").env(variable, value).run().status(2);
        let _ = output.complains(variable).complains(words);
        let doctor = home.aws_sso(["doctor"]).env("HTTPS_PROXY", "http://127.0.0.1:9").env(variable, value).run();
        assert!(doctor.stdout.contains(words), "{doctor}");
    }
}
