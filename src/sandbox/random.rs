//! Random text.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

fn bytes<const LENGTH: usize>() -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Text of `[A-Za-z0-9_-]`, four characters for every three bytes.
pub(super) fn token<const LENGTH: usize>() -> io::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<LENGTH>()?))
}

/// Base64 with `/`, `+` and `=`, as in secret keys and session tokens.
pub(super) fn base64<const LENGTH: usize>() -> io::Result<String> {
    Ok(STANDARD.encode(bytes::<LENGTH>()?))
}

/// Characters that access key ids consist of.
pub(super) fn upper(length: usize) -> io::Result<String> {
    letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length)
}

/// `ABCD-EFGH`, without letters that sound or look alike.
pub(super) fn user_code() -> io::Result<String> {
    const CLEAR: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    Ok(format!("{}-{}", letters(CLEAR, 4)?, letters(CLEAR, 4)?))
}

fn letters(alphabet: &[u8], length: usize) -> io::Result<String> {
    // The remainder prefers some letters a little. That does not matter here: these are names, not secrets.
    let bytes = bytes::<32>()?;
    Ok(bytes.iter().take(length).map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect())
}
