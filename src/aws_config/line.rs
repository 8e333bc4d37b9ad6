//! What one line of an AWS INI file is, in every spelling that some SDK accepts.
//!
//! The SDKs disagree on awkward lines (`tests/config_reading.rs` has the table). Nothing here fails: what no SDK can
//! make sense of is [`Line::Junk`], which changes nothing.

use std::borrow::Cow;

/// The byte-order mark that some Windows editors put before the first line.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What kind of section a header opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// `[default]`; `[profile default]` is a [`Kind::Profile`], which wins over it in a config file.
    Default,
    /// `[profile NAME]`.
    Profile,
    /// `[sso-session NAME]`.
    SsoSession,
    /// `[services NAME]`.
    Services,
    /// Any other section: one that is not for us, such as `[plugins]`, or one that no SDK accepts.
    Other,
}

/// A section's header.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Header<'a> {
    /// What kind of section follows.
    pub kind: Kind,
    /// Its name without the kind and without quotes; for [`Kind::Other`] all that stands between the brackets.
    pub name: Cow<'a, [u8]>,
}

/// One line, without its line ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line<'a> {
    /// Nothing but white space.
    Blank,
    /// A comment that fills the line.
    Comment,
    /// `[…]`.
    Header(Header<'a>),
    /// `key = value`, or `key =` before a nested block.
    Setting {
        /// The key as written; readers take it in lower case.
        key: &'a [u8],
        /// The value without white space and trailing comment around it.
        value: &'a [u8],
    },
    /// A line that is indented deeper than the key before it, trimmed: more of its value, or a line of its nested
    /// block.
    Continuation(&'a [u8]),
    /// Nothing that any SDK makes sense of.
    Junk,
}

/// Tells the lines of one file, from first to last, what they are.
#[derive(Debug, Default)]
pub struct Classifier {
    /// The indentation of the key that a deeper line would continue.
    open_key: Option<usize>,
}

impl Classifier {
    /// What `line` is, given the lines before it; `line` has no `\n`, and may end in `\r`.
    pub fn classify<'a>(&mut self, line: &'a [u8]) -> Line<'a> {
        let text = trim(line);
        match text.first() {
            None => return Line::Blank,
            Some(b'#' | b';') => return Line::Comment,
            Some(b'[') => {
                self.open_key = None;
                return Line::Header(header(text));
            }
            Some(_) => {}
        }
        let indent = indent(line);
        if self.open_key.is_some_and(|key| indent > key) {
            return Line::Continuation(text);
        }
        let Some((key, value)) = split_setting(text) else { return Line::Junk };
        self.open_key = Some(indent);
        Line::Setting { key, value }
    }
}

/// `key = value`, its trailing comment cut off; `None` without a key and a delimiter.
///
/// `:` stands in for `=` where there is none, as in botocore.
#[must_use]
pub fn split_setting(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = without_comment(text);
    let at = delimiter(text)?;
    let (key, value) = (trim(&text[..at]), trim(&text[at + 1..]));
    (!key.is_empty()).then_some((key, value))
}

/// Where the key ends: the first `=`, else the first `:`.
pub(super) fn delimiter(text: &[u8]) -> Option<usize> {
    text.iter().position(|byte| *byte == b'=').or_else(|| text.iter().position(|byte| *byte == b':'))
}

/// The text before a ` #` or ` ;`.
pub(super) fn without_comment(text: &[u8]) -> &[u8] {
    let starts_comment = |at: &usize| matches!(text[*at], b'#' | b';') && (*at == 0 || is_space(text[*at - 1]));
    (0..text.len()).find(starts_comment).map_or(text, |at| &text[..at])
}

/// The name in `[profile NAME]`, where it is written as nearly every one is: in a tenth of the time.
pub(super) fn plain_profile(line: &[u8]) -> Option<&[u8]> {
    let name = line.strip_prefix(b"[profile ")?.strip_suffix(b"]")?;
    let is_odd = |byte: u8| matches!(byte, 0..=b' ' | b'"' | b'\'' | b'\\' | b']');
    // Each byte is looked at, which takes less time than to stop at the first odd one.
    let has_odd = name.iter().fold(false, |found, byte| found | is_odd(*byte));
    (!name.is_empty() && !has_odd).then_some(name)
}

/// Reads a header; `text` is trimmed and starts with `[`.
fn header(text: &[u8]) -> Header<'_> {
    let inside = &text[1..];
    let other = |name| Header { kind: Kind::Other, name: Cow::Borrowed(name) };
    // A header that is never closed still ends the section before it: no key may slip into a profile that is not its own.
    let Some(end) = closing_bracket(inside) else { return other(inside) };
    let inside = trim(&inside[..end]);
    let Some(space) = inside.iter().position(|byte| is_space(*byte)) else {
        let kind = if inside == b"default" { Kind::Default } else { Kind::Other };
        return Header { kind, name: Cow::Borrowed(inside) };
    };
    let kind = match &inside[..space] {
        b"profile" => Kind::Profile,
        b"sso-session" => Kind::SsoSession,
        b"services" => Kind::Services,
        _ => return other(inside),
    };
    word(trim(&inside[space..])).map_or_else(|| other(inside), |name| Header { kind, name })
}

/// The bracket that nothing but a comment follows, since a name may hold one too; else the last, as botocore has it.
fn closing_bracket(inside: &[u8]) -> Option<usize> {
    let mut last = None;
    // Not memchr: it would first ask the processor what it can do, and that takes longer than all headers together.
    for (at, _) in inside.iter().enumerate().filter(|(_, byte)| **byte == b']') {
        if matches!(trim(&inside[at + 1..]).first(), None | Some(b'#' | b';')) {
            return Some(at);
        }
        last = Some(at);
    }
    last
}

