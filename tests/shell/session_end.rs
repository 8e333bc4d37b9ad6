//! When the session of a sign-in ends: learned, shown, exported, and announced at the prompt.

use aws_sso::sandbox::{Approval, Fault, Options};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::Shell;
use crate::support::terminal::{Terminal, type_lines};
use crate::support::user::{TOKEN_FILE, User};

/// What is learned about the sign-in to `corp`.
const HISTORY: &str = ".cache/aws-sso/sign-ins-ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

const SOON: &str = "your sign-in may end in about ";

/// The middle of the time in which the sessions of `history` ended.
const LASTED: i64 = 7 * 3600 + 45 * 60;

fn now() -> i64 {
    Timestamp::now().as_second()
}

fn history(user: &User) -> Value {
    serde_json::from_str(&user.home.read(HISTORY)).unwrap()
}

/// Two sessions that were seen to end, and one that is expected to end in so many seconds.
fn ends_in(user: &User, seconds: i64) -> String {
    let mut history = history(user);
    let ended = |at: i64| {
        let end = json!({"refused": {"activeUntil": at + LASTED - 900, "at": at + LASTED + 900}});
        json!({"at": at, "tokenSeconds": 3600, "renewable": true, "end": end})
    };
    let (now, day) = (now(), 86_400);
    let mut active = history["signIns"].as_array().unwrap().last().unwrap().clone();
    active["at"] = (now + seconds - LASTED).into();
    history["signIns"] = json!([ended(now - 3 * day), ended(now - 2 * day), active]);
    history.to_string()
}

#[test]
fn a_refused_renewal_and_a_sign_out_are_noted_without_a_secret() {
    let user = User::signed_in(Options::default());
    let begun = history(&user)["signIns"][0].clone();
    assert_eq!((&begun["renewable"], &begun["end"]), (&true.into(), &Value::Null));
    assert!((3590..=3600).contains(&begun["tokenSeconds"].as_i64().unwrap()), "{begun}");
    for secret in ["accessToken", "refreshToken", "clientId", "clientSecret"] {
        assert!(!user.home.read(HISTORY).contains(user.token()[secret].as_str().unwrap()), "{secret}");
    }
    // A service that fails, and a registration that has expired, say nothing about the session.
    user.expire_token();
    user.sandbox.update(|options| options.fail_first = Some((9, Fault::InternalError)));
    let _ = user.aws_sso("check").env("AWS_MAX_ATTEMPTS", "1").run().status(5);
    user.sandbox.update(|options| options.fail_first = None);
    let registration = user.token()["registrationExpiresAt"].clone();
    user.edit_token(|token| token["registrationExpiresAt"] = "2020-01-01T00:00:00Z".into());
    let _ = user.aws_sso("check").run().status(3);
    assert_eq!(history(&user)["signIns"][0], begun);

    user.edit_token(|token| token["registrationExpiresAt"] = registration);
    user.sandbox.revoke_sessions();
    let _ = user.aws_sso("check").run().status(3);
    let ended = history(&user);
    let refused = &ended["signIns"][0]["end"]["refused"];
    assert_eq!(refused["activeUntil"], begun["at"]);
    assert!((now() - refused["at"].as_i64().unwrap()).abs() < 60, "{ended}");
    let _ = user.aws_sso("check").run().status(3);
    assert_eq!(history(&user), ended);

    user.sandbox.update(|options| options.approval = Approval::Automatic);
    let _ = user.aws_sso("login").run().success();
    let _ = user.aws_sso("logout").run().success();
    let signed_out = &history(&user)["signIns"][1]["end"]["signedOut"]["at"];
    assert!((now() - signed_out.as_i64().unwrap()).abs() < 60);
}

