//! An isolated home for each test, and ways to run real programs in it.
//!
//! A program sees this home, a fixed `PATH` that starts with the `aws-sso` under test, and nothing else of the
//! environment: no `AWS_*`, no `XDG_*`, no proxy. It has no terminal unless the test gives it one of its own.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "tests and benches use different parts")]

pub mod chain;
pub mod chromium;
pub mod clients;
pub mod desktop;
pub mod disagreements;
pub mod discovery;
pub mod disk;
pub mod doctor;
pub mod documents;
pub mod downloads;
pub mod half_profiles;
pub mod http;
pub mod ini;
pub mod newcomer;
pub mod other_shells;
pub mod picker;
pub mod powershell;
pub mod process;
pub mod remembered;
#[cfg(target_os = "linux")]
pub mod second_user;
pub mod server;
pub mod service;
pub mod several;
pub mod shell;
pub mod surplus;
pub mod tab;
pub mod terminal;
pub mod user;
#[cfg(target_os = "linux")]
pub mod wine;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use process::{Invocation, Output};
pub use shell::Shell;

/// The program under test.
pub const AWS_SSO: &str = env!("CARGO_BIN_EXE_aws-sso");

/// The home folder of one test, removed at its end.
#[derive(Debug)]
pub struct Home {
    folder: TempDir,
}

impl Home {
    /// An empty home.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("aws-sso-test-").tempdir().unwrap();
        fs::create_dir(folder.path().join("tmp")).unwrap();
        Self { folder }
    }

    /// The path of a file in the home.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes a file, and creates its folders; the path is relative to the home.
    pub fn write(&self, relative: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// A file's text.
    #[track_caller]
    pub fn read(&self, relative: impl AsRef<Path>) -> String {
        let path = self.path(relative);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Whether there is such a file or folder.
    pub fn has(&self, relative: impl AsRef<Path>) -> bool {
        self.path(relative).symlink_metadata().is_ok()
    }

    /// The names in a folder, sorted; empty if there is no such folder.
    pub fn list(&self, relative: impl AsRef<Path>) -> Vec<String> {
        let Ok(entries) = fs::read_dir(self.path(relative)) else { return Vec::new() };
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Any program in this home.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Invocation {
        let invocation = Invocation::new(program, self.folder.path())
            .env("HOME", self.folder.path())
            .env("TMPDIR", self.path("tmp"))
            .env("PATH", search_path())
            .env("LANG", "C.UTF-8")
            .env("TERM", "dumb");
        // The one exception: a coverage run needs it to see the child.
        match std::env::var_os("LLVM_PROFILE_FILE") {
            Some(file) => invocation.env("LLVM_PROFILE_FILE", file),
            None => invocation,
        }
    }

    /// The program under test.
    pub fn aws_sso<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> Invocation {
        self.command(AWS_SSO).args(arguments)
    }

    /// The program under test in a terminal of its own, where `/dev/tty` opens.
    pub fn with_terminal<A: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = A>) -> terminal::Terminal {
        self.aws_sso(arguments).in_terminal()
    }

    /// An AWS config with the sso-session `corp`, and the text of `profiles` after it.
    ///
    /// The endpoints are not in it: `Invocation::endpoint` sets them in the environment.
    pub fn sign_in_config(&self, profiles: &str) -> PathBuf {
        self.write(
            ".aws/config",
            format!(
                "[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = {REGION}\n\
                 sso_registration_scopes = sso:account:access\n{profiles}"
            ),
        )
    }
}

/// The start URL of `sign_in_config`.
pub const START_URL: &str = "https://d-abc123.awsapps.com/start";

/// The region of `sign_in_config`; not the default one, so that a wrong region is noticed.
pub const REGION: &str = "eu-central-1";

/// The folder of the program under test, then those of the system.
fn search_path() -> OsString {
    let folder = Path::new(AWS_SSO).parent().unwrap();
    let mut path = folder.as_os_str().to_owned();
    path.push(":/usr/local/bin:/usr/bin:/bin");
    path
}

/// Reports on stderr that something is not tested; the test runner would hide an `eprintln!`.
///
/// # Panics
/// With `CI=true`, as nothing may be skipped then.
#[track_caller]
pub fn skip(reason: &str) {
    assert!(!is_ci(), "CI=true, and {reason}");
    note(reason);
}

/// The same for a program that no distribution has: it may be missing even with `CI=true`.
pub fn note(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

fn is_ci() -> bool {
    std::env::var_os("CI").is_some_and(|value| value == "true")
}

/// Every program of this name: the system's, then those on `PATH`.
pub fn programs(name: &str) -> impl Iterator<Item = PathBuf> {
    let mut folders: Vec<PathBuf> = ["/usr/bin", "/usr/local/bin"].map(PathBuf::from).into();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let name = name.to_owned();
    folders.into_iter().map(move |folder| folder.join(&name)).filter(|program| program.is_file())
}

/// Every file in a folder and in the folders below it.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
