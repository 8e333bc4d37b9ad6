//! Who can read and change the files that hold secrets.

use std::os::unix::fs::symlink;

use crate::support::doctor::{Case, check, mode};
use crate::support::user::TOKEN_FILE;

const CASES: &[Case] = &[
    (
        "a token that others can read",
        |user, run| {
            mode(user, TOKEN_FILE, 0o644);
            for folder in [".aws", ".aws/sso", ".aws/sso/cache"] {
                mode(user, folder, 0o755);
            }
            run
        },
        [
            "Files",
            "broken",
            "ee0bfd2552fbd840c02cc48b6e823320543c450f.json holds secrets, and other users can read it",
            "chmod 600",
        ],
    ),
    (
        "a token that others could read if its folder were open",
        |user, run| {
            mode(user, TOKEN_FILE, 0o644);
            mode(user, ".aws", 0o700);
            run
        },
        ["Files", "warning", "could read it, if a folder above it did not keep them out (mode 0644)", "chmod 600"],
    ),
    (
        "a folder that others can write to",
        |user, run| {
            mode(user, ".aws/cli/cache", 0o777);
            run
        },
        ["Files", "broken", "other users can replace the files in ~/.aws/cli/cache", "chmod go-w"],
    ),
    (
        "credentials behind a link",
        |user, run| {
            user.home.write("elsewhere", "[default]\naws_secret_access_key = planted-1\n");
            mode(user, "elsewhere", 0o640);
            symlink(user.home.path("elsewhere"), user.home.path(".aws/credentials")).unwrap();
            run
        },
        ["Files", "broken", "~/elsewhere holds secrets, and its group can read it", "chmod 600 ~/elsewhere"],
    ),
    (
        "a temporary file after a crash",
        |user, run| {
            user.home.write(".aws/sso/cache/x.json.aws-sso-aB3dE6fG9hJ2kL5mN8pQ", "planted-1");
            run
        },
        [
            "Files",
            "warning",
            "a crash has left a temporary file behind in ~/.aws/sso/cache",
            "rm ~/.aws/sso/cache/x.json",
        ],
    ),
];

#[test]
fn each_file_that_is_open_to_others_is_found() {
    check(CASES);
}
