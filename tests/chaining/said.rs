//! What is said of a chain that cannot be made, or not as it is written: which step, and what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::{Fault, IamUser, Options};

use crate::support::chain::Chains;

#[test]
fn a_service_that_fails_is_named_with_the_step_and_a_remedy() {
    for (fault, said, remedy) in [
        (Fault::InternalError, "failed with status 500", "try again"),
        (Fault::Throttled, "throttling", "try again"),
        (Fault::Dropped, "", "\n  "),
    ] {
        let chains = Chains::new(Options::default());
        // The first step is cached, so that the second one fails.
        let _ = chains.caller("hub");
        chains.user.sandbox.update(|options| options.fail_first = Some((1000, fault)));
        let once = |role: &str| chains.process(role).env("AWS_MAX_ATTEMPTS", "1").run().status(5);
        let output = once("two-hops");
        let step = format!("cannot assume {} (profile two-hops): ", chains.role_arn("two-hops"));
        let first = output.stderr.lines().next().unwrap_or_default();
        assert!(first.contains(&step) && first.contains(said) && output.stderr.contains(remedy), "{output}");
        let output = once("external");
        assert!(output.stderr.contains(&format!("cannot assume {} (profile external): ", chains.role_arn("external"))));
    }
}

/// What AWS tools send as it is, and STS or they themselves refuse.
#[test]
fn an_empty_value_is_named_and_not_left_out() {
    let chains = Chains::new(Options::default());
    let config = chains.user.home.read(".aws/config");
    for key in ["external_id", "role_session_name", "mfa_serial"] {
        let role = chains.role_arn("on-native");
        let profile = format!("[profile empty]\nrole_arn = {role}\nsource_profile = native\n{key} =\n");
        chains.user.home.write(".aws/config", config.clone() + &profile);
        let output = chains.process("empty").run().status(2);
        let _ = output.complains(&format!("profile empty has an empty {key}")).complains("delete the line");
    }
}

#[test]
fn doctor_names_what_the_credentials_file_overrides_and_keys_that_do_not_expire() {
    let chains = Chains::new(Options::default());
    let account = chains.user.sandbox.accounts()[0].id.clone();
    chains.user.sandbox.update(|options| {
        let (access_key_id, secret_access_key) = ("AKIAALICE".to_owned(), "s3cret".to_owned());
        options.users = vec![IamUser { account, name: "alice".to_owned(), access_key_id, secret_access_key }];
    });
    let role = chains.role_arn("on-native");
    let config = chains.user.home.read(".aws/config");
    let profiles = format!("[profile on-keys]\nrole_arn = {role}\nsource_profile = base\n");
    chains.user.home.write(".aws/config", config + &profiles);
    let keys = "aws_access_key_id = AKIAALICE\naws_secret_access_key = s3cret\n";
    chains.user.home.write(".aws/credentials", format!("[base]\n{keys}"));
    let report = |status: i32| {
        let file = chains.user.home.path(".aws/credentials");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        chains.user.aws_sso("doctor --offline").run().status(status).stdout
    };
    let before = report(0);
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        words(&before).contains("1 profile assumes a role with the access keys of profile base (~/.aws/credentials:1)"),
        "{before}"
    );
    assert!(!before.contains("AKIA") && !before.contains("s3cret"), "{before}");
    for key in ["role_arn", "source_profile", "external_id"] {
        chains.user.home.write(".aws/credentials", format!("[base]\n{keys}[on-keys]\n{key} = x\n"));
        let found = words(&report(1));
        assert!(found.contains(&format!("profile on-keys has a {key} in ~/.aws/credentials:4 too")), "{found}");
    }
    chains.user.home.write(".aws/credentials", format!("[base]\n{keys}[on-keys]\n{keys}"));
    let config = chains.user.home.read(".aws/config");
    let second = format!("[profile second]\nrole_arn = {role}\nsource_profile = on-keys\n");
    chains.user.home.write(".aws/config", config + &second);
    let found = words(&report(0));
    assert!(found.contains("profile on-keys has access keys of its own, with which AWS tools begin where"), "{found}");
}
