//! `doctor`: a home with one thing wrong in it, and what is found and advised.

mod config;
mod environment;
mod files;
mod network;
mod profiles;
mod shell;
mod sign_in;

use std::fs;

use crate::support::doctor::{doctor, findings, healthy};

#[test]
fn a_healthy_setup_has_no_warnings() {
    let user = healthy();
    let output = doctor(&user, "").run().success().quiet();
    assert!(output.stdout.ends_with("Everything is ok.\n"), "{output}");
    assert!(output.stdout.lines().all(|line| line.chars().count() <= 80), "{output}");
    for words in [
        "read by the AWS CLI, boto3 and the AWS SDKs for Rust and JavaScript",
        "signed in, token valid until",
        "the portal service answers",
        "clock agrees",
    ] {
        let joined = output.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(joined.contains(words), "{words}: {output}");
    }
    let json = doctor(&user, "--json").run().success().quiet();
    assert_eq!(json.json()["verdict"], "ok", "{json}");
    assert_eq!(json.json()["version"], env!("CARGO_PKG_VERSION"));
    assert!(findings(&json).iter().all(|[_, verdict, ..]| verdict == "ok"), "{json}");
    // Like `sandbox serve`, which names the default file.
    let file = user.home.path(".aws/credentials");
    let _ =
        doctor(&user, "--offline --json").env("AWS_SHARED_CREDENTIALS_FILE", file).run().prints(r#""verdict": "ok""#);
}

/// A check that fails is a finding, and does not stop the others.
#[test]
fn everything_is_reported_even_if_almost_nothing_can_be_read() {
    let user = healthy();
    let home = &user.home;
    fs::remove_file(home.path(".aws/config")).unwrap();
    fs::create_dir(home.path(".aws/config")).unwrap();
    home.write(".config/aws-sso/config", "[[[\nlogin = perhaps\n\0");
    home.write(".cache/aws-sso/inventory.json", "[");
    let broken = [
        doctor(&user, "--json"),
        doctor(&user, "--json").env_remove("HOME").env_remove("PATH"),
        doctor(&user, "--json -p nowhere").env("HOME", "/nowhere").env("AWS_PROFILE", "\u{1b}[31m"),
        doctor(&user, "--json").env("AWS_CONFIG_FILE", "/etc").env("AWS_SHARED_CREDENTIALS_FILE", "/dev/zero"),
    ];
    for run in broken {
        let output = run.run().status(1).quiet();
        let sections = output.json()["sections"].as_array().unwrap().len();
        assert_eq!(sections, 9, "{output}");
        assert!(findings(&output).iter().any(|[_, verdict, ..]| verdict == "broken"), "{output}");
    }
}
