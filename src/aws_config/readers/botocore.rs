//! botocore: Python's `configparser`, and names by `shlex`.

use std::collections::BTreeMap;

use super::{Quirk, Reading, Refusal, Section, Value, line_of_bad_byte, shell_words, tidy};
use crate::aws_config::line::{BYTE_ORDER_MARK, Kind};

/// The lines of a value that is being read.
struct Open {
    key: String,
    line: usize,
    lines: Vec<String>,
}

/// `configparser` at work: sections by their whole header, and why it will fail.
#[derive(Default)]
struct Parser {
    sections: Vec<(String, Section)>,
    /// What `[DEFAULT]` leaks into every section.
    defaults: Section,
    seen: BTreeMap<(String, Option<String>), usize>,
    /// The header of the section that is being read.
    current: Option<String>,
    open: Option<Open>,
    indent: usize,
    /// Lines that make no sense; told at the end of the file only.
    bogus: Option<Refusal>,
    /// Nested lines without `=`; told once the file has been read.
    nested: Option<Refusal>,
}

pub(super) fn read(file: &[u8]) -> Result<Reading, Refusal> {
    if file.starts_with(BYTE_ORDER_MARK) {
        return Err(Refusal { line: 1, quirk: Quirk::ByteOrderMark });
    }
    if let Some(line) = line_of_bad_byte(file) {
        return Err(Refusal { line, quirk: Quirk::NotUtf8 });
    }
    let text = String::from_utf8_lossy(file);
    let mut parser = Parser::default();
    for (number, line) in (1..).zip(text.split('\n')) {
        // Python takes a lone carriage return for a line break as well.
        for line in line.strip_suffix('\r').unwrap_or(line).split('\r') {
            // A line that makes no sense is told last, and yet is mostly why a later one is wrong.
            parser.line(number, line).map_err(|refusal| parser.bogus.take().unwrap_or(refusal))?;
        }
    }
    parser.close();
    if let Some(refusal) = parser.bogus.or(parser.nested) {
        return Err(refusal);
    }
    Ok(tidy(named(parser.sections, &parser.defaults)))
}

impl Parser {
    fn line(&mut self, number: usize, line: &str) -> Result<(), Refusal> {
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
                self.nested = Some(Refusal { line: number, quirk: Quirk::NestedWord });
            }
            return Ok(());
        }
        self.indent = indent;
        if let Some(header) = header(text) {
            return self.header(number, header);
        }
        let Some(section) = self.current.clone() else {
            return Err(Refusal { line: number, quirk: Quirk::BeforeSections });
        };
        self.close();
        match text.split_once(['=', ':']) {
            Some((key, value)) if !key.trim_end_matches(is_space).is_empty() => {
                let key = key.trim_end_matches(is_space).to_lowercase();
                if let Some(first) = self.seen.insert((section, Some(key.clone())), number) {
                    return Err(Refusal { line: number, quirk: Quirk::SecondKey { key, first } });
                }
                let value = value.trim_matches(is_space).to_owned();
                self.open = Some(Open { key, line: number, lines: vec![value] });
            }
            found => {
                let quirk = match found {
                    Some(_) => Quirk::NoKey,
                    None if text.starts_with('[') => Quirk::NeverClosed,
                    None => Quirk::Word,
                };
                self.bogus.get_or_insert(Refusal { line: number, quirk });
            }
        }
        Ok(())
    }

    fn header(&mut self, number: usize, header: &str) -> Result<(), Refusal> {
        self.close();
        self.current = Some(header.to_owned());
        if header == "DEFAULT" {
            return Ok(());
        }
        if let Some(first) = self.seen.insert((header.to_owned(), None), number) {
            let quirk = Quirk::SecondSection { header: header.to_owned(), first };
            return Err(Refusal { line: number, quirk });
        }
        self.sections.push((header.to_owned(), Section { line: number, ..Section::default() }));
        Ok(())
    }

    fn close(&mut self) {
        let Some(Open { key, line, lines }) = self.open.take() else { return };
        let section = match self.current.as_deref() {
            Some("DEFAULT") => Some(&mut self.defaults),
            _ => self.sections.last_mut().map(|(_, section)| section),
        };
        if let Some(section) = section {
            section.settings.insert(key, Value::of_lines(line, &lines));
        }
    }
}

/// Up to the last bracket, whatever follows it.
fn header(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    inside.rfind(']').filter(|end| *end > 0).map(|end| &inside[..end])
}

/// Profiles and the like; of two that go by the same name the later one counts, whole.
fn named(sections: Vec<(String, Section)>, defaults: &Section) -> Reading {
    let kinds = [("profile", Kind::Profile), ("sso-session", Kind::SsoSession), ("services", Kind::Services)];
    let mut reading = Reading::new();
    for (header, mut section) in sections {
        for (key, value) in &defaults.settings {
            section.settings.entry(key.clone()).or_insert_with(|| value.clone());
        }
        if header == "default" {
            reading.insert((Kind::Profile, header), section);
            continue;
        }
        // `[profiles a]` will do.
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
