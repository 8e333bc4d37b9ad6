//! Whether a program can be started, and what an error of the system means for one that was not.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use super::unstarted::{Start, Unstarted};
use crate::error::{reason, system};
use crate::quote;

/// How the program is started, or why it cannot be.
#[cfg(unix)]
pub(crate) fn check(program: &OsStr) -> Result<Start, Unstarted> {
    super::lookup::check(program)
}

/// Windows itself says little of what is no name of a file, and Wine of a folder.
#[cfg(not(unix))]
pub(crate) fn check(program: &OsStr) -> Result<Start, Unstarted> {
    let path = Path::new(program);
    if program.is_empty() {
        return Err(Unstarted::not_found());
    }
    if path.components().count() > 1 && path.is_dir() {
        return Err(Unstarted::unusable("it is a folder").with_remedy("name a program in it"));
    }
    Ok(Start::Direct)
}

/// Why the system has answered with this error when the program was started.
pub(crate) fn explain(program: &OsStr, error: &io::Error) -> Unstarted {
    match check(program) {
        Err(cause) | Ok(Start::Doubtful(_, cause)) => return cause,
        Ok(_) => {}
    }
    match error.kind() {
        io::ErrorKind::NotFound => Unstarted::not_found(),
        io::ErrorKind::ExecutableFileBusy => {
            Unstarted::unusable("it is still being written").with_remedy("try again once it is complete")
        }
        _ if is_no_program(error) => Unstarted::unusable("it is not a program").with_remedy(opener(program)),
        io::ErrorKind::PermissionDenied => Unstarted::unusable(reason(error)).with_remedy(forbidden(program)),
        _ => Unstarted { remedy: system::remedy(error, None), ..Unstarted::unusable(reason(error)) },
    }
}

/// What Windows says of a file of another kind.
fn is_no_program(error: &io::Error) -> bool {
    const BAD_EXE_FORMAT: i32 = 193;
    cfg!(windows) && error.raw_os_error() == Some(BAD_EXE_FORMAT)
}

/// What opens such a file.
fn opener(program: &OsStr) -> String {
    let extension = Path::new(program).extension().unwrap_or_default().to_ascii_lowercase();
    let before = match extension.to_str() {
        Some("ps1") => "powershell -File",
        Some("py") => "py",
        Some("js" | "mjs" | "cjs") => "node",
        Some("sh") => "bash",
        _ => return "name the program that opens it before it".to_owned(),
    };
    format!("put before it: {before}")
}

/// What to do where the mode of a program allows to execute it, and something else does not.
fn forbidden(program: &OsStr) -> String {
    if cfg!(target_os = "macos") {
        let file = quote::word(&program.to_string_lossy());
        return format!("if you trust it, run: xattr -d com.apple.quarantine {file}");
    }
    if cfg!(windows) {
        return "check who may run it, and what else may forbid it: a virus scanner, AppLocker".to_owned();
    }
    "check its owner and mode, and what else may forbid it: a sandbox, AppArmor, SELinux".to_owned()
}
