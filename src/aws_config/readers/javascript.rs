//! The AWS SDK for JavaScript's `parseIni`: it never fails, and passes over what it does not know.

use super::{Reading, Section, Value, tidy};
use crate::aws_config::line::{Kind, is_legible};

#[derive(Default)]
struct Parser {
    reading: Reading,
    /// The section that is being read; `None` for one that is none to this reader.
    place: Option<(Kind, String)>,
    /// The line of its header.
    line: usize,
    /// The key of the nested block that is being read, and its line.
    block: Option<(String, usize)>,
}

pub(super) fn read(file: &[u8]) -> Reading {
    let text = String::from_utf8_lossy(file);
    let mut parser = Parser::default();
    for (number, line) in (1..).zip(text.split('\n')) {
        parser.line(number, line.strip_suffix('\r').unwrap_or(line));
    }
    let mut reading = parser.reading;
    if let Some(bare) = reading.remove(&bare_default()) {
        reading.entry((Kind::Profile, "default".to_owned())).or_insert(bare);
    }
    tidy(reading)
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) {
        let text = without_comment(line).trim_matches(is_space);
        if let Some(header) = text.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')) {
            (self.place, self.line, self.block) = (place(header), number, None);
            return;
        }
        let Some(place) = &self.place else { return };
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else { return };
        let (key, value) = (key.trim_matches(is_space), value.trim_matches(is_space));
        if value.is_empty() {
            self.block = Some((key.to_owned(), number));
            return;
        }
        if !line.starts_with(is_space) {
            self.block = None;
        }
        // A section is there from its first value on.
        let section = self.reading.entry(place.clone()).or_default();
        section.line = self.line;
        match &self.block {
            Some((block, line)) => add_nested(section, block, *line, &format!("{key}={value}")),
            None => {
                section.settings.insert(key.to_owned(), Value { line: number, text: value.to_owned() });
            }
        }
    }
}

/// Adds a line to a nested block, which takes the place of a plain value.
fn add_nested(section: &mut Section, block: &str, line: usize, setting: &str) {
    let before = section.settings.get(block).filter(|value| value.is_nested());
    let mut lines: Vec<String> = before.map_or("", |value| &value.text).split('\n').map(str::to_owned).collect();
    lines.push(setting.to_owned());
    section.settings.insert(block.to_owned(), Value::of_lines(line, &lines));
}

fn bare_default() -> (Kind, String) {
    (Kind::Default, "default".to_owned())
}

/// `KIND NAME` with one white space between, the name perhaps in quotes but of legible letters alone.
fn place(header: &str) -> Option<(Kind, String)> {
    if header == "default" {
        return Some(bare_default());
    }
    let (kind, name) = header.split_once(is_space)?;
    let kind = match kind {
        "profile" => Kind::Profile,
        "sso-session" => Kind::SsoSession,
        "services" => Kind::Services,
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

/// White space, and the byte-order mark.
fn is_space(letter: char) -> bool {
    letter.is_whitespace() || letter == '\u{feff}'
}
