#![no_main]

#[path = "../../tests/fuzz/token_file.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| check::check(bytes));
