//! How a person signs in, where there is a choice: the flow, the port, the link as a QR code, a new session.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::error::Error;
use aws_sso::files::lock;
use aws_sso::sandbox::{Approval, Fault, Options};

use crate::support::http::{bring_back, parameter, redirection};
use crate::support::process::wait;
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{REGION, START_URL};

const SETTINGS: &str = ".config/aws-sso/config";

const LOCKS: &str = ".cache/aws-sso/locks";

/// The lock of a sign-in: the sha1 is that of `corp`.
const SIGN_IN: &str = "sign-in-ee0bfd2552fbd840c02cc48b6e823320543c450f";

/// A port that was free a moment ago.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A user whose sso-session has this `sso_redirect_port`.
fn with_port(port: &str) -> User {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let session = format!("[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n");
    user.home.write(".aws/config", format!("{session}sso_redirect_port = {port}\n"));
    user
}

#[test]
fn the_browser_comes_back_to_the_port_of_the_option_else_to_that_of_the_sso_session() {
    let (configured, asked) = (free_port(), free_port());
    let option = format!("login --redirect-port {asked}");
    for (line, port) in [("login --browser", configured), (&option, asked)] {
        let user = with_port(&configured.to_string());
        // With a port that was asked for, also over SSH: it is forwarded.
        let login = user.aws_sso(line).env("BROWSER", user.browser()).env("SSH_CONNECTION", "x");
        let running = login.start();
        let link = redirection(&user.opened());
        assert_eq!(parameter(&link, "redirect_uri"), format!("http://127.0.0.1:{port}/oauth/callback"));
        assert!(bring_back(&user.authorize(&link)).contains("You are signed in"));
        let _ = running.finish().success();
    }
    let user = with_port(&configured.to_string());
    let mut terminal = user.aws_sso(&option).env("SSH_CONNECTION", "x").in_terminal();
    terminal.wait_for(&format!("in a browser whose 127.0.0.1:{asked} leads to this machine, go to"));
    terminal.send("\x03");
    let _ = terminal.finish().status(130);
}

#[test]
fn a_port_that_is_taken_is_named_with_its_holder_and_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    for line in ["login --browser".to_owned(), format!("login --redirect-port {port}")] {
        let user = with_port(&port.to_string());
        let output = user.aws_sso(&line).run().status(1);
        let output = output.complains(&format!("port {port} of this machine, which is taken by "));
        let output = output.complains(&format!("(process {})", std::process::id()));
        let _ = output.complains("--redirect-port").complains("run: aws-sso login -p corp --device-code");
    }
}

#[test]
fn a_redirect_port_that_is_none_is_an_error_of_a_browser_sign_in_alone() {
    for written in ["0", "65536", "-1", "eight"] {
        let user = with_port(written);
        let output = user.aws_sso("login --browser").run().status(2);
        let output = output.complains(&format!("the sso_redirect_port of the sso-session corp is no port: {written}"));
        let _ = output.complains("from 1 to 65535");
        assert_eq!(user.sandbox.requests(), []);
        let _ = user.aws_sso("login --device-code").run().success();
    }
    let user = User::new(Options::default());
    for port in ["0", "65536", "x"] {
        let _ = user.aws_sso(&format!("login --redirect-port {port}")).run().status(2).complains("--redirect-port");
    }
}

#[test]
fn the_setting_chooses_the_flow_unless_an_option_of_login_does() {
    const BROWSER: &str = "to use a browser of another device instead, run: aws-sso login -p corp --device-code";
    const CODE: &str = "and confirm the code";
    let port = format!("login --redirect-port {}", free_port());
    // Where a program opens links, and over SSH, where none does.
    let (desktop, ssh) = (true, false);
    let cases = [
        ("", "login", desktop, BROWSER),
        ("", "login", ssh, CODE),
        ("sign-in = device-code", "login", desktop, CODE),
        ("sign-in = browser", "login", ssh, BROWSER),
        ("sign-in = device-code", "login --browser", desktop, BROWSER),
        ("sign-in = browser", "login --device-code", desktop, CODE),
        ("sign-in = device-code", &port, desktop, BROWSER),
        ("sign-in = browser", "login --qr", desktop, CODE),
        ("", &port, ssh, BROWSER),
    ];
    for (setting, line, place, says) in cases {
        let user = User::new(Options::default());
        user.home.write(SETTINGS, setting);
        let login = user.aws_sso(line);
        let login = if place == desktop { login.env("BROWSER", user.browser()) } else { login.env("SSH_TTY", "x") };
        let mut terminal = login.in_terminal();
        terminal.wait_for("waiting 10 minutes for that");
        assert!(terminal.screen().contains(says), "{setting} {line} {place}\n{}", terminal.screen());
        terminal.send("\x03");
        let _ = terminal.finish().status(130);
    }
    // A sign-in that a program asks for.
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    user.home.write(SETTINGS, "sign-in = device-code\n");
    let mut terminal = user.process().env("BROWSER", user.browser()).behind_a_program();
    terminal.wait_for(CODE);
    let _ = terminal.finish().success();
}

