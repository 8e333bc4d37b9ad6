//! Writes a `credential_process` line that every SDK splits into the same arguments.

use super::process_words::{quote, quote_program};
use crate::error::{Error, Result};
use crate::programs::profile_words;
use crate::role::RoleArn;

/// The line whose command prints a role's credentials.
pub fn command(program: &str, profile: &str, role: &RoleArn) -> Result<String> {
    let (program, profile, role) =
        (quoted_program(program)?, quoted_profile(profile)?, quoted_role(&role.to_string())?);
    Ok(format!("{program} {profile} -r {role} -ext"))
}

/// The line whose command prints the credentials of a role that is assumed with another one: with an ARN, or with the
/// role of a profile. The options name the role to assume, and say how.
pub(crate) fn assuming(program: &str, profile: &str, base: &str, options: &[String]) -> Result<String> {
    let (program, profile, base) = (quoted_program(program)?, quoted_profile(profile)?, quoted_role(base)?);
    let mut line = format!("{program} process {base} {profile}");
    for option in options {
        let word = quote(option).ok_or_else(|| {
            refused(format!("a credential_process line cannot contain {option}"), "leave it out, or take --style sso")
        })?;
        line.push_str(&format!(" {word}"));
    }
    Ok(line)
}

fn quoted_program(program: &str) -> Result<String> {
    quote_program(program).ok_or_else(|| {
        refused(
            format!("a credential_process line cannot contain the path {program}"),
            "move this program to a folder with letters, digits and - _ . in its name, or leave --absolute out",
        )
    })
}

/// The libraries that do not start a program of this path. On Windows, those for Go and Rust put a backslash before
/// each quote of the line, by the rules of other programs than cmd.exe (aws-sdk-go-v2#3208). That for Python reads the
/// config in the code page of Windows, in which a name like `Jürgen` is another one.
#[must_use]
pub(crate) fn kept_from(program: &str) -> Option<&'static str> {
    let is_quoted = cfg!(windows) && quote_program(program).is_some_and(|word| word != program);
    is_quoted.then_some(if program.is_ascii() { "Go or Rust" } else { "Go, Python or Rust" })
}

/// Whether those for Go and Rust start no line with this name of a profile or sso-session, for the same reason.
#[must_use]
pub(crate) fn is_name_kept_from_some(profile: &str) -> bool {
    cfg!(windows) && quoted_profile(profile).is_ok_and(|words| words.contains('"'))
}

fn quoted_profile(profile: &str) -> Result<String> {
    let words: Option<Vec<_>> = profile_words(profile).iter().map(|word| quote(word)).collect();
    words.map(|words| words.join(" ")).ok_or_else(|| {
        refused(
            format!("a credential_process line cannot contain the name {profile}"),
            "give the profile or sso-session a name of letters, digits and - _ .",
        )
    })
}

fn quoted_role(role: &str) -> Result<String> {
    quote(role).ok_or_else(|| {
        refused(
            format!("a credential_process line cannot contain the role {role}"),
            "leave the role out with --exclude",
        )
    })
}

fn refused(message: String, remedy: &str) -> Error {
    Error::usage(message).with_remedy(remedy)
}
