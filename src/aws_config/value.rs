//! Values that AWS cannot accept: what is wrong with each, and what was probably meant.

use crate::access_portal::AccessPortal;
use crate::access_portal::pasted::{is_blank, is_quote, trimmed};
use crate::address::Link;
use crate::partition::Region;
use crate::role::{is_account_id, is_role_name};

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// The end of a sentence about the value: `is in quotes`.
    pub(super) why: String,
    /// The value that was probably meant.
    pub(super) meant: Option<String>,
}

type Check = (&'static str, &'static str, fn(&str) -> bool);

/// The keys whose values are checked, each with what its value has to be.
const CHECKS: [Check; 4] = [
    ("sso_account_id", "is not an account id of twelve digits", is_account_id),
    ("sso_role_name", "is not the name of a role", is_role_name),
    ("sso_start_url", "is not a valid https URL", is_start_url),
    ("sso_region", "is not a region", is_region),
];

/// Whether a browser may be sent there. A path with a backslash is one of a shell's escapes, not of a portal.
pub(super) fn is_start_url(text: &str) -> bool {
    Link::parse(text).is_some_and(|link| link.is_safe())
}

/// The Region that the host of a start URL names.
pub(super) fn region_in(start_url: &str) -> Option<Region> {
    AccessPortal::read(start_url).ok()?.region
}

fn is_region(text: &str) -> bool {
    text.parse::<Region>().is_ok()
}

/// What is wrong with the value of this key, if anything is.
pub(super) fn malformed(key: &str, value: &str) -> Option<Malformed> {
    let (_, not, is_valid) = CHECKS.iter().find(|(checked, ..)| *checked == key)?;
    if is_valid(value) {
        return None;
    }
    let meant = cleaned(key, value);
    let why = match oddity(key, value) {
        Some(odd) => format!("{not}: it {odd}"),
        None => (*not).to_owned(),
    };
    // An address without https:// is the most that people leave out.
    let completed = || AccessPortal::read(value).ok().filter(|_| key == "sso_start_url" && value.contains('.'));
    let meant = is_valid(&meant).then_some(meant).or_else(|| Some(completed()?.url));
    Some(Malformed { why, meant })
}

/// The value without what is often pasted with it.
fn cleaned(key: &str, value: &str) -> String {
    let inner = trimmed(value);
    match key {
        "sso_account_id" => inner.chars().filter(|letter| !is_blank(*letter) && !is_dash(*letter)).collect(),
        "sso_start_url" => inner.chars().filter(|letter| !is_blank(*letter) && *letter != '\\').collect(),
        "sso_region" => inner.to_lowercase(),
        _ => inner.to_owned(),
    }
}

/// What is unusual about the value: the first of these that applies is nearly always the only one.
fn oddity(key: &str, value: &str) -> Option<String> {
    if let Some(quote) = value.chars().find(|letter| is_quote(*letter)) {
        return Some(format!("has {}", if quote == '`' { "backticks" } else { "quotes" }));
    }
    if let Some(blank) = value.chars().find(|letter| is_blank(*letter)) {
        return Some(format!("has {}", blank_name(blank)));
    }
    if value.contains('\\') {
        return Some("has a backslash".to_owned());
    }
    if key == "sso_start_url" && value.starts_with("http://") {
        return Some("begins with http instead of https".to_owned());
    }
    if key == "sso_region" && value.chars().any(char::is_uppercase) {
        return Some("has capital letters".to_owned());
    }
    if key == "sso_account_id" {
        if value.chars().any(is_dash) {
            return Some("has dashes".to_owned());
        }
        if value.bytes().all(|byte| byte.is_ascii_digit()) {
            let digits = if value.len() == 1 { "digit" } else { "digits" };
            return Some(format!("has {} {digits}", value.len()));
        }
    }
    None
}

fn is_dash(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// What to call such a letter.
pub(super) fn blank_name(letter: char) -> String {
    match letter {
        ' ' => "a space".to_owned(),
        '\t' => "a tab".to_owned(),
        '\n' => "a second line".to_owned(),
        '\u{a0}' => "a non-breaking space (U+00A0)".to_owned(),
        other => format!("an invisible character (U+{:04X})", u32::from(other)),
    }
}

/// A word of a command line.
pub(super) fn word(text: &str) -> String {
    shlex::try_quote(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_value_is_described_and_the_one_that_was_meant_is_offered() {
        let cases = [
            ("sso_account_id", "123456789012", None),
            ("sso_account_id", "\"123456789012\"", Some(("it has quotes", Some("123456789012")))),
            ("sso_account_id", "1234-5678-9012", Some(("it has dashes", Some("123456789012")))),
            ("sso_account_id", "1234 5678 9012", Some(("it has a space", Some("123456789012")))),
            ("sso_account_id", "12345678901", Some(("it has 11 digits", None))),
            ("sso_account_id", "1", Some(("it has 1 digit", None))),
            ("sso_account_id", "prod", Some(("is not an account id of twelve digits", None))),
            ("sso_account_id", "1234567\u{a0}89012", Some(("a non-breaking space (U+00A0)", Some("123456789012")))),
            ("sso_account_id", "123456789012\u{200b}", Some(("(U+200B)", Some("123456789012")))),
            ("sso_role_name", "Admin", None),
            ("sso_role_name", "'Admin'", Some(("it has quotes", Some("Admin")))),
            ("sso_role_name", "\u{201c}Admin\u{201d}", Some(("it has quotes", Some("Admin")))),
            ("sso_role_name", "Read Only", Some(("it has a space", None))),
            ("sso_role_name", "x/Admin", Some(("is not the name of a role", None))),
            ("sso_start_url", "https://x.awsapps.com/start/#/", None),
            (
                "sso_start_url",
                "`https://x.awsapps.com/start`",
                Some(("backticks", Some("https://x.awsapps.com/start"))),
            ),
            ("sso_start_url", "https://x/start/\\#/", Some(("it has a backslash", Some("https://x/start/#/")))),
            ("sso_start_url", "http://x/start", Some(("it begins with http instead of https", None))),
            (
                "sso_start_url",
                "x.awsapps.com/start",
                Some(("is not a valid https URL", Some("https://x.awsapps.com/start"))),
            ),
            ("sso_start_url", "corp", Some(("is not a valid https URL", None))),
            ("sso_region", "eu-west-1", None),
            ("sso_region", "\"eu-west-1\"", Some(("it has quotes", Some("eu-west-1")))),
            ("sso_region", "EU-WEST-1", Some(("it has capital letters", Some("eu-west-1")))),
            ("output", "\"json\"", None),
        ];
        for (key, value, expected) in cases {
            let found = malformed(key, value);
            assert_eq!(found.is_some(), expected.is_some(), "{key} {value:?}: {found:?}");
            let (Some(found), Some((why, meant))) = (found, expected) else { continue };
            assert!(found.why.contains(why), "{key} {value:?}: {found:?}");
            assert_eq!(found.meant.as_deref(), meant, "{key} {value:?}");
        }
    }
}
