//! What a shell inserts for a value, so that the word is exactly that value and nothing in it runs.

use std::fmt::Write as _;

use super::line::Line;
use crate::cli::completers::{Fit, shared};
use crate::quote;

/// A value as bash inserts it after `before`, the part of the line that it keeps. `None` if the value does not continue
/// that part.
pub(super) fn for_bash(value: &str, before: &Line) -> Option<String> {
    let rest = value.strip_prefix(before.typed())?;
    let Some(quote) = before.quote else { return Some(outside_quotes(rest)) };
    let rest = if quote == '\'' { rest.replace('\'', r"'\''") } else { within_double_quotes(rest) };
    // Where it begins with a quote, readline takes that for the one that was typed.
    Some(if rest.starts_with(quote) { format!("{quote}{rest}") } else { rest })
}

/// With a backslash before each character that bash could take for more than a letter.
fn outside_quotes(text: &str) -> String {
    let mut word = String::new();
    for letter in text.chars() {
        let is_plain = if letter.is_ascii() {
            letter.is_ascii_alphanumeric() || "-_./:@%+,=".contains(letter)
        } else {
            !letter.is_whitespace()
        };
        if !is_plain {
            word.push('\\');
        }
        word.push(letter);
    }
    word
}

fn within_double_quotes(text: &str) -> String {
    let mut word = String::new();
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '$' | '`' => word.extend(['\\', letter]),
            // Here a backslash would keep the history from it, and stay.
            '!' => word += "\"'!'\"",
            letter => word.push(letter),
        }
    }
    word
}

/// A value as PowerShell inserts it in place of the whole word.
pub(super) fn for_powershell(value: &str) -> String {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "_./:-".contains(letter);
    let is_option = value.starts_with("--") && value.chars().all(|letter| letter == '=' || is_letter(letter));
    // PowerShell splits a word like `-a.b`.
    let is_plain = value.chars().all(is_letter) && !value.starts_with('-') && !could_be_number(value);
    if is_option || is_plain { value.to_owned() } else { quote::powershell(value) }
}

/// Whether PowerShell may read a word by its value: `1e5`, `0x1F`, `1kb`, `5d`, `.5`.
fn could_be_number(word: &str) -> bool {
    word.trim_start_matches('.').starts_with(|first: char| first.is_ascii_digit()) && !word.contains(['/', ':'])
}

/// A row for the code in `shell/init.ps1`, in ASCII alone, since its console may have any code page.
/// `[regex]::Unescape` turns it back.
pub(super) fn escaped(row: &str) -> String {
    let mut text = String::new();
    for letter in row.chars() {
        match letter {
            '\\' => text += "\\\\",
            letter if letter.is_ascii() => text.push(letter),
            letter => {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text
}

/// A value as xonsh inserts it in place of the whole word.
pub(super) fn for_xonsh(value: &str) -> String {
    let is_plain = value.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_./:+,=".contains(letter));
    if is_plain && !value.is_empty() { value.to_owned() } else { quote::xonsh_word(value) }
}

/// A value as Nushell inserts it in place of the whole word.
pub(super) fn for_nushell(value: &str) -> String {
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-_./:+,@=".contains(letter);
    // It takes these for values of their own, which are no text.
    let is_value = ["", "true", "false", "null"].contains(&value);
    let is_plain = value.chars().all(is_letter) && !value.starts_with(['=', '@']) && !is_value;
    if is_plain { value.to_owned() } else { quote::nushell(value) }
}

/// Whether bash may insert what these values begin with: it replaces the typed text by it, which must not get lost.
pub(super) fn keeps_typed<'a>(typed: &str, fit: Fit, mut values: impl Iterator<Item = &'a str>) -> bool {
    let Some(first) = values.next() else { return true };
    let common = values.fold(first.len(), |common, value| common.min(shared(first, value)));
    fit != Fit::Inside
        || String::from_utf8_lossy(&first.as_bytes()[..common]).to_lowercase().contains(&typed.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::Shell;

    #[test]
    fn bash_inserts_what_follows_the_part_that_it_keeps() {
        let arn = "arn:aws:iam::123456789012:role/x";
        for (before, value, expected) in [
            ("awsso use arn:aws:iam::", arn, Some("123456789012:role/x")),
            ("awsso use ", arn, Some(arn)),
            ("awsso use arn:AWS:", arn, None),
            ("awsso --login=", "--login=never", Some("never")),
            ("awsso use ", "a b'$(c)", Some("a\\ b\\'\\$\\(c\\)")),
            ("awsso use '", "a b'$(c)", Some("a b'\\''$(c)")),
            ("awsso use \"", "a b'$(c)!", Some("a b'\\$(c)\"'!'\"")),
            ("awsso use '", "'a'", Some("''\\''a'\\''")),
            ("awsso use \"", "!a", Some("\"\"'!'\"a")),
        ] {
            assert_eq!(for_bash(value, &Line::read(before, Shell::Bash)).as_deref(), expected, "{before}");
        }
    }

    #[test]
    fn nushell_quotes_what_it_would_read_otherwise() {
        for plain in ["payments-dev/Reader", "--region=eu-west-1", "012345678901/Reader", "a,b", "-dash.first/x"] {
            assert_eq!(for_nushell(plain), plain);
        }
        for quoted in ["Data Platform/x", "a$b", "Größe/x", "(ls)/x", "true", "[x]", "#a"] {
            assert_eq!(for_nushell(quoted), format!("'{quoted}'"));
        }
        assert_eq!(for_nushell("it's \"x\""), "\"it's \\\"x\\\"\"");
    }

    #[test]
    fn powershell_quotes_what_it_would_read_otherwise() {
        for plain in
            ["payments-dev/Reader", "--region", "--region=eu-west-1", "012345678901/Reader", "arn:aws:iam::1:x"]
        {
            assert_eq!(for_powershell(plain), plain);
        }
        let words = ["a,b", "Data Platform/x", "-dash.first/x", "@x", "a$b", "Größe/x"];
        for quoted in words.into_iter().chain(["012345678901", "1e5", "0x1F", "1kb", ".5"]) {
            assert_eq!(for_powershell(quoted), format!("'{quoted}'"));
        }
        assert_eq!(for_powershell("it's"), "'it''s'");
    }

    #[test]
    fn a_row_for_powershell_is_ascii() {
        assert_eq!(escaped("a\\n\tGr\u{f6}\u{df}e \u{1f600}\n"), "a\\\\n\tGr\\u00f6\\u00dfe \\ud83d\\ude00\n");
    }
}
