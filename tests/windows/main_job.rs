//! The main job: from a sign-in to credentials, and the sign-out.

use aws_sso::sandbox::Options;

use crate::support::START_URL;
use crate::support::user::TOKEN_FILE;
use crate::support::wine::WindowsUser;

#[test]
fn the_main_job_works_on_windows() {
    let Some(windows) = WindowsUser::new(Options::default()) else { return };
    let (user, home) = (&windows.user, windows.home());
    let _ =
        windows.aws_sso("process 012345678901/reader --login never").run().status(3).complains("run: aws-sso login");
    let _ = windows.aws_sso("login --device-code --no-browser").run().success();
    assert_eq!(user.token()["startUrl"], START_URL);

    let role = user.role_arn(0);
    let line = format!("-p corp -r {role} -ext");
    let first = windows.aws_sso(&line).run().success().quiet();
    assert!(first.json()["AccessKeyId"].as_str().unwrap().starts_with("ASIA"));
    // Linux and Windows find each other's files.
    assert_eq!(windows.aws_sso(&line).run().success().stdout, first.stdout);
    assert_eq!(user.aws_sso(&line).run().success().stdout, first.stdout);
    assert_eq!(user.sandbox.count("GetRoleCredentials"), 1);

    let _ = windows.aws_sso("discover -p corp").run().success();
    let roles: usize = user.sandbox.accounts().iter().map(|account| account.roles.len()).sum();
    assert_eq!(home.read(".aws/config").matches("credential_process = aws-sso -p corp -r ").count(), roles);
    let _ = windows.aws_sso(&format!("exec {role} -- cmd /c set AWS_SSO_ROLE_ARN")).run().success().prints(&role);

    let _ = windows.aws_sso("logout").run().success();
    assert!(!home.has(TOKEN_FILE));
    assert_eq!(home.list(".aws/cli/cache"), [""; 0]);
}
