//! Secrets are in the shared caches and in requested output, and nowhere else.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::aws_cache::role_credentials::{self, CachedRole};
use aws_sso::aws_cache::token;
use aws_sso::aws_config::config::Config;
use aws_sso::aws_config::document::Document;
use aws_sso::aws_config::line::Classifier;
use aws_sso::aws_config::readers::{self, Reader};
use aws_sso::credentials::RoleCredentials;
use aws_sso::files::edit;
use aws_sso::files::folder::Privacy;
use aws_sso::sandbox::{Approval, Fault, Options, Rotation};
use aws_sso::secret_store::SecretStore;
use aws_sso::shell::{Change, Grant, RoleLabels};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::http::{PreparedServer, bring_back, redirection, response};
use crate::support::process::wait;
use crate::support::user::{User, corp};
use crate::support::{Home, Output, files};

/// A browser that writes down its arguments and its environment.
fn curious_browser(home: &Home) -> String {
    let script = home.write(
        "browser",
        "#!/bin/sh\nenv >\"$HOME/browser.env\"\nprintf %s \"$*\" >\"$HOME/link.new\"\n\
         mv \"$HOME/link.new\" \"$HOME/link\"\n",
    );
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    script.to_str().unwrap().to_owned()
}

/// Adds every secret that the caches hold now; replaced ones stay in the set.
fn collect(home: &Home, secrets: &mut BTreeSet<String>) {
    const KEYS: [&str; 5] = ["accessToken", "refreshToken", "clientSecret", "SecretAccessKey", "SessionToken"];
    for path in files(&home.path(".aws")) {
        let Ok(file) = serde_json::from_slice::<Value>(&fs::read(path).unwrap()) else { continue };
        for value in [&file, &file["Credentials"]] {
            secrets.extend(KEYS.iter().filter_map(|key| value[key].as_str()).map(str::to_owned));
        }
    }
}

