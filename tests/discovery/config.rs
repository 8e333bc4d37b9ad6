//! `discover` changes as little of the config as it can.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

use aws_sso::sandbox::{Names, Options};

use crate::support::discovery::{CORP, Small, another_instance, handwritten_config, log_in, sso_session};
use crate::support::ini::{ours, rust_sdk};
use crate::support::user::User;
use crate::support::{AWS_SSO, REGION, START_URL};

#[test]
fn a_run_without_a_change_does_not_touch_the_file() {
    let user = User::signed_in(Options::default());
    user.home.write(".aws/config", handwritten_config());
    let _ = user.aws_sso("discover -p corp").run().success();
    let path = user.home.path(".aws/config");
    // An old modification time, so that any write shows.
    let then = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::options().write(true).open(&path).unwrap().set_modified(then).unwrap();
    let state = || {
        let metadata = fs::metadata(&path).unwrap();
        (metadata.ino(), metadata.modified().unwrap(), fs::read(&path).unwrap())
    };
    let before = state();
    for line in ["discover -p corp", "-p corp -d", "discover -p corp --prune", "discover -p corp --dry-run"] {
        let output = user.aws_sso(line).run().success();
        assert!(!output.stdout.contains("---"), "{output}");
        assert_eq!(state(), before, "{line}");
    }
}

#[test]
fn line_endings_byte_order_mark_link_and_mode_are_kept() {
    let small = Small::new();
    let config = format!("\u{feff}# mine\r\n{}", CORP.replace('\n', "\r\n"));
    let target = small.user.home.write("dotfiles/aws", &config);
    fs::set_permissions(&target, fs::Permissions::from_mode(0o640)).unwrap();
    let path = small.user.home.path(".aws/config");
    fs::remove_file(&path).unwrap();
    symlink("../dotfiles/aws", &path).unwrap();
    let _ = small.user.aws_sso("-p corp -d").run().success();
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o777, 0o640);
    let after = small.user.home.read(".aws/config");
    assert!(after.starts_with(&config) && after.lines().count() > 8);
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
}

#[test]
fn a_dry_run_shows_the_difference_and_writes_nothing() {
    let small = Small::new();
    let config = small.spelled(&format!("{CORP}\n[profile ONE]\naws_session_token = s3cret\ncredential_process = x\n"));
    small.user.home.write(".aws/config", &config);
    let output = small.user.aws_sso("discover -p corp --dry-run").run().success();
    assert_eq!(small.user.home.read(".aws/config"), config);
    for line in ["\n-credential_process = x\n", "\n+credential_process = EXT(ONE)\n", "\n+[profile TWO]\n", "@@ "] {
        assert!(output.stdout.contains(&small.spelled(line)), "{line} {output}");
    }
    assert!(!output.stdout.contains("s3cret") && !output.stdout.contains('\u{1b}'));
    let _ = output.complains("would be updated: 1 profile new, 1 changed");

    // The difference is a valid patch.
    let patch = small.user.aws_sso("discover -p corp --dry-run").run().stdout.replace("***", "s3cret");
    let other = small.user.home.write("copy", &config);
    let patched = small.user.home.command("patch").arg(&other).stdin(patch);
    if std::path::Path::new("/usr/bin/patch").exists() {
        let _ = patched.run().success();
        let _ = small.user.aws_sso("discover -p corp").run().success();
        assert_eq!(small.user.home.read("copy"), small.user.home.read(".aws/config"));
        small.user.home.write(".aws/config", &config);
    }

    let mut terminal = small.user.aws_sso("discover -p corp --dry-run").in_terminal();
    terminal.wait_for("would be updated");
    let _ = terminal.finish().success();
}

