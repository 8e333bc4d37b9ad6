//! Reads one line of an AWS INI file, in every spelling that some SDK accepts.
//!
//! The SDKs disagree on awkward lines (`tests/config_reading.rs` has the table). Nothing here fails: a line that no SDK
//! can read is [`ConfigLine::Junk`], and has no effect.

use std::borrow::Cow;
use std::fmt;

/// The byte-order mark that some Windows editors put before the first line.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The kind of section that a header opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SectionKind {
    /// `[default]`. A `[profile default]` is a [`SectionKind::Profile`], and takes precedence in a config file.
    Default,
    /// `[profile NAME]`.
    Profile,
    /// `[sso-session NAME]`.
    SsoSession,
    /// `[services NAME]`.
    Services,
    /// Any other section: one that this tool does not need, such as `[plugins]`, or one that no SDK accepts.
    Other,
}

/// A section's header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Header<'a> {
    /// The kind of section that the header opens.
    pub kind: SectionKind,
    /// Its name without the kind and without quotes; for [`SectionKind::Other`] the whole text between the brackets.
    pub name: Cow<'a, [u8]>,
}

impl Header<'_> {
    /// `[default]`.
    pub const DEFAULT: Header<'static> = Header { kind: SectionKind::Default, name: Cow::Borrowed(b"default") };

    /// `[profile NAME]`. For the profile `default` a document also finds `[default]`.
    #[must_use]
    pub fn profile(name: &str) -> Header<'_> {
        Header { kind: SectionKind::Profile, name: Cow::Borrowed(name.as_bytes()) }
    }

    /// `[sso-session NAME]`.
    #[must_use]
    pub fn sso_session(name: &str) -> Header<'_> {
        Header { kind: SectionKind::SsoSession, name: Cow::Borrowed(name.as_bytes()) }
    }

    pub(super) fn into_owned(self) -> Header<'static> {
        Header { kind: self.kind, name: Cow::Owned(self.name.into_owned()) }
    }
}

/// One line, without its line ending.
#[derive(Clone, PartialEq, Eq)]
pub enum ConfigLine<'a> {
    /// White space only.
    Blank,
    /// A line that is all comment.
    Comment,
    /// `[…]`.
    Header(Header<'a>),
    /// `key = value`, or `key =` before a nested block.
    Setting {
        /// The key as written; readers convert it to lower case.
        key: &'a [u8],
        /// The value without the white space around it and without a trailing comment.
        value: &'a [u8],
    },
    /// A line with a deeper indentation than the key before it, trimmed: more of the key's value, or a line of its
    /// nested block.
    Continuation(&'a [u8]),
    /// A line that no SDK can read.
    Junk,
}

/// A value may be a key, so it is left out.
impl fmt::Debug for ConfigLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blank => f.write_str("Blank"),
            Self::Comment => f.write_str("Comment"),
            Self::Header(header) => f.debug_tuple("Header").field(header).finish(),
            Self::Setting { key, .. } => write!(f, "Setting {{ key: {:?}, .. }}", String::from_utf8_lossy(key)),
            Self::Continuation(_) => f.write_str("Continuation(..)"),
            Self::Junk => f.write_str("Junk"),
        }
    }
}

/// Classifies the lines of one file, from first to last.
#[derive(Debug, Default)]
pub struct Classifier {
    /// The indentation of the last key: a deeper line continues its value.
    open_key: Option<usize>,
}

impl Classifier {
    /// What `line` is, given the lines before it; `line` has no `\n`, and may end in `\r`.
    pub fn classify<'a>(&mut self, line: &'a [u8]) -> ConfigLine<'a> {
        let text = trim(line);
        match text.first() {
            None => return ConfigLine::Blank,
            Some(b'#' | b';') => return ConfigLine::Comment,
            Some(b'[') => {
                self.open_key = None;
                return ConfigLine::Header(header(text));
            }
            Some(_) => {}
        }
        let indent = indent(line);
        if self.open_key.is_some_and(|key| indent > key) {
            return ConfigLine::Continuation(text);
        }
        let Some((key, value)) = split_setting(text) else { return ConfigLine::Junk };
        self.open_key = Some(indent);
        ConfigLine::Setting { key, value }
    }
}

