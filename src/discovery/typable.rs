//! Names that can be typed as they are in bash, zsh, fish and PowerShell, and that every SDK can read.

use crate::aws_config::line::is_legible;

/// Makes a name that can be typed; empty where nothing is left of it.
///
/// Any letter that some SDK refuses becomes `-`, and none of the others needs quotes inside a name.
pub(super) fn typable(name: &str) -> String {
    with_dashes(name, is_legible)
}

/// Makes a name of the letters that are kept, and of `-` for the others. A `-` of the name's own stays, but where one
/// stands beside another letter's, both become one.
pub(super) fn with_dashes(name: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut typable = String::with_capacity(name.len());
    let mut is_joined = false;
    for letter in name.chars() {
        let is_replaced = !is_kept(letter);
        if is_replaced {
            typable.truncate(typable.trim_end_matches('-').len());
        } else if letter == '-' && is_joined {
            continue;
        }
        let letter = if is_replaced { '-' } else { letter };
        is_joined = is_replaced;
        if !typable.is_empty() || can_begin(letter) {
            typable.push(letter);
        }
    }
    typable
}

/// What an administrator called an account, as a part of a name: a word, with single `-` for all that separates words.
pub(crate) fn word(text: &str) -> String {
    let words: Vec<_> =
        text.split(|letter| letter == '-' || !is_legible(letter)).filter(|word| !word.is_empty()).collect();
    words.join("-").trim_matches(['-', '.']).to_owned()
}

/// Whether a name can begin with this letter: it makes no option of it, no hidden file or folder, no variable's values
/// in PowerShell, and no process in fish (`%self`).
fn can_begin(letter: char) -> bool {
    !matches!(letter, '-' | '.' | '@' | '%')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_what_can_be_typed() {
        let cases = [
            ("123456789012-Admin", "123456789012-Admin"),
            ("a_b@c+d.e/f:g%h-", "a_b@c+d.e/f:g%h-"),
            ("_x", "_x"),
            ("/x:y", "/x:y"),
            ("+1", "+1"),
            ("[Dev] web-ReadOnly", "Dev-web-ReadOnly"),
            ("(legacy) prod-ReadOnly", "legacy-prod-ReadOnly"),
            ("#platform", "platform"),
            ("  lead", "lead"),
            ("\"'quoted'\"", "quoted-"),
            ("--a----b--", "a----b--"),
            ("a--[b]--=--c", "a-b-c"),
            ("-.-@%..a", "a"),
            ("a,b=c", "a-b-c"),
            ("Größe", "Gr-e"),
            ("日本", ""),
            ("---", ""),
            ("", ""),
        ];
        for (name, expected) in cases {
            assert_eq!(typable(name), expected, "{name}");
        }
    }

    #[test]
    fn an_accounts_name_is_one_word() {
        let cases = [
            ("prod (eu)", "prod-eu"),
            ("prod--eu", "prod-eu"),
            ("..-[a.b]-.", "a.b"),
            ("fine_a@b+c%d:e/f.g", "fine_a@b+c%d:e/f.g"),
            ("@splat", "@splat"),
            ("-.-", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(word(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_typable_name_keeps_the_rule_and_stays_as_it_is(name in "\\PC{0,12}|[-.@%#a ]{0,12}") {
            let typable = typable(&name);
            prop_assert!(!typable.starts_with(['-', '.', '@', '%', '#', '"', '\'']));
            prop_assert!(name.contains("--") || !typable.contains("--"));
            prop_assert!(typable.chars().all(is_legible));
            prop_assert_eq!(super::typable(&typable), typable.clone());
        }
    }
}
