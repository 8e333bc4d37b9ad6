//! Text from the service, made safe for a terminal.

use std::borrow::Cow;

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Replaces what could drive a terminal: control characters, escape sequences, bidirectional overrides.
///
/// Administrators choose the names of accounts and roles, so no name is written to a terminal as it stands.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    let is_plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    if !is_plain && text.chars().any(is_unsafe) {
        Cow::Owned(text.chars().map(|c| if is_unsafe(c) { '\u{FFFD}' } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// The most columns of a name that are shown. No account or role of AWS has so long a name.
const WIDEST_NAME: usize = 128;

/// A name as it is shown among others: clean, and cut where it would push all else off the screen.
#[must_use]
pub fn name(text: &str) -> Cow<'_, str> {
    shortened(clean(text), WIDEST_NAME)
}

/// The text in at most this many columns; `…` ends one that is cut.
pub(crate) fn shortened(text: Cow<'_, str>, columns: usize) -> Cow<'_, str> {
    // There is no limit to characters without a width.
    let longest = 4 * columns;
    // No character has more columns than bytes.
    if text.len() <= columns || text.len() <= longest && text.width() <= columns {
        return text;
    }
    let mut shown = String::new();
    let mut width = 1;
    for c in text.chars() {
        width += c.width().unwrap_or_default();
        if width > columns || shown.len() >= longest {
            break;
        }
        shown.push(c);
    }
    shown.push('…');
    Cow::Owned(shown)
}

/// A name that may become part of a prompt: also without what shells, their prompts and tmux interpret.
///
/// An account may be called `$(…)`: a prompt in which the name stands as it is would run that. tmux runs `#(…)`, and
/// takes `#[…]` for a style; `#1` is no more than a name.
#[must_use]
pub fn inert(text: &str) -> String {
    let text = clean(text);
    let mut letters = text.chars().peekable();
    let mut name = String::with_capacity(text.len());
    while let Some(letter) = letters.next() {
        let is_interpreted = match letter {
            '$' | '`' | '\\' | '%' => true,
            '#' => !letters.peek().is_some_and(|next| next.is_ascii_alphanumeric() || *next == ' '),
            _ => false,
        };
        name.push(if is_interpreted { '\u{FFFD}' } else { letter });
    }
    name
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{061C}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}')
        || matches!(c, '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{00AD}')
        // Tags: letters that nobody sees.
        || matches!(c, '\u{E0000}'..='\u{E007F}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_drive_the_terminal() {
        for hostile in ["a\x1b]0;owned\x07b", "a\nb", "a\rb", "a\u{202E}b", "a\u{9b}31mb", "a\u{200B}b", "a\u{E0041}b"]
        {
            let cleaned = clean(hostile);
            assert!(!cleaned.chars().any(is_unsafe), "{cleaned:?}");
            assert!(cleaned.starts_with('a') && cleaned.ends_with('b'));
        }
        assert!(matches!(clean("Größe & Söhne 'x' `y`"), Cow::Borrowed(_)));
    }

    #[test]
    fn a_name_in_a_prompt_runs_nothing() {
        let cases = [
            ("Payments #1 (R&D), 'x' \"y\" {z}", "Payments #1 (R&D), 'x' \"y\" {z}"),
            ("$(id) `id` ${x}", "\u{FFFD}(id) \u{FFFD}id\u{FFFD} \u{FFFD}{x}"),
            ("#(id)#[fg=red]#{x}##", "\u{FFFD}(id)\u{FFFD}[fg=red]\u{FFFD}{x}\u{FFFD}\u{FFFD}"),
            ("100% a\\b\u{1b}", "100\u{FFFD} a\u{FFFD}b\u{FFFD}"),
        ];
        for (name, expected) in cases {
            assert_eq!(inert(name), expected, "{name}");
        }
    }

    #[test]
    fn a_name_has_room_for_others_beside_it() {
        for ordinary in ["", "payments-dev", &"x".repeat(WIDEST_NAME), &"日本".repeat(25)] {
            assert!(matches!(name(ordinary), Cow::Borrowed(same) if same == ordinary));
        }
        for letter in ["x", "日", "e\u{301}", "\u{301}", "\x1b", "👨‍👩‍👧"] {
            let shown = name(&letter.repeat(70_000)).into_owned();
            assert!(shown.width() <= WIDEST_NAME && shown.len() < 5 * WIDEST_NAME, "{letter:?}: {shown}");
            assert!(shown.ends_with('…'), "{letter:?}");
        }
    }
}
