//! Text that must not be printed by accident.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// A secret: wiped from memory when dropped, hidden from `Debug`, and without `Display`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Random bytes as text of `[A-Za-z0-9-_]`, four characters for three bytes: it fits in a URL and in a header.
    pub(crate) fn random<const BYTES: usize>() -> Result<Self> {
        let mut bytes = Zeroizing::new([0; BYTES]);
        getrandom::fill(&mut *bytes).map_err(|error| {
            Error::failed(format!("the system gives no random numbers: {error}")).with_source(error)
        })?;
        Ok(URL_SAFE_NO_PAD.encode(*bytes).into())
    }

    /// The secret itself. Keep this call where the secret goes: a file of mode 0600, a request, or stdout.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_secret() {
        assert_eq!(format!("{:?}", Secret::from("hunter2")), "Secret(…)");
    }

    /// As RFC 7636 asks of a code verifier.
    #[test]
    fn a_random_secret_of_48_bytes_is_64_unreserved_characters_and_never_the_same() {
        let (one, two) = (Secret::random::<48>().unwrap(), Secret::random::<48>().unwrap());
        assert_eq!(one.expose().len(), 64);
        assert!(one.expose().bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b)));
        assert_ne!(one, two);
    }
}
