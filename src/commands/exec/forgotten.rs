//! What was forgotten where no `--` stands before the command: a ROLE, or the value of `--region`. The first word of
//! the command is taken for it.

use std::ffi::OsString;

use super::shell_words::joined;
use crate::cli::again;
use crate::context::Context;
use crate::environment;
use crate::error::{Error, Kind, Result};
use crate::partition::is_aws_region;
use crate::programs::startable;

/// The error of a ROLE that is none, with that line if it is the name of a program.
pub(super) fn explain(context: &Context, role: &str, error: Error) -> Error {
    match line(context, role) {
        Some(line) if error.kind() == Kind::Denied => {
            let remedy = error.remedy().map(|rest| format!("\n{rest}")).unwrap_or_default();
            error.with_remedy(line + &remedy)
        }
        _ => error,
    }
}

/// The line with a ROLE before the command, or with none where this shell has one; `None` if the word is no program,
/// or `--` was typed.
pub(super) fn line(context: &Context, role: &str) -> Option<String> {
    let words = again::words();
    let end = end(words);
    // Elsewhere it is only known once a program is started.
    if has_dashes() || cfg!(not(unix)) || role.is_empty() || startable::check(role.as_ref()).is_err() {
        return None;
    }
    let at = words[..end].iter().rposition(|word| word == role)?;
    let options = [&words[..at], &words[at + 1..end]].concat();
    let rest = words.get(end + 1..).unwrap_or_default();
    let has_role = environment::shell_role().is_some() || context.shell_role().is_ok_and(|role| role.is_some());
    let of_shell = if has_role { "" } else { " ROLE" };
    let command = [&words[at..=at], rest].concat();
    Some(format!("run: aws-sso {}{of_shell} -- {}", joined(&options), joined(&command)))
}

/// Fails if this is no name of AWS's and stands before the command without `--`, in a word of its own.
pub(super) fn check_region(region: &str) -> Result<()> {
    let words = again::words();
    let end = end(words);
    let Some(at) = words[..end].iter().rposition(|word| word == region) else { return Ok(()) };
    if has_dashes() || is_aws_region(region) {
        return Ok(());
    }
    let rest = words.get(end + 1..).unwrap_or_default();
    let command = [&words[at..=at], rest].concat();
    let as_region = [&words[..end], &["--".into()], rest].concat();
    let mut remedy = format!("if it is the region, run: aws-sso {}", joined(&as_region));
    if at + 1 == end {
        remedy = format!("run: aws-sso {} REGION -- {}\n{remedy}", joined(&words[..at]), joined(&command));
    }
    let option = words[at - 1].to_string_lossy();
    Err(Error::usage(format!("{option} {region}: that is not a region of AWS; write it like eu-west-1"))
        .with_remedy(remedy))
}

/// Where the words before the command end.
fn end(words: &[OsString]) -> usize {
    words.iter().position(|word| word == "--").unwrap_or(words.len())
}

/// Whether the user has typed the `--` before the command.
fn has_dashes() -> bool {
    let count = |words: &mut dyn Iterator<Item = OsString>| words.filter(|word| word == "--").count();
    let words = again::words();
    words.contains(&"--".into()) && count(&mut words.iter().cloned()) == count(&mut std::env::args_os().skip(1))
}