#[test]
fn the_status_tells_the_end_of_the_session_only_where_it_is_known() {
    let user = User::signed_in(Options::default());
    let json = |user: &User| user.aws_sso("status --json").run().success().json();
    let shown = |user: &User| user.aws_sso("status").env("TZ", "XXX-05:30").run().success().stdout;
    assert!(json(&user).get("sessionEnd").is_none() && !shown(&user).contains("\nsession "), "{}", shown(&user));

    let at = now() + 7200;
    user.home.write(HISTORY, ends_in(&user, 7200));
    let end = &json(&user)["sessionEnd"];
    let found: Timestamp = end["at"].as_str().unwrap().parse().unwrap();
    assert!((found.as_second() - at).abs() < 5, "{end}");
    assert_eq!((&end["agreeing"], &end["seen"]), (&2.into(), &2.into()));
    let text = shown(&user);
    let rounded = Timestamp::from_second((found.as_second() + 150) / 300 * 300).unwrap();
    let zone = TimeZone::fixed(Offset::from_seconds(19_800).unwrap());
    let time = rounded.to_zoned(zone).strftime("%H:%M").to_string();
    let words = format!("{time}, 7 h 45 min after the sign-in, as on the last 2 days\n");
    assert!(text.contains("session      ends about ") && text.contains(&words), "{words}{text}");

    // Once it is over, or somebody has signed out, nothing is claimed.
    user.home.write(HISTORY, ends_in(&user, -10));
    assert!(json(&user).get("sessionEnd").is_none());
    user.home.write(HISTORY, ends_in(&user, 7200));
    let _ = user.aws_sso("logout").run().success();
    assert!(json(&user).get("sessionEnd").is_none());
    // What is no history harms nothing.
    for junk in ["", "{", "[1]", "{\"startUrl\":\"x\",\"signIns\":[]}"] {
        user.home.write(HISTORY, junk);
        assert!(json(&user).get("sessionEnd").is_none());
    }
}

#[test]
fn env_and_exec_export_the_end_of_the_session() {
    let user = User::signed_in(Options::default());
    let script = "echo [$AWS_SSO_SESSION_EXPIRATION] [$AWS_SSO_SESSION_END]";
    let role = user.role(0, 0);
    for ends in [true, false] {
        if ends {
            user.home.write(HISTORY, ends_in(&user, 7200));
        } else {
            std::fs::remove_file(user.home.path(HISTORY)).unwrap();
        }
        let expected = if ends {
            let end = &user.aws_sso("status --json").run().success().json()["sessionEnd"]["at"];
            let at: Timestamp = end.as_str().unwrap().parse().unwrap();
            format!("[{at}] [{}]", at.as_second())
        } else {
            "[] []".to_owned()
        };
        for options in [role.as_str(), &format!("{role} --server"), "--match */reader -j 1"] {
            let run = user.exec(options, &["sh", "-c", script]).env("AWS_SSO_SESSION_END", "1");
            let output = run.run().success();
            assert!(output.stdout.lines().next().unwrap().contains(&expected), "{options}: {expected}\n{output}");
        }
        let exports = user.aws_sso(&format!("env {role}")).run().success().stdout;
        assert_eq!(exports.contains("export AWS_SSO_SESSION_EXPIRATION="), ends, "{exports}");
    }
}

/// A shell that has entered a role, whose session is expected to end in ten minutes; `between` runs before the next
/// prompt.
fn entered(user: &User, shell: Shell, hook: &str, between: &str) -> Terminal {
    user.home.write(HISTORY, ends_in(user, 600));
    let mut terminal = user.home.interactive(shell).endpoint(user.sandbox.endpoint()).in_terminal();
    type_lines(&mut terminal, &[&shell.load_with(&format!("--hook {hook}")), "clear", "env -0 >before"]);
    let enter = format!("awsso use {}; env -0 >in; {between}", user.role(0, 0));
    type_lines(&mut terminal, &[&enter, ":", "false"]);
    terminal
}

