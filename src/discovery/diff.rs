//! Shows what would change in a file, as a unified diff.

use similar::{ChangeTag, TextDiff};

use crate::terminal::{Palette, clean};

/// Lines shown before and after each change.
const CONTEXT: usize = 3;

/// The difference; empty where there is none. Secrets in the lines around a change are not shown.
pub(crate) fn unified(name: &str, before: &[u8], after: &[u8], palette: Palette) -> String {
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
    let line = |painted: String| painted + "\n";
    let mut text = String::new();
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        if text.is_empty() {
            text += &line(palette.heading(&format!("--- {name}")));
            text += &line(palette.heading(&format!("+++ {name}")));
        }
        text += &line(palette.dim(&hunk.header().to_string()));
        for change in hunk.iter_changes() {
            let shown = legible(change.value().trim_end_matches(['\n', '\r']));
            text += &match change.tag() {
                ChangeTag::Delete => line(palette.error(&format!("-{shown}"))),
                ChangeTag::Insert => line(palette.good(&format!("+{shown}"))),
                ChangeTag::Equal => format!(" {shown}\n"),
            };
            if change.missing_newline() {
                text += "\\ No newline at end of file\n";
            }
        }
    }
    text
}

/// The line without control characters and without the value of a secret.
fn legible(line: &str) -> String {
    let secret = ["aws_secret_access_key", "aws_session_token"];
    let shown = match line.split_once('=') {
        Some((key, _)) if secret.contains(&key.trim().to_ascii_lowercase().as_str()) => format!("{key}= ***"),
        _ => line.to_owned(),
    };
    // `clean` would replace tabs, which are common in config files.
    shown.split('\t').map(clean).collect::<Vec<_>>().join("\t")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_shown_with_its_surroundings_and_without_secrets() {
        let before = b"1\n2\n3\naws_secret_access_key = s3cret\n\t\x1b[31mx\nold\n8\n9\n10\n11";
        let after = b"1\n2\n3\naws_secret_access_key = s3cret\n\t\x1b[31mx\nnew\n8\n9\n10\n11";
        let expected = "--- f\n+++ f\n@@ -3,7 +3,7 @@\n 3\n aws_secret_access_key = ***\n \t\u{fffd}[31mx\n-old\n\
                        +new\n 8\n 9\n 10\n";
        assert_eq!(unified("f", before, after, Palette::PLAIN), expected);
        let coloured = unified("f", before, after, Palette::COLORED);
        assert!(coloured.contains("\u{1b}[32m+new\u{1b}[0m\n") && !coloured.contains("s3cret"));
        assert_eq!(unified("f", before, before, Palette::COLORED), "");
        assert!(unified("f", b"a", b"b\n", Palette::PLAIN).contains("-a\n\\ No newline"));
    }
}
