//! A hermetic home for each test, and ways to run real programs in it.
//!
//! A program sees this home, a fixed `PATH` that starts with the `aws-sso` under test, and nothing else of the
//! environment: no `AWS_*`, no `XDG_*`, no proxy. It has no terminal unless the test gives it one of its own.

#![allow(dead_code, unreachable_pub, unused_imports, reason = "a kit: not every part has a user at all times")]

pub mod chromium;
pub mod clients;
pub mod desktop;
pub mod disagreements;
pub mod discovery;
pub mod doctor;
pub mod http;
pub mod ini;
pub mod process;
pub mod server;
pub mod service;
pub mod shell;
pub mod terminal;
pub mod user;

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use process::{Invocation, Output};
pub use shell::Shell;

/// The program under test.
pub const AWS_SSO: &str = env!("CARGO_BIN_EXE_aws-sso");

/// A home folder of its own for one test, removed with it.
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

    /// Where it is; with `relative`, a place inside it.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(relative)
    }

    /// Writes a file and the folders it needs; the place is relative to the home.
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

    /// The names in a folder, sorted; none where the folder is not there.
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
        // The one exception: without it a coverage run would see nothing of the child.
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

    /// An AWS config whose only directory is the sso-session `corp`, with what `profiles` adds to it.
    ///
    /// The endpoints are not in it: `Invocation::endpoint` sets them by environment, as a person would.
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

/// The region of `sign_in_config`; not the default one, so that a wrong region shows.
pub const REGION: &str = "eu-central-1";

/// The program under test first, then where a system keeps its own programs.
fn search_path() -> OsString {
    let folder = Path::new(AWS_SSO).parent().unwrap();
    let mut path = folder.as_os_str().to_owned();
    path.push(":/usr/local/bin:/usr/bin:/bin");
    path
}

/// Says that something is not tested here, on stderr itself: the test runner would swallow `eprintln!`.
///
/// # Panics
/// With `CI=true`: there nothing may be skipped.
#[track_caller]
pub fn skip(reason: &str) {
    assert!(!is_ci(), "CI=true, and {reason}");
    note(reason);
}

/// The same for what no distribution packages: even with `CI=true` it may be missing.
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