#[test]
fn the_link_of_a_device_code_is_shown_as_a_qr_code_where_the_terminal_can() {
    let user = User::new(Options::default());
    let mut terminal = user.aws_sso("login --qr --no-browser").in_terminal();
    terminal.wait_for("waiting 10 minutes");
    let screen = terminal.screen();
    let link = screen.lines().map(str::trim).find(|line| line.contains("/device?user_code=")).unwrap();
    let code = qrcode::QrCode::with_error_correction_level(link, qrcode::EcLevel::L).unwrap();
    let width = code.width();
    let colors = code.to_colors();
    // The first two lines hold the margin; each line holds two rows.
    let lines: Vec<Vec<char>> = screen.lines().skip(1).map(|line| line.chars().collect()).collect();
    for row in 0..width {
        for column in 0..width {
            let shown = lines[row / 2].get(column + 2).copied().unwrap_or(' ');
            let is_dark = shown == '█' || shown == ['▀', '▄'][row % 2];
            assert_eq!(is_dark, colors[row * width + column] == qrcode::Color::Dark, "{row} {column}\n{screen}");
        }
    }
    terminal.send("\x03");
    let _ = terminal.finish().status(130);

    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let in_c = user.aws_sso("login --qr --no-browser").env("LC_ALL", "C").in_terminal();
    let output = in_c.finish().success();
    assert!(output.stdout.contains("no QR code is shown: the locale is not UTF-8"), "{output}");
    let alone = user.aws_sso("login --qr --force").run().success();
    let _ = alone.complains("no QR code is shown: there is no terminal").complains("confirm the code");
}

#[test]
fn a_forced_sign_in_begins_a_new_session_and_keeps_role_credentials() {
    let user = User::signed_in(Options::default());
    let _ = user.process().run().success();
    let (token, roles) = (user.token(), user.home.list(".aws/cli/cache"));
    user.sandbox.clear_log();
    let _ = user.aws_sso("login --device-code --force").run().success().complains("signed in to");
    let operations: Vec<_> = user.sandbox.requests().into_iter().map(|request| request.operation).collect();
    assert_eq!(operations.first().map(String::as_str), Some("Logout"), "{operations:?}");
    assert_ne!(user.token()["accessToken"], token["accessToken"]);
    assert!(!roles.is_empty() && user.home.list(".aws/cli/cache") == roles, "{roles:?}");
    let _ = user.process().run().success().quiet();

    // The service has ended the old session.
    let new = user.token();
    user.home.write(TOKEN_FILE, token.to_string());
    let _ = user.process().arg("--login").arg("never").run();
    let _ = user.aws_sso("list --refresh").run().status(3);
    user.home.write(TOKEN_FILE, new.to_string());

    // A session that cannot be ended is named, and the sign-in goes on.
    user.sandbox.update(|options| options.fail_first = Some((1, Fault::InternalError)));
    let forced = user.aws_sso("login --device-code --force").env("AWS_MAX_ATTEMPTS", "1");
    let _ = forced.run().success().complains("warning: the old session could not be ended").complains("signed in to");
    assert_ne!(user.token()["accessToken"], new["accessToken"]);

    // A sign-in that fails leaves no token of a session that has ended.
    user.sandbox.update(|options| options.approval = Approval::Denied);
    let _ = user.aws_sso("login --device-code --force").run().status(130);
    assert!(!user.home.has(TOKEN_FILE));
}

