//! Reads a config as `parseIni` of the AWS SDK for JavaScript does: it never fails, and skips what it does not know.

use super::reading::{ReadSection, ReadValue, Reading, tidy};
use crate::aws_config::line::{SectionKind, is_legible};

#[derive(Default)]
struct JavaScriptParser {
    reading: Reading,
    /// The section that is being read; `None` if this reader skips it.
    section: Option<(SectionKind, String)>,
    /// The line number of its header.
    line: usize,
    /// The key of the nested block that is being read, and its line number.
    block: Option<(String, usize)>,
}

pub(super) fn read(file: &[u8]) -> Reading {
    let text = String::from_utf8_lossy(file);
    let mut parser = JavaScriptParser::default();
    for (number, line) in (1..).zip(text.split('\n')) {
        parser.line(number, line.strip_suffix('\r').unwrap_or(line));
    }
    let mut reading = parser.reading;
    if let Some(bare) = reading.remove(&bare_default()) {
        reading.entry((SectionKind::Profile, "default".to_owned())).or_insert(bare);
    }
    tidy(reading)
}

impl JavaScriptParser {
    fn line(&mut self, number: usize, line: &str) {
        let text = without_comment(line).trim_matches(is_space);
        if let Some(header) = text.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')) {
            (self.section, self.line, self.block) = (kind_and_name(header), number, None);
            return;
        }
        let Some(name) = &self.section else { return };
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else { return };
        let (key, value) = (key.trim_matches(is_space), value.trim_matches(is_space));
        if value.is_empty() {
            self.block = Some((key.to_owned(), number));
            return;
        }
        if !line.starts_with(is_space) {
            self.block = None;
        }
        // A section without a value does not exist for this reader.
        let section = self.reading.entry(name.clone()).or_default();
        section.line = self.line;
        match &self.block {
            Some((block, line)) => add_nested(section, block, *line, &format!("{key}={value}")),
            None => {
                section.settings.insert(key.to_owned(), ReadValue { line: number, text: value.to_owned() });
            }
        }
    }
}

/// Adds a line to a nested block. The block replaces a plain value of the same key.
fn add_nested(section: &mut ReadSection, block: &str, line: usize, setting: &str) {
    let before = section.settings.get(block).filter(|value| value.is_nested());
    let mut lines: Vec<String> = before.map_or("", |value| &value.text).split('\n').map(str::to_owned).collect();
    lines.push(setting.to_owned());
    section.settings.insert(block.to_owned(), ReadValue::of_lines(line, &lines));
}

fn bare_default() -> (SectionKind, String) {
    (SectionKind::Default, "default".to_owned())
}

/// `KIND NAME` with one white-space character between. The name may be in quotes, and must have only accepted letters.
fn kind_and_name(header: &str) -> Option<(SectionKind, String)> {
    if header == "default" {
        return Some(bare_default());
    }
    let (kind, name) = header.split_once(is_space)?;
    let kind = match kind {
        "profile" => SectionKind::Profile,
        "sso-session" => SectionKind::SsoSession,
        "services" => SectionKind::Services,
        _ => return None,
    };
    let quoted = ['"', '\''].iter().find_map(|quote| name.strip_prefix(*quote)?.strip_suffix(*quote));
    let name = quoted.unwrap_or(name);
    (!name.is_empty() && name.chars().all(is_legible)).then(|| (kind, name.to_owned()))
}

/// The text before a `#` or `;` that starts the line or follows white space.
fn without_comment(line: &str) -> &str {
    let mut is_start = true;
    for (at, letter) in line.char_indices() {
        if is_start && matches!(letter, '#' | ';') {
            return &line[..at];
        }
        is_start = is_space(letter);
    }
    line
}

/// JavaScript's `trim` also removes the byte-order mark.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}
