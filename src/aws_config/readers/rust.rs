//! Reads a config as aws-runtime's `env_config` does: it is strict about lines, and about the letters of names.

use std::collections::BTreeMap;

use super::quirk::Quirk;
use super::reading::{ReadSection, ReadValue, Reading, Rejection, line_of_bad_byte, tidy};
use crate::aws_config::line::{BYTE_ORDER_MARK, SectionKind, is_legible};

const SPACE: [char; 2] = [' ', '\t'];

/// Stands for a value that differs from run to run: this reader merges two spellings of a section's name in no fixed
/// order.
const EITHER: &str = "\0";

#[derive(Default)]
struct RustParser<'a> {
    /// By the whole text between the brackets.
    sections: BTreeMap<&'a str, RawSection>,
    current: Option<&'a str>,
    key: Option<String>,
}

#[derive(Default)]
struct RawSection {
    line: usize,
    settings: BTreeMap<String, (usize, Vec<String>)>,
}

pub(super) fn read(file: &[u8]) -> Result<Reading, Rejection> {
    if let Some(line) = line_of_bad_byte(file) {
        return Err(Rejection { line, quirk: Quirk::NotUtf8 });
    }
    let has_mark = file.starts_with(BYTE_ORDER_MARK);
    let text = std::str::from_utf8(file).unwrap_or_default();
    let mut parser = RustParser::default();
    for (number, line) in (1..).zip(text.lines()) {
        parser.line(number, line).map_err(|quirk| {
            let quirk = if number == 1 && has_mark { Quirk::ByteOrderMark } else { quirk };
            Rejection { line: number, quirk }
        })?;
    }
    Ok(tidy(named(parser.sections)))
}

impl<'a> RustParser<'a> {
    fn line(&mut self, number: usize, line: &'a str) -> Result<(), Quirk> {
        if line.trim_matches(SPACE).is_empty() || line.starts_with(['#', ';']) {
            return Ok(());
        }
        if line.starts_with('[') {
            return self.header(number, line);
        }
        let section = self.current.and_then(|header| self.sections.get_mut(header));
        let section = section.ok_or(match line.trim_start_matches(SPACE).chars().next() {
            Some('#' | ';') => Quirk::IndentedComment,
            Some('[') => Quirk::IndentedHeader,
            _ => Quirk::BeforeSections,
        })?;
        if line.starts_with(SPACE) {
            let open = self.key.as_ref().and_then(|key| section.settings.get_mut(key));
            let text = line.trim_matches(SPACE);
            let (_, lines) = open.ok_or(match text.chars().next() {
                Some('#' | ';') => Quirk::IndentedComment,
                Some('[') => Quirk::IndentedHeader,
                _ => Quirk::IndentedKey,
            })?;
            if lines[0].is_empty() {
                setting(line).map_err(|quirk| match text.chars().next() {
                    Some('#' | ';') => Quirk::IndentedComment,
                    _ if quirk == Quirk::Word => Quirk::NestedWord,
                    _ => quirk,
                })?;
            }
            lines.push(text.to_owned());
            return Ok(());
        }
        let (key, value) = setting(line)?;
        section.settings.insert(key.clone(), (number, vec![value.to_owned()]));
        self.key = Some(key);
        Ok(())
    }

    fn header(&mut self, number: usize, line: &'a str) -> Result<(), Quirk> {
        let header = prepared(line, false).strip_prefix('[').and_then(|inside| inside.strip_suffix(']'));
        let Some(header) = header else {
            let is_cut = line.contains(['#', ';']);
            return Err(match line.rfind(']') {
                None => Quirk::NeverClosed,
                Some(_) if is_cut => Quirk::CommentInName,
                Some(_) => Quirk::AfterHeader,
            });
        };
        self.sections.entry(header).or_default().line = number;
        (self.current, self.key) = (Some(header), None);
        Ok(())
    }
}

fn setting(line: &str) -> Result<(String, &str), Quirk> {
    let line = prepared(line, true);
    let (key, value) = line.split_once('=').ok_or(if line.contains(':') { Quirk::Colon } else { Quirk::Word })?;
    let (key, value) = (key.trim_matches(SPACE), value.trim_matches(SPACE));
    if key.is_empty() { Err(Quirk::NoKey) } else { Ok((key.to_ascii_lowercase(), value)) }
}

/// The line without its comment, trimmed. In a header, a comment needs no space before it.
fn prepared(line: &str, needs_space: bool) -> &str {
    let line = line.trim_matches(SPACE);
    let mut is_after_space = false;
    for (at, letter) in line.char_indices() {
        if matches!(letter, '#' | ';') && (is_after_space || !needs_space) {
            return line[..at].trim_matches(SPACE);
        }
        is_after_space = letter.is_whitespace();
    }
    line
}

/// The sections by kind and name.
fn named(sections: BTreeMap<&str, RawSection>) -> Reading {
    let has_prefixed_default =
        sections.keys().any(|header| kind_and_name(header) == Some((SectionKind::Profile, "default")));
    let mut reading = Reading::new();
    for (header, raw) in sections {
        let Some((kind, name)) = kind_and_name(header).or_else(|| {
            let is_bare = header.trim_matches(SPACE) == "default" && !has_prefixed_default;
            is_bare.then_some((SectionKind::Profile, "default"))
        }) else {
            continue;
        };
        let section =
            reading.entry((kind, name.to_owned())).or_insert(ReadSection { line: raw.line, ..ReadSection::default() });
        for (key, (line, lines)) in raw.settings.into_iter().filter(|(key, _)| key.chars().all(is_legible)) {
            let value = ReadValue::of_lines(line, &lines);
            match section.settings.get_mut(&key) {
                Some(other) if other.text != value.text => EITHER.clone_into(&mut other.text),
                Some(_) => {}
                None => drop(section.settings.insert(key, value)),
            }
        }
    }
    reading
}

/// `[KIND NAME]`, if the name has only letters that this reader accepts.
fn kind_and_name(header: &str) -> Option<(SectionKind, &str)> {
    let (kind, name) = header.trim_matches(SPACE).split_once(SPACE)?;
    let kind = match kind.trim() {
        "profile" => SectionKind::Profile,
        "sso-session" => SectionKind::SsoSession,
        "services" => SectionKind::Services,
        _ => return None,
    };
    let name = name.trim();
    name.chars().all(is_legible).then_some((kind, name))
}
