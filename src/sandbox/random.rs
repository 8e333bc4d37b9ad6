//! Unguessable text.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

/// `LENGTH` bytes from the system's generator.
fn bytes<const LENGTH: usize>() -> io::Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(bytes)
}

/// Opaque text of `[A-Za-z0-9_-]`, four characters for every three bytes.
pub(super) fn token<const LENGTH: usize>() -> io::Result<String> {
    Ok(URL_SAFE_NO_PAD.encode(bytes::<LENGTH>()?))
}

/// As secret keys and session tokens are spelled: with `/`, `+` and `=`.
pub(super) fn base64<const LENGTH: usize>() -> io::Result<String> {
    Ok(STANDARD.encode(bytes::<LENGTH>()?))
}

/// `length` characters of the alphabet of access key ids.
pub(super) fn upper(length: usize) -> io::Result<String> {
    letters(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", length)
}

/// `ABCD-EFGH`, of letters that are not mistaken for one another when read aloud.
pub(super) fn user_code() -> io::Result<String> {
    const CLEAR: &[u8] = b"BCDFGHJKLMNPQRSTVWXZ";
    Ok(format!("{}-{}", letters(CLEAR, 4)?, letters(CLEAR, 4)?))
}

fn letters(alphabet: &[u8], length: usize) -> io::Result<String> {
    // The bias of the remainder does not matter: these are names rather than secrets.
    let bytes = bytes::<32>()?;
    Ok(bytes.iter().take(length).map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect())
}