#[test]
fn what_a_run_prints_and_leaves_holds_no_secret() {
    let user = User::new(Options {
        approval: Approval::Automatic,
        refresh: Rotation::Rotated,
        accounts: 2,
        roles: 2,
        ..Options::default()
    });
    let home = &user.home;
    let account = &user.sandbox.accounts()[0];
    let arn = format!("arn:aws:iam::{}:role/{}", account.id, account.roles[0]);
    let mut secrets = BTreeSet::new();
    let mut printed = String::new();
    let mut note = |output: Output, stdout: bool| {
        collect(home, &mut secrets);
        printed.push_str(&output.stderr);
        if stdout {
            printed.push_str(&output.stdout);
        }
    };

    // A browser sign-in, from a shell that has credentials of its own.
    let login = user.aws_sso("login --browser -v").env("BROWSER", curious_browser(home));
    let login = login.env("AWS_SECRET_ACCESS_KEY", "planted-key").env("AWS_SESSION_TOKEN", "planted-token");
    let running = login.start();
    let callback = user.authorize(&redirection(&user.opened()));
    let page = bring_back(&callback);
    note(running.finish().success(), true);
    let code = callback.split(['?', '&']).find_map(|pair| pair.strip_prefix("code=")).unwrap();
    assert!(!page.contains(code), "{page}");

    // The other verbs, with -v, and while the service fails.
    let lines = [
        ("check -v", true, 0),
        ("status -v", true, 0),
        ("status --json -v", true, 0),
        ("list -v", true, 0),
        ("discover -p corp -v", true, 0),
        ("login --device-code --no-browser --force -v", true, 0),
        (&format!("process {arn} -v"), false, 0),
        (&format!("exec {arn} --server -v -- true"), true, 0),
        (&format!("-p corp -r {arn} -v"), true, 0),
        (&format!("env {arn} --shell bash -v"), false, 0),
        (&format!("process {}/NoSuchRole -v", account.id), true, 4),
        ("list --refresh -v", true, 0),
        ("discover -p corp --dry-run -v", true, 0),
        ("doctor --offline -v", true, 0),
        ("settings -v", true, 0),
        (&format!("exec {arn} -v -- true"), true, 0),
        ("exec --match * --yes -v --output json -- true", true, 0),
        (&format!("use {arn} --shell zsh -v"), false, 0),
        (&format!("pick {arn} --shell fish -v"), false, 0),
        ("refresh --shell bash -v", true, 2),
        ("clear --shell bash -v", true, 0),
        (&format!("console {arn} --print -v"), false, 0),
        ("complete --shell zsh -- aws-sso use d", true, 0),
    ];
    for (line, stdout, status) in lines {
        note(user.aws_sso(line).run().status(status), stdout);
    }
    user.expire_token();
    let other = format!("{}/{}", account.id, account.roles[1]);
    let _ = fs::remove_dir_all(home.path(".aws/cli/cache"));
    for fault in [Fault::InternalError, Fault::Dropped, Fault::Truncated, Fault::Garbled] {
        for line in
            ["check -v", "list --refresh -v", &format!("console {other} --print -v"), "exec --match * --yes -v -- true"]
        {
            user.sandbox.update(|options| options.fail_first = Some((2, fault)));
            let run = user.aws_sso(line).env("AWS_MAX_ATTEMPTS", "1").run();
            assert_eq!(run.exit.code(), Some(5), "{run}");
            note(run, true);
        }
        user.sandbox.update(|options| options.fail_first = None);
    }
    note(user.aws_sso("check -v").run().success(), true);
    note(user.aws_sso(&format!("process {arn} -v")).run().success(), false);
    user.sandbox.revoke_sessions();
    note(user.aws_sso(&format!("process {other} -v")).run().status(3), true);

    assert!(secrets.len() >= 8, "{}", secrets.len());
    secrets.extend([code, "planted-key", "planted-token"].map(str::to_owned));
    let given = home.read("browser.env") + &home.read("link");
    for secret in &secrets {
        assert!(!printed.contains(secret), "{secret} was printed:\n{printed}");
        assert!(!given.contains(secret), "{secret} was given to the browser:\n{given}");
    }
    assert!(given.contains("HOME="), "the browser wrote nothing down");

    // On disk they are only where the AWS CLI keeps them, and only their owner can read them.
    let shared = [".aws/sso/cache", ".aws/cli/cache", ".aws/credentials"].map(|name| home.path(name));
    let mut holders = 0;
    for path in files(&home.path("")) {
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        if secrets.iter().any(|secret| text.contains(secret.as_str())) {
            holders += 1;
            assert!(shared.iter().any(|folder| path.starts_with(folder)), "{}", path.display());
            let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600, "{}", path.display());
        }
    }
    assert!(holders >= 3, "{holders}");
}

