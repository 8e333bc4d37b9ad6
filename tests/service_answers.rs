//! Whatever the service sends: what is stored of it lasts no longer than AWS lets it last, and what cannot be an answer
//! is refused with status 5.

use std::fs;

use aws_sso::sandbox::Options;
use jiff::Timestamp;

use crate::support::Home;
use crate::support::http::{PreparedServer, response};
use crate::support::user::{TOKEN_FILE, User};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// What becomes of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Becomes {
    /// Something that lasts this many seconds, or a little less.
    Lasting(i64),
    /// An error of the service.
    Refused,
}
use Becomes::{Lasting, Refused};

fn ok(body: &str) -> String {
    response("200 OK", "", body)
}

#[track_caller]
fn check_left(text: &str, seconds: i64, case: &str) {
    let left = text.parse::<Timestamp>().unwrap().as_second() - Timestamp::now().as_second();
    assert!((seconds - 60..=seconds).contains(&left), "{case}: {left} s");
}

#[test]
fn credentials_last_twelve_hours_at_most() {
    let now = Timestamp::now().as_second();
    let cases = [
        (((now + HOUR) * 1000).to_string(), Lasting(HOUR)),
        (((now + 12 * HOUR) * 1000).to_string(), Lasting(12 * HOUR)),
        (((now + 13 * HOUR) * 1000).to_string(), Lasting(12 * HOUR)),
        ((now * 1_000_000).to_string(), Lasting(12 * HOUR)),
        (i64::MAX.to_string(), Lasting(12 * HOUR)),
        ((now + HOUR).to_string(), Refused),
        ("0".to_owned(), Refused),
        ("-1".to_owned(), Refused),
        (i64::MIN.to_string(), Refused),
        ("1e400".to_owned(), Refused),
        ("NaN".to_owned(), Refused),
        ("\"tomorrow\"".to_owned(), Refused),
        ("null".to_owned(), Refused),
    ];
    let user = User::signed_in(Options::default());
    for (expiration, becomes) in cases {
        let body = format!(
            r#"{{"roleCredentials":{{"accessKeyId":"ASIA","secretAccessKey":"s","sessionToken":"t",
                "expiration":{expiration}}}}}"#
        );
        let service = PreparedServer::with([ok(&body)]);
        let _ = fs::remove_dir_all(user.home.path(".aws/cli"));
        let output = user.process().endpoint(service.url()).env("AWS_MAX_ATTEMPTS", "1").run();
        match becomes {
            Lasting(seconds) => {
                let printed = output.success().quiet().json()["Expiration"].as_str().unwrap().to_owned();
                check_left(&printed, seconds, &expiration);
                let [name] = &user.home.list(".aws/cli/cache")[..] else { panic!("{expiration}") };
                assert!(user.home.read(format!(".aws/cli/cache/{name}")).contains(&printed), "{expiration}");
            }
            Refused => {
                let output = output.status(5);
                let is_left_out = matches!(expiration.as_str(), "0" | "null");
                assert!(!is_left_out || output.stderr.contains("is not one of IAM Identity Center"), "{output}");
                assert_eq!(user.home.list(".aws/cli/cache"), [""; 0], "{expiration}");
            }
        }
    }
}

