//! Where the SDKs read a file differently from what its user means.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::quirk::Quirk;
use super::reader::Reader;
use super::reading::{ReadSection, Reading, meant};
use crate::aws_config::line::{indent, is_legible, trim, without_comment};

/// The effect of a line on a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It refuses the whole file.
    Refused,
    /// It skips the section that begins in this line.
    Ignored,
    /// It reads another value, or none.
    Misread,
}

/// A line that some readers read differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stumble {
    /// The line number.
    pub line: usize,
    /// What the readers do.
    pub effect: Effect,
    /// What is unusual about the line.
    pub quirk: Quirk,
    /// Which readers.
    pub readers: Vec<Reader>,
}

/// Every line that some reader reads differently: those for which the whole file is refused come first, then the others
/// in file order.
#[must_use]
pub fn stumbles(file: &[u8]) -> Vec<Stumble> {
    let meant = meant(file);
    let begins: HashMap<usize, &ReadSection> = meant.values().map(|section| (section.line, section)).collect();
    let lines: Vec<&[u8]> = file.split(|byte| *byte == b'\n').collect();
    let mut found: BTreeMap<(Effect, usize, Quirk), Vec<Reader>> = BTreeMap::new();
    for reader in Reader::ALL {
        let places = match reader.read(file) {
            Err(refusal) => BTreeSet::from([(Effect::Refused, refusal.line, refusal.quirk)]),
            Ok(reading) => differences(&meant, &reading)
                .into_iter()
                .flat_map(|(effect, line)| reasons(&begins, &lines, effect, line))
                .collect(),
        };
        for place in places {
            found.entry(place).or_default().push(reader);
        }
    }
    found.into_iter().map(|((effect, line, quirk), readers)| Stumble { line, effect, quirk, readers }).collect()
}

/// Why a line is read differently. A skipped section whose header is not unusual is skipped because of its keys, so
/// each of them is reported.
fn reasons(
    begins: &HashMap<usize, &ReadSection>,
    lines: &[&[u8]],
    effect: Effect,
    line: usize,
) -> Vec<(Effect, usize, Quirk)> {
    let reason = quirk(lines, line, effect);
    match begins.get(&line) {
        Some(section) if effect == Effect::Ignored && reason == Quirk::Other => {
            let keys = section.settings.values().map(|value| value.line);
            keys.map(|line| (Effect::Misread, line, quirk(lines, line, Effect::Misread))).collect()
        }
        _ => vec![(effect, line, reason)],
    }
}

fn differences(meant: &Reading, read: &Reading) -> BTreeSet<(Effect, usize)> {
    let nothing = ReadSection::default();
    let mut places = BTreeSet::new();
    for (name, section) in meant {
        let Some(theirs) = read.get(name) else {
            places.insert((Effect::Ignored, section.line));
            continue;
        };
        for (key, value) in &section.settings {
            if theirs.settings.get(key).is_none_or(|read| read.text != value.text) {
                places.insert((Effect::Misread, value.line));
            }
        }
    }
    for (name, theirs) in read {
        let known = &meant.get(name).unwrap_or(&nothing).settings;
        let extra = theirs.settings.iter().filter(|(key, _)| !known.contains_key(*key));
        places.extend(extra.map(|(_, value)| (Effect::Misread, value.line)));
    }
    places
}