#[test]
fn the_prompt_tells_of_the_end_of_the_session_once() {
    for shell in Shell::all() {
        for hook in ["notice", "refresh"] {
            let user = User::signed_in(Options::default());
            let mut terminal = entered(&user, shell, hook, ":");
            type_lines(&mut terminal, &["awsso clear", "env -0 >after"]);
            terminal.send(" exit 0\r");
            let screen = terminal.finish().success().stdout;
            assert_eq!(screen.matches(SOON).count(), 1, "{shell:?} {hook}:\n{screen}");
            assert!(screen.contains(" minutes; run: awsso login --force"), "{shell:?} {hook}:\n{screen}");
            let [before, entered] = ["before", "in"].map(|file| user.home.environment(file));
            let at: Timestamp = entered["AWS_SSO_SESSION_EXPIRATION"].parse().unwrap();
            assert_eq!(entered["AWS_SSO_SESSION_END"], at.as_second().to_string());
            assert!((at.as_second() - now() - 600).abs() < 120, "{at}");
            assert_eq!(before, user.home.cleared("after"), "{shell:?} {hook}");
        }
    }
}

/// Somebody has signed in again meanwhile: in another shell, or by another tool.
#[test]
fn the_prompt_asks_what_is_known_now_before_it_warns() {
    let newer = format!("cp newer {HISTORY}");
    let token = format!("printf '%s' '{{}}' >{TOKEN_FILE}");
    let cases = [("notice", &newer, true), ("refresh", &newer, true), ("notice", &token, false)];
    for (shell, (hook, between, is_known)) in Shell::all().into_iter().flat_map(|shell| cases.map(|case| (shell, case)))
    {
        let user = User::signed_in(Options::default());
        user.home.write("newer", ends_in(&user, 20_000));
        let mut terminal = entered(&user, shell, hook, between);
        type_lines(&mut terminal, &["env -0 >new", "awsso clear", "env -0 >after"]);
        terminal.send(" exit 0\r");
        let screen = terminal.finish().success().stdout;
        assert!(!screen.contains(SOON), "{shell:?} {hook}:\n{screen}");
        let [before, entered, new] = ["before", "in", "new"].map(|file| user.home.environment(file));
        let end = |environment: &std::collections::BTreeMap<String, String>| {
            environment.get("AWS_SSO_SESSION_END").map(|end| end.parse::<i64>().unwrap())
        };
        assert_eq!(end(&new).is_some_and(|new| new > end(&entered).unwrap() + 15_000), is_known, "{shell:?} {hook}");
        assert_eq!(end(&new).is_some(), is_known, "{shell:?} {hook}");
        assert_eq!(new["AWS_ACCESS_KEY_ID"], entered["AWS_ACCESS_KEY_ID"], "{shell:?} {hook}");
        assert_eq!(before, user.home.cleared("after"), "{shell:?} {hook}");
    }
}

/// The sign-in of the AWS CLI is another session, of which nothing is known; a renewal goes on with ours.
#[test]
fn nothing_is_claimed_of_a_session_that_another_tool_began() {
    let user = User::signed_in(Options::default());
    let is_known = || user.aws_sso("status --json").run().success().json().get("sessionEnd").is_some();
    user.home.write(HISTORY, ends_in(&user, 7200));
    assert!(is_known());
    user.expire_token();
    let _ = user.aws_sso("check").run().success();
    assert!(is_known(), "renewed");
    let ours = user.home.read(TOKEN_FILE);
    user.edit_token(|token| {
        token["accessToken"] = "another".into();
        token["refreshToken"] = "others".into();
    });
    assert!(!is_known());
    // Nor does its end say how long ours was.
    user.expire_token();
    let _ = user.aws_sso("check").run().status(3);
    assert_eq!(history(&user)["signIns"][2]["end"], Value::Null);
    user.home.write(TOKEN_FILE, ours);
    assert!(is_known());
}

