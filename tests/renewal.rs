//! A renewal that cannot be kept is not made: the sign-in outlives a full disk and its like, and processes that know
//! nothing of each other, although the service takes each refresh token only once.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use aws_sso::sandbox::{Approval, Options, Rotation};
use jiff::{SignedDuration, Timestamp};

use crate::support::disk::Disk;
use crate::support::http::{LATE_ROLE, LATE_TOKEN, PreparedServer, answers, response};
use crate::support::process::{can_trace, wait};
use crate::support::second_user::{POWERLESS, STRANGER, give, is_root};
use crate::support::user::{TOKEN_FILE, User};
use crate::support::{Invocation, Output, note, skip};

const CACHE: &str = ".aws/sso/cache";

/// What keeps a token from being written.
#[derive(Clone, Copy, Debug)]
enum Obstacle {
    /// A file system with this limit, which is used up.
    Full(&'static str),
    /// The folder of all AWS files is a read-only mount.
    ReadOnly,
    /// The token's file is a mount, as in a container.
    Mounted,
    /// The folder's mode.
    Unwritable,
    /// The file is another user's, in a folder where each may replace only what is his.
    Sticky,
    /// Files may have no more than this many blocks.
    Quota,
    /// `chattr` protects the file.
    Immutable,
}

const OBSTACLES: [Obstacle; 8] = [
    Obstacle::Full("size=64k"),
    Obstacle::Full("nr_inodes=8"),
    Obstacle::ReadOnly,
    Obstacle::Mounted,
    Obstacle::Unwritable,
    Obstacle::Sticky,
    Obstacle::Quota,
    Obstacle::Immutable,
];

/// A user whose service takes each refresh token once, on a disk of its own where the obstacle needs one.
fn signed_in(obstacle: Obstacle) -> Option<(User, Option<Disk>)> {
    let options = Options { refresh: Rotation::Rotated, approval: Approval::Automatic, ..Options::default() };
    let user = User::new(options);
    fs::create_dir_all(user.home.path(CACHE)).unwrap();
    mode(&user.home.path(CACHE), 0o700);
    let disk = match obstacle {
        Obstacle::Full(limit) => Some(Disk::on(user.home.path(CACHE), limit)?),
        _ => None,
    };
    let _ = user.aws_sso("login --device-code --no-browser").run().success();
    user.sandbox.clear_log();
    Some((user, disk))
}

fn mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs `process` for a role that is not cached, while the obstacle is there.
fn process(obstacle: Obstacle, user: &User, disk: Option<&Disk>) -> Option<Output> {
    let _ = fs::remove_dir_all(user.home.path(".aws/cli"));
    run(user.process(), obstacle, user, disk)
}

/// Runs something while the obstacle is there; `None` if this user cannot put it there.
fn run(invocation: Invocation, obstacle: Obstacle, user: &User, disk: Option<&Disk>) -> Option<Output> {
    let (cache, token) = (user.home.path(CACHE), user.home.path(TOKEN_FILE));
    Some(match obstacle {
        Obstacle::Full(limit) => {
            let disk = disk.unwrap();
            disk.fill(limit);
            let output = invocation.run();
            disk.empty();
            output
        }
        Obstacle::ReadOnly => {
            let _disk = Disk::read_only(&user.home.path(".aws"))?;
            invocation.run()
        }
        Obstacle::Mounted => {
            let _disk = Disk::bound(&token)?;
            invocation.run()
        }
        Obstacle::Unwritable => {
            mode(&cache, 0o500);
            let output = if is_root() { invocation.behind(POWERLESS).run() } else { invocation.run() };
            mode(&cache, 0o700);
            output
        }
        Obstacle::Sticky if !is_root() => {
            skip("only root gives files away: a sticky folder is not tested");
            return None;
        }
        Obstacle::Sticky => {
            let (stranger, prefix) = STRANGER;
            for path in ["", ".aws", ".aws/config", ".aws/sso", TOKEN_FILE] {
                give(user.home.path(path), stranger);
            }
            mode(&cache, 0o1777);
            mode(&token, 0o644);
            give(&token, 0);
            let _ = fs::remove_dir_all(user.home.path(".cache"));
            let output = invocation.behind(prefix).run();
            for path in ["", ".aws", ".aws/config", ".aws/sso"] {
                give(user.home.path(path), 0);
            }
            mode(&cache, 0o700);
            let _ = fs::remove_dir_all(user.home.path(".cache"));
            output
        }
        Obstacle::Immutable => {
            let change = |attribute| {
                let mut chattr = Command::new("chattr");
                chattr.arg(attribute).arg(&token).output().is_ok_and(|output| output.status.success())
            };
            if !change("+i") {
                note("this file system or this user has no chattr +i: a file that it protects is not tested");
                return None;
            }
            let output = invocation.run();
            assert!(change("-i"));
            output
        }
        Obstacle::Quota => invocation.behind(["/bin/sh", "-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]).run(),
    })
}

#[test]
fn a_sign_in_outlives_whatever_keeps_its_renewal_from_being_written() {
    for obstacle in OBSTACLES {
        let Some((user, disk)) = signed_in(obstacle) else { continue };
        // A token that is long enough for one block to be too little.
        user.edit_token(|token| token["future"] = "x".repeat(2000).into());
        let renewals = || user.sandbox.count("CreateToken");

        // While the token is valid, it is used.
        let soon = Timestamp::now() + SignedDuration::from_mins(10);
        user.edit_token(|token| token["expiresAt"] = soon.strftime("%Y-%m-%dT%H:%M:%SZ").to_string().into());
        let Some(output) = process(obstacle, &user, disk.as_ref()) else { continue };
        let output = output.success();
        assert!(output.json()["SecretAccessKey"].is_string(), "{obstacle:?}");
        assert!(output.stderr.matches("warning").count() <= 1, "{obstacle:?}\n{output}");

        // After that, the one thing that is wrong is named.
        user.expire_token();
        let output = process(obstacle, &user, disk.as_ref()).unwrap().status(1);
        let output = output.complains("cannot be renewed: cannot write").complains("it is still good");
        assert!(!output.stderr.contains("login"), "{obstacle:?}\n{output}");
        assert_eq!(output.stderr.matches("aws-sso: ").count(), 1, "{obstacle:?}\n{output}");
        assert_eq!(renewals(), 0, "{obstacle:?}");
        let odd: Vec<_> = user
            .home
            .list(CACHE)
            .into_iter()
            .filter(|name| Path::new(name).extension() != Some("json".as_ref()))
            .collect();
        assert_eq!(odd, [""; 0], "{obstacle:?}");

        // Without the obstacle, nobody has to sign in again.
        for renewals_so_far in 1..=2 {
            user.expire_token();
            let _ = fs::remove_dir_all(user.home.path(".aws/cli"));
            let output = user.process().run().success().quiet();
            assert!(output.json()["SecretAccessKey"].is_string(), "{obstacle:?}");
            assert_eq!(renewals(), renewals_so_far, "{obstacle:?}");
        }
    }
}

#[test]
fn credentials_that_are_still_valid_are_given_while_the_sign_in_cannot_be_renewed() {
    let (user, _) = signed_in(Obstacle::Unwritable).unwrap();
    user.sandbox.update(|options| options.credential_lifetime = Duration::from_mins(10));
    let cached = user.process().run().success().json();
    user.expire_token();
    let output = run(user.process(), Obstacle::Unwritable, &user, None).unwrap().success();
    assert_eq!(output.json(), cached);
    let _ = output.complains("cannot be renewed").complains("using the last credentials");
    assert_eq!(user.sandbox.count("CreateToken"), 0);
}

/// The system refuses a rename, although everything was prepared for it.
fn failing_renames(when: &str) -> Vec<String> {
    let inject = format!("inject=rename,renameat,renameat2:error=EIO{when}");
    let words = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=rename,renameat,renameat2", "-e", &inject];
    words.map(str::to_owned).to_vec()
}

#[test]
fn a_renewed_token_that_could_not_be_written_serves_its_process_and_is_written_later() {
    if !can_trace() {
        return skip("there is no strace that may trace: a token that cannot be renamed is not tested");
    }
    let (user, _) = signed_in(Obstacle::Unwritable).unwrap();
    user.expire_token();
    let before = user.home.read(TOKEN_FILE);
    let many = user.exec("-p corp --match * --yes -j 1", &["true"]).behind(failing_renames(""));
    let output = many.run().success().complains("Input/output error; the renewed sign-in is not kept");
    assert_eq!(output.stderr.matches("the renewed sign-in is not kept").count(), 1, "{output}");
    assert_eq!((user.sandbox.count("CreateToken"), user.sandbox.count("GetRoleCredentials")), (1, 16));
    assert_eq!(user.home.read(TOKEN_FILE), before);

    // The next attempt to write it succeeds, and nothing is lost.
    let (user, _) = signed_in(Obstacle::Unwritable).unwrap();
    user.expire_token();
    let output = user.process().behind(failing_renames(":when=1")).run().success();
    let _ = output.complains("the renewed sign-in is not kept");
    let _ = fs::remove_dir_all(user.home.path(".aws/cli"));
    user.expire_token();
    let _ = user.process().run().success().quiet();
    assert_eq!(user.sandbox.count("CreateToken"), 2);
}

/// After a power cut, a folder that was not synced may have the old file again, whose refresh token is used up.
#[test]
fn the_folder_of_a_renewed_token_is_synced_after_the_rename() {
    if !can_trace() {
        return skip("there is no strace that may trace: syncs are not tested");
    }
    let (user, _) = signed_in(Obstacle::Unwritable).unwrap();
    user.expire_token();
    let log = user.home.path("trace");
    let trace = ["strace", "-f", "-y", "-o", log.to_str().unwrap(), "-e", "trace=fsync,rename,renameat,renameat2"];
    let _ = user.process().behind(trace).run().success();
    let calls = fs::read_to_string(log).unwrap();
    let renamed = calls.lines().position(|line| line.contains(TOKEN_FILE) && line.contains("rename")).unwrap();
    let folder = format!("{}>)", user.home.path(CACHE).display());
    let synced = calls.lines().skip(renamed).any(|line| line.contains("fsync") && line.contains(&folder));
    assert!(synced, "{calls}");
}

#[test]
fn a_sign_in_that_cannot_be_kept_is_refused_before_a_person_is_asked() {
    for obstacle in OBSTACLES {
        if matches!(obstacle, Obstacle::Quota) {
            continue;
        }
        let Some((user, disk)) = signed_in(obstacle) else { continue };
        let login = || user.aws_sso("login --device-code --no-browser --force");
        let Some(output) = run(login(), obstacle, &user, disk.as_ref()) else { continue };
        let output = output.status(1).complains("cannot write").complains("nothing was changed");
        assert!(!output.stderr.contains("http"), "{obstacle:?}\n{output}");
        assert_eq!(user.sandbox.requests().len(), 0, "{obstacle:?}");
        let _ = login().run().success();
    }
}

/// Two machines may share `~/.aws` and no lock. The service takes the refresh token from the first one alone.
#[test]
fn of_two_renewals_without_a_common_lock_the_slower_one_takes_the_token_of_the_faster_one() {
    let refused = || response("400 Bad Request", "", r#"{"error":"invalid_grant"}"#);
    let rejected = || response("401 Unauthorized", "x-amzn-ErrorType: UnauthorizedException\r\n", "{}");
    // The slower one finds the token expired, or not expired and rejected.
    for before in [vec![refused()], vec![rejected(), refused()]] {
        let user = User::signed_in(Options::default());
        let token = user.token();
        user.expire_token();
        let process = |machine: &str, service: &PreparedServer| {
            let process = user.process().arg("-p").arg("corp").endpoint(service.url());
            process.env("XDG_CACHE_HOME", user.home.path(machine)).start()
        };
        let first = PreparedServer::held(answers(&[LATE_TOKEN, LATE_ROLE]));
        let faster = process("first", &first);
        wait(|| (first.count() > 0).then_some(()));
        let is_rejected = before.len() > 1;
        if is_rejected {
            user.home.write(TOKEN_FILE, token.to_string());
        }
        let requests = before.len();
        let second = PreparedServer::with(before.into_iter().chain(answers(&[LATE_ROLE])));
        let slower = process("second", &second);
        wait(|| (second.count() >= requests).then_some(()));
        // Time for the slower one to give up.
        thread::sleep(Duration::from_millis(300));
        first.release();
        for running in [faster, slower] {
            let output = running.finish().success().quiet();
            assert_eq!(output.json()["AccessKeyId"], "ASIALATE", "{is_rejected}");
        }
        assert_eq!(user.token()["accessToken"], "late", "{is_rejected}");
    }
}

#[test]
fn a_signal_ends_the_process_as_soon_as_its_renewal_is_stored() {
    // The signal, what is done with it before, the exit status or the signal that ends the process.
    let cases = [("INT", "", Ok(130)), ("TERM", "", Err(15)), ("HUP", "", Err(1)), ("HUP", "trap '' HUP", Ok(0))];
    for (name, before, end) in cases {
        let user = User::signed_in(Options::default());
        user.expire_token();
        let service = PreparedServer::held(answers(&[LATE_TOKEN, LATE_ROLE]));
        let process = user.process().arg("-p").arg("corp").endpoint(service.url());
        let running = process
            .behind(["env", "--default-signal", "/bin/sh", "-c", &format!("{before}\nexec \"$@\""), "sh"])
            .start();
        wait(|| (service.count() > 0).then_some(()));
        running.signal(name);
        // Time for the signal to end it.
        thread::sleep(Duration::from_millis(300));
        service.release();
        let output = running.finish();
        let ended = output.exit.code().ok_or_else(|| output.exit.signal().unwrap());
        assert_eq!(ended, end, "{name} {before}\n{output}");
        assert_eq!(user.token()["accessToken"], "late", "{name} {before}");
    }
}
