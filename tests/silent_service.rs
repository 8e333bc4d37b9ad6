//! A service that accepts connections and says nothing, while credentials or the token are still valid.

use std::time::Duration;

use aws_sso::sandbox::Options;

use crate::support::http::SilentServer;
use crate::support::user::User;

/// Far less than the usual time-outs, and enough for a busy machine.
const LIMIT: Duration = Duration::from_secs(14);

#[test]
fn valid_credentials_are_handed_out_within_seconds_and_then_at_once_for_a_minute() {
    // Less than is left when credentials count as fresh, for the token too.
    let short = Duration::from_mins(10);
    let user = User::signed_in(Options { credential_lifetime: short, token_lifetime: short, ..Options::default() });
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
    let user = User::signed_in(Options { token_lifetime: Duration::from_mins(10), ..Options::default() });
    let silent = SilentServer::start();
    let process = |role| {
        let run = user.aws_sso(&format!("process {}", user.role(0, role)));
        run.env("AWS_ENDPOINT_URL_SSO_OIDC", silent.url()).limit(LIMIT)
    };
    let _ = process(0).run().success().quiet();
    assert_eq!(silent.count(), 1);
    let _ = process(1).run().success().quiet();
    assert_eq!(silent.count(), 1, "the other role's process leaves the sign-in service alone");
}

#[test]
fn a_process_renews_its_sign_in_once_however_short_the_new_one_lives() {
    let user = User::signed_in(Options { token_lifetime: Duration::from_mins(10), ..Options::default() });
    let _ = user.process().run().success();
    assert_eq!(user.sandbox.count("CreateToken"), 1);
}
