//! An AWS INI file, edited line by line: an edit changes the lines that it must, and every other byte stays.
//!
//! The file is cut at its headers, and a section is read only when it is edited. So the cost of an edit depends on the
//! length of the section, not on the size of the file.

use std::collections::HashMap;
use std::fmt;

use super::index::Index;
pub use super::line::Header;
use super::line::{BYTE_ORDER_MARK, Classifier, ConfigLine, is_space, trim};
use super::section::{SectionText, content_end, last_setting, settings, without_ending};
use super::writable::{check_setting, header_line};
use crate::error::Result;

/// A file's content, open for edits.
#[derive(Clone)]
pub struct Document {
    /// In file order. The first has no header: it holds the lines before the first section.
    pub(super) sections: Vec<SectionText>,
    /// The first position of each section.
    index: Index,
    /// The other positions of a section that the file repeats, by its first position.
    repeats: HashMap<usize, Vec<usize>>,
    newline: &'static [u8],
}

/// The file may contain keys, so its text is left out.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("sections", &self.sections.len()).finish_non_exhaustive()
    }
}

impl Document {
    /// Opens a file's content. Any bytes are accepted.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let newline: &[u8] = match memchr::memchr(b'\n', bytes) {
            Some(at) if bytes[..at].ends_with(b"\r") => b"\r\n",
            _ => b"\n",
        };
        let mut document = Self { sections: Vec::new(), index: Index::default(), repeats: HashMap::new(), newline };
        let mut start = 0;
        let mut header = None;
        let mut at = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        for line in bytes[at..].split_inclusive(|byte| *byte == b'\n') {
            // A header is one whatever the lines before it are, so each line gets a classifier of its own.
            if trim(line).starts_with(b"[")
                && let ConfigLine::Header(next) = Classifier::default().classify(without_ending(line))
            {
                document.push(header.take(), bytes[start..at].to_vec());
                (start, header) = (at, Some(next.into_owned()));
            }
            at += line.len();
        }
        document.push(header, bytes[start..].to_vec());
        document
    }

    /// The file's content with its edits.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let length = self.sections.iter().map(|section| section.text.len()).sum();
        let mut bytes = Vec::with_capacity(length);
        self.sections.iter().for_each(|section| bytes.extend_from_slice(&section.text));
        bytes
    }

    /// The headers in file order, with repetitions.
    pub fn headers(&self) -> impl Iterator<Item = &Header<'static>> {
        self.sections.iter().filter_map(|section| section.header.as_ref())
    }

    /// The headers in file order, each with its line number.
    pub fn header_lines(&self) -> impl Iterator<Item = (usize, &Header<'static>)> {
        let mut next = 1;
        self.sections.iter().filter_map(move |section| {
            let line = next;
            next += memchr::memchr_iter(b'\n', &section.text).count();
            section.header.as_ref().map(|header| (line, header))
        })
    }

    /// Whether there is a section with this header.
    #[must_use]
    pub fn has(&self, header: &Header<'_>) -> bool {
        !self.positions(header).is_empty()
    }

    /// Whether such a header is indented below another section's keys. Some SDKs take it for more of the last value
    /// there, so settings under it would go to that section.
    #[must_use]
    pub fn is_ambiguous(&self, header: &Header<'_>) -> bool {
        self.positions(header).iter().any(|at| {
            let starts_with_space = self.sections[*at].text.first().is_some_and(|byte| is_space(*byte));
            starts_with_space && *at > 0 && content_end(&self.sections[*at - 1].text) > 0
        })
    }

    /// The value as readers take it.
    #[must_use]
    pub fn get(&self, header: &Header<'_>, key: &str) -> Option<String> {
        self.positions(header).iter().rev().find_map(|at| {
            let text = &self.sections[*at].text;
            last_setting(text, key).map(|setting| setting.whole_value(text))
        })
    }

    /// Gives `key` this value. A key that is not there is added after the section's last line, and a section that is
    /// not there at the end of the file.
    ///
    /// If the file repeats a section or a key, the last one is changed, because readers take that one. A nested block
    /// under the key is removed. A value that some SDK would read differently is refused.
    pub fn set(&mut self, header: &Header<'_>, key: &str, value: &str) -> Result<()> {
        check_setting(key, value)?;
        let positions = self.positions(header);
        for at in positions.iter().rev() {
            let text = &mut self.sections[*at].text;
            if let Some(lines) = last_setting(text, key).map(|setting| setting.lines) {
                lines.replace(text, key, value);
                return Ok(());
            }
        }
        let at = match positions.last() {
            Some(at) => *at,
            None => self.append(header)?,
        };
        let newline = self.newline;
        let text = &mut self.sections[at].text;
        let end = content_end(text);
        let mut line = Vec::new();
        if !text[..end].ends_with(b"\n") {
            line.extend_from_slice(newline);
        }
        line.extend_from_slice(format!("{key} = {value}").as_bytes());
        line.extend_from_slice(newline);
        text.splice(end..end, line);
        Ok(())
    }

    /// Removes every line of `key`; returns whether there was one.
    pub fn remove_key(&mut self, header: &Header<'_>, key: &str) -> bool {
        let mut found = false;
        for at in self.positions(header) {
            let text = &mut self.sections[at].text;
            let lines: Vec<_> = settings(text).filter(|setting| setting.is(key)).map(|setting| setting.lines).collect();
            // From the last to the first, so that the ranges before it stay valid.
            for setting in lines.into_iter().rev() {
                setting.remove(text);
                found = true;
            }
        }
        found
    }

    /// Removes every section of this name; returns whether there was one.
    ///
    /// Comments after the last setting stay: they may be about the next section.
    pub fn remove_section(&mut self, header: &Header<'_>) -> bool {
        let positions = self.positions(header);
        for at in &positions {
            self.sections[*at].strip();
        }
        !positions.is_empty()
    }

    fn push(&mut self, header: Option<Header<'static>>, text: Vec<u8>) {
        let at = self.sections.len();
        self.sections.push(SectionText { header, text });
        self.add_to_index(at);
    }

    fn add_to_index(&mut self, at: usize) {
        let Some(header) = &self.sections[at].header else { return };
        match self.first_position(header) {
            Some(first) => self.repeats.entry(first).or_default().push(at),
            None => self.index.add(Index::hash(header), at),
        }
    }

    /// Finds the sections again after some were added or removed.
    pub(super) fn rebuild_index(&mut self) {
        self.index = Index::default();
        self.index.reserve(self.sections.len());
        self.repeats.clear();
        for at in 0..self.sections.len() {
            self.add_to_index(at);
        }
    }

    fn first_position(&self, header: &Header<'_>) -> Option<usize> {
        self.index.find(Index::hash(header), |at| self.sections[at].header.as_ref() == Some(header))
    }

    /// The positions of the sections with this name, in file order.
    fn positions(&self, header: &Header<'_>) -> Vec<usize> {
        let Some(first) = self.first_position(&self.actual(header)) else { return Vec::new() };
        let repeats = self.repeats.get(&first).into_iter().flatten();
        std::iter::once(first).chain(repeats.copied()).collect()
    }

    /// The header that this one has in the file. The profile `default` is usually written `[default]`, and a new
    /// `[profile default]` would hide that section.
    fn actual<'a>(&self, header: &Header<'a>) -> Header<'a> {
        // Of two, the later one counts. `None` is less than any position.
        let is_bare = *header == Header::profile("default")
            && self.first_position(header) <= self.first_position(&Header::DEFAULT);
        if is_bare { Header::DEFAULT } else { header.clone() }
    }

    /// Adds an empty section at the end of the file, a blank line before it.
    fn append(&mut self, header: &Header<'_>) -> Result<usize> {
        let header = self.actual(header).into_owned();
        let mut line = header_line(&header)?.into_bytes();
        line.extend_from_slice(self.newline);
        self.end_with_blank_line();
        self.push(Some(header), line);
        Ok(self.sections.len() - 1)
    }

    /// Ends the file with a blank line, so that a blank line comes before what is added.
    pub(super) fn end_with_blank_line(&mut self) {
        let last = self.sections.iter().rposition(|section| !section.text.is_empty());
        if let Some(text) = last.map(|last| &mut self.sections[last].text)
            && text != BYTE_ORDER_MARK
        {
            if !text.ends_with(b"\n") {
                text.extend_from_slice(self.newline);
            }
            let last_line = text[..text.len() - 1].rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            if !trim(last_line).is_empty() {
                text.extend_from_slice(self.newline);
            }
        }
    }

    pub(super) fn newline(&self) -> &'static [u8] {
        self.newline
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::borrow::Cow;

    use super::super::line::SectionKind;
    use crate::error::Kind as ErrorKind;

    fn edited(file: &str, edit: impl FnOnce(&mut Document)) -> String {
        let mut document = Document::parse(file.as_bytes());
        edit(&mut document);
        String::from_utf8(document.to_bytes()).unwrap()
    }

    #[test]
    fn a_set_value_changes_its_own_lines_only() {
        let cases = [
            // In place, with its own spacing. The comment is removed: botocore reads it as part of the value.
            ("[profile a]\nk=1\nx = 2\n", "[profile a]\nk=new\nx = 2\n"),
            ("[profile a]\n  k   =\t1   # why\n", "[profile a]\n  k   =\tnew\n"),
            ("[profile a]\nK = 1\n", "[profile a]\nk = new\n"),
            ("[profile a]\nk: 1\n", "[profile a]\nk = new\n"),
            ("[profile a]\nk =\n", "[profile a]\nk = new\n"),
            ("[profile a]\r\nk = 1\r\n", "[profile a]\r\nk = new\r\n"),
            ("[profile a]\nk = 1", "[profile a]\nk = new"),
            ("[profile 'a'] # mine\nk = 1\n", "[profile 'a'] # mine\nk = new\n"),
            ("[ profile a ]\nk = 1\n", "[ profile a ]\nk = new\n"),
            // The last of several, as readers take it.
            ("[profile a]\nk = 1\nk = 2\n[profile a]\nx = 3\n", "[profile a]\nk = 1\nk = new\n[profile a]\nx = 3\n"),
            ("[profile a]\nk = 1\n[profile \"a\"]\nk = 2\n", "[profile a]\nk = 1\n[profile \"a\"]\nk = new\n"),
            // A nested block is removed as a whole. Keys in other blocks do not count.
            ("[profile a]\nk =\n  b = 1\n\n  # c\n\td = 2\n  # e\nx = 3\n", "[profile a]\nk = new\n\nx = 3\n"),
            ("[profile a]\ns3 =\n  k = 1\n", "[profile a]\ns3 =\n  k = 1\nk = new\n"),
            // A missing key goes after the last line that is neither blank nor a comment on the next section.
            ("[profile a]\nx = 1\n\n# b\n[profile b]\n", "[profile a]\nx = 1\nk = new\n\n# b\n[profile b]\n"),
            ("[profile a]\nx = 1\n  # of x\n\n", "[profile a]\nx = 1\n  # of x\nk = new\n\n"),
            ("[profile a]\n  junk\n", "[profile a]\n  junk\nk = new\n"),
            ("[profile a]", "[profile a]\nk = new\n"),
            ("[profile a]\r\nx = 1", "[profile a]\r\nx = 1\r\nk = new\r\n"),
            // A missing section goes to the end of the file.
            ("", "[profile a]\nk = new\n"),
            ("\u{feff}", "\u{feff}[profile a]\nk = new\n"),
            ("# note", "# note\n\n[profile a]\nk = new\n"),
            ("[profile ab]\nk = 1\n \n", "[profile ab]\nk = 1\n \n[profile a]\nk = new\n"),
            ("[sso-session a]\r\nk = 1\r\n", "[sso-session a]\r\nk = 1\r\n\r\n[profile a]\r\nk = new\r\n"),
            ("\n", "\n[profile a]\nk = new\n"),
        ];
        for (file, expected) in cases {
            let set = |document: &mut Document| document.set(&Header::profile("a"), "k", "new").unwrap();
            assert_eq!(edited(file, set), expected, "{file:?}");
            assert_eq!(edited(expected, set), expected, "again, {file:?}");
        }
    }

    #[test]
    fn get_returns_the_value_that_readers_take() {
        let cases = [
            ("[profile a]\nk = 1 # why\n", Some("1")),
            ("[profile a]\nk = 1\n[profile a]\nK=2\n[profile a]\nx = 3", Some("2")),
            ("[profile a]\nk =\n  b = 1\r\n\n  # c\n  d = 2", Some("\nb = 1\nd = 2")),
            ("[profile b]\nk = 1", None),
        ];
        for (file, expected) in cases {
            let found = Document::parse(file.as_bytes()).get(&Header::profile("a"), "k");
            assert_eq!(found.as_deref(), expected, "{file:?}");
        }
    }

    #[test]
    fn the_default_profile_is_edited_where_it_is_read() {
        let cases = [
            ("[default]\nk = 1\n", "[default]\nk = new\n"),
            ("[default]\nk = 1\n[profile default]\nk = 2\n", "[default]\nk = 1\n[profile default]\nk = new\n"),
            ("", "[default]\nk = new\n"),
        ];
        for (file, expected) in cases {
            let set = |document: &mut Document| document.set(&Header::profile("default"), "k", "new").unwrap();
            assert_eq!(edited(file, set), expected, "{file:?}");
        }
        // In a credentials file `[profile default]` is not the default profile.
        let file = "[profile default]\nk = 1\n";
        let bare = edited(file, |document| document.set(&Header::DEFAULT, "k", "new").unwrap());
        assert_eq!(bare, "[profile default]\nk = 1\n\n[default]\nk = new\n");
    }

    #[test]
    fn a_key_is_removed_with_all_its_lines() {
        let cases = [
            ("[profile a]\nk = 1\nx = 2\nk =\n  b = 1\n  # c\n", Some("[profile a]\nx = 2\n")),
            ("[profile a]\nx = 1\n[profile a]\nk = 2", Some("[profile a]\nx = 1\n[profile a]\n")),
            ("[profile a]\nx =\n  k = 1\n", None),
            ("[profile b]\nk = 1\n", None),
        ];
        for (file, expected) in cases {
            let mut found = false;
            let text = edited(file, |document| found = document.remove_key(&Header::profile("a"), "k"));
            assert_eq!((text.as_str(), found), (expected.unwrap_or(file), expected.is_some()), "{file:?}");
        }
    }

    #[test]
    fn a_section_is_removed_without_the_comments_on_its_neighbours() {
        let cases = [
            ("# a\n[profile a]\n# k\nk = 1\n\n# b\n[profile b]\nk = 1\n", Some("# a\n# b\n[profile b]\nk = 1\n")),
            ("[profile a]\nx = 1\n[profile b]\n\n[profile \"a\"]\nx = 2", Some("[profile b]\n\n")),
            ("[default]\n", None),
        ];
        for (file, expected) in cases {
            let mut document = Document::parse(file.as_bytes());
            assert_eq!(document.remove_section(&Header::profile("a")), expected.is_some());
            assert_eq!(String::from_utf8(document.to_bytes()).unwrap(), expected.unwrap_or(file));
            assert!(!document.has(&Header::profile("a")));
            assert!(!document.remove_section(&Header::profile("a")));
            // Setting it again makes a new section.
            document.set(&Header::profile("a"), "k", "v").unwrap();
            assert_eq!(document.headers().filter(|header| **header == Header::profile("a")).count(), 1);
            assert!(document.to_bytes().ends_with(b"\n\n[profile a]\nk = v\n"), "{file:?}");
        }
    }

    #[test]
    fn a_value_that_some_sdk_would_misread_is_refused_and_not_shown() {
        let (profile, other) = (Header::profile("a"), Header::profile("b"));
        let cases = [
            (&profile, "k", "s3cret\nx = 1"),
            (&profile, "k", "s3cret\r"),
            (&profile, "k", "s3cret\u{1b}[0m"),
            (&profile, "k", "s3cret\u{85}x"),
            (&profile, "k", " s3cret"),
            (&profile, "k", "s3cret\u{a0}"),
            (&profile, "k", "s3cret #x"),
            (&profile, "k", "#s3cret"),
            (&profile, "k", "s3cret ; x"),
            (&profile, "k", ""),
            (&profile, "k = v", "s3cret"),
            (&profile, "k]\n[x", "s3cret"),
            (&profile, "", "s3cret"),
            (&Header::profile("a b"), "k", "s3cret"),
            (&Header::profile("a]"), "k", "s3cret"),
            (&Header::profile("a\n"), "k", "s3cret"),
            (&Header::sso_session("é"), "k", "s3cret"),
            (&Header { kind: SectionKind::Other, name: Cow::Borrowed(b"x") }, "k", "s3cret"),
        ];
        for (header, key, value) in cases {
            let mut document = Document::parse(b"[profile a]\nk = 1\n");
            let error = document.set(header, key, value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(!error.report().contains("s3cret"), "{}", error.report());
            assert_eq!(document.to_bytes(), b"[profile a]\nk = 1\n", "{key} {value}");
        }
        // A section that has an awkward name already can still be edited.
        let mut document = Document::parse(b"[profile \"a b\"]\nk = 1\n");
        document.set(&Header::profile("a b"), "k", "a#b;c = d").unwrap();
        assert_eq!(document.to_bytes(), b"[profile \"a b\"]\nk = a#b;c = d\n");
        document.set(&other, "k", "v").unwrap();
    }
}
