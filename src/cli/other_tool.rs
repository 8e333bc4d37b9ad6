//! Command lines of aws-sso-cli, whose program has the same name as this one.

use std::ffi::OsString;

use crate::discovery::word;
use crate::error::Error;
use crate::migration::tools::{self, ToolLine};
use crate::shell::Shell;

/// Why a line that is written for aws-sso-cli does not work: that tool's program has the same name.
pub(crate) fn error(arguments: &[OsString]) -> Option<Error> {
    let words: Vec<_> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let ToolLine { tool, instance, role, .. } = tools::of_words(&words).filter(|line| line.is_certain)?;
    let session = instance.map(|name| format!(" -p {}", Shell::Posix.quote(&word(&name)))).unwrap_or_default();
    let role = role.map_or_else(|| "ROLE".to_owned(), |role| Shell::Posix.quote(&role));
    Some(
        Error::usage(format!("these are options of {tool}, another program that is called aws-sso")).with_remedy(
            format!("here it is: aws-sso process {role}{session}\nfor new profiles, run: aws-sso discover"),
        ),
    )
}
