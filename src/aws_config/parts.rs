//! Reads a large AWS config in parts.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::config::Config;
use super::scan::{CHUNK, starts_line};
use crate::error::Result;
use crate::files::{open, read, unreadable};

/// A file's sections, some thousands at a time: less memory, and a chance to stop early, for a caller that reads each
/// section once.
#[derive(Debug)]
pub(crate) struct Parts {
    file: File,
    path: PathBuf,
    /// Bytes that were read and not yet returned.
    rest: Vec<u8>,
    total: u64,
}

impl Parts {
    /// `None` if there is no file.
    pub(crate) fn open(path: &Path) -> Result<Option<Self>> {
        let opened = read::open(path)?;
        Ok(opened.map(|(file, _)| Self { file, path: path.to_path_buf(), rest: Vec::new(), total: 0 }))
    }

    /// The next sections, each with all its lines. A section that the file repeats comes again.
    fn read(&mut self) -> Result<Option<Config>> {
        loop {
            let mut more = self.file.by_ref().take(CHUNK as u64);
            let read = more.read_to_end(&mut self.rest).map_err(|error| unreadable::failed(&self.path, error))?;
            self.total += read as u64;
            if self.total > open::MAX_BYTES {
                return Err(unreadable::too_large(&self.path));
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

/// Where the last line starts that may be a header, if anything is before it.
fn last_header(text: &[u8]) -> Option<usize> {
    (1..text.len()).rev().find(|at| text[*at] == b'[' && starts_line(text, *at))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