#[test]
fn undo_restores_the_file_from_before_the_last_run_once() {
    let small = Small::new();
    let before = small.user.home.read(".aws/config");
    let undo = || small.user.aws_sso("discover --undo").run();
    let _ = undo().status(1).complains("no discovery to undo");
    let _ = small.user.aws_sso("discover -p corp").run().success();
    // A run without a change cannot be undone.
    let _ = small.user.aws_sso("discover -p corp").run().success();
    let _ = undo().success();
    assert_eq!(small.user.home.read(".aws/config"), before);
    assert!(!small.user.home.has(".aws/config.before-discover"));
    let _ = undo().status(1).complains("only once");

    // Changes since that run are not lost.
    let _ = small.user.aws_sso("discover -p corp").run().success();
    let changed = small.user.home.read(".aws/config") + "# a note\n";
    small.user.home.write(".aws/config", &changed);
    let _ = undo().status(1).complains("was changed since").complains("config.before-discover");
    assert_eq!(small.user.home.read(".aws/config"), changed);
    // The copy has the mode of the file.
    let copy = fs::metadata(small.user.home.path(".aws/config.before-discover")).unwrap();
    assert_eq!(copy.permissions().mode() & 0o777, 0o600);
}

#[test]
fn hostile_names_become_legible_distinct_profiles_the_same_on_every_run() {
    let user = User::signed_in(Options { accounts: 41, roles: 16, names: Names::Hostile, ..Options::default() });
    for template in ["{account_id}-{role}", "{account_name}-{role}", "{email}/{role}", "{role}"] {
        user.home.write(".aws/config", handwritten_config());
        let _ = user
            .home
            .aws_sso(["discover", "-p", "corp", "--name", template])
            .endpoint(user.sandbox.endpoint())
            .run()
            .success();
        let text = user.home.read(".aws/config");
        let read = rust_sdk(text.as_bytes()).unwrap();
        assert_eq!(read.len(), 41 + 1 + 41 * 16, "{template}");
        assert!(read.keys().eq(ours(text.as_bytes()).keys()), "{template}");
        let processes: BTreeSet<_> = read.values().filter_map(|profile| profile.get("credential_process")).collect();
        assert_eq!(processes.len(), 10 + 41 * 16, "every role has its own profile: {template}");
        let output = user
            .home
            .aws_sso(["discover", "-p", "corp", "--name", template])
            .endpoint(user.sandbox.endpoint())
            .run()
            .success();
        assert!(output.stdout.contains("is up to date"), "{output}");
        assert!(!user.home.has("PWNED"));
    }
}

#[test]
fn without_name_the_template_comes_from_the_settings() {
    let small = Small::new();
    small.user.home.write(".config/aws-sso/config", "[discover]\nname = {role}@{session}\n");
    let _ = small.user.aws_sso("-p corp -d").run().success();
    let role = &small.account.roles[0];
    assert!(small.user.home.read(".aws/config").contains(&format!("[profile {role}@corp]\n")));
    let _ = small.user.aws_sso("discover -p corp --name {rol}").run().status(2).complains("no field rol");
    small.user.home.write(".config/aws-sso/config", "[discover]\nname = {role\n");
    let _ = small.user.aws_sso("-p corp -d").run().status(2).complains("not closed");
}

#[test]
fn the_programs_path_is_quoted_so_that_every_sdk_can_run_it() {
    let small = Small::new();
    // A folder with a space in its name.
    let program = small.user.home.path("my tools/aws-sso");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(AWS_SSO, &program).unwrap();
    let run = small.user.home.command(&program).args(["discover", "-p", "corp", "--absolute"]);
    let _ = run.endpoint(small.user.sandbox.endpoint()).run().success();
    let config = small.user.home.read(".aws/config");
    assert!(config.contains(&format!("credential_process = '{}' -p corp -r arn:", program.display())), "{config}");
    let script = small.spelled(&format!(
        "import boto3; c = boto3.Session(profile_name='ONE', region_name='{REGION}'); \
         print(c.client('sts').get_caller_identity()['Arn'])"
    ));
    if let Some(python) = small.user.home.boto3(&script) {
        let output = python.endpoint(small.user.sandbox.endpoint()).run().success();
        assert!(output.stdout.contains(&small.account.id));
    }
    let _ = small.user.aws_sso("discover -p corp --absolute --style sso").run().status(2);
}

