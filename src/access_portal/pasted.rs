//! What comes with a text that is copied from a page, a mail or a shell, and is not part of it.

/// What was probably meant: one address without the words, quotes and escapes around it, else the text between them.
pub(super) fn cleaned(text: &str) -> String {
    // A shell's paste escapes what it would expand: `start/\#/\?tab=accounts`.
    let is_unseen = |letter: char| letter == '\\' || (is_blank(letter) && !letter.is_whitespace());
    let seen: String = text.chars().filter(|letter| !is_unseen(*letter)).collect();
    let address = seen.split_whitespace().find(|word| word.contains("://"));
    trimmed(address.unwrap_or(&seen)).trim_end_matches(['.', ':', '!']).to_owned()
}

/// The text without blanks, quotes, brackets and the punctuation of a sentence around it.
pub(crate) fn trimmed(text: &str) -> &str {
    let is_around =
        |letter: char| is_blank(letter) || is_quote(letter) || matches!(letter, '<' | '>' | '(' | ')' | ',' | ';');
    text.trim_matches(is_around)
}

pub(crate) fn is_quote(letter: char) -> bool {
    matches!(letter, '"' | '\'' | '`' | '\u{2018}'..='\u{201f}' | '«' | '»')
}

/// White space, and letters that no screen shows.
pub(crate) fn is_blank(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(letter, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}')
}
