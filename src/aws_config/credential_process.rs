//! The `credential_process` line that every SDK splits into the same arguments.

use crate::error::{Error, Result};
use crate::role::RoleArn;

/// The command that prints a role's credentials.
pub fn command(program: &str, profile: &str, role: &RoleArn) -> Result<String> {
    let words = [program, "-p", profile, "-r", &role.to_string(), "-ext"].map(quote);
    words.into_iter().collect::<Option<Vec<_>>>().map(|words| words.join(" ")).ok_or_else(|| {
        Error::usage(format!("the name {profile} cannot stand in a credential_process line"))
            .with_remedy("give the profile or sso-session a name of letters, digits and - _ .")
    })
}

/// An argument as botocore's `shlex`, Go's `sh -c` and all the others read it; `None` if they would not agree.
fn quote(word: &str) -> Option<String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_./:@%+=,-".contains(&b);
    if !word.is_empty() && word.bytes().all(plain) {
        return Some(word.to_owned());
    }
    // ` #` and ` ;` end the line for some config readers, whatever quotes stand around them.
    let cut = [" #", " ;", "\t#", "\t;"].iter().any(|mark| word.contains(mark));
    let refused = cut || word.contains('\'') || word.chars().any(char::is_control);
    (!refused).then(|| format!("'{word}'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_quoted_only_where_they_must_be() {
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
