//! The fuzz target of `fuzz/` in a short run: over the same corpus, and random changes of it.

mod check;

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use crate::support::ini::{awkward_file, cases, plain_file};

fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    let files = fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap());
    files.collect()
}

#[test]
fn the_corpus_passes() {
    let corpus = corpus();
    assert!(!corpus.is_empty());
    for file in corpus {
        for choice in 0..=u8::MAX {
            check::check(&[&[choice, choice.wrapping_mul(37)], file.as_slice()].concat());
        }
    }
}

/// Bytes cut out, doubled, moved to another place, or replaced.
fn mutated(mut file: Vec<u8>, changes: &[(u8, usize, usize, u8)]) -> Vec<u8> {
    for (kind, from, length, byte) in changes {
        if file.is_empty() {
            return file;
        }
        let from = from % file.len();
        let to = (from + length % 24).min(file.len());
        match kind % 4 {
            0 => drop(file.drain(from..to)),
            1 => {
                let part = file[from..to].to_vec();
                file.splice(from..from, part);
            }
            2 => {
                let part: Vec<_> = file.drain(from..to).collect();
                let at = usize::from(*byte) * file.len() / 256;
                file.splice(at..at, part);
            }
            _ => file[from] = *byte,
        }
    }
    file
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn random_changes_of_the_corpus_pass(
        file in prop_oneof![
            prop::sample::select(corpus()),
            awkward_file(),
            plain_file().prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..64),
        ],
        changes in prop::collection::vec(
            (any::<u8>(), any::<usize>(), any::<usize>(), prop_oneof![
                prop::sample::select(b"[]=#; \t\r\n\"'\\:ap\xEF\xBB\xBF".to_vec()), any::<u8>(),
            ]),
            0..12,
        ),
        choice in any::<[u8; 2]>(),
    ) {
        check::check(&[&choice[..], &mutated(file, &changes)].concat());
    }
}