#[test]
fn a_sign_in_and_its_client_last_no_longer_than_the_service_lets_them() {
    let now = Timestamp::now().as_second();
    // `clientSecretExpiresAt`, `expiresIn`, and what becomes of the registration and of the token.
    let cases = [
        ((now + DAY).to_string(), "3600", Lasting(DAY), Lasting(HOUR)),
        ((now + 90 * DAY).to_string(), "28800", Lasting(90 * DAY), Lasting(8 * HOUR)),
        ((now + 900 * DAY).to_string(), "86400", Lasting(90 * DAY), Lasting(12 * HOUR)),
        (((now + DAY) * 1000).to_string(), "3600000", Lasting(90 * DAY), Lasting(12 * HOUR)),
        (i64::MAX.to_string(), "2147483647", Lasting(90 * DAY), Lasting(12 * HOUR)),
        ((now + DAY).to_string(), "0", Lasting(DAY), Refused),
        ((now + DAY).to_string(), "-3600", Lasting(DAY), Refused),
        ((now + DAY).to_string(), "99999999999999", Lasting(DAY), Refused),
        ("0".to_owned(), "3600", Refused, Refused),
        (i64::MIN.to_string(), "3600", Refused, Refused),
    ];
    for (registered_until, lifetime, client, token) in cases {
        let case = format!("{registered_until} {lifetime}");
        let register = format!(r#"{{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":{registered_until}}}"#);
        let authorize =
            r#"{"deviceCode":"d","userCode":"A","verificationUri":"https://x/","expiresIn":1,"interval":1}"#;
        let create = format!(r#"{{"accessToken":"a","expiresIn":{lifetime},"refreshToken":"r"}}"#);
        let service = PreparedServer::with([ok(&register), ok(authorize), ok(&create)]);
        let home = Home::new();
        home.sign_in_config("");
        let login = home.aws_sso(["login", "--device-code", "--no-browser"]).endpoint(service.url());
        let output = login.env("AWS_MAX_ATTEMPTS", "1").run();
        if let Lasting(seconds) = token {
            let _ = output.success();
            let stored: serde_json::Value = serde_json::from_str(&home.read(TOKEN_FILE)).unwrap();
            check_left(stored["expiresAt"].as_str().unwrap(), seconds, &case);
            let Lasting(seconds) = client else { panic!("{case}") };
            check_left(stored["registrationExpiresAt"].as_str().unwrap(), seconds, &case);
        } else {
            assert!(matches!(output.exit.code(), Some(3 | 5)), "{output}");
            assert!(!home.has(TOKEN_FILE), "{case}");
        }
    }
}

#[test]
fn keys_that_no_key_looks_like_are_refused_and_what_nobody_asked_for_is_ignored() {
    let now = Timestamp::now().as_second();
    let grant = |id: &str, secret: &str, token: &str, more: &str| {
        let expiration = (now + HOUR) * 1000;
        format!(
            r#"{{"roleCredentials":{{"accessKeyId":{id},"secretAccessKey":{secret},"sessionToken":{token},
                "expiration":{expiration}}}{more}}}"#
        )
    };
    let deep = format!(r#","more":{}1{}"#, "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("\"{}\"", "x".repeat(200_000));
    let cases = [
        (grant(r#""A""#, r#""s""#, r#""t""#, r#","more":[1,{"x":null}]"#), 0),
        (grant(r#""""#, r#""s""#, r#""t""#, ""), 5),
        (grant(r#""A""#, r#""""#, r#""t""#, ""), 5),
        (grant(r#""A""#, r#""s""#, "null", ""), 5),
        (grant(r#""A\nB""#, r#""s""#, r#""t""#, ""), 5),
        (grant(r#""A""#, r#""s\u0000""#, r#""t""#, ""), 5),
        (grant(r#""A""#, r#""s""#, r#""t\u001b[2J""#, ""), 5),
        (grant(r#""A""#, r#""s t""#, r#""t""#, ""), 5),
        (grant(r#""Ä""#, r#""s""#, r#""t""#, ""), 5),
        (grant(r#""A""#, r#""s""#, &long, ""), 5),
        (grant("7", r#""s""#, r#""t""#, ""), 5),
        (grant(r#"["A"]"#, r#""s""#, r#""t""#, ""), 5),
        ("[".repeat(1 << 20), 5),
        (" ".repeat(5 << 20), 5),
    ];
    let user = User::signed_in(Options::default());
    for (body, status) in cases {
        let service = PreparedServer::with([ok(&body)]);
        let _ = fs::remove_dir_all(user.home.path(".aws/cli"));
        let output = user.process().endpoint(service.url()).env("AWS_MAX_ATTEMPTS", "1").run().status(status);
        assert_eq!(user.home.list(".aws/cli/cache").len(), usize::from(status == 0), "{body:.200}\n{output}");
    }
    // Deep JSON ends no process, whether it counts as an answer or not.
    let service = PreparedServer::with([ok(&grant(r#""A""#, r#""s""#, r#""t""#, &deep))]);
    let _ = fs::remove_dir_all(user.home.path(".aws/cli"));
    let output = user.process().endpoint(service.url()).env("AWS_MAX_ATTEMPTS", "1").run();
    assert!(matches!(output.exit.code(), Some(0 | 5)), "{output}");
}

#[test]
fn names_are_cut_rows_that_cannot_be_are_left_out_and_a_list_ends() {
    let long = "n".repeat(65_536);
    let accounts = format!(
        r#"{{"accountList":[{{"accountId":"100000000001","accountName":"{long}","emailAddress":"{long}"}},
        {{"accountId":"1","accountName":"short"}},{{"accountName":"none"}},
        {{"accountId":"../../x","accountName":"up"}}]}}"#
    );
    let roles = format!(
        r#"{{"roleList":[{{"roleName":"Reader","accountId":"100000000001"}},{{"roleName":"{long}"}},
        {{"roleName":"../x"}},{{"roleName":"a\nb"}},{{"roleName":""}},{{}}]}}"#
    );
    let user = User::signed_in(Options::default());
    let list = |answers: &[String]| {
        let _ = fs::remove_dir_all(user.home.path(".cache"));
        let service = PreparedServer::with(answers);
        user.aws_sso("list -p corp --json").endpoint(service.url()).env("AWS_MAX_ATTEMPTS", "1").run()
    };
    let output = list(&[ok(&accounts), ok(&roles)]).success().quiet();
    let rows = output.json();
    let [row] = &rows.as_array().unwrap()[..] else { panic!("{output}") };
    assert_eq!((&row["accountId"], &row["roleName"]), (&"100000000001".into(), &"Reader".into()));
    for field in ["accountName", "emailAddress"] {
        assert!(row[field].as_str().unwrap().len() <= 128, "{field}");
    }
    // A page of far more rows than were asked for, and pages that lead to each other.
    let row = r#"{"accountId":"100000000001","accountName":"x"}"#;
    let crowd = format!(r#"{{"accountList":[{}]}}"#, vec![row; 20_000].join(","));
    let _ = list(&[ok(&crowd)]).status(5);
    let all = |count: u64| (0..count).map(|n| format!(r#"{{"accountId":"{}"}}"#, 100_000_000_000 + n));
    let many = format!(r#"{{"accountList":[{}]}}"#, all(250).collect::<Vec<_>>().join(","));
    let role = ok(r#"{"roleList":[{"roleName":"Reader"}]}"#);
    let output = list(&[ok(&many), role.clone()]).success();
    assert_eq!(output.json().as_array().unwrap().len(), 250);
    // A page without a list is an empty one where another follows; else it is no list.
    let one = ok(&format!(r#"{{"accountList":[{row}]}}"#));
    for (none, status) in [(r#"{"nextToken":"a"}"#, 0), (r#"{"nextToken":""}"#, 5), ("{}", 5)] {
        for answers in [[ok(none), one.clone(), role.clone()], [one.clone(), ok(none), role.clone()]] {
            let output = list(&answers).status(status);
            assert_eq!(output.stdout.contains("Reader"), status == 0, "{none}\n{output}");
        }
    }
    let page = |next: &str| ok(&format!(r#"{{"accountList":[{row}],"nextToken":"{next}"}}"#));
    let _ = list(&[page("a"), page("b"), page("a")]).status(5).complains("has no end");
    // Pages that say nothing new.
    let empty: Vec<_> = (0..200).map(|n| ok(&format!(r#"{{"accountList":[],"nextToken":"{n}"}}"#))).collect();
    let service = PreparedServer::with(&empty);
    let _ = fs::remove_dir_all(user.home.path(".cache"));
    let _ = user.aws_sso("list -p corp").endpoint(service.url()).run().status(5).complains("has no end");
    assert!(service.count() < 100, "{}", service.count());
    let some: Vec<_> = empty.into_iter().take(20).chain([one, role]).collect();
    let _ = list(&some).success().prints("Reader");
}
