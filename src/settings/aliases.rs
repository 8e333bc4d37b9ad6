//! Adds settings to the file's text: every line that is there stays as it is, comments too.

use crate::error::{Error, Result};

/// The text with these settings in a section, which is `""` above the first one. They come after its last line.
///
/// Errors: a key or a value could not be read again.
pub(crate) fn add(text: &str, section: &str, settings: &[(String, String)]) -> Result<String> {
    let Some(_) = settings.first() else { return Ok(text.to_owned()) };
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines = String::new();
    for (key, value) in settings {
        if !is_key(key) || value.trim() != value || value.is_empty() || value.chars().any(char::is_control) {
            return Err(Error::usage(format!("the settings cannot hold {key} = {value}")));
        }
        lines += &format!("{key} = {value}{newline}");
    }
    let Some(at) = end_of(text, section) else {
        let gap = if text.is_empty() || text == BYTE_ORDER_MARK { "" } else { newline };
        return Ok(format!("{}{gap}[{section}]{newline}{lines}", ended(text, newline)));
    };
    let (before, after) = text.split_at(at);
    let is_apart = !before.is_empty() && before != BYTE_ORDER_MARK;
    // Above the first section of a file that has nothing there, a blank line divides the two.
    let gap = if !is_apart && !after.is_empty() && section.is_empty() { newline } else { "" };
    Ok(format!("{}{lines}{gap}{after}", if is_apart { ended(before, newline) } else { before.to_owned() }))
}

/// Whether the file can hold a setting of this name, and reads it as it is.
#[must_use]
pub(crate) fn is_key(key: &str) -> bool {
    !key.is_empty()
        && key.trim() == key
        && !key.starts_with(['[', '#', ';'])
        && !key.ends_with('\\')
        && !key.chars().any(|letter| matches!(letter, '=' | ':') || letter.is_control())
}

const BYTE_ORDER_MARK: &str = "\u{FEFF}";

/// Where the last line of a section ends that is neither blank nor a comment on what follows; the last section of the
/// name counts, as the last of several values does.
fn end_of(text: &str, section: &str) -> Option<usize> {
    let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let mut end = section.is_empty().then_some(mark);
    let mut is_inside = section.is_empty();
    let mut at = mark;
    for line in text[mark..].split_inclusive('\n') {
        at += line.len();
        let line = line.trim();
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            is_inside = name == section;
            if is_inside {
                end = Some(at);
            }
        } else if is_inside && !line.is_empty() && !line.starts_with(['#', ';']) {
            end = Some(at);
        }
    }
    end
}

fn ended(text: &str, newline: &str) -> String {
    if text.is_empty() || text.ends_with('\n') || text == BYTE_ORDER_MARK {
        text.to_owned()
    } else {
        format!("{text}{newline}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn added(text: &str, section: &str, pairs: &[(&str, &str)]) -> String {
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        add(text, section, &pairs).unwrap()
    }

    #[test]
    fn settings_are_added_and_every_other_byte_stays() {
        let cases = [
            ("", "", "k = v\n"),
            ("", "alias", "[alias]\nk = v\n"),
            ("# mine\n", "", "k = v\n\n# mine\n"),
            ("login = auto", "", "login = auto\nk = v\n"),
            ("login = auto\n\n# of b\n[alias]\nb = c\n", "", "login = auto\nk = v\n\n# of b\n[alias]\nb = c\n"),
            ("[alias]\nb = c\n", "", "k = v\n\n[alias]\nb = c\n"),
            ("login = auto\r\n", "alias", "login = auto\r\n\r\n[alias]\r\nk = v\r\n"),
            ("[alias]\nb = c # x\n\n# d\n[discover]\n", "alias", "[alias]\nb = c # x\nk = v\n\n# d\n[discover]\n"),
            ("[alias]\nb = c\n[x]\n[alias]\nd = e", "alias", "[alias]\nb = c\n[x]\n[alias]\nd = e\nk = v\n"),
            ("\u{feff}[alias]\n", "", "\u{feff}k = v\n\n[alias]\n"),
        ];
        for (text, section, expected) in cases {
            assert_eq!(added(text, section, &[("k", "v")]), expected, "{text:?}");
            assert_eq!(added(text, section, &[]), text);
        }
        assert_eq!(added("", "alias", &[("a b", "x = y"), ("c", "d")]), "[alias]\na b = x = y\nc = d\n");
    }

    #[test]
    fn what_could_not_be_read_again_is_refused() {
        for (key, value) in
            [("a:b", "v"), ("a=b", "v"), ("", "v"), ("#a", "v"), ("[a", "v"), ("a\\", "v"), ("a\nb", "v"), (" a", "v")]
                .into_iter()
                .chain([("a", ""), ("a", "v\nx = y"), ("a", " v"), ("a", "\u{1b}[0m")])
        {
            assert!(add("", "", &[(key.to_owned(), value.to_owned())]).is_err(), "{key:?} {value:?}");
        }
    }
}
