//! The checks of the fuzz targets without a fuzzer, on files and arguments that are almost valid.

use proptest::prelude::*;
use proptest::sample::Index;

#[path = "fuzz/role.rs"]
mod role;
#[path = "fuzz/token_file.rs"]
mod token_file;

/// A seed with a few bytes changed, removed or added, often to bytes with a meaning in the format.
fn almost(seeds: &'static [&'static [u8]]) -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![any::<u8>(), proptest::sample::select(b"\"{}[]\\:/,-+.eE0129TZ\x00\x1b ".to_vec())];
    let change = (any::<Index>(), 0..3_u8, byte);
    (proptest::sample::select(seeds.to_vec()), proptest::collection::vec(change, 0..6)).prop_map(|(seed, changes)| {
        let mut bytes = seed.to_vec();
        for (place, kind, byte) in changes {
            let place = place.index(bytes.len());
            match kind {
                0 => bytes[place] = byte,
                1 => bytes.insert(place, byte),
                _ if bytes.len() > 1 => drop(bytes.remove(place)),
                _ => {}
            }
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_token_file_is_read_and_written_back_as_the_same(bytes in almost(&token_file::SEEDS)) {
        token_file::check(&bytes);
    }

    #[test]
    fn a_role_is_read_and_written_back_as_the_same(bytes in almost(&role::SEEDS)) {
        role::check(&bytes);
    }
}
