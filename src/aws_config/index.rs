//! Where in a document the sections of a name are.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use super::document::Section;
use super::line::Header;

/// Places by a hash of their headers. The names themselves stand in the sections: a second copy of each would make half
/// of what a large file takes in memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    random: RandomState,
    places: HashMap<u64, Places>,
}

/// More than one where the file repeats a section (or two names share a hash, which nobody will see).
#[derive(Clone, Debug)]
enum Places {
    One(usize),
    More(Vec<usize>),
}

impl Index {
    pub(super) fn of(sections: &[Section]) -> Self {
        let mut index = Self::default();
        index.places.reserve(sections.len());
        for (place, section) in sections.iter().enumerate() {
            if let Some(header) = &section.header {
                index.add(header, place);
            }
        }
        index
    }

    /// Notes a section that comes after all others.
    pub(super) fn add(&mut self, header: &Header<'_>, place: usize) {
        self.places
            .entry(self.random.hash_one(header))
            .and_modify(|places| match places {
                Places::One(first) => *places = Places::More(vec![*first, place]),
                Places::More(places) => places.push(place),
            })
            .or_insert(Places::One(place));
    }

    /// The places of the sections with this header, in file order.
    pub(super) fn find(&self, sections: &[Section], header: &Header<'_>) -> Vec<usize> {
        let places = match self.places.get(&self.random.hash_one(header)) {
            Some(Places::One(place)) => std::slice::from_ref(place),
            Some(Places::More(places)) => places,
            None => &[],
        };
        let is_it = |place: &usize| sections[*place].header.as_ref() == Some(header);
        places.iter().copied().filter(is_it).collect()
    }
}