/// A history that somebody has edited.
#[test]
fn times_that_cannot_be_are_left_out() {
    let user = User::signed_in(Options::default());
    for time in [i64::MAX, i64::MIN, -1] {
        for place in ["/at", "/tokenSeconds", "/end/refused/at", "/end/refused/activeUntil"] {
            let mut history: Value = serde_json::from_str(&ends_in(&user, 7200)).unwrap();
            let mut odd = history["signIns"][1].clone();
            *odd.pointer_mut(place).unwrap() = time.into();
            if place == "/at" {
                odd.as_object_mut().unwrap().remove("end");
            }
            history["signIns"].as_array_mut().unwrap().insert(2, odd);
            user.home.write(HISTORY, history.to_string());
            let status = user.aws_sso("status --json").run().success().quiet().json();
            assert!(status.get("sessionEnd").is_some(), "{place} {time}: {status}");
        }
    }
}

#[test]
fn the_prompt_says_nothing_before_or_after_its_time_and_believes_no_value_but_a_number() {
    let at = |seconds: i64| (Timestamp::now() + SignedDuration::from_secs(seconds)).as_second().to_string();
    // The value, and whether the prompt says something.
    let cases = [
        (at(1000), false),
        (at(880), true),
        (at(-5), false),
        ("a[$(touch PWNED)]".to_owned(), false),
        ("$(touch PWNED)".to_owned(), false),
        ("08".to_owned(), false),
        ("2026-11-27T18:10:00Z".to_owned(), false),
        ("99999999999999999999".to_owned(), false),
        (String::new(), false),
    ];
    for shell in Shell::all() {
        let user = User::new(Options::default());
        let run = user.home.interactive(shell);
        let number = |number: usize| format!("CASE_{number}");
        let run = cases.iter().enumerate().fold(run, |run, (index, (value, _))| run.env(number(index), value));
        let mut terminal = run.in_terminal();
        type_lines(&mut terminal, &[&shell.load_with("--hook notice")]);
        for (index, (value, is_said)) in cases.iter().enumerate() {
            let set = match shell {
                Shell::Fish => format!("set -gx AWS_SSO_SESSION_END \"${}\"", number(index)),
                _ => format!("export AWS_SSO_SESSION_END=\"${}\"", number(index)),
            };
            type_lines(&mut terminal, &["clear", &set, ":"]);
            assert_eq!(terminal.screen().contains(SOON), *is_said, "{shell:?} {value}:\n{}", terminal.screen());
        }
        assert!(!user.home.has("PWNED"), "{shell:?}");
    }
}

#[test]
fn powershell_tells_of_the_end_of_the_session_once() {
    for hook in ["notice", "refresh"] {
        let user = User::signed_in(Options::default());
        user.home.write(HISTORY, ends_in(&user, 600));
        user.home.write("newer", ends_in(&user, 20_000));
        let role = user.role(0, 0);
        let code = format!(
            "Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n\
             aws-sso init powershell --hook {hook} | Out-String | Invoke-Expression\n$null = prompt\n\
             awsso use {role}\n$null = prompt\n$null = prompt\n\
             $env:AWS_SSO_SESSION_END = 'a[$(touch PWNED)]'\n$null = prompt\n'second'\n\
             awsso use {role}\n/bin/cp newer {HISTORY}\n$global:__AWS_SSO_SESSION_NOTICED = ''\n$null = prompt\n\
             'left ' + [int]($env:AWS_SSO_SESSION_END -gt {})\n",
            now() + 10_000
        );
        let Some(run) = user.home.powershell(&code) else { return };
        let output = run.endpoint(user.sandbox.endpoint()).run().success();
        let (first, second) = output.stdout.split_once("second\n").unwrap();
        assert_eq!(first.matches(SOON).count(), 1, "{hook}: {output}");
        assert!(!second.contains(SOON) && second.contains("left 1"), "{hook}: {output}");
        assert!(!user.home.has("PWNED"));
    }
}
