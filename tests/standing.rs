//! What is said of a sign-in is what is left of it, by all that the service has said so far.

use std::fs;
use std::time::Duration;

use aws_sso::sandbox::Options;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::http::{LATE_ROLE, PreparedServer, answers, response};
use crate::support::user::{TOKEN_FILE, User};

fn in_minutes(minutes: i64) -> Value {
    let time = Timestamp::now() + SignedDuration::from_mins(minutes);
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into()
}

/// Whether the sign-in counts, and whether it is said to be renewed, which all that speak of it agree about.
#[track_caller]
fn standing(user: &User) -> (bool, bool) {
    let status = user.aws_sso("status").run().success();
    let doctor = user.aws_sso("doctor").run();
    let json = user.aws_sso("status --json").run().success().json();
    let (signed_in, renewable) = (json["signedIn"] == true, json["renewable"] == true);
    assert_eq!(status.stdout.contains("signed in"), signed_in, "{status}");
    assert_eq!(doctor.stdout.contains("corp: signed in"), signed_in, "{doctor}");
    assert_eq!(status.stdout.contains("renewed automatically"), renewable, "{status}");
    assert_eq!(doctor.stdout.contains("renewed automatically"), renewable, "{doctor}");
    (signed_in, renewable)
}

#[test]
fn a_sign_in_that_the_service_refused_to_renew_is_not_said_to_be_renewed() {
    let refused = || response("400 Bad Request", "", r#"{"error":"invalid_grant"}"#);
    // Minutes that the token has left, whether the service still takes it, whether another tool has signed in, and what
    // is left of the sign-in.
    let cases = [
        (-1, false, false, (false, false)),
        (-1, false, true, (false, false)),
        (10, true, false, (true, false)),
        (10, false, false, (false, false)),
        (59, false, true, (false, false)),
    ];
    for (minutes, is_taken, is_of_other_tool, left) in cases {
        let user = User::signed_in(Options::default());
        if is_of_other_tool {
            fs::remove_dir_all(user.home.path(".cache/aws-sso")).unwrap();
        }
        user.edit_token(|token| token["expiresAt"] = in_minutes(minutes));
        let case = format!("{minutes} {is_taken} {is_of_other_tool}");
        assert_eq!(standing(&user), (true, true), "{case}");
        if is_taken {
            let service = PreparedServer::with([refused()].into_iter().chain(answers(&[LATE_ROLE])));
            let _ = user.process().endpoint(service.url()).run().success();
        } else {
            user.sandbox.revoke_sessions();
            let _ = user.process().run().status(3);
        }
        assert_eq!(standing(&user), left, "{case}");
        if !left.0 {
            let _ = user.aws_sso("check").run().status(3);
        }
        // The next sign-in counts.
        let _ = user.aws_sso("login --device-code --no-browser --force").run().success();
        assert_eq!(standing(&user), (true, true), "{case}");
    }
}

#[test]
fn a_renewal_is_promised_only_if_the_registration_outlives_the_token() {
    let login = |user: &User| user.aws_sso("login --device-code --no-browser --force").run().success();
    for (minutes, renewable) in [(1, false), (20, false), (120, true)] {
        let registration_lifetime = Duration::from_mins(minutes);
        let user = User::signed_in(Options { registration_lifetime, ..Options::default() });
        let words = if renewable { "then renewed automatically" } else { "then you have to sign in again" };
        let _ = login(&user).complains(words);
        assert_eq!(standing(&user), (true, renewable), "{minutes}");
    }
    // A registration that is about to expire is not used for one more sign-in.
    let user = User::signed_in(Options::default());
    let is_registration = |name: &String| !TOKEN_FILE.ends_with(name);
    let [registration] = &user.home.list(".aws/sso/cache").into_iter().filter(is_registration).collect::<Vec<_>>()[..]
    else {
        panic!("not one registration")
    };
    let path = format!(".aws/sso/cache/{registration}");
    for (minutes, registrations) in [(90 * 24 * 60, 0), (17, 1), (23 * 60, 1)] {
        let mut content: Value = serde_json::from_str(&user.home.read(&path)).unwrap();
        content["expiresAt"] = in_minutes(minutes);
        user.home.write(&path, content.to_string());
        user.sandbox.clear_log();
        let _ = login(&user).complains("then renewed automatically");
        assert_eq!(user.sandbox.count("RegisterClient"), registrations, "{minutes}");
    }
}
