//! What the shells of MSYS2 and Git for Windows do to the variables of the programs of Windows that they start.
//!
//! A value that looks like a path of theirs becomes one of Windows. One secret key in sixty begins with a slash, and
//! would be another key then.

use std::ffi::OsString;

use crate::credential_chain::KEYS;

/// The variables, separated by semicolons, that these shells leave as they are; each stands for all that begin so.
pub(super) const UNCHANGED: &str = "MSYS2_ENV_CONV_EXCL";

/// The secret key: nothing else that a role sets can look like a path.
const SECRET_KEY: &str = KEYS[1];

/// Adds the secret key to those variables, unless they have it.
pub(super) fn exclusions(current: impl Fn(&str) -> Option<OsString>) -> (&'static str, String) {
    let names = current(UNCHANGED).unwrap_or_default().to_string_lossy().into_owned();
    let names = match names.as_str() {
        "" => SECRET_KEY.to_owned(),
        _ if names.split(';').any(|name| name == "*" || name.trim_end_matches('=') == SECRET_KEY) => names,
        _ => format!("{names};{SECRET_KEY}"),
    };
    (UNCHANGED, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_key_joins_what_msys_leaves_as_it_is() {
        let cases = [
            ("", "AWS_SECRET_ACCESS_KEY"),
            ("A;B=", "A;B=;AWS_SECRET_ACCESS_KEY"),
            ("AWS_SECRET_ACCESS_KEY;A", "AWS_SECRET_ACCESS_KEY;A"),
            ("AWS_SECRET_ACCESS_KEY=", "AWS_SECRET_ACCESS_KEY="),
            ("*", "*"),
            ("A;*", "A;*"),
            (";", ";;AWS_SECRET_ACCESS_KEY"),
            ("AWS_*", "AWS_*;AWS_SECRET_ACCESS_KEY"),
            ("AWS_SECRET_ACCESS_KEY_OF_MINE", "AWS_SECRET_ACCESS_KEY_OF_MINE;AWS_SECRET_ACCESS_KEY"),
        ];
        for (before, after) in cases {
            let (name, value) = exclusions(|name| (name == UNCHANGED).then(|| before.into()));
            assert_eq!((name, value.as_str()), (UNCHANGED, after), "{before}");
        }
    }
}
