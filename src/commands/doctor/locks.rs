//! Whether locks keep this user's programs from doing the same at the same time.

use std::path::Path;

use super::report::Finding;
use crate::environment::{self, shown};
use crate::error::reason;
use crate::files::{drive, lock};
use crate::quote;

pub(super) fn check() -> Vec<Finding> {
    let refused = environment::lock_folder().ok().and_then(|folder| refused(&folder));
    let shared = environment::token_cache().ok().and_then(|folder| shared_with_windows(&folder));
    refused.into_iter().chain(shared).collect()
}

/// The file systems of some networks have no locks.
fn refused(folder: &Path) -> Option<Finding> {
    let error = lock::refusal(folder)?;
    Some(Finding::warning(
        format!("no file can be locked in {} ({}): each program may ask for a sign-in", shown(folder), reason(&error)),
        "set XDG_CACHE_HOME to a folder on a disk of this machine",
    ))
}

/// A lock of Linux means nothing to a program of Windows, which has its locks in another folder, too.
fn shared_with_windows(tokens: &Path) -> Option<Finding> {
    let drive = drive::of(tokens)?;
    let is_home = environment::home().is_ok_and(|home| drive::of(&home).as_ref() == Some(&drive));
    let aws = tokens.ancestors().nth(2)?;
    let own = if is_home {
        "use a home folder of Linux".to_owned()
    } else {
        format!("make {} a folder of Linux", shown(aws))
    };
    let config = environment::config_file().ok().and_then(|file| file.canonicalize().ok());
    let share = config.filter(|file| file.starts_with(&drive)).map(|file| {
        let export = quote::export("AWS_CONFIG_FILE", &file.to_string_lossy());
        format!("; to share the profiles all the same, in your shell's start-up file:\n{export}")
    });
    Some(Finding::warning(
        format!(
            "{} is on a drive of Windows, {}: programs there and here do not wait for each other, so each may ask for \
             a sign-in, or use up the other's",
            shown(tokens),
            drive.display()
        ),
        own + &share.unwrap_or_default(),
    ))
}
