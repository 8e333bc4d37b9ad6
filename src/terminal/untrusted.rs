//! Text from the service, made safe for a terminal.

use std::borrow::Cow;

/// Replaces what could drive a terminal: control characters, escape sequences, bidirectional overrides.
///
/// Administrators choose the names of accounts and roles, so no name is written to a terminal as it stands.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().map(|c| if is_unsafe(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_drive_the_terminal() {
        for hostile in ["a\x1b]0;owned\x07b", "a\nb", "a\rb", "a\u{202E}b", "a\u{9b}31mb", "a\u{200B}b"] {
            let cleaned = clean(hostile);
            assert!(!cleaned.chars().any(is_unsafe), "{cleaned:?}");
            assert!(cleaned.starts_with('a') && cleaned.ends_with('b'));
        }
        assert!(matches!(clean("Größe & Söhne 'x' `y`"), Cow::Borrowed(_)));
    }
}
