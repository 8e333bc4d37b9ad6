//! Signing in, and what becomes of a sign-in: browser and device code, renewal, revocation, signing out.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use aws_sso::sandbox::{Approval, Fault, Options, Rotation, Sandbox};
use serde_json::Value;

use crate::support::process::Running;
use crate::support::{Home, Invocation, REGION, START_URL};

/// Where the AWS CLI looks for the sign-in of `sign_in_config`: the sha1 of `corp`.
pub(crate) const TOKEN_FILE: &str = ".aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json";

pub(crate) struct Place {
    pub(crate) sandbox: Sandbox,
    pub(crate) home: Home,
}

impl Place {
    pub(crate) fn with(options: Options) -> Self {
        let sandbox =
            Sandbox::start(Options { start_url: Some(START_URL.to_owned()), region: REGION.to_owned(), ..options })
                .unwrap();
        let home = Home::new();
        home.sign_in_config("");
        Self { sandbox, home }
    }

    pub(crate) fn signed_in(options: Options) -> Self {
        let place = Self::with(Options { approval: Approval::Automatic, ..options });
        let _ = place.aws_sso("login --device-code --no-browser").run().success();
        place.sandbox.clear_log();
        place
    }

    pub(crate) fn aws_sso(&self, line: &str) -> Invocation {
        self.home.aws_sso(line.split_whitespace()).endpoint(self.sandbox.endpoint())
    }

    pub(crate) fn process(&self) -> Invocation {
        let account = &self.sandbox.accounts()[0];
        self.aws_sso(&format!("process {}/{}", account.id, account.roles[0]))
    }

    pub(crate) fn token(&self) -> Value {
        serde_json::from_str(&self.home.read(TOKEN_FILE)).unwrap()
    }

    /// Changes the token file as time or another tool would.
    pub(crate) fn edit_token(&self, change: impl FnOnce(&mut Value)) {
        let mut token = self.token();
        change(&mut token);
        self.home.write(TOKEN_FILE, token.to_string());
    }

    /// Lets the access token lapse.
    pub(crate) fn age_token(&self) {
        self.edit_token(|token| token["expiresAt"] = "2020-01-01T00:00:00Z".into());
    }

    /// A browser that writes down the link it is given.
    pub(crate) fn browser(&self) -> String {
        let script = self.home.write(
            "browser",
            "#!/bin/sh\nprintf %s \"$1\" > \"$HOME/link.new\"; mv \"$HOME/link.new\" \"$HOME/link\"\n",
        );
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        script.to_str().unwrap().to_owned()
    }

    /// Begins a browser sign-in and returns the link that was opened.
    pub(crate) fn begin_in_browser(&self) -> (Running, String) {
        let running = self.aws_sso("login --browser").env("BROWSER", self.browser()).start();
        (running, self.opened_link())
    }

    pub(crate) fn opened_link(&self) -> String {
        wait(|| self.home.has("link").then(|| self.home.read("link")))
    }

    /// Goes to the service's page as a browser would; the address that it leads back to.
    pub(crate) fn authorize(&self, link: &str) -> String {
        let answer = get(&self.sandbox.endpoint(), link.strip_prefix(&self.sandbox.endpoint()).unwrap(), None);
        let header = answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap();
        header.to_owned()
    }
}

/// Waits for what another process does.
pub(crate) fn wait<T>(mut ready: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = ready() {
            return value;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "it does not happen");
        std::thread::yield_now();
    }
}

