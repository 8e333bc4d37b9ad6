//! Programs that use discovered profiles run `aws-sso`: `discover` says at once where that is not this program.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use aws_sso::sandbox::Options;

use crate::support::AWS_SSO;
use crate::support::discovery::Small;
#[cfg(target_os = "linux")]
use crate::support::disk::Disk;
use crate::support::user::User;

/// A `PATH` on which this is the only, or the first, `aws-sso`.
fn path_with(user: &User, program: Option<&str>) -> String {
    if let Some(content) = program {
        let file = user.home.write("first/aws-sso", content);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    format!("{}:/usr/bin:/bin", user.home.path("first").display())
}

#[test]
fn a_path_without_this_program_or_with_another_of_its_name_is_said_with_the_way_out() {
    let wrapper = format!("#!/bin/sh\nexec {} \"$@\"\n", fs::canonicalize(AWS_SSO).unwrap().display());
    let cases = [
        (None, Some("there is no aws-sso on PATH")),
        (Some("\x7fELF github.com/synfinatic/aws-sso-cli/"), Some("aws-sso-cli by synfinatic, another tool")),
        (Some("#!/usr/bin/python3\n"), Some("a script, such as the Python tool")),
        (Some(wrapper.as_str()), None),
    ];
    for (first, warning) in cases {
        let user = User::signed_in(Options { accounts: 2, roles: 2, ..Options::default() });
        let run = |line: &str| user.aws_sso(line).env("PATH", path_with(&user, first)).run();
        let output = run("discover -p corp --match 0 --dry-run").success();
        let Some(warning) = warning else {
            assert!(!output.stderr.contains("warning"), "{output}");
            continue;
        };
        let output = output.complains(warning).complains("aws-sso discover -p corp --match 0 --absolute\n");
        // It is said before the accounts are fetched.
        assert!(output.stderr.starts_with("aws-sso: warning: "), "{output}");
        for line in ["discover -p corp --absolute", "discover -p corp --style sso", "discover --undo"] {
            assert!(!run(line).success().stderr.contains("PATH"), "{line}");
        }
        let _ = run("discover -p corp --absolute").success();
        assert_eq!(
            user.home.read(".aws/config").matches(&format!("credential_process = {AWS_SSO} -p corp")).count(),
            4
        );
    }
}

#[test]
fn a_program_whose_path_cannot_stand_in_a_profile_is_named() {
    let small = Small::new();
    let program = small.user.home.path("it's here/aws-sso");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(AWS_SSO, &program).unwrap();
    let before = small.user.home.read(".aws/config");
    let run = small.user.home.command(&program).args(["discover", "-p", "corp", "--absolute"]);
    let output = run.endpoint(small.user.sandbox.endpoint()).run().status(2);
    let output = output.complains(&format!("cannot contain the path {}", program.display()));
    let _ = output.complains("leave --absolute out");
    assert_eq!(small.user.home.read(".aws/config"), before);
}

/// As home-manager has it: each file is a link into a store that nobody writes to.
#[test]
fn a_config_or_credentials_file_in_a_read_only_store_is_named_with_a_way_that_works() {
    let small = Small::new();
    let role = small.spelled("-p corp -r arn:aws:iam::ACCOUNT:role/ROLE(ONE)");
    let cases =
        [("config", "discover -p corp", "AWS_CONFIG_FILE"), ("credentials", &role, "AWS_SHARED_CREDENTIALS_FILE")];
    for (file, line, variable) in cases {
        let content = if file == "config" { small.user.home.read(".aws/config") } else { "[mine]\n".to_owned() };
        let target = small.user.home.write(format!("store/{file}"), &content);
        fs::set_permissions(&target, fs::Permissions::from_mode(0o444)).unwrap();
        let path = small.user.home.path(format!(".aws/{file}"));
        let _ = fs::remove_file(&path);
        std::os::unix::fs::symlink(&target, &path).unwrap();

        let output = small.user.aws_sso(line).run().status(1);
        let output = output.complains(&format!("a link to {}", target.display())).complains("read-only");
        assert!(!output.stderr.contains("chmod"), "{output}");
        assert_eq!(fs::read_to_string(&target).unwrap(), content);
        let way = output.stderr.lines().rev().find(|line| line.contains(variable)).unwrap().trim().to_owned();
        let script = format!("{way}\n{AWS_SSO} {line}");
        let again = small.user.home.command("/bin/sh").args(["-c", &script]).endpoint(small.user.sandbox.endpoint());
        let _ = again.run().success();
        assert!(small.user.home.read(format!(".aws/{file}.own")).len() > content.len());
        fs::remove_file(&path).unwrap();
        fs::rename(&target, &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_config_on_a_mount_is_named_with_a_way_that_works() {
    for is_read_only in [true, false] {
        let small = Small::new();
        let config = small.user.home.path(".aws/config");
        let disk = if is_read_only { Disk::read_only(&small.user.home.path(".aws")) } else { Disk::bound(&config) };
        let Some(_disk) = disk else { return };
        let output = small.user.aws_sso("discover -p corp").run().status(1);
        let output = output.complains(&format!("cannot write {}: ", config.display()));
        let way = output.stderr.lines().rev().find(|line| line.contains("AWS_CONFIG_FILE"));
        let script = format!("{}\n{AWS_SSO} discover -p corp", way.unwrap_or_else(|| panic!("{output}")).trim());
        let again = small.user.home.command("/bin/sh").args(["-c", &script]).endpoint(small.user.sandbox.endpoint());
        let _ = again.run().success();
    }
}
