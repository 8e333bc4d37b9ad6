//! Home folders with folders of another user in them: root gave them, or that user planted them.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use aws_sso::sandbox::Options;

use crate::support::disk::Disk;
use crate::support::second_user::{STRANGER, give, give_all, is_root};
use crate::support::skip;
use crate::support::user::User;

/// Somebody else than the user, and not root.
const ANOTHER: u32 = 34567;

/// A user with a sign-in and settings that all belong to `ANOTHER`, in a home with this owner and mode.
fn user_with_planted_files(home_of: u32, mode: u32) -> Option<User> {
    if !is_root() {
        skip("only root can become another user and give files away: homes with other users' folders are not tested");
        return None;
    }
    let user = User::signed_in(Options::default());
    user.home.write(".config/aws-sso/config", "login = never\n");
    for folder in [".aws/sso", ".aws/cli", ".config"] {
        let _ = fs::create_dir_all(user.home.path(folder));
        give_all(&user.home.path(folder), ANOTHER);
        let _ = user.home.command("chmod").args(["-R", "a+rX"]).arg(user.home.path(folder)).run().success();
    }
    give(user.home.path(".aws"), ANOTHER);
    fs::set_permissions(user.home.path(".aws"), Permissions::from_mode(0o755)).unwrap();
    give(user.home.path(""), home_of);
    fs::set_permissions(user.home.path(""), Permissions::from_mode(mode)).unwrap();
    Some(user)
}

#[test]
fn a_folder_that_another_user_could_have_planted_in_the_home_is_not_trusted() {
    let cases =
        [(0, 0o755, "", true), (0, 0o1777, "", false), (0, 0o1777, "link", false), (STRANGER.0, 0o1777, "", false)];
    for (user_id, mode, kind, is_trusted) in cases {
        let Some(user) = user_with_planted_files(user_id, mode) else { return };
        let aws = user.home.path(".aws");
        if kind == "link" {
            fs::rename(&aws, user.home.path("evil")).unwrap();
            symlink("evil", &aws).unwrap();
        }
        let run = |line: &str| {
            let run = user.aws_sso(line);
            if user_id == 0 { run } else { run.behind(STRANGER.1) }
        };
        let case = format!("{user_id} {mode:o} {kind}");
        let output = run(&format!("process {} -p corp", user.role(0, 0))).run();
        // Settings that are not trusted are an error, since they name programs.
        assert_eq!(output.exit.success(), is_trusted, "{case}\n{output}");
        let output = run("settings").run();
        assert_eq!(output.exit.success(), is_trusted, "{case}\n{output}");
        fs::remove_dir_all(user.home.path(".config")).unwrap();
        let output = run(&format!("process {} -p corp", user.role(0, 0))).run().status(if is_trusted { 0 } else { 3 });
        assert!(is_trusted || output.stderr.contains("not signed in"), "{case}\n{output}");
    }
}

/// Docker makes the folders above a mount, as root's.
#[test]
fn root_uses_a_part_of_the_aws_folder_that_is_mounted_alone() {
    let Some(user) = user_with_planted_files(0, 0o755) else { return };
    for folder in [".aws", ".aws/sso", ".aws/cli"] {
        give(user.home.path(folder), 0);
    }
    let mounted = user.home.path(".aws/sso/cache");
    let Some(_mount) = Disk::bound(&mounted) else { return };
    let _ = user.process().run().success();
    fs::remove_dir_all(user.home.path(".aws/cli")).unwrap();
    user.expire_token();
    give_all(&mounted, ANOTHER);
    let _ = user.process().run().success().quiet();
}
