//! Writes a `credential_process` line that every SDK splits into the same arguments.

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
    quote(program).ok_or_else(|| {
        refused(
            format!("a credential_process line cannot contain the path {program}"),
            "move this program to a folder with letters, digits and - _ . in its name, or leave --absolute out",
        )
    })
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

/// An argument that botocore's `shlex`, Go's `sh -c` and all others read alike; `None` if they would disagree on it.
fn quote(word: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_./:@%+=,-".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return Some(word.to_owned());
    }
    // For some config readers ` #` and ` ;` end the line, even in quotes.
    let cut = [" #", " ;", "\t#", "\t;"].iter().any(|mark| word.contains(mark));
    let refused = cut || word.contains('\'') || word.chars().any(char::is_control);
    (!refused).then(|| format!("'{word}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_only_if_necessary() {
        let cases = [
            ("arn:aws:iam::123456789012:role/a,b=c+d@e", Some("arn:aws:iam::123456789012:role/a,b=c+d@e")),
            ("a b", Some("'a b'")),
            ("$(id)", Some("'$(id)'")),
            ("", Some("''")),
            ("a #b", None),
            ("a ;b", None),
            ("a'b", None),
            ("a\nb", None),
        ];
        for (word, expected) in cases {
            assert_eq!(quote(word).as_deref(), expected, "{word:?}");
        }
    }
}
