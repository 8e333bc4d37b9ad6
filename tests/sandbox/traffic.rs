//! The options that make the service slow, busy or broken, and the log of requests.

use std::time::{Duration, Instant};

use aws_sdk_sso::error::SdkError;
use aws_sso::sandbox::{Fault, Options, Sandbox};

use crate::support::service::{automatic, browse, outcome, portal, sign_in};

#[tokio::test]
async fn requests_beyond_the_rate_get_status_429() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let token = sign_in(&sandbox).await.1.access_token.unwrap();
    sandbox.update(|options| options.rate_limit = Some(3));
    sandbox.clear_log();
    let started = Instant::now();
    for _ in 0..30 {
        let _ = portal(&sandbox).list_accounts().access_token(&token).send().await;
    }
    let log = sandbox.requests();
    let admitted = log.iter().filter(|request| request.status == Some(200)).count();
    // The three that the bucket holds, and those that were added while the loop ran: more on a slow machine.
    let most = 3.0 + (started.elapsed().as_secs_f64() * 3.0).ceil();
    assert!(admitted >= 3 && f64::from(u32::try_from(admitted).unwrap()) <= most, "{admitted} of {most}");
    let refused = log.iter().find(|request| request.status == Some(429)).unwrap();
    assert_eq!(refused.error.as_deref(), Some("TooManyRequestsException"));
}

#[tokio::test]
async fn the_first_requests_fail_as_the_options_say() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let token = sign_in(&sandbox).await.1.access_token.unwrap();
    let portal = portal(&sandbox);
    let cases = [
        (Fault::InternalError, Some(500)),
        (Fault::Throttled, Some(429)),
        (Fault::Dropped, None),
        (Fault::Truncated, Some(200)),
        (Fault::Garbled, Some(200)),
    ];
    for (fault, status) in cases {
        sandbox.update(|options| options.fail_first = Some((2, fault)));
        sandbox.clear_log();
        for attempt in 0..3 {
            let result = portal.list_accounts().access_token(&token).send().await;
            let as_expected = match (attempt, fault) {
                (2, _) | (_, Fault::Key(_)) => result.is_ok(),
                (_, Fault::Throttled) => outcome(&result) == "TooManyRequestsException",
                (_, Fault::InternalError) => outcome(&result) == "InternalServerException",
                (_, Fault::Dropped) => matches!(result, Err(SdkError::DispatchFailure(_))),
                (_, Fault::Truncated | Fault::Garbled) => {
                    matches!(result, Err(SdkError::ResponseError(_) | SdkError::ServiceError(_)))
                }
            };
            assert!(as_expected, "{fault:?}, attempt {attempt}");
        }
        let statuses: Vec<_> = sandbox.requests().iter().map(|request| request.status).collect();
        assert_eq!(statuses, [status, status, Some(200)], "{fault:?}");
    }
}

#[tokio::test]
async fn latency_delays_each_answer() {
    let latency = Duration::from_millis(60);
    let sandbox = Sandbox::start(Options { latency, ..automatic() }).unwrap();
    let started = Instant::now();
    sign_in(&sandbox).await;
    assert!(started.elapsed() >= 3 * latency);
}

#[tokio::test]
async fn the_log_is_read_over_http_and_holds_no_secret() {
    let sandbox = Sandbox::start(automatic()).unwrap();
    let (client, tokens) = sign_in(&sandbox).await;
    let token = tokens.access_token.unwrap();
    portal(&sandbox).list_accounts().access_token(&token).send().await.unwrap();
    let page = browse(&sandbox, "GET", "/sandbox/requests", &[]);
    let log: Vec<serde_json::Value> = serde_json::from_str(&page.body).unwrap();
    let operations: Vec<_> = log.iter().map(|request| request["operation"].as_str().unwrap()).collect();
    assert_eq!(operations, ["RegisterClient", "StartDeviceAuthorization", "CreateToken", "ListAccounts"]);
    for secret in [token, tokens.refresh_token.unwrap(), client.client_secret.unwrap()] {
        assert!(!page.body.contains(&secret));
    }
    assert_eq!(browse(&sandbox, "POST", "/sandbox/revoke", &[]).status, 204);
    assert_eq!(browse(&sandbox, "DELETE", "/sandbox/requests", &[]).status, 204);
    assert!(sandbox.requests().is_empty());
}

#[test]
fn a_dropped_sandbox_gives_its_port_back() {
    let first = Sandbox::start(Options::default()).unwrap();
    let port: u16 = first.endpoint().rsplit(':').next().unwrap().parse().unwrap();
    assert!(Sandbox::start(Options { port, ..Options::default() }).is_err(), "two on one port");
    drop(first);
    let until = Instant::now() + Duration::from_secs(10);
    while Sandbox::start(Options { port, ..Options::default() }).is_err() {
        assert!(Instant::now() < until, "the port is still taken");
        std::thread::yield_now();
    }
}
