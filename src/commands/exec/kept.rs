//! What a run writes, kept until it ends: the beginning in memory, the rest in a file without a name, up to a limit.

use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::{self, Read, Seek as _, Write as _};
use std::str::from_utf8;

use serde::{Serialize, Serializer};

use crate::programs::descriptors::lifted;

/// How much of a stream is kept, in bytes. A command that never ends must not fill the disk.
pub(super) const LIMIT: u64 = 256 << 20;

/// How much of a stream is kept in memory.
pub(super) const IN_MEMORY: usize = 256 << 10;

/// A stream of a run. Nobody else can open its file, which ends with this process.
pub(super) struct Kept {
    place: RefCell<Place>,
    limit: u64,
    size: u64,
    /// Whether there was more than is kept.
    pub(super) is_cut: bool,
    /// Whether a part could not be kept. Then nothing more is tried, or it would be for each line.
    is_broken: bool,
    /// Whether it could not be read again.
    is_lost: Cell<bool>,
}

enum Place {
    Memory(Vec<u8>),
    File(File),
}

impl Default for Kept {
    fn default() -> Self {
        Self::up_to(LIMIT)
    }
}

impl Kept {
    fn up_to(limit: u64) -> Self {
        let place = RefCell::new(Place::Memory(Vec::new()));
        Self { place, limit, size: 0, is_cut: false, is_broken: false, is_lost: Cell::new(false) }
    }

    /// Opens the file, if this many bytes more need it.
    ///
    /// Errors: nothing is lost, and it can be tried again.
    pub(super) fn make_room(&mut self, more: usize) -> io::Result<()> {
        let place = self.place.get_mut();
        if let Place::Memory(bytes) = place
            && bytes.len() + more > IN_MEMORY
            && !self.is_broken
        {
            let mut file = tempfile::tempfile()?;
            file.write_all(bytes)?;
            *place = Place::File(lifted(file));
        }
        Ok(())
    }

    /// Adds a line, as far as the limit allows. An error is returned once.
    pub(super) fn add(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_broken {
            return Ok(());
        }
        let added = self.try_to_add(line);
        self.is_broken = added.is_err();
        added
    }

    fn try_to_add(&mut self, line: &[u8]) -> io::Result<()> {
        let room = usize::try_from(self.limit - self.size).unwrap_or(usize::MAX);
        let taken = &line[..line.len().min(room)];
        self.is_cut |= taken.len() < line.len();
        self.make_room(taken.len())?;
        match self.place.get_mut() {
            Place::Memory(bytes) => bytes.extend_from_slice(taken),
            Place::File(file) => file.write_all(taken)?,
        }
        self.size += taken.len() as u64;
        Ok(())
    }

    pub(super) fn size_in_memory(&self) -> usize {
        usize::try_from(self.size).ok().filter(|size| *size <= IN_MEMORY).unwrap_or(0)
    }

    pub(super) fn is_lost(&self) -> bool {
        self.is_lost.get()
    }

    /// Writes it as text in which what is not UTF-8 is replaced.
    fn write_text(&self, f: &mut Formatter<'_>) -> io::Result<fmt::Result> {
        let mut place = self.place.borrow_mut();
        let mut memory;
        let file: &mut dyn Read = match &mut *place {
            Place::Memory(bytes) => {
                memory = bytes.as_slice();
                &mut memory
            }
            Place::File(file) => {
                file.rewind()?;
                file
            }
        };
        let mut bytes = vec![0; 64 << 10];
        let mut start = 0;
        loop {
            let read = file.read(&mut bytes[start..])?;
            let mut rest = &bytes[..start + read];
            while !rest.is_empty() {
                let (valid, wrong) = match from_utf8(rest) {
                    Ok(_) => (rest.len(), Some(0)),
                    Err(error) => (error.valid_up_to(), error.error_len()),
                };
                if let Err(error) = f.write_str(from_utf8(&rest[..valid]).unwrap_or_default()) {
                    return Ok(Err(error));
                }
                rest = &rest[valid..];
                // The next bytes may complete a character.
                let wrong = match wrong {
                    None if read > 0 => break,
                    None => rest.len(),
                    Some(wrong) => wrong,
                };
                if wrong > 0
                    && let Err(error) = f.write_str("\u{FFFD}")
                {
                    return Ok(Err(error));
                }
                rest = &rest[wrong..];
            }
            if read == 0 {
                return Ok(Ok(()));
            }
            let left = rest.len();
            let end = start + read;
            bytes.copy_within(end - left..end, 0);
            start = left;
        }
    }
}

impl Display for Kept {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        // An error of the file is none of the formatter's.
        self.write_text(f).unwrap_or_else(|_| {
            self.is_lost.set(true);
            Ok(())
        })
    }
}

impl Serialize for Kept {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_the_text_up_to_the_limit_wherever_characters_are_split() {
        // Each is longer than what stays in memory and than what is read at once, at another offset.
        for offset in 0..4 {
            let mut whole = vec![b'x'; offset];
            while whole.len() < 3 * IN_MEMORY {
                whole.extend("日本 €\u{1F600}\n".as_bytes());
                whole.extend(b"\xff\xe2\x82 ");
            }
            whole.extend(b"\xe2\x82");
            for limit in [LIMIT, 2 * IN_MEMORY as u64, 5, 0] {
                let mut kept = Kept::up_to(limit);
                for line in whole.split_inclusive(|byte| *byte == b'\n') {
                    kept.add(line).unwrap();
                }
                let size = whole.len().min(usize::try_from(limit).unwrap());
                assert!(kept.to_string() == String::from_utf8_lossy(&whole[..size]), "{offset} {limit}");
                assert_eq!(kept.is_cut, size < whole.len());
                assert!(!kept.is_lost());
            }
        }
    }
}
