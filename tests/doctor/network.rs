//! The way to the service.

use std::net::TcpListener;
use std::time::Duration;

use aws_sso::sandbox::{Fault, Options};

use crate::support::doctor::{Case, check, doctor, findings};
use crate::support::user::User;

const CASES: &[Case] = &[
    (
        "a clock that is behind",
        |user, run| {
            user.sandbox.update(|options| options.clock_ahead = 900);
            run
        },
        ["Network", "broken", "15 minutes behind the service's: AWS refuses", "set the clock"],
    ),
    (
        "a clock that is a little ahead",
        |user, run| {
            user.sandbox.update(|options| options.clock_ahead = -120);
            run
        },
        ["Network", "warning", "2 minutes ahead of", "set the clock"],
    ),
    (
        "a service that fails",
        |user, run| {
            user.sandbox.update(|options| options.fail_first = Some((2, Fault::InternalError)));
            run
        },
        ["Network", "warning", "answers with status 500", "try again later"],
    ),
    (
        "a service that hangs up",
        |user, run| {
            user.sandbox.update(|options| options.fail_first = Some((2, Fault::Dropped)));
            run
        },
        ["Network", "broken", "closed the connection", "check the network"],
    ),
    (
        "no service at the endpoint",
        |_, run| run.endpoint("http://127.0.0.1:9"),
        ["Network", "broken", "cannot connect to 127.0.0.1:9", "check the network"],
    ),
    (
        "an unreachable proxy",
        |_, run| run.endpoint("https://portal.example.com").env("HTTPS_PROXY", "http://me:planted-1@127.0.0.1:9"),
        ["Network", "broken", "the proxy http://127.0.0.1:9 (HTTPS_PROXY) cannot be reached", "check HTTPS_PROXY"],
    ),
    (
        "two proxies",
        |_, run| run.env("HTTPS_PROXY", "http://127.0.0.1:9").env("https_proxy", "http://127.0.0.1:8"),
        ["Network", "warning", "HTTPS_PROXY and https_proxy differ", "unset HTTPS_PROXY"],
    ),
    (
        "a missing bundle",
        |_, run| run.env("AWS_CA_BUNDLE", "/nowhere.pem"),
        ["Network", "broken", "the CA bundle /nowhere.pem does not exist", "PEM form"],
    ),
    (
        "an invalid bundle",
        |user, run| {
            let bundle = user.home.write("bundle.pem", "no");
            run.env("AWS_CA_BUNDLE", bundle)
        },
        ["Network", "broken", "bundle.pem holds no certificate", "PEM form"],
    ),
];

#[test]
fn each_fault_of_the_network_is_found() {
    check(CASES);
}

/// A host that accepts connections and never answers must not make the user wait for long.
#[test]
fn a_service_that_hangs_is_reported_within_seconds() {
    let user = User::new(Options::default());
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", mute.local_addr().unwrap());
    let output = doctor(&user, "--json").endpoint(&address).limit(Duration::from_secs(15)).run().status(1).quiet();
    let all = findings(&output);
    let reported = all.iter().filter(|[section, verdict, found, _]| {
        section == "Network" && verdict == "broken" && found.contains("did not answer in time")
    });
    assert_eq!(reported.count(), 1, "{output}");
}
