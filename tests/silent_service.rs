//! A service that accepts connections and says nothing, while credentials or the token are still valid.

use std::thread;
use std::time::Duration;

use aws_sso::sandbox::Options;
use jiff::{SignedDuration, Timestamp};

use crate::support::http::{LATE_ROLE, LATE_TOKEN, PreparedServer, SilentServer, SwallowingServer, answers};
use crate::support::process::wait;
use crate::support::user::User;

/// Far less than the usual time-outs, and enough for a busy machine.
const LIMIT: Duration = Duration::from_secs(14);

/// Less than is left when credentials or a token count as fresh.
const SHORT: Duration = Duration::from_mins(10);

#[test]
fn valid_credentials_are_handed_out_within_seconds_and_then_at_once_for_a_minute() {
    let user = User::signed_in(Options { credential_lifetime: SHORT, ..Options::default() });
    let keys = user.process().run().success().json()["AccessKeyId"].clone();
    let silent = SilentServer::start();
    let process = || user.process().endpoint(silent.url()).limit(LIMIT);
    let output = process().run().success().complains("did not answer in time; using the last credentials");
    assert_eq!(output.json()["AccessKeyId"], keys);
    let asked = silent.count();
    assert!(asked > 0);

    for line in [format!("process {}", user.role(0, 0)), format!("env {} --shell bash", user.role(0, 0))] {
        let output = user.aws_sso(&line).endpoint(silent.url()).run().success();
        let output = output.complains("did not answer in time");
        assert!(output.stdout.contains(keys.as_str().unwrap()), "{output}");
    }
    assert_eq!(silent.count(), asked, "nothing is asked within the minute");
    // Credentials that are not there cannot be handed out: the service is asked, and it works again.
    let _ = user.aws_sso(&format!("process {}", user.role(0, 1))).run().success().quiet();
    // So what was remembered no longer holds.
    let output = user.process().run().success().quiet();
    assert_ne!(output.json()["AccessKeyId"], keys);
}

#[test]
fn a_sign_in_that_is_still_valid_is_used_although_its_renewal_gets_no_answer() {
    let user = User::signed_in(Options { token_lifetime: SHORT, ..Options::default() });
    let silent = SilentServer::start();
    let process = |role| {
        let run = user.aws_sso(&format!("process {}", user.role(0, role)));
        run.env("AWS_ENDPOINT_URL_SSO_OIDC", silent.url())
    };
    let _ = process(0).run().success().quiet();
    assert_eq!(silent.count(), 1);
    let _ = process(1).run().success().quiet();
    assert_eq!(silent.count(), 1, "the other role's process leaves the sign-in service alone");
}

#[test]
fn a_process_renews_its_sign_in_once_however_short_the_new_one_lives() {
    let user = User::signed_in(Options { token_lifetime: SHORT, ..Options::default() });
    let _ = user.process().run().success();
    assert_eq!(user.sandbox.count("CreateToken"), 1);
}

#[test]
fn valid_credentials_are_handed_out_within_seconds_where_nothing_can_be_connected_to() {
    let user = User::signed_in(Options { credential_lifetime: SHORT, token_lifetime: SHORT, ..Options::default() });
    let keys = user.process().run().success().json()["AccessKeyId"].clone();
    let firewall = SwallowingServer::start();
    let output = user.process().endpoint(format!("http://{}", firewall.address)).limit(LIMIT).run().success();
    assert_eq!(output.complains("using the last credentials").json()["AccessKeyId"], keys);
}

/// The service takes a refresh token once, so an answer that nobody waits for ends the sign-in.
#[test]
fn a_renewal_that_was_sent_is_waited_for_although_there_is_no_hurry() {
    // For how many minutes the token is valid, and whether credentials of the role are cached.
    let cases = [(10, false), (-5, true), (10, true)];
    thread::scope(|scope| {
        for (minutes, is_cached) in cases {
            scope.spawn(move || {
                let user = User::signed_in(Options { credential_lifetime: SHORT, ..Options::default() });
                if is_cached {
                    let _ = user.process().run().success();
                }
                let end = Timestamp::now() + SignedDuration::from_mins(minutes);
                user.edit_token(|token| token["expiresAt"] = end.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
                let service = PreparedServer::held(answers(&[LATE_TOKEN, LATE_ROLE]));
                let running = user.process().arg("-p").arg("corp").endpoint(service.url()).start();
                wait(|| (service.count() > 0).then_some(()));
                // Longer than everything else may take, and shorter than an answer.
                thread::sleep(Duration::from_secs(6));
                service.release();
                let output = running.finish().success().quiet();
                assert_eq!(output.json()["AccessKeyId"], "ASIALATE", "{minutes} {is_cached}");
                assert_eq!(user.token()["accessToken"], "late", "{minutes} {is_cached}");
            });
        }
    });
}
