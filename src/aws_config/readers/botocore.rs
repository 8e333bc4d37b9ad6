//! Reads a config as botocore does: with Python's `configparser`, and section names with `shlex`.

use std::collections::BTreeMap;

use super::quirk::Quirk;
use super::reading::{ReadSection, ReadValue, Reading, Rejection, line_of_bad_byte, tidy};
use super::shell_words;
use crate::aws_config::line::{BYTE_ORDER_MARK, SectionKind};

/// A value that is being read.
struct OpenValue {
    key: String,
    line: usize,
    lines: Vec<String>,
}

/// What `configparser` has read so far.
#[derive(Default)]
struct BotocoreParser {
    /// By the whole text between the brackets.
    sections: Vec<(String, ReadSection)>,
    /// The settings of `[DEFAULT]`, which become part of every section.
    defaults: ReadSection,
    /// Headers and keys, with the line that each is in first.
    seen: BTreeMap<(String, Option<String>), usize>,
    /// The header of the section that is being read.
    current: Option<String>,
    open: Option<OpenValue>,
    indent: usize,
    /// The first line that makes no sense. `configparser` reports it at the end of the file.
    bogus: Option<Rejection>,
    /// The first nested line without `=`. botocore reports it once the file has been read.
    nested: Option<Rejection>,
}

pub(super) fn read(file: &[u8]) -> Result<Reading, Rejection> {
    if file.starts_with(BYTE_ORDER_MARK) {
        return Err(Rejection { line: 1, quirk: Quirk::ByteOrderMark });
    }
    if let Some(line) = line_of_bad_byte(file) {
        return Err(Rejection { line, quirk: Quirk::NotUtf8 });
    }
    let text = String::from_utf8_lossy(file);
    let mut parser = BotocoreParser::default();
    for (number, line) in (1..).zip(text.split('\n')) {
        // A lone carriage return is a line break to Python as well.
        for line in line.strip_suffix('\r').unwrap_or(line).split('\r') {
            // Python would report this later line. But a line that makes no sense is usually the cause, so report that.
            parser.line(number, line).map_err(|refusal| parser.bogus.take().unwrap_or(refusal))?;
        }
    }
    parser.close();
    if let Some(refusal) = parser.bogus.or(parser.nested) {
        return Err(refusal);
    }
    Ok(tidy(named(parser.sections, &parser.defaults)))
}

impl BotocoreParser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), Rejection> {
        let text = line.trim_matches(is_space);
        if text.is_empty() || text.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.chars().take_while(|letter| is_space(*letter)).count();
        if indent > self.indent
            && let Some(open) = &mut self.open
        {
            open.lines.push(text.to_owned());
            if open.lines[0].is_empty() && !text.contains('=') && self.nested.is_none() {
                self.nested = Some(Rejection { line: number, quirk: Quirk::NestedWord });
            }
            return Ok(());
        }
        self.indent = indent;
        if let Some(header) = header(text) {
            return self.header(number, header);
        }
        let Some(section) = self.current.clone() else {
            return Err(Rejection { line: number, quirk: Quirk::BeforeSections });
        };
        self.close();
        match text.split_once(['=', ':']) {
            Some((key, value)) if !key.trim_end_matches(is_space).is_empty() => {
                let key = key.trim_end_matches(is_space).to_lowercase();
                if let Some(first) = self.seen.insert((section, Some(key.clone())), number) {
                    return Err(Rejection { line: number, quirk: Quirk::SecondKey { key, first } });
                }
                let value = value.trim_matches(is_space).to_owned();
                self.open = Some(OpenValue { key, line: number, lines: vec![value] });
            }
            found => {
                let quirk = match found {
                    Some(_) => Quirk::NoKey,
                    None if text.starts_with('[') => Quirk::NeverClosed,
                    None => Quirk::Word,
                };
                self.bogus.get_or_insert(Rejection { line: number, quirk });
            }
        }
        Ok(())
    }

    fn header(&mut self, number: usize, header: &str) -> Result<(), Rejection> {
        self.close();
        self.current = Some(header.to_owned());
        if header == "DEFAULT" {
            return Ok(());
        }
        if let Some(first) = self.seen.insert((header.to_owned(), None), number) {
            let quirk = Quirk::SecondSection { header: header.to_owned(), first };
            return Err(Rejection { line: number, quirk });
        }
        self.sections.push((header.to_owned(), ReadSection { line: number, ..ReadSection::default() }));
        Ok(())
    }

    fn close(&mut self) {
        let Some(OpenValue { key, line, lines }) = self.open.take() else { return };
        let section = match self.current.as_deref() {
            Some("DEFAULT") => Some(&mut self.defaults),
            _ => self.sections.last_mut().map(|(_, section)| section),
        };
        if let Some(section) = section {
            section.settings.insert(key, ReadValue::of_lines(line, &lines));
        }
    }
}

/// The text up to the last bracket, whatever follows it.
fn header(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    inside.rfind(']').filter(|end| *end > 0).map(|end| &inside[..end])
}

/// The sections by kind and name. A later section replaces an earlier one of the same name.
fn named(sections: Vec<(String, ReadSection)>, defaults: &ReadSection) -> Reading {
    let kinds = [
        ("profile", SectionKind::Profile),
        ("sso-session", SectionKind::SsoSession),
        ("services", SectionKind::Services),
    ];
    let mut reading = Reading::new();
    for (header, mut section) in sections {
        for (key, value) in &defaults.settings {
            section.settings.entry(key.clone()).or_insert_with(|| value.clone());
        }
        if header == "default" {
            reading.insert((SectionKind::Profile, header), section);
            continue;
        }
        // A prefix is enough: `[profiles a]` is a profile.
        let Some((_, kind)) = kinds.iter().find(|(prefix, _)| header.starts_with(prefix)) else { continue };
        if let Some([_, name]) = shell_words::split(&header).as_deref() {
            reading.insert((*kind, name.clone()), section);
        }
    }
    reading
}

fn is_space(letter: char) -> bool {
    letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter)
}
