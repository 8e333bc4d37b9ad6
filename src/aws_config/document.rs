//! An AWS INI file, edited line by line: an edit changes the lines that it must, and every other byte stays.
//!
//! The file is cut at its headers. A section is only taken apart when it is edited, so that an edit costs as much as
//! its section is long, whatever the size of the file.

use std::borrow::Cow;

use super::index::Index;
pub use super::line::Header;
use super::line::{BYTE_ORDER_MARK, Classifier, Kind, Line, is_legible, is_space, trim, without_comment};
use super::section::{content_end, settings, without_ending};
use crate::error::{Error, Result};

/// A file's content, open for edits.
#[derive(Clone, Debug)]
pub struct Document {
    /// In file order. The first one has no header: what stands before the first section.
    pub(super) sections: Vec<Section>,
    index: Index,
    newline: &'static [u8],
}

#[derive(Clone, Debug)]
pub(super) struct Section {
    pub(super) header: Option<Header<'static>>,
    /// The header's line and all that follows up to the next header.
    pub(super) text: Vec<u8>,
}

impl Document {
    /// Takes in a file's content, whatever it is.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        let newline: &[u8] = match memchr::memchr(b'\n', bytes) {
            Some(at) if bytes[..at].ends_with(b"\r") => b"\r\n",
            _ => b"\n",
        };
        let mut document = Self { sections: Vec::new(), index: Index::default(), newline };
        let mut start = 0;
        let mut header = None;
        let mut at = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        for line in bytes[at..].split_inclusive(|byte| *byte == b'\n') {
            // No line before it changes what a header is.
            if trim(line).starts_with(b"[")
                && let Line::Header(next) = Classifier::default().classify(without_ending(line))
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

    /// The headers in file order, repeated ones too.
    pub fn headers(&self) -> impl Iterator<Item = &Header<'static>> {
        self.sections.iter().filter_map(|section| section.header.as_ref())
    }

    /// The headers in file order, each with its line, from 1.
    pub fn header_lines(&self) -> impl Iterator<Item = (usize, &Header<'static>)> {
        let mut next = 1;
        self.sections.iter().filter_map(move |section| {
            let line = next;
            next += memchr::memchr_iter(b'\n', &section.text).count();
            section.header.as_ref().map(|header| (line, header))
        })
    }

    /// Whether there is such a section.
    #[must_use]
    pub fn has(&self, header: &Header<'_>) -> bool {
        !self.places(header).is_empty()
    }

    /// Whether such a header is indented below another section's keys: to some SDKs it is more of the last value there,
    /// so what is written under it would be that section's.
    #[must_use]
    pub fn is_ambiguous(&self, header: &Header<'_>) -> bool {
        self.places(header).iter().any(|place| {
            let starts_with_space = self.sections[*place].text.first().is_some_and(|byte| is_space(*byte));
            starts_with_space && *place > 0 && content_end(&self.sections[*place - 1].text) > 0
        })
    }

    /// The value as readers take it.
    #[must_use]
    pub fn get(&self, header: &Header<'_>, key: &str) -> Option<String> {
        self.places(header).iter().rev().find_map(|place| {
            let text = &self.sections[*place].text;
            settings(text, key).pop().map(|setting| setting.value(text))
        })
    }

    /// Gives `key` this value: in its own line where it stands, after the section's last line else, in a new section
    /// at the end of the file where there is none.
    ///
    /// Where the file repeats a section or a key, the last one is changed, since that is the one readers take. A nested
    /// block under the key goes. A value that some SDK would read differently is refused.
    pub fn set(&mut self, header: &Header<'_>, key: &str, value: &str) -> Result<()> {
        check_setting(key, value)?;
        let places = self.places(header);
        for place in places.iter().rev() {
            let text = &mut self.sections[*place].text;
            if let Some(setting) = settings(text, key).pop() {
                setting.replace(text, key, value);
                return Ok(());
            }
        }
        let place = match places.last() {
            Some(place) => *place,
            None => self.append(header)?,
        };
        let newline = self.newline;
        let text = &mut self.sections[place].text;
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

    /// Removes every line of `key`, and says whether there was one.
    pub fn remove_key(&mut self, header: &Header<'_>, key: &str) -> bool {
        let mut found = false;
        for place in self.places(header) {
            let text = &mut self.sections[place].text;
            for setting in settings(text, key).into_iter().rev() {
                setting.remove(text);
                found = true;
            }
        }
        found
    }

    /// Removes every section of this name, and says whether there was one.
    ///
    /// Comments after its last setting stay: they may be about the next section.
    pub fn remove_section(&mut self, header: &Header<'_>) -> bool {
        let places = self.places(header);
        for place in &places {
            self.sections[*place].strip();
        }
        !places.is_empty()
    }

    fn push(&mut self, header: Option<Header<'static>>, text: Vec<u8>) {
        if let Some(header) = &header {
            self.index.add(header, self.sections.len());
        }
        self.sections.push(Section { header, text });
    }

    /// The sections of this name, in file order.
    fn places(&self, header: &Header<'_>) -> Vec<usize> {
        self.index.find(&self.sections, &self.actual(header))
    }

    /// The header that stands for this one in the file: the profile `default` mostly goes by `[default]`, and a
    /// `[profile default]` beside that would hide it.
    fn actual<'a>(&self, header: &Header<'a>) -> Header<'a> {
        if *header == Header::profile("default") && self.index.find(&self.sections, header).is_empty() {
            return Header::DEFAULT;
        }
        header.clone()
    }

    /// Adds an empty section at the end of the file, a blank line before it.
    fn append(&mut self, header: &Header<'_>) -> Result<usize> {
        let header = self.actual(header).into_owned();
        let mut line = written(&header)?.into_bytes();
        line.extend_from_slice(self.newline);
        self.end_with_blank_line();
        self.push(Some(header), line);
        Ok(self.sections.len() - 1)
    }

    /// Sees to it that what is added at the end stands apart.
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

    /// The file's own line ending.
    pub(super) fn newline(&self) -> &'static [u8] {
        self.newline
    }

    /// Whether such a section can be written.
    pub(super) fn check_new(profile: &str, settings: &[(&str, String)]) -> Result<()> {
        written(&Header::profile(profile))?;
        settings.iter().try_for_each(|(key, value)| check_setting(key, value))
    }

    /// Finds the sections again after some came or went.
    pub(super) fn index_anew(&mut self) {
        self.index = Index::of(&self.sections);
    }
}