#[test]
fn a_legacy_profile_gets_native_profiles_of_its_own_kind_and_is_never_rewritten() {
    let small = Small::new();
    let legacy = |name: &str| {
        format!(
            "[profile {name}]\nsso_start_url = {START_URL}\nsso_region = {REGION}\nsso_account_id = 000000000000\n\
             sso_role_name = Old\n"
        )
    };
    small.user.home.write(".aws/config", legacy("legacy"));
    let _ = small.user.aws_sso("login -p legacy --device-code --no-browser").run().success();
    let (after, _) = small.run(&legacy("legacy"), "discover -p legacy --style sso");
    assert!(after.starts_with(&legacy("legacy")));
    let native = "[profile TWO]\nsso_start_url = URL\nsso_region = REGION\n\
    sso_account_id = ACCOUNT\nsso_role_name = ROLE(TWO)\n";
    assert!(after.contains(&small.spelled(native).replace("URL", START_URL).replace("REGION", REGION)), "{after}");
    // A role whose profile would get the name of the profile that signs in.
    let role = small.account.roles[0].as_str();
    for style in ["sso", "process"] {
        let line = format!("discover -p {role} --name {{role}} --style {style}");
        let (after, output) = small.run(&legacy(role), &line);
        assert!(after.starts_with(&legacy(role)) && output.contains("were left as they are"), "{after}{output}");
    }
}

#[test]
fn each_identity_center_has_a_block_of_its_own_however_many_run_at_once() {
    let user = User::signed_in(Options { accounts: 30, roles: 3, ..Options::default() });
    let others = ["two", "three", "four"].map(|name| (name, another_instance(&user, name)));
    let sessions: String = others.iter().map(|(name, sandbox)| sso_session(name, &sandbox.start_url())).collect();
    user.home.write(".aws/config", format!("{CORP}{sessions}"));
    for (name, sandbox) in &others {
        log_in(&user, name, sandbox);
    }
    let all = || others.iter().map(|(name, sandbox)| (*name, sandbox)).chain([("corp", &user.sandbox)]);
    let runs: Vec<_> = all()
        .map(|(name, sandbox)| {
            let template = format!("{name}-{{account_id}}-{{role}}");
            user.home.aws_sso(["discover", "-p", name, "--name", &template]).endpoint(sandbox.endpoint()).start()
        })
        .collect();
    for run in runs {
        let _ = run.finish().success();
    }
    let config = user.home.read(".aws/config");
    for (name, _) in all() {
        assert_eq!(config.matches(&format!("[profile {name}-")).count(), 90);
        assert_eq!(config.matches(&format!("# >>> aws-sso discover -p {name} >>> ")).count(), 1);
    }
}

#[test]
fn a_profile_of_another_sso_session_with_the_same_name_is_left_as_it_is() {
    let small = Small::new();
    let other = "# >>> aws-sso discover -p other >>>\n[profile ONE]\ncredential_process = aws-sso -p other -r \
                 arn:aws:iam::999999999999:role/Admin -ext\n# <<< aws-sso discover -p other <<<\n";
    let before = small.user.home.read(".aws/config") + &small.spelled(other);
    small.user.home.write(".aws/config", &before);
    let output = small.user.aws_sso("discover -p corp").run().status(1);
    assert!(small.user.home.read(".aws/config").contains(&small.spelled(other)));
    assert!(output.stdout.contains("1 profile new, 0 changed, 0 unchanged, 0 stale, 1 left"), "{output}");
    let _ = output.complains("1 role has no profile: another profile has its name");
}

#[test]
fn nothing_is_written_below_a_header_that_some_sdk_takes_for_a_value() {
    let small = Small::new();
    let before = small.user.home.read(".aws/config") + "[profile prod]\nregion = eu-west-1\n  [profile ONE]\n";
    let (after, said) = small.run(&before, "discover -p corp");
    assert!(after.starts_with(&small.spelled(&before)), "{after}");
    assert!(said.contains("1 profile new, 0 changed") && said.contains(&small.spelled("ONE")), "{said}");
}

#[cfg(unix)]
#[test]
fn after_a_run_that_fails_the_one_before_can_still_be_undone() {
    use std::os::unix::fs::PermissionsExt as _;
    let small = Small::new();
    let before = small.user.home.read(".aws/config");
    let (first, _) = small.run(&before, "discover -p corp");
    let mode = |mode| {
        let path = small.user.home.path(".aws/config");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o400);
    let failed = small.user.aws_sso("discover -p corp --region eu-west-1").run().status(1);
    let _ = failed.complains("read-only");
    mode(0o600);
    assert_eq!(small.user.home.read(".aws/config"), first);
    let _ = small.user.aws_sso("discover -p corp --undo").run().success();
    assert!(!small.user.home.read(".aws/config").contains(">>>"));
}
