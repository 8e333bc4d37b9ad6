//! Any bytes as an AWS file: every way to read it gives the same, and an edit changes nothing else.
#![no_main]

#[path = "../../tests/fuzz/check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|data: &[u8]| check::check(data));
