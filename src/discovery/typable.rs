//! Names that can be typed as they are in bash, zsh, fish and PowerShell, and that every SDK can read.

use crate::aws_config::line::is_legible;

/// Makes a name that can be typed; empty where nothing is left of it.
///
/// Any letter that some SDK refuses becomes `-`, and none of the others needs quotes inside a name. No two `-` stand
/// side by side.
pub(super) fn typable(name: &str) -> String {
    let mut typable = String::with_capacity(name.len());
    for letter in name.chars().map(|letter| if is_legible(letter) { letter } else { '-' }) {
        let may_follow = match typable.chars().next_back() {
            Some(last) => (last, letter) != ('-', '-'),
            None => can_begin(letter),
        };
        if may_follow {
            typable.push(letter);
        }
    }
    typable
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
            ("--a----b--", "a-b-"),
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

    proptest! {
        #[test]
        fn a_typable_name_keeps_the_rule_and_stays_as_it_is(name in "\\PC{0,12}|[-.@%#a ]{0,12}") {
            let typable = typable(&name);
            prop_assert!(!typable.starts_with(['-', '.', '@', '%', '#', '"', '\'']) && !typable.contains("--"));
            prop_assert!(typable.chars().all(is_legible));
            prop_assert_eq!(super::typable(&typable), typable.clone());
        }
    }
}
