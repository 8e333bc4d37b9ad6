//! The lines of one section of an AWS file: the one reading of its settings, and edits to them.

use std::ops::Range;

use super::line::{
    BYTE_ORDER_MARK, Classifier, ConfigLine, Header, delimiter, indent, is_space, trim, without_comment,
};

/// A section's text in a document that is open for edits.
#[derive(Clone)]
pub(super) struct SectionText {
    /// `None` for the lines before the first header, and for what is left of a removed section.
    pub(super) header: Option<Header<'static>>,
    /// The header's line and everything up to the next header.
    pub(super) text: Vec<u8>,
}

impl SectionText {
    /// Removes the header and the settings. Comments after the last setting stay: they may be about the next section.
    pub(super) fn strip(&mut self) {
        self.header = None;
        let mut end = content_end(&self.text);
        for line in self.text[end..].split_inclusive(|byte| *byte == b'\n') {
            if !trim(without_ending(line)).is_empty() {
                break;
            }
            end += line.len();
        }
        self.text.drain(..end);
    }
}

/// A setting as a section's text has it.
pub(super) struct WrittenSetting<'a> {
    pub(super) key: &'a [u8],
    /// The value on the key's own line.
    pub(super) value: &'a [u8],
    pub(super) lines: SettingLines,
}

/// The lines of one setting, as ranges of its section's text.
pub(super) struct SettingLines {
    /// The key's own line.
    pub(super) key: Range<usize>,
    /// The lines that continue it: more of a value, or a nested block with the comments in it.
    block: Vec<Range<usize>>,
    /// Indented comments after those. aws-runtime takes them for more of the value.
    comments: Vec<Range<usize>>,
}

/// The settings in a section's text, in file order. Everything that reads settings is built on this: the config, the
/// edits of a document, and what `aws-sso doctor` compares the SDKs with.
pub(super) fn settings(text: &[u8]) -> impl Iterator<Item = WrittenSetting<'_>> {
    let mut lines = text.split_inclusive(|byte| *byte == b'\n');
    let mut classifier = Classifier::default();
    let mut at = 0;
    let mut open: Option<WrittenSetting<'_>> = None;
    std::iter::from_fn(move || {
        for line in lines.by_ref() {
            let range = at..at + line.len();
            at = range.end;
            match (classifier.classify(without_ending(line)), &mut open) {
                (ConfigLine::Setting { key, value }, _) => {
                    let lines = SettingLines { key: range, block: Vec::new(), comments: Vec::new() };
                    // A setting is complete once the next one begins.
                    if let Some(complete) = open.replace(WrittenSetting { key, value, lines }) {
                        return Some(complete);
                    }
                }
                (ConfigLine::Continuation(_), Some(setting)) => {
                    setting.lines.block.append(&mut setting.lines.comments);
                    setting.lines.block.push(range);
                }
                (ConfigLine::Comment, Some(setting)) if indent(line) > 0 => setting.lines.comments.push(range),
                _ => {}
            }
        }
        open.take()
    })
}

/// The last setting called `key`: the one that readers take.
pub(super) fn last_setting<'a>(text: &'a [u8], key: &str) -> Option<WrittenSetting<'a>> {
    settings(text).filter(|setting| setting.is(key)).last()
}

impl WrittenSetting<'_> {
    pub(super) fn is(&self, key: &str) -> bool {
        self.key.eq_ignore_ascii_case(key.as_bytes())
    }

    /// The value as readers take it, out of the text that the setting was read from. A nested block is an empty first
    /// line and its lines, trimmed.
    pub(super) fn whole_value(&self, text: &[u8]) -> String {
        let mut whole = String::from_utf8_lossy(self.value).into_owned();
        let lines = self.lines.block.iter().map(|line| trim(without_ending(&text[line.clone()])));
        for line in lines.filter(|line| !matches!(line.first(), Some(b'#' | b';'))) {
            whole.push('\n');
            whole.push_str(&String::from_utf8_lossy(line));
        }
        whole
    }
}

impl SettingLines {
    /// Replaces the value. A nested block is removed.
    pub(super) fn replace(&self, text: &mut Vec<u8>, key: &str, value: &str) {
        if !self.block.is_empty() {
            self.remove_lines(text);
        }
        let old = &text[self.key.clone()];
        let body = without_ending(old);
        let mut new = start_of_line(body, key);
        new.extend_from_slice(value.as_bytes());
        new.extend_from_slice(&old[body.len()..]);
        text.splice(self.key.clone(), new);
    }

    /// Removes all lines of the setting.
    pub(super) fn remove(&self, text: &mut Vec<u8>) {
        self.remove_lines(text);
        text.drain(self.key.clone());
    }

    /// Removes all but the key's own line.
    fn remove_lines(&self, text: &mut Vec<u8>) {
        for range in self.comments.iter().rev().chain(self.block.iter().rev()) {
            text.drain(range.clone());
        }
    }
}

/// The line up to its value, with its own spacing. A line that is not written as `key = value` becomes `key = `.
fn start_of_line(line: &[u8], key: &str) -> Vec<u8> {
    let depth = indent(line);
    let setting = without_comment(&line[depth..]);
    if let Some(at) = delimiter(setting).filter(|at| setting[*at] == b'=' && trim(&setting[..*at]) == key.as_bytes()) {
        let gap = setting[at + 1..].iter().take_while(|byte| is_space(**byte)).count();
        let value_start = at + 1 + gap;
        if value_start < setting.len() {
            return line[..depth + value_start].to_vec();
        }
    }
    let mut start = line[..depth].to_vec();
    start.extend_from_slice(key.as_bytes());
    start.extend_from_slice(b" = ");
    start
}

/// Where a section's content ends, and a new setting goes. Only blank lines and unindented comments follow: they may be
/// about the next section, and no reader takes them for part of this one.
pub(super) fn content_end(text: &[u8]) -> usize {
    let mark = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let (mut end, mut at) = (0, mark);
    for line in text[mark..].split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        if !(trim(line.strip_suffix(b"\n").unwrap_or(line)).is_empty()
            || line.starts_with(b"#")
            || line.starts_with(b";"))
        {
            end = at;
        }
    }
    end
}

pub(super) fn without_ending(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
