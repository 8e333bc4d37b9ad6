//! The file as its user means it: our own reading, with the lines that it rests on.

use super::{Reading, Value, tidy};
use crate::aws_config::line::{BYTE_ORDER_MARK, Classifier, Header, Kind, Line, without_comment};

pub(super) fn read(file: &[u8]) -> Reading {
    let mut reading = Reading::new();
    let mut shadowed = Reading::new();
    let mut classifier = Classifier::default();
    let mut section: Option<(Kind, String)> = None;
    let mut open: Option<(String, usize, Vec<String>)> = None;
    let lines = file.strip_prefix(BYTE_ORDER_MARK).unwrap_or(file).split(|byte| *byte == b'\n');
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    for (number, line) in (1..).zip(lines) {
        match classifier.classify(line) {
            Line::Header(header) => {
                close(&mut reading, section.as_ref(), open.take());
                section = place(&header);
                if let Some(place) = &section {
                    reading.entry(place.clone()).or_default().line = number;
                }
            }
            Line::Setting { key, value } => {
                close(&mut reading, section.as_ref(), open.take());
                open = Some((text(key).to_ascii_lowercase(), number, vec![text(value)]));
            }
            Line::Continuation(more) => {
                if let Some((.., lines)) = &mut open {
                    let is_nested = lines[0].is_empty();
                    lines.push(text(if is_nested { without_comment(more) } else { more }));
                }
            }
            Line::Blank | Line::Comment | Line::Junk => {}
        }
    }
    close(&mut reading, section.as_ref(), open);
    // `[profile default]` replaces `[default]` whole.
    if let Some(bare) = reading.remove(&(Kind::Default, "default".to_owned())) {
        shadowed.insert((Kind::Profile, "default".to_owned()), bare);
    }
    for (place, section) in shadowed {
        reading.entry(place).or_insert(section);
    }
    tidy(reading)
}

fn place(header: &Header<'_>) -> Option<(Kind, String)> {
    let name = String::from_utf8_lossy(&header.name).into_owned();
    (header.kind != Kind::Other).then_some((header.kind, name))
}

fn close(reading: &mut Reading, section: Option<&(Kind, String)>, setting: Option<(String, usize, Vec<String>)>) {
    if let (Some(section), Some((key, line, lines))) = (section, setting) {
        let section = reading.entry(section.clone()).or_default();
        section.settings.insert(key, Value::of_lines(line, &lines));
    }
}