/// The one word that `text` is after its quotes are taken off, as botocore reads names.
fn word(text: &[u8]) -> Option<Cow<'_, [u8]>> {
    if !text.iter().any(|byte| is_space(*byte) || matches!(byte, b'"' | b'\'' | b'\\')) {
        return Some(Cow::Borrowed(text));
    }
    let mut words = shlex::bytes::Shlex::new(text);
    let word = words.next()?;
    (words.next().is_none() && !words.had_error).then_some(Cow::Owned(word))
}

/// How deep the line is indented; a tab counts as one, as in botocore.
pub(super) fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| is_space(**byte)).count()
}

/// The text without white space around it.
pub(super) fn trim(text: &[u8]) -> &[u8] {
    let text = &text[indent(text)..];
    let end = text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1);
    &text[..end]
}

/// Whether every SDK takes this in the name of a profile.
pub(super) fn is_legible(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || "_.-/%@:+".contains(letter)
}

pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | 0x0b | 0x0c)
}

/// `memchr` with what every processor of this architecture has: asking which one this is takes longer, on a virtual
/// machine, than reading the config.
pub(super) fn find_byte(byte: u8, text: &[u8]) -> Option<usize> {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    if let Some(finder) = memchr::arch::x86_64::sse2::memchr::One::new(byte) {
        return finder.find(text);
    }
    memchr::memchr(byte, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header_of(line: &str) -> (Kind, String) {
        match Classifier::default().classify(line.as_bytes()) {
            Line::Header(header) => (header.kind, String::from_utf8(header.name.into_owned()).unwrap()),
            other => panic!("{line}: {other:?}"),
        }
    }

    #[test]
    fn a_header_is_known_in_every_form_that_some_sdk_accepts() {
        let cases = [
            ("[profile a]", Kind::Profile, "a"),
            ("[profile a]\r", Kind::Profile, "a"),
            ("[ profile a ]", Kind::Profile, "a"),
            ("[profile  a]", Kind::Profile, "a"),
            ("[profile\ta]", Kind::Profile, "a"),
            ("\t [profile a]  ", Kind::Profile, "a"),
            ("[profile a] # prod", Kind::Profile, "a"),
            ("[profile a] ; see [profile b]", Kind::Profile, "a"),
            ("[profile a]# prod", Kind::Profile, "a"),
            ("[profile \"a b\"]", Kind::Profile, "a b"),
            ("[profile 'a b']", Kind::Profile, "a b"),
            ("[profile \"a\"]", Kind::Profile, "a"),
            ("[profile \"it's\"]", Kind::Profile, "it's"),
            (r#"[profile "a \" b"]"#, Kind::Profile, "a \" b"),
            ("[profile a#b]", Kind::Profile, "a#b"),
            ("[profile #a]", Kind::Profile, "#a"),
            ("[profile a]b]", Kind::Profile, "a]b"),
            ("[profile a] b", Kind::Profile, "a"),
            ("[profile é]", Kind::Profile, "é"),
            ("[profile a=b]", Kind::Profile, "a=b"),
            ("[default]", Kind::Default, "default"),
            ("[ default ] # mine", Kind::Default, "default"),
            ("[profile default]", Kind::Profile, "default"),
            ("[sso-session corp]", Kind::SsoSession, "corp"),
            ("[services dev]", Kind::Services, "dev"),
            // What every SDK ignores.
            ("[profile a b]", Kind::Other, "profile a b"),
            ("[profile it's]", Kind::Other, "profile it's"),
            ("[profile]", Kind::Other, "profile"),
            ("[DEFAULT]", Kind::Other, "DEFAULT"),
            ("[preview]", Kind::Other, "preview"),
            ("[profiles a]", Kind::Other, "profiles a"),
            ("[]", Kind::Other, ""),
            // Never closed: not a profile, yet the end of the section before it.
            ("[profile a", Kind::Other, "profile a"),
        ];
        for (line, kind, name) in cases {
            assert_eq!(header_of(line), (kind, name.to_owned()), "{line}");
        }
    }

    #[test]
    fn a_line_is_told_by_what_stands_before_it() {
        let setting =
            |key: &'static str, value: &'static str| Line::Setting { key: key.as_bytes(), value: value.as_bytes() };
        let cases: [(&str, Line<'static>); 23] = [
            ("  indented = first key", setting("indented", "first key")),
            ("  again = 2", setting("again", "2")),
            ("   deeper = 3", Line::Continuation(b"deeper = 3")),
            (" shallower = 4", setting("shallower", "4")),
            ("[profile a]", Line::Header(header(b"[profile a]"))),
            ("key=value", setting("key", "value")),
            ("Key = a = b # why", setting("Key", "a = b")),
            ("key = a#b;c", setting("key", "a#b;c")),
            ("key = # nothing", setting("key", "")),
            ("key: value", setting("key", "value")),
            ("url: http://x/?a=b", setting("url: http://x/?a", "b")),
            ("s3 =", setting("s3", "")),
            ("", Line::Blank),
            ("  # note", Line::Comment),
            ("  a = b # kept", Line::Continuation(b"a = b # kept")),
            ("\tc = d\r", Line::Continuation(b"c = d")),
            ("word", Line::Junk),
            ("  e = f", Line::Continuation(b"e = f")),
            (" \t\r", Line::Blank),
            ("; note", Line::Comment),
            ("= value", Line::Junk),
            ("word # key = value", Line::Junk),
            ("\u{fffd} = 1", setting("\u{fffd}", "1")),
        ];
        let mut classifier = Classifier::default();
        for (line, expected) in cases {
            assert_eq!(classifier.classify(line.as_bytes()), expected, "{line}");
        }
    }
}
