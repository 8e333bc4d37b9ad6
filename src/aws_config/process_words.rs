//! The words of a `credential_process` line, as SDKs split it: on Windows by other rules than elsewhere.
//!
//! On Windows most hand the line to cmd.exe, and the program splits what that leaves; botocore splits it itself, by the
//! rules that programs follow there.

/// Splits the line; `None` if a quote is not closed.
#[must_use]
pub(crate) fn split(line: &str) -> Option<Vec<String>> {
    if cfg!(windows) { split_for_windows(line) } else { shlex::split(line) }
}

/// A word that all SDKs read alike, in quotes where it needs them; `None` if they would disagree on it.
pub(super) fn quote(word: &str) -> Option<String> {
    // For some config readers ` #` and ` ;` end the line, even in quotes.
    let is_cut = [" #", " ;", "\t#", "\t;"].iter().any(|mark| word.contains(mark));
    let is_refused = is_cut || word.chars().any(char::is_control);
    (!is_refused).then_some(if cfg!(windows) { quote_for_windows(word) } else { quote_for_posix(word) }).flatten()
}

/// The same for the program, whose name ends for cmd.exe at a comma or an equals sign outside of quotes.
pub(super) fn quote_program(path: &str) -> Option<String> {
    let word = quote(path)?;
    let is_cut = cfg!(windows) && word == path && path.contains([',', '=']);
    Some(if is_cut { format!("\"{path}\"") } else { word })
}

fn is_plain(word: &str, more: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_./:@+=,-".contains(c) || more.contains(c))
}

/// For botocore's `shlex`, the `sh -c` of others, and our own reading.
fn quote_for_posix(word: &str) -> Option<String> {
    if is_plain(word, "%") {
        return Some(word.to_owned());
    }
    (!word.contains('\'')).then(|| format!("'{word}'"))
}

/// cmd.exe replaces `%NAME%` in quotes, too. A backslash is one of two only before a quote.
fn quote_for_windows(word: &str) -> Option<String> {
    if is_plain(word, "\\") {
        return Some(word.to_owned());
    }
    let at_the_end = word.len() - word.trim_end_matches('\\').len();
    (!word.contains(['"', '%'])).then(|| format!("\"{word}{}\"", "\\".repeat(at_the_end)))
}

/// Blanks end a word outside of double quotes. Backslashes are literal, except before a quote: there two are one, and
/// one more makes the quote literal.
fn split_for_windows(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut is_quoted = false;
    let mut backslashes = 0;
    for c in line.chars() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        let before = std::mem::take(&mut backslashes);
        let literal = if c == '"' { before / 2 } else { before };
        if literal > 0 {
            word.get_or_insert_default().push_str(&"\\".repeat(literal));
        }
        match c {
            '"' if before % 2 == 1 => word.get_or_insert_default().push('"'),
            '"' => {
                is_quoted = !is_quoted;
                word.get_or_insert_default();
            }
            ' ' | '\t' if !is_quoted => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    if backslashes > 0 {
        word.get_or_insert_default().push_str(&"\\".repeat(backslashes));
    }
    words.extend(word);
    (!is_quoted).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_if_necessary_and_by_the_rules_of_the_system() {
        let cases = [
            ("arn:aws:iam::123456789012:role/a,b=c+d@e", Some("arn:aws:iam::123456789012:role/a,b=c+d@e"), None),
            ("a b", Some("'a b'"), Some("\"a b\"")),
            ("$(id)", Some("'$(id)'"), Some("\"$(id)\"")),
            ("", Some("''"), Some("\"\"")),
            ("a'b", None, Some("\"a'b\"")),
            ("a\"b", Some("'a\"b'"), None),
            ("100%", Some("100%"), None),
            (r"C:\tools\aws-sso.exe", Some(r"'C:\tools\aws-sso.exe'"), Some(r"C:\tools\aws-sso.exe")),
            (r"C:\Program Files (x86)\a&b^c\x.exe", None, Some(r#""C:\Program Files (x86)\a&b^c\x.exe""#)),
            (r"my team\", None, Some(r#""my team\\""#)),
        ];
        for (word, posix, windows) in cases {
            if let Some(posix) = posix {
                assert_eq!(quote_for_posix(word).as_deref(), Some(posix), "{word:?}");
                assert_eq!(shlex::split(posix).unwrap(), [word]);
            }
            if let Some(windows) = windows {
                assert_eq!(quote_for_windows(word).as_deref(), Some(windows), "{word:?}");
                assert_eq!(split_for_windows(windows).unwrap(), [word]);
            }
        }
        assert_eq!(quote_for_posix("a'b"), None);
        for word in ["a\"b", "100%", "%PATH%"] {
            assert_eq!(quote_for_windows(word), None);
        }
        for word in ["a #b", "a ;b", "a\nb"] {
            assert_eq!(quote(word), None);
        }
    }

    #[test]
    fn a_line_of_windows_is_split_as_its_programs_split_it() {
        let cases: [(&str, Option<&[&str]>); 9] = [
            ("", Some(&[])),
            (r"C:\a\b.exe  -p	corp ", Some(&[r"C:\a\b.exe", "-p", "corp"])),
            (r#""C:\a b\c.exe" x"#, Some(&[r"C:\a b\c.exe", "x"])),
            (r#"a"b c"d"#, Some(&["ab cd"])),
            (r#""" x"#, Some(&["", "x"])),
            (r#"a\"b"#, Some(&["a\"b"])),
            (r#""a\\" b"#, Some(&[r"a\", "b"])),
            (r#"a\\\"b"#, Some(&["a\\\"b"])),
            (r#""open"#, None),
        ];
        for (line, expected) in cases {
            let expected = expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect());
            assert_eq!(split_for_windows(line), expected, "{line}");
        }
    }
}
