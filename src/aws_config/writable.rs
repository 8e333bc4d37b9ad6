//! What may be written to an AWS file: only what every SDK reads alike.

use super::line::{Header, SectionKind, is_legible, without_comment};
use crate::error::{Error, Result};

/// The header as every SDK reads it, or why there is none.
pub(super) fn header_line(header: &Header<'_>) -> Result<String> {
    let name = String::from_utf8_lossy(&header.name);
    let kind = match header.kind {
        SectionKind::Default => return Ok("[default]".to_owned()),
        SectionKind::Profile => "profile",
        SectionKind::SsoSession => "sso-session",
        SectionKind::Services => "services",
        SectionKind::Other => {
            return Err(Error::usage(format!("aws-sso writes no section of the kind [{name}]")));
        }
    };
    if name.is_empty() || !name.chars().all(is_legible) {
        return Err(Error::usage(format!("not every AWS SDK can read a {kind} called {name:?}"))
            .with_remedy("use only letters, digits and _ . - / % @ : +"));
    }
    Ok(format!("[{kind} {name}]"))
}

/// Refuses a setting that some SDK would read differently. The value may be a secret, so no message contains it.
pub(super) fn check_setting(key: &str, value: &str) -> Result<()> {
    let refused = |why: &str| Err(Error::usage(format!("the value for {key:?} {why}, so it is not written")));
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)) {
        return Err(Error::usage(format!("{key:?} is not a key that every AWS SDK can read")));
    }
    if value.is_empty() {
        return refused("is empty");
    }
    if value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return refused("contains a line break or another control character");
    }
    if value.trim() != value {
        return refused("begins or ends with white space");
    }
    if without_comment(value.as_bytes()).len() < value.len() {
        return refused("would be cut off at its # or ; by most SDKs");
    }
    Ok(())
}

/// Refuses a new profile that some SDK would read differently.
pub(super) fn check_profile(name: &str, settings: &[(&str, String)]) -> Result<()> {
    header_line(&Header::profile(name))?;
    settings.iter().try_for_each(|(key, value)| check_setting(key, value))
}
