//! One pass over an AWS config file: what each `credential_process` call pays for a file of any size.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::line::{BYTE_ORDER_MARK, Classifier, Header, Kind, Line, is_space};
use super::profile::Config;
use super::store;
use crate::error::Result;

/// Fits a processor's second-level cache, so that a large file is scanned where it has just been read to.
const CHUNK: usize = 256 << 10;

/// One pass over a file.
pub(super) struct Scan<'a> {
    only: Option<&'a [u8]>,
    config: &'a mut Config,
    classifier: Classifier,
    /// The section whose lines are kept; `None` between sections that are wanted.
    current: Option<usize>,
}

impl<'a> Scan<'a> {
    /// A pass that adds to `config` all that it meets, or the profile called `only` and the sso-sessions.
    pub(super) fn new(config: &'a mut Config, only: Option<&'a [u8]>) -> Self {
        Self { only, config, classifier: Classifier::default(), current: None }
    }

    /// Takes in a file's content.
    pub(super) fn text(mut self, bytes: &[u8]) {
        self.lines(bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes));
    }

    /// Reads the file in chunks of whole lines; only a line that is longer than a chunk makes the buffer grow.
    pub(super) fn file(mut self, mut file: File, path: &Path) -> Result<()> {
        let mut buffer = vec![0; chunk_size(&file)];
        let (mut filled, mut total) = (0, 0);
        let mut at_start = true;
        loop {
            let read = match file.read(&mut buffer[filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(store::unreadable(path, &error)),
            };
            total += read;
            if total as u64 > store::MAX_BYTES {
                return Err(store::too_large(path));
            }
            let fresh = filled;
            filled += read;
            if at_start && (filled >= BYTE_ORDER_MARK.len() || read == 0) {
                at_start = false;
                if buffer[..filled].starts_with(BYTE_ORDER_MARK) {
                    // Blank stands for it, so that the first line is still the first line.
                    buffer[..BYTE_ORDER_MARK.len()].fill(b' ');
                }
            }
            if read == 0 {
                self.lines(&buffer[..filled]);
                return Ok(());
            }
            if at_start {
                continue;
            }
            if let Some(newline) = buffer[fresh..filled].iter().rposition(|byte| *byte == b'\n') {
                let end = fresh + newline + 1;
                self.lines(&buffer[..end]);
                buffer.copy_within(end..filled, 0);
                filled -= end;
            }
            if filled == buffer.len() {
                buffer.resize(filled * 2, 0);
            }
        }
    }

    /// Takes in whole lines; the last one may lack its newline.
    fn lines(&mut self, mut text: &[u8]) {
        while !text.is_empty() {
            if self.current.is_none() {
                let Some(at) = self.next_header(text) else { return };
                text = &text[at..];
            }
            let end = find_byte(b'\n', text).unwrap_or(text.len());
            self.line(&text[..end]);
            text = text.get(end + 1..).unwrap_or_default();
        }
    }

    fn line(&mut self, line: &[u8]) {
        let settings = self.current.map(|place| self.config.settings(place));
        match (self.classifier.classify(line), settings) {
            (Line::Header(header), _) => self.current = self.open(&header),
            (Line::Setting { key, value }, Some(settings)) => {
                settings.push((text(key).to_ascii_lowercase(), text(value)));
            }
            (Line::Continuation(more), Some(settings)) => {
                if let Some((_, value)) = settings.last_mut() {
                    value.push('\n');
                    value.push_str(&text(more));
                }
            }
            _ => {}
        }
    }

    /// The place of this section, if it is wanted.
    fn open(&mut self, header: &Header<'_>) -> Option<usize> {
        let wanted = match (header.kind, self.only) {
            (Kind::Other, _) | (Kind::Services, Some(_)) => false,
            (Kind::SsoSession, _) | (_, None) => true,
            (Kind::Default | Kind::Profile, Some(only)) => *header.name == *only,
        };
        wanted.then(|| self.config.place(header.kind, text(&header.name)))
    }

    /// Where the next header starts that could open a wanted section.
    fn next_header(&self, text: &[u8]) -> Option<usize> {
        let mut from = 0;
        loop {
            let at = from + find_byte(b'[', &text[from..])?;
            if self.may_be_wanted(&text[at + 1..]) && starts_line(text, at) {
                return Some(at);
            }
            from = at + 1;
        }
    }

    /// Turns down `profile OTHER]` at a glance, for the sake of files with tens of thousands of profiles.
    fn may_be_wanted(&self, inside: &[u8]) -> bool {
        let Some(only) = self.only else { return true };
        let Some(name) = inside.strip_prefix(b"profile ") else { return true };
        // A name in any other spelling starts with a quote, a backslash or more white space.
        name.starts_with(only)
            || name.first().is_none_or(|byte| is_space(*byte) || matches!(byte, b'"' | b'\'' | b'\\'))
    }
}

/// Whether nothing but white space stands before `at` on its line.
fn starts_line(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().find(|byte| !is_space(**byte)).is_none_or(|byte| *byte == b'\n')
}

/// As large as the file, within reason: a small config needs neither a fresh mapping nor a second read.
fn chunk_size(file: &File) -> usize {
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    usize::try_from(length).map_or(CHUNK, |length| length.saturating_add(1)).clamp(4 << 10, CHUNK)
}

/// `memchr` with what every processor of this architecture has: asking which one this is takes longer, on a virtual
/// machine, than reading the config.
fn find_byte(byte: u8, text: &[u8]) -> Option<usize> {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    if let Some(finder) = memchr::arch::x86_64::sse2::memchr::One::new(byte) {
        return finder.find(text);
    }
    memchr::memchr(byte, text)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_may_span_any_number_of_chunks() {
        // Many offsets of the second profile's header against the first chunk's end, and one line of three chunks.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let long = "x".repeat(CHUNK * 3);
        for shift in [0, 7, 19, 20, 21, 22, 29, 35, 40] {
            let filler = "y".repeat(CHUNK - 60 + shift);
            let file = format!(
                "[profile a]\nfiller = {filler}\n[profile b]\nregion = b\nlong = {long}\n[profile c]\nregion = c"
            );
            std::fs::write(&path, &file).unwrap();
            let (whole, parsed) = (Config::read(&path).unwrap(), Config::parse(file.as_bytes()));
            for name in ["a", "b", "c"] {
                assert_eq!(whole.profile(name), parsed.profile(name), "{shift} {name}");
            }
            for name in ["b", "c"] {
                let one = Config::read_profile(&path, name).unwrap();
                assert_eq!(one.profile(name), whole.profile(name), "{shift} {name}");
                assert_eq!(one.profile(name).unwrap().get("region"), Some(name), "{shift} {name}");
                assert_eq!(one.profiles().count(), 1, "{shift} {name}");
            }
        }
    }

    #[test]
    fn a_byte_order_mark_hides_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, b"\xEF\xBB\xBF[profile a]\nregion = r").unwrap();
        for config in [Config::read(&path).unwrap(), Config::read_profile(&path, "a").unwrap()] {
            assert_eq!(config.profile("a").unwrap().get("region"), Some("r"));
        }
        for short in [&b""[..], b"\n", b"\xEF\xBB\xBF", b"\xEF"] {
            std::fs::write(&path, short).unwrap();
            assert_eq!(Config::read(&path).unwrap().profiles().count(), 0);
        }
    }
}
