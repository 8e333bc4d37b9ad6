//! A secret in several items of a store that takes only short ones.
//!
//! The first item says which others belong to it, and is replaced in one step after them. So a set that is written only
//! in part is never read: until the end, the first item leads to the old one.

use std::collections::BTreeSet;

/// The items of one folder, by their names.
pub(super) trait Items {
    type Error;

    fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Self::Error>;
    /// Creates or replaces an item in one step.
    fn set(&self, name: &str, bytes: &[u8]) -> Result<(), Self::Error>;
    /// Deletes an item. A missing one is not an error.
    fn delete(&self, name: &str) -> Result<(), Self::Error>;
    fn names(&self) -> Result<Vec<String>, Self::Error>;
}

/// What stands before the name of a set in the name of a further item. No file of a cache has it in its name.
const MARK: char = '#';

/// The first line of the first item: what the others are called, how many there are, and how long the secret is.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    set: String,
    parts: usize,
    length: usize,
}

impl Head {
    fn read(item: &[u8]) -> Option<(Self, &[u8])> {
        let end = memchr::memchr(b'\n', item)?;
        let mut words = str::from_utf8(&item[..end]).ok()?.split(' ');
        let head = Self {
            set: words.next()?.to_owned(),
            parts: words.next()?.parse().ok()?,
            length: words.next()?.parse().ok()?,
        };
        Some((head, &item[end + 1..]))
    }

    fn line(&self) -> String {
        format!("{} {} {}\n", self.set, self.parts, self.length)
    }

    fn names(&self, name: &str) -> impl Iterator<Item = String> {
        (1..=self.parts).map(move |part| format!("{name}{MARK}{}.{part}", self.set))
    }
}

/// The longest first line.
const LINE: usize = 64;

/// The whole secret; `None` if there is none.
pub(super) fn read<I: Items>(items: &I, name: &str) -> Result<Option<Vec<u8>>, I::Error> {
    let mut last = None;
    loop {
        let Some(item) = items.get(name)? else { return Ok(None) };
        let Some((head, beginning)) = Head::read(&item) else { return Ok(None) };
        let mut bytes = beginning.to_vec();
        for part in head.names(name) {
            match items.get(&part)? {
                Some(part) => bytes.extend(part),
                None => break,
            }
        }
        if bytes.len() == head.length {
            return Ok(Some(bytes));
        }
        // Another process has replaced the secret since its first item was read; if not, a part was deleted by hand.
        if last.as_ref() == Some(&head) {
            tracing::info!("{name} in the system's secret store is not whole; it is not used");
            return Ok(None);
        }
        last = Some(head);
    }
}

/// Creates or replaces the secret. `set` is a name that no other set has, and no item takes more than `room` bytes.
pub(super) fn write<I: Items>(items: &I, name: &str, bytes: &[u8], set: String, room: usize) -> Result<(), I::Error> {
    let old = items.get(name)?;
    let (beginning, rest) = bytes.split_at(bytes.len().min(room - LINE));
    let parts: Vec<_> = rest.chunks(room).collect();
    let head = Head { set, parts: parts.len(), length: bytes.len() };
    for (part, bytes) in head.names(name).zip(parts) {
        if let Err(error) = items.set(&part, bytes) {
            forget(items, name, &head);
            return Err(error);
        }
    }
    if let Err(error) = items.set(name, &[head.line().as_bytes(), beginning].concat()) {
        forget(items, name, &head);
        return Err(error);
    }
    if let Some((old, _)) = old.as_deref().and_then(Head::read) {
        forget(items, name, &old);
    }
    Ok(())
}

/// Deletes the parts of a set to which no first item leads.
fn forget<I: Items>(items: &I, name: &str, head: &Head) {
    for part in head.names(name) {
        let _ = items.delete(&part);
    }
}

/// Deletes the secret, and what a killed process has left of one. Its first item is the first to go.
pub(super) fn remove<I: Items>(items: &I, name: &str) -> Result<(), I::Error> {
    let item = items.get(name)?;
    items.delete(name)?;
    // To look at all items takes long where there are many, and most secrets have one.
    if item.as_deref().and_then(Head::read).is_some_and(|(head, _)| head.parts == 0) {
        return Ok(());
    }
    for other in items.names()? {
        if base(&other) == name && other != name {
            items.delete(&other)?;
        }
    }
    Ok(())
}

/// The names of all secrets, and of those of which only parts are there.
pub(super) fn names<I: Items>(items: &I) -> Result<BTreeSet<String>, I::Error> {
    Ok(items.names()?.iter().map(|name| base(name).to_owned()).collect())
}

