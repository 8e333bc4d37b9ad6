//! A small run of the fuzz target in `fuzz/`: the same corpus, and random mutations of it.

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
fn the_checks_hold_for_the_corpus() {
    let corpus = corpus();
    assert!(!corpus.is_empty());
    for file in corpus {
        for choice in 0..=u8::MAX {
            check::check(&[&[choice, choice.wrapping_mul(37)], file.as_slice()].concat());
        }
    }
}

/// The file with bytes removed, doubled, moved or replaced.
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
    fn the_checks_hold_for_random_mutations_of_it(
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
