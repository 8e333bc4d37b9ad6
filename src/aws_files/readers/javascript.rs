//! The AWS SDK for JavaScript's `parseIni`: it never fails, and passes over what it does not know.

use super::{Reading, Section, Value, tidy};
use crate::aws_files::line::{Kind, is_legible};

pub(super) fn read(file: &[u8]) -> Reading {
    let text = String::from_utf8_lossy(file);
    let mut reading = Reading::new();
    let mut bare_default = None;
    let mut section: Option<Section> = None;
    let mut place: Option<(Kind, String)> = None;
    let mut block: Option<(String, usize)> = None;
    let close = |reading: &mut Reading,
                 bare: &mut Option<Section>,
                 place: Option<(Kind, String)>,
                 section: Option<Section>| {
        let (Some(place), Some(section)) = (place, section) else { return };
        // It is there from its first value on.
        if section.settings.is_empty() {
            return;
        }
        let target = match place.0 {
            Kind::Default => bare.get_or_insert_default(),
            _ => reading.entry(place).or_default(),
        };
        target.line = section.line;
        for (key, value) in section.settings {
            target.settings.insert(key, value);
        }
    };
    for (number, line) in (1..).zip(text.split('\n')) {
        let line = line.strip_suffix('\r').unwrap_or(line);
        let text = without_comment(line).trim_matches(is_space);
        if let Some(header) = text.strip_prefix('[').and_then(|inside| inside.strip_suffix(']')) {
            close(&mut reading, &mut bare_default, place.take(), section.take());
            block = None;
            place = named(header);
            section = Some(Section { line: number, ..Section::default() });
            continue;
        }
        let Some(section) = &mut section else { continue };
        let Some((key, value)) = text.split_once('=').filter(|(key, _)| !key.is_empty()) else { continue };
        let (key, value) = (key.trim_matches(is_space), value.trim_matches(is_space));
        if value.is_empty() {
            block = Some((key.to_owned(), number));
            continue;
        }
        if !line.starts_with(is_space) {
            block = None;
        }
        match &block {
            Some((name, line)) => {
                let entry = section.settings.entry(name.clone());
                let entry = entry.or_insert_with(|| Value { line: *line, text: String::new() });
                let mut lines: Vec<String> = entry.text.split('\n').map(str::to_owned).collect();
                if !lines[0].is_empty() {
                    lines = vec![String::new()];
                }
                lines.push(format!("{key}={value}"));
                *entry = Value::of_lines(*line, &lines);
            }
            None => {
                section.settings.insert(key.to_owned(), Value { line: number, text: value.to_owned() });
            }
        }
    }
    close(&mut reading, &mut bare_default, place, section);
    if let Some(bare) = bare_default {
        reading.entry((Kind::Profile, "default".to_owned())).or_insert(bare);
    }
    tidy(reading)
}

/// `KIND NAME` with one white space between, the name perhaps in quotes but of legible letters alone.
fn named(header: &str) -> Option<(Kind, String)> {
    if header == "default" {
        return Some((Kind::Default, header.to_owned()));
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