impl Section {
    /// Takes the header and the settings away. Comments after them stay: they may be about the next section.
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

impl Header<'_> {
    /// `[default]`.
    pub const DEFAULT: Header<'static> = Header { kind: Kind::Default, name: Cow::Borrowed(b"default") };

    /// `[profile NAME]`; `[default]` for the profile `default`, unless the file has a `[profile default]`.
    #[must_use]
    pub fn profile(name: &str) -> Header<'_> {
        Header { kind: Kind::Profile, name: Cow::Borrowed(name.as_bytes()) }
    }

    /// `[sso-session NAME]`.
    #[must_use]
    pub fn sso_session(name: &str) -> Header<'_> {
        Header { kind: Kind::SsoSession, name: Cow::Borrowed(name.as_bytes()) }
    }

    pub(super) fn into_owned(self) -> Header<'static> {
        Header { kind: self.kind, name: Cow::Owned(self.name.into_owned()) }
    }
}

/// The header as every SDK reads it, or why there is none.
fn written(header: &Header<'_>) -> Result<String> {
    let name = String::from_utf8_lossy(&header.name);
    let kind = match header.kind {
        Kind::Default => return Ok("[default]".to_owned()),
        Kind::Profile => "profile",
        Kind::SsoSession => "sso-session",
        Kind::Services => "services",
        Kind::Other => {
            return Err(Error::usage(format!("{name} is no kind of section that is written here")));
        }
    };
    if name.is_empty() || !name.chars().all(is_legible) {
        return Err(Error::usage(format!("not every AWS SDK can read a {kind} called {name:?}"))
            .with_remedy("use only letters, digits and _ . - / % @ : +"));
    }
    Ok(format!("[{kind} {name}]"))
}

