//! Signing in, and what happens to a sign-in: browser and device code, renewal, revocation, signing out.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use aws_sso::sandbox::{Approval, Fault, Options, Rotation};
use serde_json::Value;

use crate::support::http::{bring_back, get, parameter, redirection, split};
use crate::support::process::wait;
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{REGION, START_URL};

#[test]
fn a_browser_brings_a_token_that_can_be_renewed() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let (running, link) = user.begin_in_browser();
    let callback = user.authorize(&link);
    let page = bring_back(&callback);
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("close this tab"), "{page}");
    let output = running.finish().success().complains("signed in to").complains(&link);
    assert_eq!(output.stdout, "");

    let token = user.token();
    assert_eq!((&token["startUrl"], &token["region"]), (&START_URL.into(), &REGION.into()));
    assert!(token["refreshToken"].is_string());
    let mode = fs::metadata(user.home.path(TOKEN_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let grants: Vec<_> = user.sandbox.requests().iter().filter_map(|request| request.grant.clone()).collect();
    assert_eq!(grants, ["authorization_code"]);
    let _ = user.process().run().success();

    // The client's registration is cached: a second sign-in does not register again.
    user.sandbox.clear_log();
    fs::remove_file(user.home.path("link")).unwrap();
    let running = user.aws_sso("login --browser --force").env("BROWSER", user.browser()).start();
    let _ = bring_back(&user.authorize(&redirection(&user.opened())));
    let _ = running.finish().success();
    assert_eq!(user.sandbox.count("RegisterClient"), 0);
}

#[test]
fn only_the_services_own_answer_ends_a_browser_sign_in() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let (running, link) = user.begin_in_browser();
    let callback = user.authorize(&link);
    let (base, target) = split(&callback);
    // Connections that send nothing, or half a request, do not delay the others, and take no place from them.
    let address = base.strip_prefix("http://").unwrap();
    let mute: Vec<_> = (0..80).map(|_| TcpStream::connect(address).unwrap()).collect();
    (&mute[0]).write_all(b"GET /oauth/callback?code=").unwrap();
    let forged = "/oauth/callback?code=stolen&state=guessed";
    for (target, host, status) in [
        (forged, None, "400"),
        ("/oauth/callback?error=access_denied&state=guessed", None, "400"),
        (target, Some("evil.example"), "400"),
        ("/favicon.ico", None, "404"),
    ] {
        let answer = get(base, target, host);
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
    let _ = bring_back(&callback);
    let _ = running.finish().success();
    // The answer has come, so the port is closed.
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_sign_in_that_is_denied_leaves_nothing() {
    let user = User::new(Options { approval: Approval::Denied, ..Options::default() });
    let (running, link) = user.begin_in_browser();
    assert!(bring_back(&user.authorize(&link)).contains("not signed in"));
    let _ = running.finish().status(130).complains("denied");
    let _ = user.aws_sso("login --device-code").run().status(130).complains("denied");
    assert!(!user.home.has(TOKEN_FILE));
}

#[test]
fn an_error_at_the_callback_ends_the_sign_in_and_never_begins_another_one() {
    // What the answer says, what the message repeats of it, and the exit status.
    let long = "x".repeat(200);
    let cases = [
        ("server_error", "ended with the error server_error\n", 5),
        ("unsupported_response_type", "ended with the error unsupported_response_type\n", 5),
        ("a%1b%5b2J%0ab", "ended with the error a\u{FFFD}[2J\u{FFFD}b\n", 5),
        (&long, &format!("ended with the error {}\n", &long[..64]), 5),
        ("access_denied", "was denied", 130),
    ];
    for (error, words, status) in cases {
        let user = User::new(Options::default());
        let (running, link) = user.begin_in_browser();
        let parameter = |name| parameter(&link, name);
        let answer = format!("{}?error={error}&state={}", parameter("redirect_uri"), parameter("state"));
        assert!(bring_back(&answer).contains("You are not signed in"));
        let output = running.finish().status(status).complains(words);
        let remedy = "to sign in with a code, run: aws-sso login -p corp --device-code";
        assert_eq!(output.stderr.contains(remedy), status == 5, "{output}");
        assert_eq!(user.sandbox.count("StartDeviceAuthorization"), 0);
    }
    // A code that the service does not know.
    let user = User::new(Options::default());
    let (running, link) = user.begin_in_browser();
    let parameter = |name| parameter(&link, name);
    let _ = bring_back(&format!("{}?code=bogus&state={}", parameter("redirect_uri"), parameter("state")));
    let _ = running.finish().status(5).complains("to try again, run: aws-sso login -p corp\n");
}

#[test]
fn the_browsers_arguments_do_not_tell_how_to_finish_the_sign_in() {
    let cases = [("login --browser", "/authorize?"), ("login --device-code", "/device?user_code=")];
    for (line, words) in cases {
        let user = User::new(Options { approval: Approval::ByPage, ..Options::default() });
        let script =
            "#!/bin/sh\ntr '\\0' '\\n' </proc/$$/cmdline >\"$HOME/new\"; mv \"$HOME/new\" \"$HOME/arguments\"\n";
        let browser = user.home.write("browser", script);
        fs::set_permissions(&browser, fs::Permissions::from_mode(0o755)).unwrap();
        let running = user.aws_sso(line).env("BROWSER", &browser).start();
        let arguments = wait(|| user.home.has("arguments").then(|| user.home.read("arguments")));
        let page = arguments.lines().last().unwrap();
        let link = redirection(page);
        assert!(link.starts_with(&user.sandbox.endpoint()) && link.contains(words), "{link}");
        let (_, query) = link.split_once('?').unwrap();
        for value in query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value) {
            assert!(value == "code" || !arguments.contains(value), "{value} is in {arguments}");
        }
        assert!(!arguments.contains("authorize"), "{arguments}");
        // It serves once; who comes later sees what to do.
        let (base, target) = page.split_at(page.find("/sign-in/").unwrap());
        let answer = get(base, target, None);
        assert!(answer.starts_with("HTTP/1.1 410 ") && answer.contains("has been used"), "{answer}");
        running.signal("INT");
        let _ = running.finish().status(130).complains(&link);
    }
    // Over SSH, a browser on another machine could not reach a page of this one: it gets the address without the code.
    let user = User::new(Options { approval: Approval::Automatic, polls_before_approval: 1, ..Options::default() });
    let login = user.aws_sso("login").env("SSH_CONNECTION", "x").env("BROWSER", user.browser());
    let output = login.run().success().complains("/device?user_code=").complains("enter the code");
    let opened = user.opened();
    assert!(opened.ends_with("/device") && output.stderr.contains(&opened), "{opened}");
}

#[test]
fn ctrl_c_ends_a_sign_in() {
    for line in ["login --browser --no-browser", "login --device-code --no-browser"] {
        let user = User::new(Options::default());
        let mut terminal = user.aws_sso(line).in_terminal();
        terminal.wait_for("sign in to");
        terminal.send("\x03");
        let _ = terminal.finish().status(130);
        assert!(!user.home.has(TOKEN_FILE));
    }
}

#[test]
fn a_device_code_is_shown_and_polled_until_it_is_approved() {
    let user = User::new(Options { approval: Approval::Automatic, polls_before_approval: 2, ..Options::default() });
    let running = user.aws_sso("login --device-code --no-browser").start();
    let output = running.finish().success().complains("/device").complains("confirm the code");
    assert_eq!(output.stdout, "");
    assert!(user.sandbox.count("CreateToken") >= 3);
    assert!(user.token()["refreshToken"].is_string());
}

#[test]
fn a_sign_in_that_times_out_is_status_3() {
    let user = User::new(Options { sign_in_lifetime: Duration::from_secs(1), ..Options::default() });
    let _ = user.aws_sso("login --device-code").run().status(3).complains("in time");
}

#[test]
fn an_expired_token_is_renewed_silently_and_keys_of_other_tools_stay() {
    for (rotation, same) in [(Rotation::Reusable, true), (Rotation::Rotated, false), (Rotation::Unmentioned, true)] {
        let user = User::signed_in(Options { refresh: rotation, ..Options::default() });
        user.edit_token(|token| token["future"] = "kept".into());
        user.expire_token();
        let before = user.token();
        let _ = user.process().run().success().quiet();
        let after = user.token();
        assert_ne!(before["accessToken"], after["accessToken"]);
        assert_eq!(before["refreshToken"] == after["refreshToken"], same, "{rotation:?}");
        assert_eq!(after["future"], "kept");
        assert_eq!(user.sandbox.count("CreateToken"), 1);
    }
}

#[test]
fn many_processes_renew_a_rotating_token_once() {
    let user = User::signed_in(Options {
        refresh: Rotation::Rotated,
        latency: Duration::from_millis(100),
        ..Options::default()
    });
    user.expire_token();
    let running: Vec<_> = (0..12).map(|_| user.aws_sso("check").start()).collect();
    for running in running {
        let _ = running.finish().success().quiet();
    }
    assert_eq!(user.sandbox.count("CreateToken"), 1);
}

#[test]
fn a_token_that_is_still_valid_is_used_when_its_renewal_fails() {
    let user = User::signed_in(Options::default());
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10);
    user.edit_token(|token| token["expiresAt"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
    let before = user.token();
    // As many failures as the renewal has attempts; then the service works again.
    user.sandbox.update(|options| options.fail_first = Some((2, Fault::InternalError)));
    let _ = user.process().env("AWS_MAX_ATTEMPTS", "2").run().success().quiet();
    assert_eq!(user.token(), before);
    // With an expired token the run fails, with the status of a service that failed.
    user.expire_token();
    user.sandbox.update(|options| options.fail_first = Some((9, Fault::InternalError)));
    let _ = user.aws_sso("check").env("AWS_MAX_ATTEMPTS", "2").run().status(5);
    assert!(user.home.has(TOKEN_FILE));
}

#[test]
fn without_a_terminal_a_sign_in_fails_at_once() {
    let user = User::new(Options::default());
    let remedy = "run: aws-sso login -p corp";
    let _ = user.process().run().status(3).complains(START_URL).complains(remedy);
    assert_eq!(user.sandbox.requests(), []);
    let _ = user.aws_sso("check").run().status(3).quiet();

    let user = User::signed_in(Options::default());
    user.sandbox.revoke_sessions();
    let _ = user.process().run().status(3).complains(remedy);
    // A rejected token is in nobody's way: `login` signs in again without --force.
    user.sandbox.update(|options| options.approval = Approval::Automatic);
    let _ = user.aws_sso("login --device-code --no-browser").run().success().complains("signed in to");
    let _ = user.process().run().success();
}

#[test]
fn a_program_that_runs_us_still_lets_the_user_sign_in_on_the_terminal() {
    let user = User::new(Options { approval: Approval::Automatic, polls_before_approval: 1, ..Options::default() });
    let mut terminal = user.process().behind_a_program();
    terminal.wait_for("confirm the code");
    let output = terminal.finish().success();
    assert!(output.json()["AccessKeyId"].is_string());

    let user = User::new(Options::default());
    let never = user.process().arg("--login").arg("never").behind_a_program();
    let _ = never.finish().status(3);
}

#[test]
fn a_revoked_access_token_is_replaced_silently() {
    let user = User::signed_in(Options::default());
    user.edit_token(|token| token["accessToken"] = "revoked".into());
    let _ = user.process().run().success().quiet();
    assert_ne!(user.token()["accessToken"], "revoked");
}

#[test]
fn a_session_whose_start_url_was_edited_does_not_send_the_old_token() {
    let user = User::signed_in(Options::default());
    user.edit_token(|token| token["startUrl"] = "https://d-other.awsapps.com/start".into());
    let _ = user.process().run().status(3);
    assert_eq!(user.sandbox.requests(), []);
    // The same start URL, written with a slash.
    user.edit_token(|token| token["startUrl"] = format!("{START_URL}/").into());
    let _ = user.process().run().success();
}

#[test]
fn signing_out_revokes_and_leaves_nothing_but_registrations() {
    let user = User::signed_in(Options::default());
    let _ = user.process().run().success();
    let token = user.token();
    let registrations = user.home.list(".aws/sso/cache").len() - 1;
    let _ = user.aws_sso("logout").run().success().complains("signed out of");
    assert_eq!(user.sandbox.count("Logout"), 1);
    assert_eq!(user.home.list(".aws/sso/cache").len(), registrations);
    assert_eq!(user.home.list(".aws/cli/cache"), [""; 0]);
    // The service has ended the session as well.
    user.home.write(TOKEN_FILE, token.to_string());
    let _ = user.process().run().status(3);
    let _ = user.aws_sso("logout").run().success();
    let _ = user.aws_sso("logout").run().success().complains("was not signed in");

    let user = User::signed_in(Options::default());
    let offline = user.aws_sso("logout").endpoint("http://127.0.0.1:1").env("AWS_MAX_ATTEMPTS", "1");
    let _ = offline.run().success().complains("warning").complains("on this machine");
    assert!(!user.home.has(TOKEN_FILE));
}

#[test]
fn a_second_login_says_that_the_user_is_signed_in() {
    let user = User::signed_in(Options::default());
    let before = user.token();
    let _ = user.aws_sso("login").run().success().complains("already signed in");
    assert_eq!(user.token(), before);
    let _ = user.aws_sso("login --device-code --force").run().success();
    assert_ne!(user.token()["accessToken"], before["accessToken"]);
    // A token that the service rejects does not count, whatever its expiration says.
    user.edit_token(|token| {
        token["accessToken"] = "revoked".into();
        token["refreshToken"] = "revoked".into();
    });
    let _ = user.aws_sso("login --device-code").run().success().complains("signed in to");
    let _ = user.process().run().success();
}

#[test]
fn a_client_that_the_service_has_forgotten_is_registered_again() {
    let user = User::signed_in(Options::default());
    fs::remove_file(user.home.path(TOKEN_FILE)).unwrap();
    let registrations = user.home.list(".aws/sso/cache");
    let [registration] = registrations.as_slice() else { panic!("{registrations:?}") };
    let path = format!(".aws/sso/cache/{registration}");
    let mut content: Value = serde_json::from_str(&user.home.read(&path)).unwrap();
    content["clientId"] = "forgotten".into();
    user.home.write(&path, content.to_string());
    let _ = user.aws_sso("login --device-code").run().success();
    assert_eq!(user.sandbox.count("RegisterClient"), 1);
}

#[test]
fn the_status_shows_the_sso_session_the_expiry_and_the_role() {
    let user = User::signed_in(Options::default());
    let status = user
        .aws_sso("status --json")
        .env("AWS_SSO_ROLE_ARN", "arn:aws:iam::123456789012:role/Reader")
        .env("AWS_SSO_EXPIRATION", "4070908800")
        .run()
        .success()
        .quiet()
        .json();
    assert_eq!(status["name"], "corp");
    assert_eq!(status["startUrl"], START_URL);
    assert_eq!(status["region"], REGION);
    assert_eq!(status["signedIn"], true);
    assert_eq!(status["renewable"], true);
    assert_eq!(status["expiresAt"], user.token()["expiresAt"]);
    assert_eq!(status["roleArn"], "arn:aws:iam::123456789012:role/Reader");
    assert_eq!(status["roleExpiresAt"], "2099-01-01T00:00:00Z");
    assert_eq!(user.sandbox.requests(), []);
    let _ = user.aws_sso("logout").run().success();
    let status = user.aws_sso("status --json").run().success().json();
    assert_eq!((&status["signedIn"], &status["renewable"]), (&false.into(), &false.into()));
    assert!(user.aws_sso("status").run().success().stdout.contains("not signed in"));
}

#[test]
fn the_status_calls_a_profile_a_profile() {
    let user = User::signed_in(Options::default());
    let config = user.home.read(".aws/config");
    user.home.write(".aws/config", format!("{config}\n[profile dev]\nsso_session = corp\n"));
    for (name, label) in [("corp", "sso-session  corp\n"), ("dev", "profile    dev\n")] {
        let status = user.aws_sso(&format!("status -p {name}")).run().success();
        assert!(status.stdout.starts_with(label), "{status}");
        let doctor = user.aws_sso(&format!("doctor --offline -p {name}")).run();
        let is_chosen = format!("with this -p, the {} is {name}", label.split(' ').next().unwrap());
        assert!(doctor.stdout.contains(&is_chosen), "{doctor}");
    }
}

#[test]
fn check_answers_by_status_alone() {
    let user = User::signed_in(Options::default());
    let account = &user.sandbox.accounts()[0];
    let cases = [
        ("check".to_owned(), 0),
        (format!("check {}/{}", account.id, account.roles[0]), 0),
        (format!("check {}/NoSuchRole", account.id), 4),
    ];
    for (line, status) in cases {
        let output = user.aws_sso(&line).run().status(status).quiet();
        assert_eq!(output.stdout, "");
    }
}

#[test]
fn a_start_url_that_the_service_refuses_is_named_with_its_place_in_the_config() {
    let user = User::new(Options::default());
    let wrong = "https://d-abc132.awsapps.com/start";
    let config = user.home.read(".aws/config").replace(START_URL, wrong);
    let legacy = format!("[profile old]\nsso_start_url = {wrong}\nsso_region = {REGION}\n");
    user.home.write(".aws/config", format!("{config}{legacy}"));
    for (options, place) in [
        ("-p corp --device-code", "sso-session corp"),
        ("-p corp --browser", "sso-session corp"),
        ("-p old --device-code", "profile old"),
    ] {
        let output = user.aws_sso(&format!("login {options}")).env("BROWSER", "true").run().status(5);
        let output = output.complains("refused the request: InvalidRequestException");
        let remedy = format!("  check sso_start_url = {wrong} and sso_region = {REGION} of the {place} in ");
        let _ = output.complains(&(remedy + "~/.aws/config\n"));
    }
}
