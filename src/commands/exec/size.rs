//! What makes a command too long for the system: an argument, all of them, or the environment.

use std::ffi::OsString;

use crate::quote;

/// What one argument or variable may have at most, in bytes, where a single one is limited; else more than any can.
const MOST_OF_ONE: usize = if cfg!(target_os = "linux") { 128 << 10 } else { usize::MAX / 2 };

/// What to do where the command is too long, with the environment, of which these are the variables and their sizes.
pub(super) fn remedy(words: &[OsString], sizes: &[(OsString, usize)]) -> String {
    if let Some(number) = words.iter().position(|word| word.len() >= MOST_OF_ONE) {
        return format!(
            "argument {number} has {} bytes, and {} are allowed: pass it in a file, or as input",
            words[number].len(),
            MOST_OF_ONE - 1
        );
    }
    let arguments: usize = words.iter().map(|word| word.len() + 1).sum();
    let variables: usize = sizes.iter().map(|(_, size)| size).sum();
    match sizes.iter().max_by_key(|(_, size)| size) {
        Some((name, size)) if *size >= MOST_OF_ONE || variables > arguments => format!(
            "the environment has {} KiB, of which the variable {} has {}; run: {}",
            variables >> 10,
            name.to_string_lossy(),
            size >> 10,
            quote::unset(&name.to_string_lossy())
        ),
        _ => format!("the arguments have {} KiB: pass them in a file, or in parts, as xargs does", arguments >> 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_argument_or_the_variable_that_is_too_long_is_named() {
        let words = |sizes: &[usize]| sizes.iter().map(|size| "x".repeat(*size).into()).collect::<Vec<OsString>>();
        let sizes = |big: usize| [("PATH".into(), 500), ("BIG".into(), big)];
        if cfg!(target_os = "linux") {
            assert!(remedy(&words(&[4, 5, 200_000]), &sizes(9)).starts_with("argument 2 has 200000 bytes"));
        }
        let variable = "the environment has 977 KiB, of which the variable BIG has 976; run: unset BIG";
        assert_eq!(remedy(&words(&[4, 5]), &sizes(1_000_000)), variable);
        assert!(remedy(&words(&[4, 100_000, 100_000]), &sizes(9_000)).starts_with("the arguments have 195 KiB"));
    }
}
