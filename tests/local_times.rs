//! Times: local where people read, UTC where programs do.

use aws_sso::sandbox::Options;

use crate::support::process::Invocation;
use crate::support::skip;
use crate::support::user::User;

/// A user whose sign-in lasts until a known time, and is renewed then.
fn user() -> User {
    let user = User::signed_in(Options::default());
    user.edit_token(|token| {
        token["expiresAt"] = "2099-01-01T00:00:00Z".into();
        token["registrationExpiresAt"] = "2099-02-01T00:00:00Z".into();
    });
    user
}

const ZONES: [(&str, &str); 4] = [
    ("Asia/Kolkata", "2099-01-01 05:30"),
    ("America/New_York", "2098-12-31 19:00"),
    ("XXX-05:30", "2099-01-01 05:30"),
    ("No/Such_Zone", "2099-01-01 00:00Z"),
];

#[test]
fn people_read_local_times_and_programs_read_utc() {
    let user = user();
    let role = user.role_arn(0);
    for (zone, expected) in ZONES {
        let run = |line: &str| {
            let run = user.aws_sso(line).env("TZ", zone).env("AWS_SSO_ROLE_ARN", &role);
            run.env("AWS_SSO_EXPIRATION", "4070908800").run()
        };
        let status = run("status").success().stdout;
        assert!(status.contains(&format!("token until {expected} (in ")), "{zone}: {status}");
        assert!(status.contains(&format!("{role}, until {expected} (in ")), "{zone}: {status}");
        assert!(status.lines().all(|line| !line.contains("T00:00")), "{zone}: {status}");
        let _ = run("login").success().complains(&format!(", until {expected} (in "));
        let _ = run("doctor --offline").prints(&format!("token valid until {expected}, renewed"));

        let json = run("status --json").success().json();
        assert_eq!(json["expiresAt"], "2099-01-01T00:00:00Z", "{zone}: {json}");
        assert_eq!(json["roleExpiresAt"], "2099-01-01T00:00:00Z", "{zone}: {json}");
        let _ = run("doctor --offline --json").prints("token valid until 2099-01-01T00:00:00Z, renewed");
        let credentials = run(&format!("process {}", user.role(0, 0))).success().json();
        assert!(credentials["Expiration"].as_str().unwrap().ends_with('Z'), "{zone}: {credentials}");
    }
}

#[test]
fn a_time_that_has_passed_says_how_long_ago() {
    let user = user();
    user.edit_token(|token| {
        token["expiresAt"] = "2020-01-01T00:00:00Z".into();
        token.as_object_mut().unwrap().remove("refreshToken");
    });
    let status = user.aws_sso("status").env("TZ", "Asia/Kolkata").run().success().stdout;
    assert!(status.contains("sign-in      expired at 2020-01-01 05:30 (") && status.contains(" days ago)"), "{status}");
}

/// The same on a system without `/etc/localtime`, if this user may hide it.
#[cfg(target_os = "linux")]
fn without_zone(user: &User, invocation: Invocation) -> Option<Invocation> {
    let hide = "mount -t tmpfs none /etc && exec \"$@\"";
    let hidden = ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", hide, "sh"];
    let can_mount = user.home.command("/bin/true").behind(hidden).run().exit.success();
    can_mount.then(|| invocation.behind(hidden))
}

#[cfg(target_os = "linux")]
#[test]
fn where_no_time_zone_is_known_times_are_utc_and_say_so() {
    let user = user();
    let Some(status) = without_zone(&user, user.aws_sso("status")) else {
        skip("this user may not mount: a system without a time zone is not tested");
        return;
    };
    let _ = status.run().success().prints("token until 2099-01-01 00:00Z (in ");
    // TZ names one all the same.
    let status = without_zone(&user, user.aws_sso("status")).unwrap().env("TZ", "Asia/Kolkata");
    let _ = status.run().success().prints("token until 2099-01-01 05:30 (in ");
}
