//! Whether a program can be started, and what an error of the system means for one that was not.

use std::ffi::OsStr;
use std::io;

use super::unstarted::{Start, Unstarted};
use crate::error::{reason, system};
use crate::quote;

/// How the program is started, or why it cannot be.
#[cfg(unix)]
pub(crate) fn check(program: &OsStr) -> Result<Start, Unstarted> {
    super::lookup::check(program)
}

#[cfg(not(unix))]
pub(crate) fn check(_program: &OsStr) -> Result<Start, Unstarted> {
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
        io::ErrorKind::PermissionDenied => Unstarted::unusable(reason(error)).with_remedy(forbidden(program)),
        _ => Unstarted { remedy: system::remedy(error, None), ..Unstarted::unusable(reason(error)) },
    }
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