/// What is unusual about a line that is read differently.
fn quirk(lines: &[&[u8]], number: usize, effect: Effect) -> Quirk {
    let at = number.saturating_sub(1);
    let line = lines.get(at).copied().unwrap_or_default();
    let text = trim(line);
    if effect == Effect::Ignored || text.starts_with(b"[") {
        return header_quirk(lines, line);
    }
    let header = lines[..at.min(lines.len())].iter().rev().map(|line| trim(line)).find(|line| line.starts_with(b"["));
    if header == Some(b"[DEFAULT]") {
        return Quirk::UpperCaseDefault;
    }
    let delimiter = text.iter().position(|byte| matches!(byte, b'=' | b':'));
    let key = trim(&text[..delimiter.unwrap_or(text.len())]);
    if delimiter.is_some_and(|at| text[at] == b':') {
        return Quirk::Colon;
    }
    if without_comment(text).len() < text.len() {
        return Quirk::TrailingComment;
    }
    if delimiter.is_some_and(|at| has_odd_blank(&text[..at]) || has_odd_blank(&text[at + 1..])) {
        return Quirk::OddBlank;
    }
    let key = String::from_utf8_lossy(key);
    if !key.chars().all(is_legible) {
        return Quirk::KeyLetters;
    }
    if key.chars().any(char::is_uppercase) {
        return Quirk::Capitals;
    }
    if let Some(quirk) = continuation_quirk(&lines[at + 1..]) {
        return quirk;
    }
    // Under a header without `]`, keys become part of the section before it.
    let next = lines[at + 1..].iter().map(|line| trim(line)).find(|line| line.starts_with(b"["));
    if next.is_some_and(|header| !header.contains(&b']')) {
        return Quirk::NeverClosed;
    }
    match header {
        Some(header) if is_default(header) && has_two_defaults(lines) => Quirk::TwoDefaults,
        Some(header) if has_two_spellings(lines, header) => Quirk::TwoSpellings,
        Some(header) if header_quirk(lines, header) != Quirk::Other => header_quirk(lines, header),
        _ if indent(line) > 0 => Quirk::IndentedKey,
        _ => Quirk::Other,
    }
}

/// Whether white space that is not ASCII is at one end of the text.
fn has_odd_blank(text: &[u8]) -> bool {
    let text = String::from_utf8_lossy(trim(text));
    text.trim() != text
}

/// What is unusual about the lines that continue a value.
fn continuation_quirk(below: &[&[u8]]) -> Option<Quirk> {
    let indented = below.iter().take_while(|line| indent(line) > 0 || trim(line).is_empty());
    let lines: Vec<_> = indented.map(|line| trim(line)).filter(|line| !line.is_empty()).collect();
    if lines.iter().any(|line| line.starts_with(b"[")) {
        return Some(Quirk::IndentedHeader);
    }
    if lines.iter().any(|line| matches!(line[0], b'#' | b';')) {
        return Some(Quirk::IndentedComment);
    }
    if lines.iter().any(|line| without_comment(line).len() < line.len()) {
        return Some(Quirk::TrailingComment);
    }
    (!lines.is_empty()).then_some(Quirk::SeveralLines)
}

fn header_quirk(lines: &[&[u8]], line: &[u8]) -> Quirk {
    let text = trim(line);
    let inside = text.strip_prefix(b"[").unwrap_or(text);
    let end = inside.iter().rposition(|byte| *byte == b']').unwrap_or(inside.len());
    let (inside, after) = (&inside[..end], inside.get(end + 1..).unwrap_or_default());
    let name = inside.splitn(2, u8::is_ascii_whitespace).nth(1).unwrap_or_default();
    if indent(line) > 0 {
        return Quirk::IndentedHeader;
    }
    if !trim(after).is_empty() || without_comment(text).len() < text.len() {
        return Quirk::AfterHeader;
    }
    if name.iter().any(|byte| matches!(byte, b'"' | b'\'' | b'\\')) {
        return Quirk::Quotes;
    }
    if trim(inside) != inside || trim(name) != name || inside.contains(&b'\t') {
        return Quirk::Spaces;
    }
    if !String::from_utf8_lossy(name).chars().all(is_legible) {
        return Quirk::Letters;
    }
    if is_default(text) && has_two_defaults(lines) { Quirk::TwoDefaults } else { Quirk::Other }
}

fn is_default(header: &[u8]) -> bool {
    matches!(header, b"[default]" | b"[profile default]")
}

fn has_two_defaults(lines: &[&[u8]]) -> bool {
    let has = |header: &[u8]| lines.iter().any(|line| trim(line) == header);
    has(b"[default]") && has(b"[profile default]")
}

/// Whether another header, spelled differently, means the same section.
fn has_two_spellings(lines: &[&[u8]], header: &[u8]) -> bool {
    let section = |line: &[u8]| meant(&[line, b"\nk = v"].concat()).into_keys().next();
    let this = section(header);
    let headers = lines.iter().map(|line| trim(line)).filter(|line| line.starts_with(b"["));
    this.is_some() && headers.filter(|other| *other != header).any(|other| section(other) == this)
}
