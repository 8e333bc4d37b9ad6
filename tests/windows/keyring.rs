//! `store = keyring` on Windows: sign-ins and role credentials in the Credential Manager, and none in a file.

use std::fs;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_sso::sandbox::{Options, Rotation};

use crate::support::files;
use crate::support::user::TOKEN_FILE;
use crate::support::wine::WindowsUser;

/// The most that the Credential Manager takes; Wine's takes more.
const ROOM: usize = 2560;

/// Wine has one Credential Manager for all homes, and a process that lists its items crashes where another one changes
/// them. So the tests use it one after the other.
static IN_USE: Mutex<()> = Mutex::new(());

/// A user with the Credential Manager, whose items of this home go with this value.
struct Keyring {
    windows: WindowsUser,
    _alone: MutexGuard<'static, ()>,
}

impl Keyring {
    fn of(windows: WindowsUser) -> Self {
        Self { windows, _alone: IN_USE.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    fn ask_for_it(&self) {
        self.windows.home().write("AppData/Roaming/aws-sso/config", "store = keyring\n");
    }

    /// The home as the names of items have it: Windows takes its letters in any case.
    fn folder(&self) -> String {
        self.windows.path("").to_lowercase()
    }

    /// The items of this home: their sizes and the names of the files for which they stand.
    fn items(&self) -> Vec<(usize, String)> {
        let output = self.windows.tool("items", &[&self.folder()]).run().success();
        let item = |line: &str| {
            let (size, name) = line.split_once(' ').unwrap();
            let name = name.strip_prefix("aws-sso:").unwrap().split('|').next().unwrap();
            (size.parse().unwrap(), name.to_owned())
        };
        let mut items: Vec<_> = output.stdout.lines().map(item).collect();
        items.sort_by(|one, other| one.1.cmp(&other.1));
        items
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = self.windows.tool("items", &[&self.folder(), "delete"]).run();
    }
}

fn token_name() -> &'static str {
    TOKEN_FILE.rsplit('/').next().unwrap()
}

/// The files in the home that contain one of these texts.
fn holders(windows: &WindowsUser, secrets: &[String]) -> Vec<String> {
    let contents = files(&windows.home().path("")).into_iter().map(|file| {
        let text = String::from_utf8_lossy(&fs::read(&file).unwrap_or_default()).into_owned();
        (file.display().to_string(), text)
    });
    let holds = |text: &str| secrets.iter().any(|secret| text.contains(secret.as_str()));
    contents.filter(|(_, text)| holds(text)).map(|(file, _)| file).collect()
}

#[test]
fn with_the_credential_manager_no_secret_is_in_a_file() {
    let Some(windows) = WindowsUser::new(Options::default()) else { return };
    let keyring = Keyring::of(windows);
    let windows = &keyring.windows;
    keyring.ask_for_it();
    let _ = windows.aws_sso("login --device-code --no-browser").run().success();
    let kept = keyring.items();
    assert!(kept.iter().any(|(_, name)| name == token_name()) && kept.len() == 2, "a token and a client: {kept:?}");

    let process = || windows.aws_sso(&format!("process {}", windows.user.role(0, 0))).run().success().quiet();
    let answer = process().json();
    assert_eq!(process().json(), answer, "from the Credential Manager");
    assert_eq!(windows.user.sandbox.count("GetRoleCredentials"), 1);
    assert_eq!(keyring.items().len(), 3, "{:?}", keyring.items());
    let of_role = ["SecretAccessKey", "SessionToken"].map(|key| answer[key].as_str().unwrap().to_owned());
    let secrets = [&of_role[..], &["accessToken".to_owned(), "clientSecret".to_owned()]].concat();
    assert_eq!(holders(windows, &secrets), [""; 0]);
    let status = windows.aws_sso("status").run().success();
    assert!(status.stdout.contains("in the system's secret store"), "{status}");

    let _ = windows.aws_sso("logout").run().success().complains("signed out of");
    let left = keyring.items();
    assert!(left.len() == 1 && left[0].1 != token_name(), "the client, which serves again: {left:?}");
    let _ = windows.aws_sso("check").run().status(3);
}

#[test]
fn a_secret_that_is_longer_than_an_item_is_kept_in_several_and_leaves_none() {
    let options = Options { refresh: Rotation::Rotated, ..Options::default() };
    let Some(windows) = WindowsUser::signed_in(options) else { return };
    let keyring = Keyring::of(windows);
    let windows = &keyring.windows;
    windows.user.edit_token(|token| {
        token["expiresAt"] = "2020-01-01T00:00:00Z".into();
        token["ofAnotherTool"] = "x".repeat(3 * ROOM).into();
    });
    keyring.ask_for_it();
    let names = || -> Vec<String> {
        let items = keyring.items();
        assert!(items.iter().all(|(size, _)| *size <= ROOM), "{items:?}");
        let names = items.into_iter().map(|(_, name)| name);
        names.filter(|name| name.starts_with(token_name())).collect()
    };
    // The token is moved, read and renewed.
    let output = windows.aws_sso("check").run().success();
    let _ = output.complains("has moved to the system's secret store");
    assert!(!windows.home().has(TOKEN_FILE));
    let first = names();
    assert_eq!(first.len(), 4, "{first:?}");
    let set = |names: &[String]| names[1].split(['#', '.']).nth(2).unwrap().to_owned();
    assert!(first[1..].iter().all(|name| name.contains(&set(&first))), "one set: {first:?}");
    assert_eq!(windows.user.sandbox.count("CreateToken"), 1);
    let _ = windows.aws_sso(&format!("process {}", windows.user.role(0, 0))).run().success();

    let _ = windows.aws_sso("logout").run().success().complains("signed out of");
    assert_eq!(names(), [""; 0]);
}
