//! `store = keyring`: tokens and role credentials in a real Secret Service, and none in a file.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use aws_sso::sandbox::{Options, Rotation};
use serde_json::Value;

use crate::support::Home;
use crate::support::desktop::{CROWD, Desktop};
use crate::support::files;
use crate::support::process::Running;
use crate::support::user::TOKEN_FILE;

/// The files that hold one of these secrets.
fn holders(home: &Home, secrets: &BTreeSet<String>) -> Vec<String> {
    let holds = |path: &Path| {
        let text = String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        secrets.iter().any(|secret| text.contains(secret.as_str()))
    };
    let paths = files(&home.path("")).into_iter().filter(|path| holds(path));
    paths.map(|path| path.strip_prefix(home.path("")).unwrap().display().to_string()).collect()
}

/// Every secret in these items and responses.
fn secrets(values: &[Value]) -> BTreeSet<String> {
    const KEYS: [&str; 5] = ["accessToken", "refreshToken", "clientSecret", "SecretAccessKey", "SessionToken"];
    let values = values.iter().flat_map(|value| [value, &value["Credentials"]]);
    let secrets = values.flat_map(|value| KEYS.iter().filter_map(|key| value[key].as_str()));
    secrets.map(str::to_owned).collect()
}

#[test]
fn with_a_keyring_no_secret_is_in_a_file() {
    let Some(desktop) = Desktop::new(Options::default()) else { return };
    desktop.sign_in();
    let answer = desktop.process().run().success().quiet();
    let account = &desktop.user.sandbox.accounts()[0];
    for line in ["check", "list", "discover -p corp", &format!("env {}/{} --shell bash", account.id, account.roles[1])]
    {
        let _ = desktop.aws_sso(line).run().success();
    }
    assert_eq!(desktop.process().run().success().quiet().stdout, answer.stdout, "from the keyring");
    assert_eq!(desktop.user.sandbox.count("GetRoleCredentials"), 2);

    let kept = [desktop.items(".aws/sso/cache"), desktop.items(".aws/cli/cache")].concat();
    assert_eq!(kept.len(), 4, "a token, a client and two roles: {kept:?}");
    let secrets = secrets(&[kept, vec![answer.json()]].concat());
    assert!(secrets.len() >= 7, "{}", secrets.len());
    assert_eq!(holders(&desktop.user.home, &secrets), [""; 0]);
    let status = desktop.aws_sso("status").run().success().quiet();
    assert!(status.stdout.contains("\nsecrets      in the system's secret store\n"), "{status}");
    assert!(!status.stdout.contains("in a file"), "{status}");

    let _ = desktop.aws_sso("logout").run().success().complains("signed out of");
    let left = [desktop.items(".aws/sso/cache"), desktop.items(".aws/cli/cache")].concat();
    assert!(left.iter().all(|item| item["accessToken"].is_null() && item["Credentials"].is_null()), "{left:?}");
    let _ = desktop.process().run().status(3).complains("run: aws-sso login -p corp");
}

#[test]
fn a_crowd_at_one_keyring_renews_once_and_asks_once() {
    let options = Options { refresh: Rotation::Rotated, latency: Duration::from_millis(300), ..Options::default() };
    let Some(desktop) = Desktop::new(options) else { return };
    desktop.sign_in();
    let answer = desktop.crowd();
    assert!(answer["SecretAccessKey"].is_string());
    assert_eq!(desktop.operations(), ["GetRoleCredentials"]);

    desktop.user.sandbox.clear_log();
    let _ = desktop.aws_sso("logout").run().success();
    desktop.sign_in();
    desktop.expire_token();
    desktop.crowd();
    assert_eq!(desktop.operations(), ["CreateToken", "GetRoleCredentials"]);
    // The keyring has the refresh token of the first renewal; the service accepts the old one no more.
    desktop.expire_token();
    let _ = desktop.aws_sso("check").run().success().quiet();

    let accounts = desktop.user.sandbox.accounts();
    let roles = accounts.iter().flat_map(|account| account.roles.iter().map(|role| (&account.id, role)));
    let all: Vec<_> = roles.map(|(id, role)| desktop.aws_sso(&format!("process {id}/{role}")).start()).collect();
    for output in all.into_iter().map(Running::finish) {
        let _ = output.success().quiet();
    }
    assert!(desktop.items(".aws/cli/cache").len() >= 16);

    // Another process may delete an item that this one has just found.
    let leaving: Vec<_> = (0..CROWD).map(|_| desktop.aws_sso("logout").start()).collect();
    for output in leaving.into_iter().map(Running::finish) {
        let _ = output.success();
    }
    assert_eq!(desktop.items(".aws/cli/cache"), [""; 0]);
}