/// Splits `key = value`, without its trailing comment; `None` if there is no key or no delimiter.
///
/// A line without `=` is split at its first `:`, as in botocore.
#[must_use]
pub fn split_setting(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = without_comment(text);
    let at = delimiter(text)?;
    let (key, value) = (trim_blanks(&text[..at]), trim_blanks(&text[at + 1..]));
    (!key.is_empty()).then_some((key, value))
}

/// Trims what botocore trims from keys and values: white space of other scripts too, such as a non-breaking space that
/// was pasted from a page. Few lines have any, so the bytes at both ends are looked at first.
fn trim_blanks(text: &[u8]) -> &[u8] {
    let text = trim(text);
    let is_plain = |byte: Option<&u8>| byte.is_none_or(|byte| matches!(byte, b'!'..=b'~'));
    if is_plain(text.first()) && is_plain(text.last()) {
        return text;
    }
    let is_blank = |letter: char| letter.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&letter);
    std::str::from_utf8(text).map_or(text, |text| text.trim_matches(is_blank).as_bytes())
}

/// Where the key ends: at the first `=`, or else the first `:`.
pub(super) fn delimiter(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| *byte == b'=').or_else(|| text.iter().position(|byte| *byte == b':'))
}

/// The text before a comment: a `#` or `;` at the start or after white space.
pub(super) fn without_comment(text: &[u8]) -> &[u8] {
    let starts_comment = |at: &usize| matches!(text[*at], b'#' | b';') && (*at == 0 || is_space(text[*at - 1]));
    (0..text.len()).find(starts_comment).map_or(text, |at| &text[..at])
}

/// Reads a header; `text` is trimmed and starts with `[`.
fn header(text: &[u8]) -> Header<'_> {
    let inside = &text[1..];
    let other = |name| Header { kind: SectionKind::Other, name: Cow::Borrowed(name) };
    // A header without a bracket still ends the section before it: its keys must not end up in another profile.
    let Some(end) = closing_bracket(inside) else { return other(inside) };
    let inside = trim(&inside[..end]);
    let Some(space) = inside.iter().position(|byte| is_space(*byte)) else {
        let kind = if inside == b"default" { SectionKind::Default } else { SectionKind::Other };
        return Header { kind, name: Cow::Borrowed(inside) };
    };
    let kind = match &inside[..space] {
        b"profile" => SectionKind::Profile,
        b"sso-session" => SectionKind::SsoSession,
        b"services" => SectionKind::Services,
        _ => return other(inside),
    };
    match word(trim(&inside[space..])) {
        Some(name) => Header { kind, name },
        None => other(inside),
    }
}

/// The bracket that ends a header. A name may contain brackets: it is the first one that only a comment follows, or
/// else the last one, as in botocore.
fn closing_bracket(inside: &[u8]) -> Option<usize> {
    let mut last = None;
    // `memchr` first asks what the processor can do, which takes longer than reading all headers this way.
    for (at, _) in inside.iter().enumerate().filter(|(_, byte)| **byte == b']') {
        if matches!(trim(&inside[at + 1..]).first(), None | Some(b'#' | b';')) {
            return Some(at);
        }
        last = Some(at);
    }
    last
}

/// The name in `text`, without quotes, as botocore reads it; `None` if it is not exactly one word.
fn word(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !text.iter().any(|byte| is_space(*byte) || matches!(byte, b'"' | b'\'' | b'\\')) {
        return Some(Cow::Borrowed(text));
    }
    let mut words = shlex::bytes::Shlex::new(text);
    let word = words.next()?;
    (words.next().is_none() && !words.had_error).then_some(Cow::Owned(word))
}

/// The number of white-space characters before the text; a tab counts as one, as in botocore.
pub(super) fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| is_space(**byte)).count()
}

/// The text without the white space around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let text = &text[indent(text)..];
    let end = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    &text[..end]
}

