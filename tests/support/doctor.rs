//! `doctor` in a complete setup, or with one thing wrong in it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;
use serde_json::Value;

use super::user::User;
use super::{AWS_SSO, Home, Invocation, Output};

/// A user whose setup is complete: signed in, accounts listed, profiles discovered, the function in the start-up file.
pub fn healthy() -> User {
    let user = User::signed_in(Options::default());
    user.home.write(".bashrc", "eval \"$(aws-sso init bash)\"\n");
    if cfg!(not(feature = "picker")) {
        user.home.write(".config/aws-sso/config", "picker = number\n");
    }
    fs::set_permissions(user.home.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    for line in ["discover -p corp --region eu-central-1 -q", "env 123456789012/none"] {
        let _ = user.aws_sso(line).run().exit;
    }
    let _ = user.process().run().success();
    user
}

pub fn doctor(user: &User, options: &str) -> Invocation {
    user.aws_sso(&format!("doctor {options}")).env("SHELL", "/bin/bash")
}

/// Every finding: its section, its verdict, what was found, and the remedy.
pub fn findings(output: &Output) -> Vec<[String; 4]> {
    let report = output.json();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for section in report["sections"].as_array().unwrap() {
        for finding in section["findings"].as_array().unwrap() {
            let [verdict, found, remedy] = ["verdict", "found", "remedy"].map(|key| text(&finding[key]));
            all.push([text(&section["name"]), verdict, found, remedy]);
        }
    }
    all
}

/// A fault, what causes it, and the section, verdict, finding and remedy that report it.
pub type Case = (&'static str, fn(&User, Invocation) -> Invocation, [&'static str; 4]);

pub fn append(user: &User, text: &str) {
    let config = user.home.read(".aws/config");
    user.home.write(".aws/config", config + text);
}

pub fn mode(user: &User, file: &str, mode: u32) {
    fs::set_permissions(user.home.path(file), fs::Permissions::from_mode(mode)).unwrap();
}

/// Puts a program called `aws-sso` first on the path.
pub fn rival(user: &User, content: &str, run: Invocation) -> Invocation {
    user.home.write("rival/aws-sso", content);
    mode(user, "rival/aws-sso", 0o755);
    let ours = std::path::Path::new(AWS_SSO).parent().unwrap();
    run.env("PATH", format!("{}:{}:/usr/bin:/bin", user.home.path("rival").display(), ours.display()))
}

/// A copy of the home, so that each case starts from the same files.
fn copy(home: &Home) -> Home {
    let copy = Home::new();
    let _ = home.command("/bin/cp").arg("-a").arg(home.path(".")).arg(copy.path("")).run().success();
    copy
}

/// Checks that each fault is found, and that no secret is shown.
#[track_caller]
pub fn check(cases: &[Case]) {
    let mut user = healthy();
    let healthy = copy(&user.home);
    let mut missed = Vec::new();
    for (fault, cause, [section, verdict, found, remedy]) in cases {
        user.home = copy(&healthy);
        let before = user.sandbox.options();
        let token = user.token();
        let output = cause(&user, doctor(&user, "--json")).run().quiet();
        user.sandbox.update(|options| *options = before);
        let all = findings(&output);
        let is_reported = all.iter().any(|finding| {
            let [in_section, with_verdict, text, advice] = finding;
            in_section == section && with_verdict == verdict && text.contains(found) && advice.contains(remedy)
        });
        if !is_reported {
            missed.push(format!("{fault}: no {verdict} {found:?} with {remedy:?} in\n{all:#?}"));
        }
        let is_broken = all.iter().any(|[_, verdict, ..]| verdict == "broken");
        assert_eq!(output.exit.code(), Some(i32::from(is_broken)), "{fault}: {output}");
        let secrets = ["accessToken", "clientSecret"].map(|key| token[key].as_str().unwrap());
        for secret in secrets.into_iter().chain(["planted-1"]) {
            assert!(!output.stdout.contains(secret), "{fault}: {output}");
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}