#[test]
fn what_a_panic_could_show_holds_no_secret() {
    let user = User::signed_in(Options::default());
    let _ = user.process().run().success();
    let mut secrets = BTreeSet::new();
    collect(&user.home, &mut secrets);
    let (mut shown, directory) = (String::new(), corp());
    let account = &user.sandbox.accounts()[0];
    let role = CachedRole { account_id: &account.id, role_name: &account.roles[0], directory: &directory };
    for path in files(&user.home.path(".aws")) {
        shown.push_str(&format!(
            "{:?} {:?} {:?}\n",
            token::read(&SecretStore::Files, &path).unwrap(),
            token::read_registration(&SecretStore::Files, &path).unwrap(),
            role_credentials::read(&SecretStore::Files, &path, &role, || false).unwrap(),
        ));
    }
    for part in ["Token {", "Registration {", "RoleCredentials {"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(secrets.len() >= 5);
    assert!(secrets.iter().all(|secret| !shown.contains(secret.as_str())), "{shown}");
}

/// Everything that is made of a file with this secret in it, or of credentials with this secret, as `Debug` shows it.
fn debug_forms(secret: &str) -> Vec<String> {
    let text = format!(
        "[default]\naws_secret_access_key = {secret}\ns3 =\n  x = {secret}\n[profile a]\nrole_arn = {secret}\n"
    );
    let file = text.as_bytes();
    let config = Config::parse(file);
    let sections: Vec<_> = config.profiles().collect();
    assert!(sections.iter().any(|section| section.setting("role_arn") == Some(secret)));
    let mut classifier = Classifier::default();
    let lines: Vec<_> = text.lines().map(|line| classifier.classify(line.as_bytes())).collect();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("credentials");
    fs::write(&path, file).unwrap();
    let edited = edit::edit(&path, Privacy::Secret, |before| Ok(([before, b"\n"].concat(), ()))).unwrap();
    let credentials = RoleCredentials {
        access_key_id: "ASIAEXAMPLE".to_owned(),
        secret_access_key: secret.into(),
        session_token: secret.into(),
        expiration: "2026-01-01T00:00:00Z".parse().unwrap(),
        account_id: "123456789012".to_owned(),
    };
    let labels = RoleLabels {
        shown: "dev/ReadOnly".to_owned(),
        session: "corp".to_owned(),
        arn: "arn:aws:iam::123456789012:role/ReadOnly".to_owned(),
        account_id: "123456789012".to_owned(),
        role_name: "ReadOnly".to_owned(),
        line: None,
        account_name: None,
        session_end: None,
    };
    let grant = Grant { labels: &labels, credentials: &credentials, region: None };
    vec![
        format!("{config:?}"),
        format!("{sections:?}"),
        format!("{lines:?}"),
        format!("{:?}", Document::parse(file)),
        format!("{:?}", readers::meant(file)),
        format!("{:?}", Reader::Botocore.read(file)),
        format!("{:?}", readers::stumbles(file)),
        format!("{edited:?}"),
        format!("{credentials:?}"),
        format!("{grant:?}"),
        format!("{:?}", Change::to_role(&grant)),
    ]
}

proptest! {
    #[test]
    fn no_debug_form_shows_a_value(secret in "[A-Z][A-Za-z0-9/+]{19,40}") {
        for form in debug_forms(&secret) {
            prop_assert!(!form.contains(&secret), "{}", form);
        }
    }
}

#[test]
fn only_safe_links_of_the_service_are_opened_and_its_texts_are_cleaned() {
    let registered = r#"{"clientId":"c","clientSecret":"s","clientSecretExpiresAt":4070908800}"#;
    let token = r#"{"accessToken":"t","expiresIn":3600}"#;
    let cases = [
        ("https://device.example/?code=ABCD", true),
        ("http://device.example/", false),
        ("file:///etc/passwd", false),
        ("javascript:alert(1)", false),
        ("vscode://open?file=x", false),
        ("--version", false),
        ("https://user:password@device.example/", false),
        (r"https://x/\u001b]0;owned\u0007\u202e", false),
        (r"https://x/\nhttps://y/", false),
    ];
    for (link, opened) in cases {
        let code = r"AB\u001b[2JCD\u202e";
        let body = format!(
            r#"{{"deviceCode":"d","userCode":"{code}","verificationUri":"{link}","expiresIn":600,"interval":1}}"#
        );
        let script = PreparedServer::with([registered, &body, token].map(|body| response("200 OK", "", body)));
        let home = Home::new();
        home.sign_in_config("");
        let login = home.aws_sso(["login", "--device-code"]).endpoint(script.url());
        let output = login.env("BROWSER", curious_browser(&home)).run().success();
        let is_printable = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(output.stderr.chars().all(is_printable), "{output}");
        assert_eq!(output.stderr.contains("which is not https"), !opened, "{output}");
        if opened {
            let shown = wait(|| home.has("link").then(|| home.read("link")));
            assert_eq!(shown.trim_end(), link);
        } else {
            assert!(!home.has("link") && !home.has("link.new") && !home.has("browser.env"), "{link}");
        }
    }
    // No token is sent to such an address, even if the environment names it.
    for url in ["http://portal.example", "file:///portal", "https://user:hunter2@portal.example"] {
        let user = User::signed_in(Options::default());
        for name in ["AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"] {
            let output = user.process().env(name, url).run().status(2).complains(name);
            assert!(!output.stderr.contains("hunter2"), "{output}");
        }
        assert_eq!(user.sandbox.requests(), []);
    }
    // A start URL that is not https gets no request.
    for url in ["http://d-abc123.awsapps.com/start", "file:///start", "javascript:alert(1)", "d-abc123"] {
        let home = Home::new();
        home.write(".aws/config", format!("[sso-session corp]\nsso_start_url = {url}\nsso_region = eu-central-1\n"));
        let login = home.aws_sso(["login"]).env("BROWSER", curious_browser(&home)).run().status(2);
        let _ = login.complains("is not a valid https URL");
        assert!(!home.has("browser.env"), "{url}");
    }
}
