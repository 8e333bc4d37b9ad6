//! One pass over an AWS config file: what each `credential_process` call pays for a file of any size.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::config::Config;
use super::line::{BYTE_ORDER_MARK, Classifier, Kind, Line, find_byte, is_space, plain_profile};
use crate::error::Result;
use crate::files::atomic;

/// Fits a processor's second-level cache, so that a large file is scanned where it has just been read to.
const CHUNK: usize = 256 << 10;

/// As long as a profile hardly is in a file of many: each costs less where room for all is made at once.
const SHORTEST: usize = 128;

/// One pass over a file.
pub(super) struct Scan<'a> {
    only: Option<&'a [u8]>,
    config: &'a mut Config,
    /// The section whose lines are kept; `None` between sections that are wanted.
    current: Option<usize>,
}

impl<'a> Scan<'a> {
    /// A pass that adds to `config` all that it meets, or the profile called `only` and the sso-sessions.
    pub(super) fn new(config: &'a mut Config, only: Option<&'a [u8]>) -> Self {
        Self { only, config, current: None }
    }

    /// Takes in a file's content.
    pub(super) fn whole(mut self, mut bytes: Vec<u8>) {
        blank_mark(&mut bytes);
        self.config.expect(bytes.len() / SHORTEST);
        self.lines(&bytes);
        self.config.text = bytes;
    }