#[test]
fn secrets_in_files_move_to_the_keyring_and_the_move_is_reported() {
    let options = Options { refresh: Rotation::Rotated, ..Options::default() };
    let Some(desktop) = Desktop::with_files(options, "unlocked") else { return };
    desktop.sign_in();
    let home = &desktop.user.home;
    let answer = desktop.process().run().success().quiet().json();
    let kept = [".aws/sso/cache", ".aws/cli/cache"].map(|folder| {
        let names = home.list(folder).into_iter();
        names.map(|name| serde_json::from_str(&home.read(format!("{folder}/{name}"))).unwrap()).collect::<Vec<Value>>()
    });
    let secrets = secrets(&[kept.concat(), vec![answer]].concat());
    assert!(secrets.len() >= 5 && holders(home, &secrets).len() == 3, "{:?}", holders(home, &secrets));

    desktop.ask_for_keyring();
    desktop.user.edit_token(|token| token["expiresAt"] = "2020-01-01T00:00:00Z".into());
    let running: Vec<_> = (0..CROWD).map(|_| desktop.aws_sso("check").start()).collect();
    let outputs: Vec<_> = running.into_iter().map(|running| running.finish().success()).collect();
    let reports = outputs.iter().filter(|output| output.stderr.contains("has moved to the system's secret store"));
    assert_eq!(reports.count(), 1, "{outputs:?}");
    assert_eq!(desktop.operations(), ["GetRoleCredentials", "CreateToken"], "renewed once, and not lost");
    assert_eq!(holders(home, &secrets), [""; 0]);
    assert_eq!(desktop.items(".aws/sso/cache").len(), 2);

    // What the AWS CLI signs in to later is its own: it stays where it is, and `status` shows it.
    let theirs = r#"{"startUrl": "https://d-abc123.awsapps.com/start", "accessToken": "theirs", "expiresAt": "2099-01-01T00:00:00Z"}"#;
    home.write(TOKEN_FILE, theirs);
    let status = desktop.aws_sso("status").run().success().quiet().stdout;
    assert!(status.contains(&format!("in a file    ~/{TOKEN_FILE}\n")), "{status}");
    let status = desktop.aws_sso("status --json").run().success().json();
    assert_eq!((&status["store"], status["secretsInFiles"].as_array().unwrap().len()), (&"keyring".into(), 1));
    let _ = desktop.aws_sso("logout").run().success();
    assert_eq!(home.read(TOKEN_FILE), theirs);
}

#[test]
fn doctor_moves_nothing_to_the_keyring() {
    let Some(desktop) = Desktop::with_files(Options::default(), "unlocked") else { return };
    desktop.sign_in();
    let _ = desktop.process().run().success().quiet();
    desktop.ask_for_keyring();
    let home = &desktop.user.home;
    let all = || files(&home.path(".aws")).into_iter().map(|path| (fs::read(&path).unwrap(), path)).collect::<Vec<_>>();
    let before = all();
    let doctor = desktop.aws_sso("doctor --offline").run().quiet();
    assert!(doctor.stdout.contains("corp: the sign-in is in a file; the next command moves it"), "{doctor}");
    assert_eq!(all(), before);
    assert_eq!(desktop.items(".aws/sso/cache"), [""; 0]);
}

#[test]
fn a_keyring_that_does_not_answer_is_reported_in_time() {
    const REMEDY: &str = "or set store = files in ~/.config/aws-sso/config";
    let Some(desktop) = Desktop::new(Options::default()) else { return };
    desktop.sign_in();
    let home = &desktop.user.home;

    // Locked, and without a way to ask for the password.
    let lock = home.command("dbus-send").args(["--session", "--print-reply", "--dest=org.freedesktop.secrets"]);
    let lock = lock.args(["/org/freedesktop/secrets", "org.freedesktop.Secret.Service.Lock"]);
    let _ = desktop.here(lock.arg("array:objpath:/org/freedesktop/secrets/collection/login")).run().success();
    for line in ["list --login never", "login --device-code --no-browser", "logout", "status"] {
        let output = desktop.aws_sso(line).run().status(1);
        let _ = output.complains("the system's secret store is locked").complains(REMEDY);
    }
    let _ = desktop.aws_sso("check").run().status(1).quiet();
    let _ = desktop.process().run().status(1).complains("is locked");

    // A bus without a keyring, one that does not answer, and none at all.
    let empty = home.write(
        "bus.conf",
        "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>\
        <policy context=\"default\"><allow send_destination=\"*\"/>\
        <allow receive_sender=\"*\"/><allow own=\"*\"/></policy></busconfig>",
    );
    let alone = ["dbus-run-session", "--config-file", empty.to_str().unwrap(), "--"];
    let mute = home.path("mute");
    let _listener = std::os::unix::net::UnixListener::bind(&mute).unwrap();
    let on = |address: &str| desktop.user.process().env("DBUS_SESSION_BUS_ADDRESS", address);
    let cases = [
        (desktop.user.process().behind(alone), "no secret store is running in this session"),
        (on("unix:path=/nowhere"), "no secret store is running in this session"),
        (on("nonsense"), "no secret store is running in this session"),
        (desktop.user.process().env("XDG_RUNTIME_DIR", home.path("tmp")), "no secret store is running in this session"),
        (on(&format!("unix:path={}", mute.display())), "did not answer within 10 s"),
    ];
    for (process, words) in cases {
        let _ = process.run().status(1).complains(words).complains(REMEDY);
    }
    assert_eq!(desktop.user.sandbox.count("GetRoleCredentials"), 0);

    // A keyring that was never set up.
    let Some(bare) = Desktop::with_files(Options::default(), "absent") else { return };
    bare.ask_for_keyring();
    let login = bare.aws_sso("login --device-code --no-browser").run().status(1);
    let _ = login.complains("has no default keyring").complains(REMEDY);
    assert_eq!(bare.user.sandbox.requests(), [], "no sign-in was started");
}
