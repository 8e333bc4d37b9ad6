//! Adds aliases to the file; every line that is there stays as it is.

use super::table::ALIASES;
use crate::environment;
use crate::error::{Error, Result};
use crate::files::encoding;

/// The file's content with these aliases, after the last line of `[alias]`.
///
/// Errors: the file is not UTF-8, or could not be read again with one of them.
pub(crate) fn add(before: &[u8], aliases: &[(String, String)]) -> Result<Vec<u8>> {
    if aliases.is_empty() {
        return Ok(before.to_vec());
    }
    encoding::check_to_write(&environment::settings_file()?, before)?;
    let text = String::from_utf8_lossy(before);
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines = String::new();
    for (alias, role) in aliases {
        if !is_name(alias) || role.trim() != role || role.is_empty() || role.chars().any(char::is_control) {
            return Err(Error::usage(format!("the settings cannot hold the alias {alias} = {role}")));
        }
        lines += &format!("{alias} = {role}{newline}");
    }
    let (before, after) = text.split_at(end(&text).unwrap_or(text.len()));
    let divider = if before.is_empty() || before.ends_with('\n') { "" } else { newline };
    if end(&text).is_none() {
        let gap = if before.is_empty() { "" } else { newline };
        return Ok(format!("{before}{divider}{gap}[{ALIASES}]{newline}{lines}").into_bytes());
    }
    Ok(format!("{before}{divider}{lines}{after}").into_bytes())
}

/// Whether the file can hold an alias of this name, and reads it as it is.
#[must_use]
pub(crate) fn is_name(alias: &str) -> bool {
    !alias.is_empty()
        && alias.trim() == alias
        && !alias.starts_with(['[', '#', ';'])
        && !alias.ends_with('\\')
        && !alias.chars().any(|letter| matches!(letter, '=' | ':') || letter.is_control())
}

/// Where the last line of the last `[alias]` ends that is neither blank nor a comment on what follows.
fn end(text: &str) -> Option<usize> {
    let (mut end, mut is_inside, mut at) = (None, false, 0);
    for line in text.split_inclusive('\n') {
        at += line.len();
        let line = line.trim_start_matches('\u{FEFF}').trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            is_inside = name == ALIASES;
        } else if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if is_inside {
            end = Some(at);
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str, aliases: &[(&str, &str)]) -> Result<String> {
        let aliases: Vec<_> = aliases.iter().map(|(alias, role)| ((*alias).to_owned(), (*role).to_owned())).collect();
        add(text.as_bytes(), &aliases).map(|bytes| String::from_utf8(bytes).unwrap())
    }

    #[test]
    fn aliases_are_added_and_every_other_byte_stays() {
        let cases = [
            ("", "[alias]\nk = v\n"),
            ("# mine\n", "# mine\n\n[alias]\nk = v\n"),
            ("login = auto\r\n", "login = auto\r\n\r\n[alias]\r\nk = v\r\n"),
            ("login = auto", "login = auto\n\n[alias]\nk = v\n"),
            ("[alias]\nb = c # x\n\n# d\n[discover]\n", "[alias]\nb = c # x\nk = v\n\n# d\n[discover]\n"),
            ("[alias]\nb = c\n[x]\n[alias]\nd = e", "[alias]\nb = c\n[x]\n[alias]\nd = e\nk = v\n"),
            ("\u{feff}[alias]\n", "\u{feff}[alias]\nk = v\n"),
        ];
        for (text, expected) in cases {
            assert_eq!(added(text, &[("k", "v")]).unwrap(), expected, "{text:?}");
            assert_eq!(added(text, &[]).unwrap(), text);
        }
        assert_eq!(added("", &[("a b", "x = y"), ("c", "d")]).unwrap(), "[alias]\na b = x = y\nc = d\n");
    }

    #[test]
    fn what_could_not_be_read_again_is_refused() {
        for alias in ["a:b", "a=b", "", "#a", "[a", "a\\", "a\nb", " a", "\u{1b}a"] {
            assert!(added("", &[(alias, "v")]).is_err(), "{alias:?}");
        }
        for role in ["", "v\nx = y", " v", "\u{1b}[0m"] {
            assert!(added("", &[("a", role)]).is_err(), "{role:?}");
        }
    }
}
