//! The file's lines. rust-ini reads each, and the line it came from is known.

use ini::{Ini, ParseOption};

use super::check::Problem;

/// `key = value`, or a section's own line, which has no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    /// From 1.
    pub(super) line: usize,
    /// Empty above the first section.
    pub(super) section: String,
    /// Empty for the section's own line.
    pub(super) key: String,
    pub(super) value: String,
}

/// What the lines say, and which of them say nothing.
pub(super) fn scan(text: &str) -> (Vec<Entry>, Vec<Problem>) {
    let (mut entries, mut problems) = (Vec::new(), Vec::new());
    let mut section = String::new();
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for (line, text) in (1..).zip(text.lines().map(str::trim)) {
        if text.is_empty() || text.starts_with(['#', ';']) {
            continue;
        }
        if let Some(rest) = text.strip_prefix('[') {
            match rest.strip_suffix(']') {
                Some(name) => {
                    name.trim().clone_into(&mut section);
                    entries.push(Entry { line, section: section.clone(), key: String::new(), value: String::new() });
                }
                None => problems.push(Problem::error(line, "a [ is not closed".to_owned())),
            }
            continue;
        }
        match setting(text) {
            Some((key, value)) => entries.push(Entry { line, section: section.clone(), key, value }),
            None => problems.push(Problem::error(line, "this line is no setting: it has no =".to_owned())),
        }
    }
    (entries, problems)
}

/// The key and the value of a line. Quotes and backslashes are the value's own: a command has some.
fn setting(line: &str) -> Option<(String, String)> {
    let plain = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
    let ini = Ini::load_from_str_opt(line, plain).ok()?;
    let (key, value) = ini.general_section().iter().next()?;
    (!key.is_empty()).then(|| (key.to_owned(), value.to_owned()))
}
