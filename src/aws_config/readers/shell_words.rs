//! Splits words as Python's `shlex.split` does: botocore reads section names with it.

/// The words of a text; `None` if a quote is not closed.
///
/// The crate `shlex` starts a comment at `#`, as a shell does. Python does not.
pub(super) fn split(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (Some('"'), '\\') => {
                let next = letters.next()?;
                let word = word.get_or_insert_default();
                if !matches!(next, '"' | '\\') {
                    word.push('\\');
                }
                word.push(next);
            }
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, '\\') => word.get_or_insert_default().push(letters.next()?),
            (None, ' ' | '\t' | '\r' | '\n') => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_as_python_splits_them() {
        let cases: [(&str, Option<&[&str]>); 9] = [
            ("profile a", Some(&["profile", "a"])),
            ("profile  'a b' ", Some(&["profile", "a b"])),
            (r#"profile "a \" b\c""#, Some(&["profile", r#"a " b\c"#])),
            (r"profile a\ b", Some(&["profile", "a b"])),
            ("profile a] # see [b", Some(&["profile", "a]", "#", "see", "[b"])),
            ("profile ''", Some(&["profile", ""])),
            ("profile it's", None),
            ("profile a\\", None),
            ("", Some(&[])),
        ];
        for (text, expected) in cases {
            let expected = expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
            assert_eq!(split(text), expected, "{text}");
        }
    }
}
