//! Faster ways to read plain lines, which nearly all lines are. They matter in a config of tens of thousands of
//! profiles: a header takes a tenth of the parser's time, and one key is found without reading the section's others.
//!
//! Anything that is not plain is left to the parser in [`super::line`]. These hold both to the same answer:
//! `a_plain_header_reads_as_the_parser_reads_it` below, `one_key_reads_as_it_does_among_all_of_its_section` in
//! `tests/config_reading.rs`, and the fuzz target `document`.

use super::line::{Classifier, ConfigLine, is_space, split_setting};

/// The name in `[profile NAME]`, if the header has no unusual characters.
pub(super) fn plain_profile(line: &[u8]) -> Option<&[u8]> {
    let name = line.strip_prefix(b"[profile ")?.strip_suffix(b"]")?;
    let is_odd = |byte: u8| matches!(byte, 0..=b' ' | b'"' | b'\'' | b'\\' | b']');
    // Looking at every byte is faster than stopping at the first odd one.
    let has_odd = name.iter().fold(false, |found, byte| found | is_odd(*byte));
    (!name.is_empty() && !has_odd).then_some(name)
}

/// What a look at a section's lines tells about a key.
pub(super) enum Plain<'a> {
    /// The key is not there.
    None,
    /// The key is there once, unindented, with its whole value on its line.
    Value(&'a str),
    /// The parser has to read the section.
    Unclear,
}

/// Looks for `key` in the lines of a section.
pub(super) fn plain_value<'a>(lines: &'a [u8], key: &str) -> Plain<'a> {
    let Some(start) = mention(lines, key) else { return Plain::None };
    if start.checked_sub(1).is_none_or(|before| lines[before] != b'\n') {
        return Plain::Unclear;
    }
    let line = first_line(&lines[start..]);
    let next = lines.get(start + line.len() + 1..).unwrap_or_default();
    // The next line may continue the value, unless it is an unindented setting of its own.
    let is_blank = next.trim_ascii().is_empty();
    let is_setting =
        || matches!(Classifier::default().classify(first_line(next)), ConfigLine::Setting { .. } if !is_space(next[0]));
    let goes_on = !is_blank && !is_setting();
    if goes_on || mention(next, key).is_some() {
        return Plain::Unclear;
    }
    match split_setting(line) {
        Some((name, value)) if name.eq_ignore_ascii_case(key.as_bytes()) => {
            std::str::from_utf8(value).map_or(Plain::Unclear, Plain::Value)
        }
        _ => Plain::Unclear,
    }
}

/// Where `key` first appears in these lines, even if in a comment or a value.
///
/// The search is for the key's first `_`, which is rare. A key without one "appears" at 0, where no key of a section
/// can be, so that the parser decides.
pub(super) fn mention(lines: &[u8], key: &str) -> Option<usize> {
    let Some((before, after)) = key.split_once('_') else { return Some(0) };
    let mut from = 0;
    while let Some(at) = find_byte(b'_', &lines[from..]) {
        let (left, right) = (&lines[..from + at], &lines[from + at + 1..]);
        let start = left.len().checked_sub(before.len());
        let is_left = start.is_some_and(|start| left[start..].eq_ignore_ascii_case(before.as_bytes()));
        if is_left && right.get(..after.len()).is_some_and(|text| text.eq_ignore_ascii_case(after.as_bytes())) {
            return start;
        }
        from += at + 1;
    }
    None
}

/// How often `url` is in a text, in upper and lower case: no key of that name is missing among them.
pub(super) fn count_urls(text: &[u8]) -> usize {
    let count = |first: u8| {
        let (mut count, mut from) = (0, 0);
        while let Some(at) = find_byte(first, &text[from..]) {
            from += at + 1;
            count += usize::from(text[from..].get(..2).is_some_and(|rest| rest.eq_ignore_ascii_case(b"rl")));
        }
        count
    };
    count(b'u') + count(b'U')
}

fn first_line(text: &[u8]) -> &[u8] {
    &text[..find_byte(b'\n', text).unwrap_or(text.len())]
}

/// `memchr` for the instructions that every processor of this architecture has. `memchr` itself first asks which
/// processor this is, which on a virtual machine takes longer than reading the config.
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
    use crate::aws_config::line::Header;

    /// Every name of up to four of these, among them all that mean something in a header.
    #[test]
    fn a_plain_header_reads_as_the_parser_reads_it() {
        const LETTERS: &[u8] = b"a= \t\r\"'\\[]#;\xFF";
        let mut names = vec![Vec::new()];
        let mut plain = 0;
        for _ in 0..4 {
            let longer = |name: &Vec<u8>| LETTERS.iter().map(|letter| [name.as_slice(), &[*letter]].concat()).collect();
            names = names.iter().flat_map(|name| -> Vec<_> { longer(name) }).collect();
            for name in &names {
                let line = [b"[profile ", name.as_slice(), b"]"].concat();
                let Some(found) = plain_profile(&line) else { continue };
                plain += 1;
                let expected = Header::profile(std::str::from_utf8(found).unwrap_or_default());
                match Classifier::default().classify(&line) {
                    ConfigLine::Header(header) if header.name == found => assert_eq!(header.kind, expected.kind),
                    other => panic!("{}: {other:?}", String::from_utf8_lossy(&line)),
                }
            }
        }
        assert!(plain > 1000, "{plain}");
    }
}