/// One GET, the host being the server's own unless another is named.
pub(crate) fn get(base: &str, target: &str, host: Option<&str>) -> String {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let host = host.unwrap_or(address);
    stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The server and the target of a callback address.
fn split(callback: &str) -> (&str, &str) {
    callback.split_at(callback.find("/oauth").unwrap())
}

#[test]
fn a_browser_brings_a_token_that_can_be_renewed() {
    let place = Place::with(Options { approval: Approval::Automatic, ..Options::default() });
    let (running, link) = place.begin_in_browser();
    let callback = place.authorize(&link);
    let (base, target) = split(&callback);
    let page = get(base, target, None);
    assert!(page.starts_with("HTTP/1.1 200 OK") && page.contains("close this tab"), "{page}");
    let output = running.finish().success().complains("signed in to").complains(&link);
    assert_eq!(output.stdout, "");

    let token = place.token();
    assert_eq!((&token["startUrl"], &token["region"]), (&START_URL.into(), &REGION.into()));
    assert!(token["refreshToken"].is_string());
    let mode = fs::metadata(place.home.path(TOKEN_FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let grants: Vec<_> = place.sandbox.requests().iter().filter_map(|request| request.grant.clone()).collect();
    assert_eq!(grants, ["authorization_code"]);
    let _ = place.process().run().success();

    // The client is remembered: a second sign-in registers none.
    place.sandbox.clear_log();
    fs::remove_file(place.home.path("link")).unwrap();
    let running = place.aws_sso("login --browser --force").env("BROWSER", place.browser()).start();
    let callback = place.authorize(&place.opened_link());
    let (base, target) = split(&callback);
    let _ = get(base, target, None);
    let _ = running.finish().success();
    assert_eq!(place.sandbox.count("RegisterClient"), 0);
}

#[test]
fn only_the_services_own_answer_ends_a_browser_sign_in() {
    let place = Place::with(Options { approval: Approval::Automatic, ..Options::default() });
    let (running, link) = place.begin_in_browser();
    let callback = place.authorize(&link);
    let (base, target) = split(&callback);
    // Connections that say nothing, or half of something, keep nobody waiting.
    let address = base.strip_prefix("http://").unwrap();
    let mute: Vec<_> = (0..8).map(|_| TcpStream::connect(address).unwrap()).collect();
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
    let _ = get(base, target, None);
    let _ = running.finish().success();
    // The one answer was taken: nobody listens any more.
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn a_sign_in_that_is_denied_leaves_nothing() {
    let place = Place::with(Options { approval: Approval::Denied, ..Options::default() });
    let (running, link) = place.begin_in_browser();
    let callback = place.authorize(&link);
    let (base, target) = split(&callback);
    assert!(get(base, target, None).contains("not signed in"));
    let _ = running.finish().status(130).complains("denied");
    let _ = place.aws_sso("login --device-code").run().status(130).complains("denied");
    assert!(!place.home.has(TOKEN_FILE));
}

#[test]
fn ctrl_c_ends_a_sign_in() {
    for line in ["login --browser --no-browser", "login --device-code --no-browser"] {
        let place = Place::with(Options::default());
        let mut terminal = place.aws_sso(line).in_terminal();
        terminal.wait_for("sign in to");
        terminal.send("\x03");
        let _ = terminal.finish().status(130);
        assert!(!place.home.has(TOKEN_FILE));
    }
}

#[test]
fn a_device_code_is_shown_and_polled_until_it_is_approved() {
    let place = Place::with(Options { approval: Approval::Automatic, polls_before_approval: 2, ..Options::default() });
    let running = place.aws_sso("login --device-code --no-browser").start();
    let output = running.finish().success().complains("/device").complains("confirm the code");
    assert_eq!(output.stdout, "");
    assert!(place.sandbox.count("CreateToken") >= 3);
    assert!(place.token()["refreshToken"].is_string());
}

#[test]
fn nobody_in_time_is_status_3() {
    let place = Place::with(Options { sign_in_lifetime: Duration::from_secs(1), ..Options::default() });
    let _ = place.aws_sso("login --device-code").run().status(3).complains("in time");
}

#[test]
fn a_lapsed_token_is_renewed_silently_and_foreign_keys_stay() {
    for (rotation, same) in [(Rotation::Reusable, true), (Rotation::Rotated, false), (Rotation::Unmentioned, true)] {
        let place = Place::signed_in(Options { refresh: rotation, ..Options::default() });
        place.edit_token(|token| token["future"] = "kept".into());
        place.age_token();
        let before = place.token();
        let _ = place.process().run().success().quiet();
        let after = place.token();
        assert_ne!(before["accessToken"], after["accessToken"]);
        assert_eq!(before["refreshToken"] == after["refreshToken"], same, "{rotation:?}");
        assert_eq!(after["future"], "kept");
        assert_eq!(place.sandbox.count("CreateToken"), 1);
    }
}

#[test]
fn many_processes_renew_a_rotating_token_once() {
    let place = Place::signed_in(Options {
        refresh: Rotation::Rotated,
        latency: Duration::from_millis(100),
        ..Options::default()
    });
    place.age_token();
    let running: Vec<_> = (0..12).map(|_| place.aws_sso("check").start()).collect();
    for running in running {
        let _ = running.finish().success().quiet();
    }
    assert_eq!(place.sandbox.count("CreateToken"), 1);
}

#[test]
fn a_token_that_still_lives_outlasts_a_network_that_does_not() {
    let place = Place::signed_in(Options::default());
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10);
    place.edit_token(|token| token["expiresAt"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
    let before = place.token();
    // As many failures as the renewal takes to give up; then the service is back.
    place.sandbox.update(|options| options.fail_first = Some((2, Fault::InternalError)));
    let _ = place.process().env("AWS_MAX_ATTEMPTS", "2").run().success().quiet();
    assert_eq!(place.token(), before);
    // A lapsed one does not, and the failure is the service's, not the person's.
    place.age_token();
    place.sandbox.update(|options| options.fail_first = Some((9, Fault::InternalError)));
    let _ = place.aws_sso("check").env("AWS_MAX_ATTEMPTS", "2").run().status(5);
    assert!(place.home.has(TOKEN_FILE));
}

#[test]
fn without_a_terminal_what_needs_a_person_fails_at_once() {
    let place = Place::with(Options::default());
    let remedy = "run: aws-sso login -p corp";
    let _ = place.process().run().status(3).complains(START_URL).complains(remedy);
    assert_eq!(place.sandbox.requests(), []);
    let _ = place.aws_sso("check").run().status(3).quiet();

    let place = Place::signed_in(Options::default());
    place.sandbox.revoke_sessions();
    let _ = place.process().run().status(3).complains(remedy);
    // What the service rejects is no sign-in any more: `login` begins anew without --force.
    assert!(!place.home.has(TOKEN_FILE));
}

#[test]
fn a_person_behind_a_program_is_asked_on_the_terminal() {
    let place = Place::with(Options { approval: Approval::Automatic, polls_before_approval: 1, ..Options::default() });
    let mut terminal = place.process().behind_a_program();
    terminal.wait_for("confirm the code");
    let output = terminal.finish().success();
    assert!(output.json()["AccessKeyId"].is_string());

    let place = Place::with(Options::default());
    let never = place.process().arg("--login").arg("never").behind_a_program();
    let _ = never.finish().status(3);
}

#[test]
fn a_revoked_access_token_is_replaced_in_passing() {
    let place = Place::signed_in(Options::default());
    place.edit_token(|token| token["accessToken"] = "revoked".into());
    let _ = place.process().run().success().quiet();
    assert_ne!(place.token()["accessToken"], "revoked");
}

#[test]
fn an_edited_session_does_not_send_another_directorys_token() {
    let place = Place::signed_in(Options::default());
    place.edit_token(|token| token["startUrl"] = "https://d-other.awsapps.com/start".into());
    let _ = place.process().run().status(3);
    assert_eq!(place.sandbox.requests(), []);
    // The same directory, spelled with a slash.
    place.edit_token(|token| token["startUrl"] = format!("{START_URL}/").into());
    let _ = place.process().run().success();
}

#[test]
fn signing_out_revokes_and_leaves_nothing_but_registrations() {
    let place = Place::signed_in(Options::default());
    let _ = place.process().run().success();
    let token = place.token();
    let registrations = place.home.list(".aws/sso/cache").len() - 1;
    let _ = place.aws_sso("logout").run().success().complains("signed out of");
    assert_eq!(place.sandbox.count("Logout"), 1);
    assert_eq!(place.home.list(".aws/sso/cache").len(), registrations);
    assert_eq!(place.home.list(".aws/cli/cache"), [""; 0]);
    // The service has ended it too.
    place.home.write(TOKEN_FILE, token.to_string());
    let _ = place.process().run().status(3);
    let _ = place.aws_sso("logout").run().success().complains("was not signed in");

    let place = Place::signed_in(Options::default());
    let offline = place.aws_sso("logout").endpoint("http://127.0.0.1:1").env("AWS_MAX_ATTEMPTS", "1");
    let _ = offline.run().success().complains("warning").complains("on this machine");
    assert!(!place.home.has(TOKEN_FILE));
}

#[test]
fn a_second_login_says_that_it_is_done() {
    let place = Place::signed_in(Options::default());
    let before = place.token();
    let _ = place.aws_sso("login").run().success().complains("already signed in");
    assert_eq!(place.token(), before);
    let _ = place.aws_sso("login --device-code --force").run().success();
    assert_ne!(place.token()["accessToken"], before["accessToken"]);
    // A token that the service rejects is no sign-in, whatever its date says.
    place.edit_token(|token| {
        token["accessToken"] = "revoked".into();
        token["refreshToken"] = "revoked".into();
    });
    let _ = place.aws_sso("login --device-code").run().success().complains("signed in to");
    let _ = place.process().run().success();
}

#[test]
fn a_client_that_the_service_has_forgotten_is_registered_anew() {
    let place = Place::signed_in(Options::default());
    fs::remove_file(place.home.path(TOKEN_FILE)).unwrap();
    let registrations = place.home.list(".aws/sso/cache");
    let [registration] = registrations.as_slice() else { panic!("{registrations:?}") };
    let path = format!(".aws/sso/cache/{registration}");
    let mut content: Value = serde_json::from_str(&place.home.read(&path)).unwrap();
    content["clientId"] = "forgotten".into();
    place.home.write(&path, content.to_string());
    let _ = place.aws_sso("login --device-code").run().success();
    assert_eq!(place.sandbox.count("RegisterClient"), 1);
}

#[test]
fn the_status_tells_directory_expiry_and_role() {
    let place = Place::signed_in(Options::default());
    let status = place
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
    assert_eq!(status["expiresAt"], place.token()["expiresAt"]);
    assert_eq!(status["roleArn"], "arn:aws:iam::123456789012:role/Reader");
    assert_eq!(status["roleExpiresAt"], "2099-01-01T00:00:00Z");
    assert_eq!(place.sandbox.requests(), []);
    let _ = place.aws_sso("logout").run().success();
    let status = place.aws_sso("status --json").run().success().json();
    assert_eq!((&status["signedIn"], &status["renewable"]), (&false.into(), &false.into()));
    assert!(place.aws_sso("status").run().success().stdout.contains("not signed in"));
}

#[test]
fn check_answers_by_status_alone() {
    let place = Place::signed_in(Options::default());
    let account = &place.sandbox.accounts()[0];
    let cases = [
        ("check".to_owned(), 0),
        (format!("check {}/{}", account.id, account.roles[0]), 0),
        (format!("check {}/NoSuchRole", account.id), 4),
    ];
    for (line, status) in cases {
        let output = place.aws_sso(&line).run().status(status).quiet();
        assert_eq!(output.stdout, "");
    }
}
