//! A service that fails during a sign-in, or whose clock is wrong: one clear message, and nothing is lost.

use std::time::Duration;

use aws_sso::sandbox::{Approval, Options};

use crate::support::http::{LATE_ROLE, LATE_TOKEN, PreparedServer, answers, response};
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Home, REGION, START_URL};

/// No message may repeat it.
const SECRET: &str = "hunter2";

const FOREIGN: &str = "is not one of IAM Identity Center";
const BROKEN: &str = "before its response was complete";

const REGISTERED: &str = r#"{"clientId":"client","clientSecret":"hunter2-client","clientSecretExpiresAt":4070908800}"#;
const AUTHORIZED: &str = r#"{"deviceCode":"hunter2-device","userCode":"ABCD-EFGH","verificationUri":"https://x/","expiresIn":600,"interval":1}"#;

/// Faults that any request may get, and some words of the message.
fn any_request() -> Vec<(String, &'static str)> {
    let ok = |body: &str| response("200 OK", "", body);
    vec![
        // Longer than this tool waits.
        (response("429 Too Many Requests", "Retry-After: 60\r\n", "{}"), "is throttling requests"),
        (response("500 Internal Server Error", "", r#"{"message":"hunter2"}"#), "status 500"),
        (response("503 Service Unavailable", "", "<html>hunter2</html>"), "status 503"),
        (String::new(), BROKEN),
        ("HTTP/1.1 200 OK\r\nContent-Len".to_owned(), BROKEN),
        ("HTTP/1.1 200 OK\r\nContent-Length: 4096\r\n\r\n{\"accessToken\":\"hunter2".to_owned(), BROKEN),
        (ok(""), FOREIGN),
        (ok("{}"), FOREIGN),
        (ok("[]"), FOREIGN),
        (ok("null"), FOREIGN),
        (ok("{\"accessToken\":\"hunter2"), FOREIGN),
        (ok("<html><form action=//portal.cafe.example>hunter2</form></html>"), FOREIGN),
        (response("302 Found", "Location: https://portal.cafe.example/hunter2\r\n", ""), FOREIGN),
        (response("404 Not Found", "", "<html>hunter2</html>"), FOREIGN),
        (ok(&"x".repeat(5 << 20)), FOREIGN),
        (ok(&"[".repeat(1 << 20)), FOREIGN),
    ]
}

fn ok(bodies: &[&str]) -> Vec<(String, &'static str)> {
    bodies.iter().map(|body| (response("200 OK", "", body), FOREIGN)).collect()
}

/// A first sign-in whose last response is a fault.
#[track_caller]
fn sign_in(before: &[&str], faults: Vec<(String, &'static str)>) {
    for (fault, words) in faults {
        let before = before.iter().map(|body| response("200 OK", "", body));
        let script = PreparedServer::with(before.chain([fault.clone()]));
        let home = Home::new();
        home.sign_in_config("");
        let login = home.aws_sso(["login", "--device-code", "--no-browser"]).endpoint(script.url());
        let output = login.env("AWS_MAX_ATTEMPTS", "2").run();
        let output = output.status(5).complains(words).complains("\n  ");
        assert!(!output.stderr.contains(SECRET), "{fault:.100}\n{output}");
        assert!(!home.has(TOKEN_FILE), "{fault:.100}");
        // However long what it sent.
        assert!(output.stderr.len() < 2000, "{fault:.100}");
    }
}

#[test]
fn a_registration_that_fails_is_reported() {
    let mut faults = any_request();
    faults.extend(ok(&[
        r#"{"clientId":"client"}"#,
        r#"{"clientId":7,"clientSecret":"hunter2","clientSecretExpiresAt":4070908800}"#,
        r#"{"clientId":"client","clientSecret":["hunter2"],"clientSecretExpiresAt":4070908800}"#,
        r#"{"clientId":"client","clientSecret":"hunter2","clientSecretExpiresAt":"soon"}"#,
        r#"{"clientId":"client","clientSecret":"hunter2","clientSecretExpiresAt":0}"#,
        r#"{"clientId":"client","clientSecret":"hunter2"}"#,
    ]));
    for expired in ["1", "-1"] {
        let body = format!(r#"{{"clientId":"client","clientSecret":"hunter2","clientSecretExpiresAt":{expired}}}"#);
        faults.push((response("200 OK", "", &body), "a client registration that expired at"));
    }
    sign_in(&[], faults);
}

#[test]
fn a_device_authorization_that_fails_is_reported() {
    let mut faults = any_request();
    faults.extend(ok(&[
        r#"{"deviceCode":"hunter2","userCode":"ABCD"}"#,
        r#"{"deviceCode":"hunter2","userCode":{},"verificationUri":"https://x/"}"#,
        &AUTHORIZED.replace("ABCD", &"A".repeat(16_000)),
        &AUTHORIZED.replace("https://x/", &format!("https://x/{}", "x".repeat(16_000))),
    ]));
    sign_in(&[REGISTERED], faults);
}

#[test]
fn a_renewal_that_fails_keeps_the_refresh_token() {
    let mut faults = any_request();
    faults.extend(ok(&[
        r#"{"expiresIn":3600,"refreshToken":"hunter2"}"#,
        r#"{"accessToken":"hunter2"}"#,
        r#"{"accessToken":"hunter2","expiresIn":0}"#,
        r#"{"accessToken":"hunter2","expiresIn":-3600}"#,
        r#"{"accessToken":"hunter2","expiresIn":"3600"}"#,
        r#"{"accessToken":"hunter2","expiresIn":99999999999999999999}"#,
        r#"{"accessToken":"","expiresIn":3600}"#,
        r#"{"accessToken":"hunter2\nX-Other: 1","expiresIn":3600}"#,
        r#"{"accessToken":7,"expiresIn":3600}"#,
    ]));
    // An hour, by the service's clock.
    let hour = "Date: Mon, 01 Jan 2024 00:00:00 GMT\r\nRetry-After: Mon, 01 Jan 2024 01:00:00 GMT\r\n";
    let slow_down = response("400 Bad Request", hour, r#"{"error":"slow_down"}"#);
    faults.push((slow_down, "is throttling requests"));
    let user = User::signed_in(Options::default());
    user.expire_token();
    let before = user.home.read(TOKEN_FILE);
    for (fault, words) in faults {
        let script = PreparedServer::with([&fault]);
        let process = user.process().endpoint(script.url()).env("AWS_MAX_ATTEMPTS", "2");
        let output = process.run().status(5).complains(words).complains("\n  ");
        assert!(!output.stderr.contains(SECRET), "{fault:.100}\n{output}");
        assert_eq!(user.home.read(TOKEN_FILE), before, "{fault:.100}");
        assert!(script.count() <= 2, "{fault:.100}");
    }
    let _ = user.process().run().success().quiet();
}

#[test]
fn a_renewal_that_the_service_puts_off_is_asked_for_again() {
    for error in ["slow_down", "authorization_pending"] {
        let put_off = response("400 Bad Request", "", &format!(r#"{{"error":"{error}"}}"#));
        let user = User::signed_in(Options::default());
        user.expire_token();
        let service = PreparedServer::with([put_off].into_iter().chain(answers(&[LATE_TOKEN, LATE_ROLE])));
        let output = user.process().endpoint(service.url()).run().success().quiet();
        assert_eq!(output.json()["AccessKeyId"], "ASIALATE", "{error}");
        assert_eq!((service.count(), &user.token()["accessToken"]), (3, &"late".into()), "{error}");
    }
}

#[test]
fn a_request_that_the_service_did_not_get_or_puts_off_is_sent_again_and_one_that_it_refuses_is_not() {
    let user = User::signed_in(Options::default());
    let [role] = &answers(&[LATE_ROLE])[..] else { panic!("one answer") };
    let cases = [
        ("RequestTimeoutException", 2),
        ("RequestTimeout", 2),
        ("RequestLimitExceeded", 2),
        ("ThrottledException", 2),
        ("InvalidRequestException", 1),
    ];
    for (code, requests) in cases {
        let _ = std::fs::remove_dir_all(user.home.path(".aws/cli"));
        let fault = response("400 Bad Request", &format!("x-amzn-ErrorType: {code}\r\n"), r#"{"message":"hunter2"}"#);
        let service = PreparedServer::with([&fault, role]);
        let output = user.process().arg("-p").arg("corp").endpoint(service.url()).run();
        if requests > 1 {
            assert_eq!(output.success().quiet().json()["AccessKeyId"], "ASIALATE", "{code}");
        } else {
            let output = output.status(5).complains(code).complains("try again later");
            assert!(!output.stderr.contains("sso_start_url") && !output.stderr.contains(SECRET), "{output}");
        }
        assert_eq!(service.count(), requests, "{code}");
    }
}

#[test]
fn a_sign_in_survives_a_few_failed_polls() {
    let [html, reset] = [response("200 OK", "", "<html>"), String::new()];
    let token = response("200 OK", "", r#"{"accessToken":"hunter2","expiresIn":3600}"#);
    let [registered, authorized] = [REGISTERED, AUTHORIZED].map(|body| response("200 OK", "", body));
    let script = PreparedServer::with([&registered, &authorized, &html, &reset, &token]);
    let home = Home::new();
    home.sign_in_config("");
    let login = home.aws_sso(["login", "--device-code", "--no-browser"]).endpoint(script.url());
    let output = login.run().success();
    assert!(!output.stderr.contains(SECRET), "{output}");
    assert!(home.has(TOKEN_FILE));
}

#[test]
fn lifetimes_that_make_no_sense_are_not_waited_for() {
    // A service that gives no time, or that asks to be polled once a day.
    for (expires_in, interval) in [(1, 1), (2, 86400)] {
        let body = AUTHORIZED
            .replace("600", &expires_in.to_string())
            .replace("\"interval\":1", &format!("\"interval\":{interval}"));
        let pending = response("400 Bad Request", "", r#"{"error":"authorization_pending"}"#);
        let script =
            PreparedServer::with([&response("200 OK", "", REGISTERED), &response("200 OK", "", &body), &pending]);
        let home = Home::new();
        home.sign_in_config("");
        let login = home.aws_sso(["login", "--device-code", "--no-browser"]).endpoint(script.url());
        let _ =
            login.run().status(3).complains("nobody signed in").complains("run: aws-sso login -p corp --device-code");
    }
}

#[test]
fn a_clock_that_is_an_hour_off_is_reported_or_does_no_harm() {
    for ahead in [3600, -3600] {
        let user = User::new(Options {
            approval: Approval::Automatic,
            start_url: Some(START_URL.to_owned()),
            region: REGION.to_owned(),
            clock_ahead: ahead,
            ..Options::default()
        });
        // The response has the token's lifetime, which is counted from its arrival.
        let _ = user.aws_sso("login --device-code --no-browser").run().success();
        let _ = user.aws_sso("check").run().success().quiet();
        user.expire_token();
        let _ = user.aws_sso("check").run().success().quiet();
        let output = user.process().run();
        if ahead < 0 {
            // The credentials end an hour from now by a clock that is an hour behind: now, by ours.
            let _ = output.status(5).complains("expired").complains("60 minutes ahead of the service's");
            user.sandbox.update(|options| options.credential_lifetime = Duration::from_hours(8));
            let _ = user.process().run().success().quiet();
        } else {
            // By our clock they would be valid for two hours, but they get an end in one hour.
            let expiration = output.success().quiet().json()["Expiration"].as_str().unwrap().to_owned();
            let left = expiration.parse::<jiff::Timestamp>().unwrap() - jiff::Timestamp::now();
            let left = left.total(jiff::Unit::Minute).unwrap();
            assert!((55.0..=61.0).contains(&left), "{left} minutes");
        }
    }
}