fn base(name: &str) -> &str {
    name.split(MARK).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::collections::BTreeMap;

    use super::*;

    /// A store whose process is killed at the change with this number: nothing is changed from then on.
    #[derive(Default)]
    struct Memory {
        items: RefCell<BTreeMap<String, Vec<u8>>>,
        changes: Cell<usize>,
        last: Cell<Option<usize>>,
        has_room: Cell<bool>,
    }

    const ROOM: usize = 100;

    impl Memory {
        fn changed(&self) -> Result<bool, &'static str> {
            self.changes.set(self.changes.get() + 1);
            let is_beyond = self.last.get().is_some_and(|last| self.changes.get() > last);
            if is_beyond && self.has_room.get() { Err("full") } else { Ok(!is_beyond) }
        }

        fn put(&self, bytes: &[u8], set: &str) -> Result<(), &'static str> {
            write(self, "token", bytes, set.to_owned(), ROOM)
        }
    }

    impl Items for Memory {
        type Error = &'static str;

        fn get(&self, name: &str) -> Result<Option<Vec<u8>>, Self::Error> {
            Ok(self.items.borrow().get(name).cloned())
        }

        fn set(&self, name: &str, bytes: &[u8]) -> Result<(), Self::Error> {
            assert!(bytes.len() <= ROOM, "{name}: {}", bytes.len());
            if self.changed()? {
                self.items.borrow_mut().insert(name.to_owned(), bytes.to_vec());
            }
            Ok(())
        }

        fn delete(&self, name: &str) -> Result<(), Self::Error> {
            if self.changed()? {
                self.items.borrow_mut().remove(name);
            }
            Ok(())
        }

        fn names(&self) -> Result<Vec<String>, Self::Error> {
            Ok(self.items.borrow().keys().cloned().collect())
        }
    }

    fn secret(letter: u8, length: usize) -> Vec<u8> {
        vec![letter; length]
    }

    #[test]
    fn a_secret_of_any_length_is_read_as_it_was_written_and_leaves_nothing() {
        let memory = Memory::default();
        for (set, length) in [0, 1, 35, 36, 37, 136, 137, 1000, 20, 500].into_iter().enumerate() {
            memory.put(&secret(b'a', length), &set.to_string()).unwrap();
            assert_eq!(read(&memory, "token").unwrap(), Some(secret(b'a', length)), "{length}");
            let items = 1 + length.saturating_sub(ROOM - LINE).div_ceil(ROOM);
            assert_eq!(memory.items.borrow().len(), items, "{length}");
        }
        // An item beside it, whose name begins with the same letters.
        write(&memory, "token-2", b"other", "x".to_owned(), ROOM).unwrap();
        assert_eq!(names(&memory).unwrap().into_iter().collect::<Vec<_>>(), ["token", "token-2"]);
        remove(&memory, "token").unwrap();
        assert_eq!(memory.names().unwrap(), ["token-2"]);
        assert_eq!(read(&memory, "token").unwrap(), None);
    }

    #[test]
    fn a_process_that_is_killed_while_it_writes_leaves_the_old_secret_or_the_new_one() {
        let (old, new) = (secret(b'a', 450), secret(b'b', 350));
        for last in 0..12 {
            let memory = Memory::default();
            memory.put(&old, "old").unwrap();
            memory.changes.set(0);
            memory.last.set(Some(last));
            memory.put(&new, "new").unwrap();
            let found = read(&memory, "token").unwrap().unwrap();
            // Four parts, then the first item.
            assert_eq!(found, if last < 5 { &old[..] } else { &new }, "{last}");
            memory.last.set(None);
            remove(&memory, "token").unwrap();
            assert_eq!(memory.names().unwrap(), [""; 0], "{last}");
        }
    }

    #[test]
    fn a_store_without_room_keeps_the_old_secret() {
        let (old, new) = (secret(b'a', 450), secret(b'b', 350));
        for last in 0..5 {
            let memory = Memory::default();
            memory.put(&old, "old").unwrap();
            memory.changes.set(0);
            memory.last.set(Some(last));
            memory.has_room.set(true);
            assert_eq!(memory.put(&new, "new"), Err("full"), "{last}");
            assert_eq!(read(&memory, "token").unwrap().unwrap(), old, "{last}");
        }
    }

    #[test]
    fn what_is_not_whole_counts_as_none() {
        let long = secret(b'a', 450);
        for lost in 1..=6 {
            let memory = Memory::default();
            memory.put(&long, "set").unwrap();
            memory.items.borrow_mut().remove(&format!("token#set.{lost}"));
            // It has five parts.
            let is_whole = lost == 6;
            assert_eq!(read(&memory, "token").unwrap().is_some(), is_whole, "{lost}");
        }
        let memory = Memory::default();
        for other in ["", "{}", "set x 3\nabc", "set 0\nabc", "set 0 4\nabc"] {
            memory.items.borrow_mut().insert("token".to_owned(), other.as_bytes().to_vec());
            assert_eq!(read(&memory, "token").unwrap(), None, "{other}");
        }
    }
}
