//! Reads an AWS config file in one pass. Every `credential_process` call does that, so it is built for large files.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::path::Path;

use super::config::Config;
use super::line::{BYTE_ORDER_MARK, Classifier, ConfigLine, SectionKind, is_space};
use super::plain::{find_byte, plain_profile};
use crate::error::Result;
use crate::files::{encoding, open, read, unreadable};

/// Fits a processor's second-level cache, so that a chunk is still there when it is scanned.
pub(super) const CHUNK: usize = 256 << 10;

/// Shorter than most sections in a large file. The file's length divided by this is how many sections to make room for
/// at once, which is faster than growing.
const SHORTEST: usize = 128;

impl Config {
    /// Reads the whole file. If there is no file, the config is empty, and [`Config::is_missing`].
    pub fn read(path: &Path) -> Result<Self> {
        Self::scan(path, None)
    }

    /// Reads the profile and the sso-session called `name`, and every other sso-session, in one pass.
    ///
    /// Every `credential_process` call does this, so the lines of other profiles are neither copied nor read. Services
    /// sections are left out.
    pub fn read_profile(path: &Path, name: &str) -> Result<Self> {
        Self::scan(path, Some(name.as_bytes()))
    }

    /// Reads the whole credentials file, in which a section's name is the profile's.
    pub fn read_credentials(path: &Path) -> Result<Self> {
        Ok(Self::parse_credentials(path, read::whole(path)?))
    }

    /// Reads the content of a credentials file; `None` if there is no such file.
    #[must_use]
    pub fn parse_credentials(path: &Path, bytes: Option<Vec<u8>>) -> Self {
        let mut config = Self::empty(path.to_path_buf(), false);
        config.missing = bytes.is_none();
        let mut scan = Scan::new(&mut config, None);
        scan.is_credentials_file = true;
        scan.whole(bytes.unwrap_or_default());
        config
    }

    /// Reads a file's content.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Self {
        Self::of(bytes.to_vec())
    }

    pub(super) fn of(bytes: Vec<u8>) -> Self {
        let mut config = Self::default();
        Scan::new(&mut config, None).whole(bytes);
        config
    }

    fn scan(path: &Path, only: Option<&[u8]>) -> Result<Self> {
        let mut config = Self::empty(path.to_path_buf(), only.is_some());
        match read::open(path)? {
            Some((file, metadata)) => Scan::new(&mut config, only).file(file, &metadata, path)?,
            None => config.missing = true,
        }
        Ok(config)
    }
}

/// One pass over a file.
struct Scan<'a> {
    /// The only profile to read, if not all.
    only: Option<&'a [u8]>,
    /// Whether the file is the credentials file: `[NAME]` begins a profile there, and `[profile NAME]` does not.
    is_credentials_file: bool,
    config: &'a mut Config,
    /// The section whose lines are being read; `None` in sections that are skipped.
    current: Option<usize>,
}

impl<'a> Scan<'a> {
    /// Reads into `config`: all sections, or the profile called `only` and all sso-sessions.
    fn new(config: &'a mut Config, only: Option<&'a [u8]>) -> Self {
        Self { only, is_credentials_file: false, config, current: None }
    }

    /// Reads a file's content.
    fn whole(mut self, mut bytes: Vec<u8>) {
        blank_mark(&mut bytes);
        self.config.reserve(bytes.len() / SHORTEST);
        self.lines(&bytes);
        self.config.text = bytes;
    }