#[test]
fn a_key_that_the_service_cannot_use_is_an_administrators_matter() {
    let reasons =
        ["KMS_AccessDenied", "KMS_NotFound", "KMS_InvalidKeyUsage", "KMS_InvalidState", "KMS_Disabled", "KMS_Future"];
    for reason in reasons {
        let user = User::signed_in(Options::default());
        let fail = |times| user.sandbox.update(|options| options.fail_first = Some((times, Fault::Key(reason))));
        // While nobody is asked to sign in, which would not help.
        fail(99);
        user.expire_token();
        let terminal = user.process().behind_a_program();
        let output = terminal.finish().status(4).complains("cannot use the KMS key of this Identity Center");
        let _ = output.complains(reason).complains("tell an administrator");
        assert_eq!((user.sandbox.count("CreateToken"), user.sandbox.count("StartDeviceAuthorization")), (1, 0));

        // At the start of a sign-in, and while it waits.
        let _ = user.aws_sso("login --device-code").run().status(4).complains(reason);
        user.sandbox.update(|options| (options.fail_first, options.approval) = (None, Approval::ByPage));
        let mut terminal = user.aws_sso("login --device-code --no-browser --force").in_terminal();
        terminal.wait_for("confirm the code");
        fail(99);
        let output = terminal.finish().status(4);
        assert!(output.stdout.contains(reason), "{output}");
    }
    // A token that is still valid is used, and its renewal is left alone for a while.
    let user = User::signed_in(Options::default());
    let soon = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(10);
    user.edit_token(|token| token["expiresAt"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
    user.sandbox.update(|options| options.fail_first = Some((99, Fault::Key("KMS_Disabled"))));
    for role in [0, 1] {
        let _ = user.aws_sso(&format!("process {}", user.role(0, role))).run().success().quiet();
    }
    assert_eq!(user.sandbox.count("CreateToken"), 1);
}

#[test]
fn twenty_programs_that_sign_in_at_once_open_one_browser() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let script = user.home.write("browser", "#!/bin/sh\nprintf '%s\\n' \"$1\" >> \"$HOME/links\"\n");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    let login = || user.aws_sso("login").env("BROWSER", &script);
    let running: Vec<_> = (0..20).map(|_| login().start()).collect();
    let links = || if user.home.has("links") { user.home.read("links") } else { String::new() };
    let page = wait(|| links().strip_suffix('\n').map(str::to_owned));
    let link = redirection(&page);
    let _ = bring_back(&user.authorize(&link));
    let outputs: Vec<_> = running.into_iter().map(|running| running.finish().success()).collect();
    assert!(outputs.iter().all(|output| output.stdout.is_empty()));
    assert_eq!(outputs.iter().filter(|output| output.stderr.contains(&link)).count(), 1);
    // Once they are signed in, nothing opens any more.
    let again = login().run().success().complains("already signed in to");
    assert_eq!((again.stdout.as_str(), links()), ("", format!("{page}\n")));
    let grants: Vec<_> = user.sandbox.requests().iter().filter_map(|request| request.grant.clone()).collect();
    assert_eq!(grants, ["authorization_code"]);
}

#[test]
fn the_page_at_the_end_says_where_one_is_signed_in_and_only_if_one_is() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let (running, link) = user.begin_in_browser();
    let page = bring_back(&user.authorize(&link));
    for words in ["<h1>You are signed in</h1>", "<dd>corp</dd>", &format!("<dd>{START_URL}</dd>"), "close this tab"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    assert!(!page.contains("<script") && page.contains("content-security-policy: default-src 'none'; "), "{page}");
    let _ = running.finish().success();

    // The service does not take the code.
    fs::remove_file(user.home.path(TOKEN_FILE)).unwrap();
    fs::remove_file(user.home.path("link")).unwrap();
    let (running, link) = user.begin_in_browser();
    let callback = user.authorize(&link);
    user.sandbox.update(|options| options.fail_first = Some((9, Fault::Garbled)));
    let page = bring_back(&callback);
    for words in ["You are not signed in", "<pre>aws-sso login -p corp</pre>", "login -p corp --device-code</pre>"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let _ = running.finish().status(5);
}

/// Nobody may see the other process: an agent has started it, or it runs in a window that is hidden.
#[test]
fn a_person_who_waits_for_the_sign_in_of_another_process_is_shown_how_to_answer_or_end_it() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let (hidden, link) = user.begin_in_browser();
    for line in ["login", &format!("env {} --shell bash", user.role(0, 0))] {
        let mut person = user.aws_sso(line).in_terminal();
        person.wait_for(&format!("kill {}", hidden.id()));
        assert!(person.screen().contains(&link), "{line}:\n{}", person.screen());
        person.send("\x03");
        let _ = person.finish().status(130);
    }
    let request = user.home.path(LOCKS).join(format!("{SIGN_IN}.request"));
    assert_eq!(fs::metadata(&request).unwrap().permissions().mode() & 0o777, 0o600);
    let mut person = user.aws_sso("login").in_terminal();
    person.wait_for(&link);
    let _ = bring_back(&user.authorize(&link));
    let _ = (hidden.finish().success(), person.finish().success());
    assert!(!request.exists());

    // With a code. Once the other process is ended, the one that waits asks.
    let user = User::new(Options::default());
    let mut hidden = user.process().behind_a_program();
    hidden.wait_for("confirm the code");
    let mut person = user.aws_sso("login --device-code --no-browser").in_terminal();
    person.wait_for(&format!("kill {}", hidden.id())).wait_for("confirm the code");
    hidden.signal("KILL");
    let _ = hidden.finish();
    let codes = |person: &crate::support::terminal::Terminal| person.screen().matches("confirm the code").count();
    wait(|| (codes(&person) == 2).then_some(()));
    person.send("\x03");
    let _ = person.finish().status(130);
}

/// Programs would ask again and again.
#[test]
fn a_denial_that_a_person_was_not_shown_ends_a_programs_wait_alone() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let role = user.role(0, 0);
    for (line, status) in [(format!("process {role}"), 130), (format!("env {role} --shell bash"), 0)] {
        let mut other = lock::take_if_free(&user.home.path(LOCKS), SIGN_IN).unwrap();
        let mut waiting = user.aws_sso(&line).in_terminal();
        waiting.wait_for("waiting for it");
        other.fail(&Error::cancelled("the sign-in was denied"));
        drop(other);
        let _ = waiting.finish().status(status);
    }
}

