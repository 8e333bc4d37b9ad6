//! The lines of one section of an AWS file, and edits to them.

use std::ops::Range;

use super::line::{
    BYTE_ORDER_MARK, Classifier, Line, delimiter, indent, is_space, split_setting, trim, without_comment,
};

/// The lines of one setting, as ranges of its section.
pub(super) struct Setting {
    line: Range<usize>,
    /// The lines that continue it: more of a value, or a nested block with the comments in it.
    block: Vec<Range<usize>>,
    /// Indented comments after those. aws-runtime takes them for more of the value.
    comments: Vec<Range<usize>>,
}

impl Setting {
    /// The value as readers take it.
    pub(super) fn value(&self, text: &[u8]) -> String {
        let (_, value) = split_setting(trim(without_ending(&text[self.line.clone()]))).unwrap_or_default();
        let mut whole = String::from_utf8_lossy(value).into_owned();
        let lines = self.block.iter().map(|line| trim(without_ending(&text[line.clone()])));
        for line in lines.filter(|line| !matches!(line.first(), Some(b'#' | b';'))) {
            whole.push('\n');
            whole.push_str(&String::from_utf8_lossy(line));
        }
        whole
    }

    /// Puts a value in the place of this one; a nested block goes.
    pub(super) fn replace(&self, text: &mut Vec<u8>, key: &str, value: &str) {
        if !self.block.is_empty() {
            self.remove_lines(text);
        }
        let old = &text[self.line.clone()];
        let body = without_ending(old);
        let mut new = start_of_line(body, key);
        new.extend_from_slice(value.as_bytes());
        new.extend_from_slice(&old[body.len()..]);
        text.splice(self.line.clone(), new);
    }

    /// Removes all of its lines.
    pub(super) fn remove(&self, text: &mut Vec<u8>) {
        self.remove_lines(text);
        text.drain(self.line.clone());
    }

    /// Removes all but the key's own line.
    fn remove_lines(&self, text: &mut Vec<u8>) {
        for range in self.comments.iter().rev().chain(self.block.iter().rev()) {
            text.drain(range.clone());
        }
    }
}

/// Every setting called `key` in a section, in file order.
pub(super) fn settings(text: &[u8], key: &str) -> Vec<Setting> {
    let mut found: Vec<Setting> = Vec::new();
    let mut classifier = Classifier::default();
    let mut open = false;
    let mut at = 0;
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let range = at..at + line.len();
        at = range.end;
        match (classifier.classify(without_ending(line)), found.last_mut()) {
            (Line::Setting { key: name, .. }, _) => {
                open = name.eq_ignore_ascii_case(key.as_bytes());
                if open {
                    found.push(Setting { line: range, block: Vec::new(), comments: Vec::new() });
                }
            }
            (Line::Continuation(_), Some(setting)) if open => {
                setting.block.append(&mut setting.comments);
                setting.block.push(range);
            }
            (Line::Comment, Some(setting)) if open && indent(line) > 0 => setting.comments.push(range),
            _ => {}
        }
    }
    found
}

/// The line up to its value, spaced as it was; `key = ` where that is not how AWS files are written.
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

/// Where a new setting goes: behind all that a reader could take for part of it.
///
/// That is all but blank lines and unindented comments, which may be about the next section.
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

/// The line without its line ending.
pub(super) fn without_ending(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
