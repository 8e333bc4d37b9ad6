//! Who can read a file that holds secrets after this program has written it.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::Path;

use aws_sso::sandbox::Options;
use rustix::fs::{XattrFlags, getxattr, setxattr};

use crate::support::second_user::{STRANGER, give_all, is_root};
use crate::support::skip;
use crate::support::user::{TOKEN_FILE, User};

const ACCESS: &str = "system.posix_acl_access";
const DEFAULT: &str = "system.posix_acl_default";

/// A list by which one more user may do what `bits` say, and the group nothing.
fn list(bits: u16) -> Vec<u8> {
    let entries: [(u16, u16, u32); 5] =
        [(0x01, 7, u32::MAX), (0x02, bits, 34567), (0x04, 0, u32::MAX), (0x10, bits, u32::MAX), (0x20, 0, u32::MAX)];
    let mut bytes = 2u32.to_le_bytes().to_vec();
    for (tag, bits, id) in entries {
        bytes.extend([tag.to_le_bytes(), bits.to_le_bytes()].concat());
        bytes.extend(id.to_le_bytes());
    }
    bytes
}

fn attribute(path: &Path, name: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![0; 1024];
    let length = getxattr(path, name, &mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn an_access_control_list_stays_and_one_of_the_folder_opens_no_secret() {
    let user = User::signed_in(Options::default());
    let (config, credentials) = (user.home.path(".aws/config"), user.home.write(".aws/credentials", "[mine]\n"));
    for path in [&config, &credentials] {
        set_mode(path, 0o700);
        if setxattr(path, ACCESS, &list(4), XattrFlags::empty()).is_err() {
            return skip("this file system has no access control lists: they are not tested");
        }
        // Not every file system has these.
        let _ = setxattr(path, "user.note", b"mine", XattrFlags::empty());
    }
    let write = |user: &User| {
        let _ = user.aws_sso("discover -p corp --region eu-west-1").run().success();
        let _ = user.aws_sso("discover -p corp --region eu-west-2").run().success();
        let _ = user.aws_sso(&format!("-p corp -r {}", user.role_arn(0))).run().success();
    };
    let notes = [&config, &credentials].map(|path| attribute(path, "user.note"));
    write(&user);
    for path in [&config, &credentials] {
        assert_eq!(attribute(path, ACCESS), Some(list(4)), "{}", path.display());
        assert_eq!(mode(path), 0o740, "the bits of the group are what the list allows at most");
    }
    assert_eq!([&config, &credentials].map(|path| attribute(path, "user.note")), notes);

    for folder in [".aws", ".aws/sso/cache", ".aws/cli/cache", ".cache/aws-sso"] {
        setxattr(user.home.path(folder), DEFAULT, &list(7), XattrFlags::empty()).unwrap();
    }
    fs::remove_file(&credentials).unwrap();
    fs::remove_file(&config).unwrap();
    user.home.sign_in_config("");
    // This file had no list, and its group could read it.
    let _ = rustix::fs::removexattr(&config, ACCESS);
    set_mode(&config, 0o640);
    for entry in user.home.list(".aws/cli/cache") {
        fs::remove_file(user.home.path(".aws/cli/cache").join(entry)).unwrap();
    }
    user.expire_token();
    write(&user);
    let _ = user.aws_sso("list -p corp --refresh").run().success();
    let role = user.home.list(".aws/cli/cache").remove(0);
    let expected = [
        (".aws/config".to_owned(), 0o640),
        (".aws/credentials".to_owned(), 0o600),
        (TOKEN_FILE.to_owned(), 0o600),
        (format!(".aws/cli/cache/{role}"), 0o600),
    ];
    for (path, bits) in expected {
        let path = user.home.path(path);
        assert_eq!((attribute(&path, ACCESS), mode(&path)), (None, bits), "{}", path.display());
    }
}

#[test]
fn a_group_that_cannot_be_kept_is_not_replaced_by_another_that_can_read() {
    if !is_root() {
        return skip("only root can become another user and give files away: foreign groups are not tested");
    }
    let user = User::signed_in(Options::default());
    let credentials = user.home.write(".aws/credentials", "[mine]\n");
    give_all(&user.home.path(""), STRANGER.0);
    for (before, after) in [(0o640, 0o600), (0o660, 0o600), (0o644, 0o644), (0o664, 0o644)] {
        fs::write(&credentials, "[mine]\n").unwrap();
        chown(&credentials, Some(STRANGER.0), Some(34567)).unwrap();
        set_mode(&credentials, before);
        let run = user.aws_sso(&format!("-p corp -r {}", user.role_arn(0))).behind(STRANGER.1);
        let _ = run.run().success();
        assert_eq!(fs::metadata(&credentials).unwrap().gid(), STRANGER.0);
        assert_eq!(mode(&credentials), after, "{before:o}");
    }
}

#[test]
fn keys_in_a_credentials_file_that_others_can_read_are_reported() {
    let user = User::signed_in(Options::default());
    let path = user.home.path(".aws/credentials");
    let write = || user.aws_sso(&format!("-p corp -r {}", user.role_arn(0))).run().success();
    let _ = write().quiet();
    assert_eq!(mode(&path), 0o600);
    for (bits, who) in [(0o644, "other users"), (0o640, "its group"), (0o606, "other users")] {
        set_mode(&path, bits);
        let shown = path.display();
        let _ = write().complains(&format!(
            "warning: {who} can read {shown}, which has keys; to fix that, run: chmod 600 {shown}\n"
        ));
        assert_eq!(mode(&path), bits, "the mode that the user gave it stays");
    }
    set_mode(&path, 0o600);
    let _ = write().quiet();
}