#[test]
fn a_session_that_has_ended_is_valid_for_nobody_while_the_new_one_is_asked_for_and_after_a_signal() {
    for signal in ["INT", "KILL"] {
        let user = User::signed_in(Options::default());
        user.sandbox.update(|options| options.approval = Approval::ByPage);
        let mut forced = user.aws_sso("login --device-code --no-browser --force").in_terminal();
        forced.wait_for(&format!("the session with {START_URL} has ended")).wait_for("confirm the code");
        for is_over in [false, true] {
            let status = user.aws_sso("status --json").run().success().json();
            assert_eq!(status["signedIn"], false, "{signal} {is_over}");
            let _ = user.aws_sso("check").run().status(3);
            forced.signal(signal);
        }
        let _ = forced.finish();
        assert!(user.token().get("refreshToken").is_none());
        user.sandbox.update(|options| options.approval = Approval::Automatic);
        let _ = user.aws_sso("login --device-code").run().success();
    }
}

#[test]
fn options_of_login_that_cannot_be_meant_are_refused_in_plain_words() {
    let user = User::new(Options::default());
    for (line, words) in [
        ("login --redirect-port 0", "a port is a number from 1 to 65535"),
        ("login --redirect-port 70000", "a port is a number from 1 to 65535"),
        ("login --login never", "login asks you to sign in, and --login never forbids that"),
    ] {
        let _ = user.aws_sso(line).run().status(2).complains(words);
    }
}

/// An agent shows what the command writes to stderr, and covers the terminal itself.
#[test]
fn a_login_whose_stderr_is_captured_shows_the_link_there_too() {
    let user = User::new(Options { approval: Approval::Automatic, ..Options::default() });
    let output = user.aws_sso("login --device-code --no-browser").behind_a_program().finish().success();
    assert!(output.stdout.is_empty());
    let _ = output.complains("confirm the code");
}
