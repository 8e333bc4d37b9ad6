//! Finds sections by name.

use std::hash::{BuildHasher as _, Hash};

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// The positions of sections, by a hash of their names. The names themselves stay with the sections: a copy of each
/// would make up half of the memory that a large file takes.
#[derive(Clone, Debug, Default)]
pub(super) struct Index(HashTable<(u64, usize)>);

impl Index {
    /// The hash is the same in each run: a random seed would cost every `credential_process` call a system call.
    pub(super) fn hash(name: impl Hash) -> u64 {
        FixedState::default().hash_one(name)
    }

    pub(super) fn reserve(&mut self, sections: usize) {
        self.0.reserve(sections, |(hash, _)| *hash);
    }

    /// The position with this hash that `is_same` accepts.
    pub(super) fn find(&self, hash: u64, is_same: impl Fn(usize) -> bool) -> Option<usize> {
        self.0.find(hash, |(other, at)| *other == hash && is_same(*at)).map(|(_, at)| *at)
    }

    /// Adds a section whose name is not in the index.
    pub(super) fn add(&mut self, hash: u64, at: usize) {
        self.0.insert_unique(hash, (hash, at), |(hash, _)| *hash);
    }
}