    /// Reads the file: all of it at once where all of it is wanted.
    pub(super) fn file(mut self, mut file: File, path: &Path) -> Result<()> {
        let length = file.metadata().map_or(0, |metadata| metadata.len()).min(atomic::MAX_BYTES);
        let length = usize::try_from(length).unwrap_or_default() + 1;
        if self.only.is_none() {
            let mut bytes = Vec::with_capacity(length);
            let read = file.take(atomic::MAX_BYTES + 1).read_to_end(&mut bytes);
            if read.map_err(|error| atomic::unreadable(path, &error))? as u64 > atomic::MAX_BYTES {
                return Err(atomic::too_large(path));
            }
            self.whole(bytes);
            return Ok(());
        }
        // As large as the file, within reason: a small config needs neither a fresh mapping nor a second read.
        let mut buffer = vec![0; length.clamp(4 << 10, CHUNK)];
        let (mut filled, mut total) = (0, 0);
        let mut at_start = true;
        loop {
            let read = match file.read(&mut buffer[filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(atomic::unreadable(path, &error)),
            };
            total += read;
            if total as u64 > atomic::MAX_BYTES {
                return Err(atomic::too_large(path));
            }
            let fresh = filled;
            filled += read;
            if at_start && (filled >= BYTE_ORDER_MARK.len() || read == 0) {
                at_start = false;
                blank_mark(&mut buffer[..filled]);
            }
            if read == 0 {
                self.lines(&buffer[..filled]);
                return Ok(());
            }
            if at_start {
                continue;
            }
            // In chunks of whole lines; only a line that is longer than a chunk makes the buffer grow.
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
    fn lines(&mut self, text: &[u8]) {
        let mut at = 0;
        loop {
            let header = self.next_header(&text[at..]).map(|offset| at + offset);
            self.keep(text, at..header.unwrap_or(text.len()));
            let Some(start) = header else { return };
            at = find_byte(b'\n', &text[start..]).map_or(text.len(), |newline| start + newline + 1);
            let line = &text[start..at];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            if let Some(name) = plain_profile(line) {
                self.current = self.open(start, Kind::Profile, name);
            } else if let Line::Header(header) = Classifier::default().classify(line) {
                self.current = self.open(start, header.kind, &header.name);
            }
            // With its header: where a section stands twice, nothing goes on from the lines before.
            self.keep(text, start..at);
        }
    }

    /// Adds these lines to the current section, if it is wanted.
    fn keep(&mut self, text: &[u8], lines: Range<usize>) {
        let Some(place) = self.current else { return };
        let end = if self.only.is_some() {
            self.config.text.extend_from_slice(&text[lines]);
            self.config.text.len()
        } else {
            lines.end
        };
        self.config.extend(place, end);
    }

    /// The place of this section, if it is wanted.
    fn open(&mut self, start: usize, kind: Kind, name: &[u8]) -> Option<usize> {
        let wanted = match (kind, self.only) {
            (Kind::Other, _) | (Kind::Services, Some(_)) => false,
            (Kind::SsoSession, _) | (_, None) => true,
            (Kind::Default | Kind::Profile, Some(only)) => name == only,
        };
        let start = if self.only.is_some() { self.config.text.len() } else { start };
        wanted.then(|| self.config.place(kind, name, start))
    }

    /// Where the next header starts that ends the section whose lines are kept, or could open a wanted one.
    fn next_header(&self, text: &[u8]) -> Option<usize> {
        let mut from = 0;
        loop {
            let at = from + find_byte(b'[', &text[from..])?;
            if (self.current.is_some() || self.may_be_wanted(&text[at + 1..])) && starts_line(text, at) {
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

/// A file's sections, some thousands at a time, for who looks at each once: a config of what was looked at is dropped
/// before the next one is made.
#[derive(Debug)]
pub struct Parts {
    file: File,
    path: PathBuf,
    /// What was read and not yet given out.
    rest: Vec<u8>,
    total: u64,
}

impl Parts {
    /// None where there is no file.
    pub fn open(path: &Path) -> Result<Option<Self>> {
        match File::open(path) {
            Ok(file) => Ok(Some(Self { file, path: path.to_path_buf(), rest: Vec::new(), total: 0 })),
            Err(error) if atomic::is_absent(&error) => Ok(None),
            Err(error) => Err(atomic::unreadable(path, &error)),
        }
    }

    /// The next sections, whole as far as they stand together.
    fn read(&mut self) -> Result<Option<Config>> {
        loop {
            let mut more = self.file.by_ref().take(CHUNK as u64);
            let read = more.read_to_end(&mut self.rest).map_err(|error| atomic::unreadable(&self.path, &error))?;
            self.total += read as u64;
            if self.total > atomic::MAX_BYTES {
                return Err(atomic::too_large(&self.path));
            }
            if read == 0 {
                let last = std::mem::take(&mut self.rest);
                return Ok((!last.is_empty()).then(|| Config::of(last)));
            }
            if let Some(at) = last_header(&self.rest) {
                let later = self.rest.split_off(at);
                return Ok(Some(Config::of(std::mem::replace(&mut self.rest, later))));
            }
        }
    }
}

impl Iterator for Parts {
    type Item = Result<Config>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// Where the last line that may be a header starts, if anything stands before it.
fn last_header(text: &[u8]) -> Option<usize> {
    let brackets = (0..text.len()).rev().filter(|at| text[*at] == b'[');
    brackets.into_iter().find(|at| *at > 0 && starts_line(text, *at))
}

/// Blanks the byte-order mark, so that the first line is still the first line.
fn blank_mark(text: &mut [u8]) {
    if text.starts_with(BYTE_ORDER_MARK) {
        text[..BYTE_ORDER_MARK.len()].fill(b' ');
    }
}

/// Whether nothing but white space stands before `at` on its line.
fn starts_line(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().find(|byte| !is_space(**byte)).is_none_or(|byte| *byte == b'\n')
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
    fn parts_hold_every_section_whole_and_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let mut file = "\u{feff}[profile first]\nregion = r\n".to_owned();
        for number in 0..20_000 {
            let long = "x".repeat(if number == 7000 { CHUNK * 2 } else { 10 });
            file.push_str(&format!("\n  [profile p{number}]\nregion = [r{number}\ns3 =\n  a = {long}\n"));
        }
        std::fs::write(&path, &file).unwrap();
        let whole = Config::read(&path).unwrap();
        let parts: Vec<_> = Parts::open(&path).unwrap().unwrap().map(Result::unwrap).collect();
        assert!(parts.len() > 3);
        let sections = parts.iter().flat_map(Config::profiles);
        assert!(sections.eq(whole.profiles()));
        assert!(Parts::open(&folder.path().join("none")).unwrap().is_none());
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