/// Whether every SDK accepts this letter in the name of a profile.
pub(crate) fn is_legible(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.-/%@:+".contains(letter)
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_of(line: &str) -> (SectionKind, String) {
        match Classifier::default().classify(line.as_bytes()) {
            ConfigLine::Header(header) => (header.kind, String::from_utf8(header.name.into_owned()).unwrap()),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_header_is_recognized_in_every_form_that_some_sdk_accepts() {
        let cases = [
            ("[profile a]", SectionKind::Profile, "a"),
            ("[profile a]\r", SectionKind::Profile, "a"),
            ("[ profile a ]", SectionKind::Profile, "a"),
            ("[profile  a]", SectionKind::Profile, "a"),
            ("[profile\ta]", SectionKind::Profile, "a"),
            ("\t [profile a]  ", SectionKind::Profile, "a"),
            ("[profile a] # prod", SectionKind::Profile, "a"),
            ("[profile a] ; see [profile b]", SectionKind::Profile, "a"),
            ("[profile a]# prod", SectionKind::Profile, "a"),
            ("[profile \"a b\"]", SectionKind::Profile, "a b"),
            ("[profile 'a b']", SectionKind::Profile, "a b"),
            ("[profile \"a\"]", SectionKind::Profile, "a"),
            ("[profile \"it's\"]", SectionKind::Profile, "it's"),
            (r#"[profile "a \" b"]"#, SectionKind::Profile, "a \" b"),
            ("[profile a#b]", SectionKind::Profile, "a#b"),
            ("[profile #a]", SectionKind::Profile, "#a"),
            ("[profile a]b]", SectionKind::Profile, "a]b"),
            ("[profile a] b", SectionKind::Profile, "a"),
            ("[profile é]", SectionKind::Profile, "é"),
            ("[profile a=b]", SectionKind::Profile, "a=b"),
            ("[default]", SectionKind::Default, "default"),
            ("[ default ] # mine", SectionKind::Default, "default"),
            ("[profile default]", SectionKind::Profile, "default"),
            ("[sso-session corp]", SectionKind::SsoSession, "corp"),
            ("[services dev]", SectionKind::Services, "dev"),
            // Every SDK ignores these.
            ("[profile a b]", SectionKind::Other, "profile a b"),
            ("[profile it's]", SectionKind::Other, "profile it's"),
            ("[profile]", SectionKind::Other, "profile"),
            ("[DEFAULT]", SectionKind::Other, "DEFAULT"),
            ("[preview]", SectionKind::Other, "preview"),
            ("[profiles a]", SectionKind::Other, "profiles a"),
            ("[]", SectionKind::Other, ""),
            // Without a bracket it is not a profile, but it ends the section before it.
            ("[profile a", SectionKind::Other, "profile a"),
        ];
        for (line, kind, name) in cases {
            assert_eq!(header_of(line), (kind, name.to_owned()), "{line}");
        }
    }

    #[test]
    fn a_line_is_classified_by_the_lines_before_it() {
        let setting = |key: &'static str, value: &'static str| ConfigLine::Setting {
            key: key.as_bytes(),
            value: value.as_bytes(),
        };
        let cases: [(&str, ConfigLine<'static>); 23] = [
            ("  indented = first key", setting("indented", "first key")),
            ("  again = 2", setting("again", "2")),
            ("   deeper = 3", ConfigLine::Continuation(b"deeper = 3")),
            (" shallower = 4", setting("shallower", "4")),
            ("[profile a]", ConfigLine::Header(header(b"[profile a]"))),
            ("key=value", setting("key", "value")),
            ("Key = a = b # why", setting("Key", "a = b")),
            ("key = a#b;c", setting("key", "a#b;c")),
            ("key = # nothing", setting("key", "")),
            ("key: value", setting("key", "value")),
            ("url: http://x/?a=b", setting("url: http://x/?a", "b")),
            ("s3 =", setting("s3", "")),
            ("", ConfigLine::Blank),
            ("  # note", ConfigLine::Comment),
            ("  a = b # kept", ConfigLine::Continuation(b"a = b # kept")),
            ("\tc = d\r", ConfigLine::Continuation(b"c = d")),
            ("word", ConfigLine::Junk),
            ("  e = f", ConfigLine::Continuation(b"e = f")),
            (" \t\r", ConfigLine::Blank),
            ("; note", ConfigLine::Comment),
            ("= value", ConfigLine::Junk),
            ("word # key = value", ConfigLine::Junk),
            ("\u{fffd} = 1", setting("\u{fffd}", "1")),
        ];
        let mut classifier = Classifier::default();
        for (line, expected) in cases {
            assert_eq!(classifier.classify(line.as_bytes()), expected, "{line}");
        }
    }
}