    fn file(mut self, mut file: File, metadata: &Metadata, path: &Path) -> Result<()> {
        if self.only.is_none() {
            let bytes = read::content(path, file, metadata)?;
            encoding::check(path, &bytes)?;
            self.whole(bytes);
            return Ok(());
        }
        let length = usize::try_from(metadata.len().min(open::MAX_BYTES)).unwrap_or_default() + 1;
        // A small file fits the buffer, so that one read is enough and the allocator needs no new mapping.
        let mut buffer = vec![0; length.clamp(4 << 10, CHUNK)];
        let (mut filled, mut total) = (0, 0);
        let mut at_start = true;
        loop {
            let read = match file.read(&mut buffer[filled..]) {
                Ok(read) => read,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable::failed(path, error)),
            };
            total += read;
            if total as u64 > open::MAX_BYTES {
                return Err(unreadable::too_large(path));
            }
            let fresh = filled;
            filled += read;
            if at_start && (filled >= BYTE_ORDER_MARK.len() || read == 0) {
                at_start = false;
                encoding::check(path, &buffer[..filled])?;
                blank_mark(&mut buffer[..filled]);
            }
            if read == 0 {
                self.lines(&buffer[..filled]);
                return Ok(());
            }
            if at_start {
                continue;
            }
            // Whole lines are scanned, and the rest moves to the front. The buffer grows only for a line that does not
            // fit.
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

    /// Reads whole lines; the last one may lack its newline.
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
                self.current = self.open(start, SectionKind::Profile, name);
            } else if let ConfigLine::Header(header) = Classifier::default().classify(line) {
                self.current = self.open(start, header.kind, &header.name);
            }
            // The header is part of the section's lines. If the section is repeated, it keeps a value of the earlier
            // lines from going on in the later ones.
            self.keep(text, start..at);
        }
    }

    /// Adds these lines to the current section, if there is one.
    fn keep(&mut self, text: &[u8], lines: Range<usize>) {
        let Some(section) = self.current else { return };
        let end = if self.only.is_some() {
            self.config.text.extend_from_slice(&text[lines]);
            self.config.text.len()
        } else {
            lines.end
        };
        self.config.extend(section, end);
    }

    /// Begins a section, if it is to be read.
    fn open(&mut self, start: usize, kind: SectionKind, name: &[u8]) -> Option<usize> {
        if self.is_credentials_file {
            return match kind {
                SectionKind::Other => Some(self.config.begin(SectionKind::Profile, name, start)),
                SectionKind::Default => Some(self.config.begin(kind, name, start)),
                SectionKind::Profile | SectionKind::SsoSession | SectionKind::Services => None,
            };
        }
        let wanted = match (kind, self.only) {
            (SectionKind::Other, _) | (SectionKind::Services, Some(_)) => false,
            (SectionKind::SsoSession, _) | (_, None) => true,
            (SectionKind::Default | SectionKind::Profile, Some(only)) => name == only,
        };
        let start = if self.only.is_some() { self.config.text.len() } else { start };
        wanted.then(|| self.config.begin(kind, name, start))
    }

    /// Where the next header is that ends the current section, or may begin one that is to be read.
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

    /// Whether the header with this text may be of a section to read. Rejects `profile OTHER]` quickly, which is nearly
    /// every header in a large file.
    fn may_be_wanted(&self, inside: &[u8]) -> bool {
        let Some(only) = self.only else { return true };
        let Some(name) = inside.strip_prefix(b"profile ") else { return true };
        // The same name in another spelling starts with a quote, a backslash or more white space.
        name.starts_with(only)
            || name.first().is_none_or(|byte| is_space(*byte) || matches!(byte, b'"' | b'\'' | b'\\'))
    }
}

/// Replaces the byte-order mark by spaces, so that positions stay and the first line is read like any other.
fn blank_mark(text: &mut [u8]) {
    if text.starts_with(BYTE_ORDER_MARK) {
        text[..BYTE_ORDER_MARK.len()].fill(b' ');
    }
}

/// Whether only white space is before `at` on its line.
pub(super) fn starts_line(text: &[u8], at: usize) -> bool {
    text[..at].iter().rev().find(|byte| !is_space(**byte)).is_none_or(|byte| *byte == b'\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws_config::config::Section;

    fn read(bytes: &[u8], only: Option<&str>) -> Config {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        std::fs::write(&path, bytes).unwrap();
        match only {
            Some(name) => Config::read_profile(&path, name).unwrap(),
            None => Config::read(&path).unwrap(),
        }
    }

    #[test]
    fn a_missing_file_is_an_empty_config_that_says_so() {
        let config = Config::read(Path::new("/no/such/config")).unwrap();
        assert!(config.is_missing());
        assert_eq!(config.profiles().count(), 0);
        assert!(!read(b"", None).is_missing());
        assert!(Config::read(Path::new("/etc/hostname/below-a-file")).unwrap().is_missing());
    }

    #[test]
    fn a_folder_in_place_of_the_file_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = Config::read(folder.path()).unwrap_err();
        assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    }

    #[test]
    fn one_profile_is_read_with_every_sso_session_and_nothing_else() {
        let config = b"[services x]\na = 1\n[profile corporate]\na = 1\n[profile \"corp\"]\nregion = r\n[default]\n\
            a = 1\n[sso-session one]\nsso_region = s\n[profile other]\na = [profile corp]\n[ profile  corp ] # again\n\
            output = json\n[sso-session corp]\nsso_region = t";
        let config = read(config, Some("corp"));
        let profiles: Vec<_> = config.profiles().map(Section::name).collect();
        let sessions: Vec<_> = config.sso_sessions().map(Section::name).collect();
        assert_eq!(profiles, ["corp"]);
        assert_eq!(sessions, ["one", "corp"]);
        let profile = config.profile("corp").unwrap();
        assert_eq!(profile.keys().collect::<Vec<_>>(), ["region", "output"]);
        assert_eq!(config.sso_session("corp").unwrap().get("sso_region"), Some("t"));
        assert_eq!(config.services("x"), None);
    }

    #[test]
    fn a_line_may_span_any_number_of_chunks() {
        // The second profile's header at many offsets from the end of the first chunk, and one line of three chunks.
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