/// Refuses what some SDK would read differently. The value may be a secret, so it is not shown.
fn check_setting(key: &str, value: &str) -> Result<()> {
    let refused = |why: &str| Err(Error::usage(format!("the value for {key:?} {why}, so it is not written")));
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return Err(Error::usage(format!("{key:?} is not a key that every AWS SDK can read")));
    }
    if value.is_empty() {
        return refused("is empty");
    }
    if value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return refused("holds a line break or another control character");
    }
    if value.trim() != value {
        return refused("has white space around it");
    }
    if without_comment(value.as_bytes()).len() < value.len() {
        return refused("would be cut at its # or ; by most SDKs");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind as ErrorKind;

    fn edited(file: &str, edit: impl FnOnce(&mut Document)) -> String {
        let mut document = Document::parse(file.as_bytes());
        edit(&mut document);
        String::from_utf8(document.to_bytes()).unwrap()
    }

    #[test]
    fn a_set_value_changes_its_own_lines_only() {
        let cases = [
            // In its place, spaced as it was; the comment goes, since botocore reads it as part of the value.
            ("[profile a]\nk=1\nx = 2\n", "[profile a]\nk=new\nx = 2\n"),
            ("[profile a]\n  k   =\t1   # why\n", "[profile a]\n  k   =\tnew\n"),
            ("[profile a]\nK = 1\n", "[profile a]\nk = new\n"),
            ("[profile a]\nk: 1\n", "[profile a]\nk = new\n"),
            ("[profile a]\nk =\n", "[profile a]\nk = new\n"),
            ("[profile a]\r\nk = 1\r\n", "[profile a]\r\nk = new\r\n"),
            ("[profile a]\nk = 1", "[profile a]\nk = new"),
            ("[profile 'a'] # mine\nk = 1\n", "[profile 'a'] # mine\nk = new\n"),
            ("[ profile a ]\nk = 1\n", "[ profile a ]\nk = new\n"),
            // The last of several, as readers have it.
            ("[profile a]\nk = 1\nk = 2\n[profile a]\nx = 3\n", "[profile a]\nk = 1\nk = new\n[profile a]\nx = 3\n"),
            ("[profile a]\nk = 1\n[profile \"a\"]\nk = 2\n", "[profile a]\nk = 1\n[profile \"a\"]\nk = new\n"),
            // A nested block goes as a whole, other blocks do not count.
            ("[profile a]\nk =\n  b = 1\n\n  # c\n\td = 2\n  # e\nx = 3\n", "[profile a]\nk = new\n\nx = 3\n"),
            ("[profile a]\ns3 =\n  k = 1\n", "[profile a]\ns3 =\n  k = 1\nk = new\n"),
            // A missing key follows the last line that is not blank and not a comment on what comes next.
            ("[profile a]\nx = 1\n\n# b\n[profile b]\n", "[profile a]\nx = 1\nk = new\n\n# b\n[profile b]\n"),
            ("[profile a]\nx = 1\n  # of x\n\n", "[profile a]\nx = 1\n  # of x\nk = new\n\n"),
            ("[profile a]\n  junk\n", "[profile a]\n  junk\nk = new\n"),
            ("[profile a]", "[profile a]\nk = new\n"),
            ("[profile a]\r\nx = 1", "[profile a]\r\nx = 1\r\nk = new\r\n"),
            // A missing section goes to the end.
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
    fn a_value_is_got_as_readers_take_it() {
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
            // A section set again is a new one.
            document.set(&Header::profile("a"), "k", "v").unwrap();
            assert_eq!(document.headers().filter(|header| **header == Header::profile("a")).count(), 1);
            assert!(document.to_bytes().ends_with(b"\n\n[profile a]\nk = v\n"), "{file:?}");
        }
    }

    #[test]
    fn what_some_sdk_would_misread_is_refused_without_being_shown() {
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
            (&Header { kind: Kind::Other, name: Cow::Borrowed(b"x") }, "k", "s3cret"),
        ];
        for (header, key, value) in cases {
            let mut document = Document::parse(b"[profile a]\nk = 1\n");
            let error = document.set(header, key, value).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Usage);
            assert!(!error.report().contains("s3cret"), "{}", error.report());
            assert_eq!(document.to_bytes(), b"[profile a]\nk = 1\n", "{key} {value}");
        }
        // What already stands under an awkward name can still be edited.
        let mut document = Document::parse(b"[profile \"a b\"]\nk = 1\n");
        document.set(&Header::profile("a b"), "k", "a#b;c = d").unwrap();
        assert_eq!(document.to_bytes(), b"[profile \"a b\"]\nk = a#b;c = d\n");
        document.set(&other, "k", "v").unwrap();
    }
}
