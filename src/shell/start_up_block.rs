//! The lines that this tool adds to a start-up file.

use super::dialect::Shell;
use super::script_commands;
use super::start_up_text::{Encoding, MAX_BYTES, reads_crlf};

/// The lines around what this tool has added.
const MARKS: [&str; 2] = ["# aws-sso: begin", "# aws-sso: end"];

/// What is added to a file for this line.
pub(crate) fn marked(line: &str) -> String {
    format!("{}\n{line}\n{}\n", MARKS[0], MARKS[1])
}

/// The file with the line at its end, between marks. Lines that an earlier run has marked are replaced where they are.
///
/// Errors: what is the matter with a file that no line can be added to.
pub(crate) fn with_line(shell: Shell, before: &[u8], line: &str) -> Result<Vec<u8>, String> {
    if before.len() > MAX_BYTES {
        return Err(format!("is larger than {} MiB", MAX_BYTES >> 20));
    }
    let or = if shell == Shell::Powershell { " or UTF-16" } else { "" };
    let no_text = || format!("is not a text file in UTF-8{or}");
    let (encoding, text) = Encoding::read(shell, before).ok_or_else(no_text)?;
    let text = text.as_str();
    let newline = if text.contains("\r\n") && reads_crlf(shell) { "\r\n" } else { "\n" };
    let block = marked(line).replace('\n', newline);
    let (kept, after) = match marked_lines(text) {
        Some((start, end)) => (text[..start].to_owned(), &text[end..]),
        None => (text.to_owned(), ""),
    };
    if let Some(open) = script_commands::read(shell, &kept).ends_within {
        return Err(format!("ends within {open}"));
    }
    let mut kept = kept;
    if !kept.is_empty() && !kept.ends_with('\n') {
        kept += newline;
    }
    if after.is_empty()
        && !kept.is_empty()
        && !kept.ends_with("\n\n")
        && !kept.ends_with("\n\r\n")
        && marked_lines(text).is_none()
    {
        kept += newline;
    }
    Ok(encoding.write(&(kept + &block + after)))
}

/// Where the marked lines begin and end.
fn marked_lines(text: &str) -> Option<(usize, usize)> {
    let mut start = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        match (line.trim_end(), start) {
            (mark, _) if mark == MARKS[0] => start = Some(at),
            (mark, Some(start)) if mark == MARKS[1] => return Some((start, end)),
            _ => {}
        }
        at = end;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_added_once_after_all_that_is_there() {
        let block = "# aws-sso: begin\nx\n# aws-sso: end\n";
        let cases = [
            ("", block.to_owned()),
            ("a\n", format!("a\n\n{block}")),
            ("a", format!("a\n\n{block}")),
            ("a\n\n", format!("a\n\n{block}")),
            ("a\r\nb", format!("a\r\nb\n\n{block}")),
            ("a\r\n\r\n", format!("a\r\n\r\n{block}")),
            (&block.replace('\n', "\r\n"), block.to_owned()),
            ("a\n# aws-sso: begin\nold\n# aws-sso: end\nb\n", format!("a\n{block}b\n")),
            ("# aws-sso: begin\na\n", format!("# aws-sso: begin\na\n\n{block}")),
        ];
        for (before, after) in cases {
            let written = with_line(Shell::Bash, before.as_bytes(), "x").unwrap();
            assert_eq!(String::from_utf8_lossy(&written), after, "{before:?}");
            if before.matches("begin").count() == before.matches("end").count() {
                assert_eq!(with_line(Shell::Bash, &written, "x").unwrap(), written, "{before:?}");
            }
        }
        for (before, why) in [
            (&b"\xff\xfea\0"[..], "is not a text file in UTF-8"),
            (b"cat <<EOF\nhello", "ends within a here-document"),
            (b"a='b\n", "ends within a quote"),
            (b"a=(b\n", "ends within parentheses"),
            (b"if a; then\n", "ends within an if"),
            (b"f() {\n", "ends within braces"),
            (&vec![b'\n'; MAX_BYTES + 1], "is larger than 4 MiB"),
        ] {
            assert_eq!(with_line(Shell::Bash, before, "x"), Err(why.to_owned()));
        }
        let written = with_line(Shell::Powershell, b"\xff\xfea\0\r\0\n\0", "x").unwrap();
        let (_, text) = Encoding::read(Shell::Powershell, &written).unwrap();
        assert_eq!(text, format!("a\r\n\r\n{}", block.replace('\n', "\r\n")));
    }
}
